"""A model's business gives it its words, its offers and the action for each customer."""

import numpy as np
import pyarrow as pa
import pytest

from churn.errors import NotFound
from churn.money.playbook import Action, Playbook, exact_estimate
from churn.profiles import read_profile
from churn.workspace.businesses import playbook_of, profile_of, suggester_of, wording_of
from tests.small_model import customers, small_model

MAIL = Action("mail", title="A letter", save=exact_estimate(0.5), contact=exact_estimate(10.0))
BOOK = Playbook((MAIL,), margin=exact_estimate(1.0), periods=exact_estimate(1))


def test_a_model_speaks_in_the_words_of_the_business_it_was_learnt_for(telco_home):
    model = small_model(lineage={"profile": "telco"})
    assert profile_of(model, telco_home).name == "telco"
    assert wording_of(model, telco_home).currency == "USD"


@pytest.mark.parametrize("lineage", [{}, {"profile": "closed-down"}])
def test_a_model_whose_business_is_not_here_speaks_plainly(home, lineage):
    assert profile_of(small_model(lineage=lineage), home).name == "general"


def test_the_action_that_pays_is_suggested_with_what_it_brings(home):
    table = customers(id=["a", "b"], spend=[100.0, 100.0])
    scores = pa.table({"probability": [0.9, 0.1]})
    # 0.9 x 0.5 x 100 - 10 = 35; 0.1 x 0.5 x 100 - 10 < 0
    suggested = suggester_of(small_model(), BOOK)(table, scores).to_pydict()
    assert suggested["action"] == ["A letter", None]
    assert suggested["expected_gain"] == [pytest.approx(35.0), None]


def test_without_offers_nobody_is_suggested_anything(home):
    scores = pa.table({"probability": np.array([0.9])})
    suggested = suggester_of(small_model(), Playbook(()))(customers(id=["a"], spend=[100.0]), scores)
    assert suggested.to_pydict() == {"action": [None], "expected_gain": [None]}


def test_a_business_without_offers_takes_the_general_ones(home):
    folder = home / "data" / "profiles" / "gym"
    folder.mkdir(parents=True)
    (folder / "schema.toml").write_text('title = "Gyms"\n')
    general = playbook_of(read_profile("general", home), home)
    assert playbook_of(read_profile("gym", home), home).actions == general.actions


def test_a_playbook_file_of_ones_own_comes_first(home):
    (home / "mine.toml").write_text('bill = 20\n[actions.tea]\ntitle = "Tea"\nchannel = "shop"\nsave = 0.1\n')
    own = playbook_of(read_profile("telco"), home, home / "mine.toml")
    assert [a.words for a in own.actions] == ["Tea"]


def test_a_playbook_file_that_is_not_there_is_refused(home):
    with pytest.raises(NotFound, match=r"nothing\.toml"):
        playbook_of(read_profile("telco"), home, home / "nothing.toml")
