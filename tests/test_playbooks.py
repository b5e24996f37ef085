"""The playbook in force: the one that came with the business, until a person or a campaign changes it."""

import pytest

from churn.errors import ChurnError, NotFound, RequestRefused
from churn.money.playbook import Action, Estimate, Playbook, exact_estimate, parse_playbook
from churn.profiles import read_profile
from churn.store.campaigns import playbooks_of
from churn.store.database import open_engine
from churn.workspace.businesses import playbook_of
from churn.workspace.playbooks import active_playbook, editable_text, learnt_in, read_playbook, set_playbook

TEA = Playbook((Action("tea", title="Tea", channel="shop", save=exact_estimate(0.1)),), bill=20.0)


def test_a_business_begins_with_what_it_came_with_and_no_book_is_made_to_look(home):
    force = active_playbook(home, "general")
    assert (force.version, force.how, force.playbook == force.assumed) == (0, "shipped", True)
    assert not (home / "data" / "book.db").exists()


def test_a_playbook_set_by_hand_counts_everywhere_from_then_on(home):
    force = set_playbook(home, "general", TEA, "Tea is on.")
    assert (force.version, force.how, force.why, force.playbook) == (1, "by hand", "Tea is on.", TEA)
    assert playbook_of(read_profile("general"), home) == TEA
    again = set_playbook(home, "general", Playbook(TEA.actions, bill=30.0), "Dearer.")
    assert (again.version, [v.number for v in playbooks_of(open_engine(home), "profile:general")]) == (2, [1, 2])


def test_one_business_does_not_see_anothers(home):
    set_playbook(home, "general", TEA, "Tea is on.")
    assert active_playbook(home, "telco").version == 0


def test_learnt_rates_are_known_as_such_and_numbers_of_any_kind_can_be_read_back(home):
    import numpy as np

    learnt = TEA.having("tea", save=Estimate(np.float64(0.1), np.float64(0.2), np.float64(0.3), "learnt", 50))
    assert (learnt_in(learnt), learnt_in(TEA)) == (True, False)
    assert parse_playbook(editable_text(learnt)).action("tea").save == Estimate(0.1, 0.2, 0.3, "learnt", 50)


def test_a_typo_names_the_line_and_the_words_that_are_allowed(home):
    (home / "mine.toml").write_text('bill = 20\n[actions.tea]\nchannel = "shop"\nsaves = 0.1\n')
    with pytest.raises(RequestRefused, match=r"mine\.toml, line 4.*'saves' is not a word.*Did you mean 'save'"):
        read_playbook(home / "mine.toml")


def test_a_file_that_is_not_there_or_no_text_is_refused(home):
    (home / "bad.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RequestRefused, match="not a text in UTF-8"):
        read_playbook(home / "bad.toml")
    with pytest.raises(NotFound, match=r"nothing\.toml"):
        read_playbook(home / "nothing.toml")


def test_a_business_that_is_not_there_is_refused(home):
    with pytest.raises(ChurnError, match="no profile 'gym'"):
        set_playbook(home, "gym", TEA, "")
