"""Playbooks as text: read, refused by line, written back."""

import pytest

from churn.errors import RequestRefused
from churn.files import REPOSITORY
from churn.money.playbook import (
    ACTION,
    CHANNEL,
    ESTIMATE,
    OFFER,
    TOP,
    Estimate,
    exact_estimate,
    parse_playbook,
    playbook_from_mapping,
    playbook_text,
)
from churn.profiles import read_profile

TEXT = """title = "Ours"
margin = { low = 0.4, mid = 0.5, high = 0.6 }
periods = 18

[channels.email]
capacity = 100

[actions.discount]
title = "15% off"
channel = "email"
contact_cost = 0.5
offer = { bill_share = 0.15, periods = 6 }
save = { low = 0.2, mid = 0.3, high = 0.4, from = "learnt", customers = 900 }
when = "tenure >= 3"
cool_down_days = 90

[actions.discount.segments."tier is Low"]
save = 0.05
"""
SHIPPED = sorted(p.parent.name for p in (REPOSITORY / "data" / "profiles").glob("*/playbook.toml"))


def test_a_playbook_is_read_as_it_is_written():
    book = parse_playbook(TEXT)
    action = book.action("discount")
    assert (book.title, book.capacity, book.periods) == ("Ours", {"email": 100}, exact_estimate(18))
    assert action.save == Estimate(0.2, 0.3, 0.4, "learnt", 900)
    assert (action.bill_share, action.bill_periods, action.rest_days) == (exact_estimate(0.15), 6, 90)
    assert [(s.rule.text, dict(s.rates)) for s in action.segments] == [("tier is Low", {"save": exact_estimate(0.05)})]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("save = { low", "sve = { low", "line 13 in actions.discount: 'sve'.*Allowed: title, .*Did you mean 'save'"),
        ("periods = 18", "period = 18", "line 3: 'period' is not a word.*Allowed: title, bill"),
        ("mid = 0.3,", "mid = 1.3,", "line 13 in actions.discount.save: mid is 1.3. It has to be between 0 and 1"),
        ("mid = 0.3,", "mid = 0.1,", "line 13 .*low <= mid <= high"),
        ("mid = 0.3, ", "", "line 13 .*'mid' is missing"),
        ('from = "learnt"', 'from = "guess"', "line 13 .*one of: assumed, learnt"),
        ("tenure >= 3", "tenure => 3", "line 14 in actions.discount: .*not understood"),
        ("tier is Low", "tier Low", "line 17 .*not understood"),
        ("cool_down_days = 90", 'cool_down_days = "long"', "line 15 .*not a number"),
        (", periods = 6", "", "line 12 in actions.discount.offer: a share of the bill needs `periods`"),
        ("[channels.email]", "[channels.fax]", "line 5 in channels.fax: no action uses.*The actions use: email"),
        ('channel = "email"', "channel = 3", "line 10 .*not a text"),
        ("contact_cost = 0.5", "contact_cost = -1", "line 11 .*between 0 and"),
        ("contact_cost = 0.5", "contact_cost = nan", "line 11 .*not a number"),
        ("[actions.discount]", "[actions.Big-Discount]", "cannot name an action"),
        ("title = ", "title ", "not valid TOML.*line 1"),
        ("title = ", "title = " + "[" * 3000, "nests too deeply to be read"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_is_allowed(right, wrong, said):
    with pytest.raises(RequestRefused, match=said):
        parse_playbook(TEXT.replace(right, wrong, 1))


def test_a_playbook_without_actions_is_refused():
    with pytest.raises(RequestRefused, match="it has no action"):
        playbook_from_mapping({"title": "Empty"})


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_playbook_is_sound_and_reads_back_as_written(name):
    book = parse_playbook((REPOSITORY / "data" / "profiles" / name / "playbook.toml").read_text("utf-8"))
    assert parse_playbook(playbook_text(book)) == book
    assert all(a.title and a.channel in book.capacity for a in book.actions)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_playbook_asks_only_for_columns_and_groups_of_its_business(name):
    folder = REPOSITORY / "data" / "profiles" / name
    if not (folder / "schema.toml").is_file():
        pytest.skip(f"{name} has no schema yet")
    schema = read_profile(name).schema
    book = parse_playbook((folder / "playbook.toml").read_text("utf-8"))
    known = {*schema.names, "tier", "probability"}
    asked = {c for a in book.actions for rule in (a.rule, *(s.rule for s in a.segments)) for c in rule.columns}
    assert asked - known == set()
    assert {w for a in book.actions for w in a.answers} - {c.group for c in schema.columns} - known == set()


@pytest.mark.parametrize("page", ["README.md", "profiles/PLAYBOOKS.md"])
def test_every_key_of_a_playbook_is_documented(page):
    documented = (REPOSITORY / "data" / page).read_text(encoding="utf-8")
    keys = {*TOP, *CHANNEL, *OFFER, *ESTIMATE, *ACTION}
    assert [key for key in sorted(keys) if f"`{key}`" not in documented and f"{key} =" not in documented] == []
