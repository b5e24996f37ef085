"""An experiment: read, measured, and its customers ranked."""

import pytest

from churn.errors import ChurnError
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample
from churn.store.campaigns import suppress_contact
from churn.workspace.results import measure_experiment
from churn.workspace.store import open_store
from tests.campaigns import planned_for
from tests.trained import rows_of


@pytest.fixture(scope="module")
def offer_list(tmp_path_factory):
    path = tmp_path_factory.mktemp("offer") / "offer.csv"
    write_sample(make_sample("offer", rows=3000), path)
    return path


def test_an_experiment_is_measured_and_ranked(offer_list, home):
    asked = {"treatment": "offer", "outcome": "left", "control": "none"}
    found = measure_experiment(home, offer_list, asked, {})
    assert set(found.as_json()) >= {"effect", "qini", "verdict", "targets", "sleeping", "by", "notices"}
    ranked = found.ranked.to_pydict()
    assert list(ranked) == ["customer_id", "uplift", "rank", "advice"]
    assert ranked["uplift"] == sorted(ranked["uplift"], reverse=True)
    assert found.write(home / "ranked.csv") == len(ranked["rank"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"treatment": "offers", "outcome": "left"}, "no column 'offers'"),
        ({"treatment": "offer", "outcome": "left", "control": "nobody"}, "not clear"),
        ({"treatment": "region", "outcome": "left", "control": "South"}, "several treatments"),
    ],
)
def test_what_is_not_clear_is_asked_for(offer_list, home, asked, said):
    with pytest.raises(ChurnError, match=said):
        measure_experiment(home, offer_list, asked, {})


def test_who_is_better_left_alone_is_remembered_and_later_plans_pass_them_by(own_telco, either_book):
    asked = {"treatment": "offer", "outcome": "left", "control": "none", "model": "telco"}
    path = own_telco / "offer.csv"
    write_sample(make_sample("offer", rows=6000, seed=3), path)
    found = measure_experiment(own_telco, path, asked, {})
    advice = found.ranked["advice"].to_pylist()
    assert found.spared == advice.count("leave alone") == found.as_json()["sleeping"] > 0
    assert "remembered as better left alone" in found.notices[-1].text
    with open_store(own_telco) as book:
        one, other = (row.split(",")[0].strip('"') for row in rows_of(own_telco)[1:3])
        suppress_contact(book, "telco", [one], why="calls", since="2026-03-01")
        suppress_contact(book, "somebody-else", [other], why="calls", since="2026-03-01")
    assert any("1 customer is left alone" in n.text for n in planned_for(own_telco).notices)


def test_where_it_is_not_known_whose_customers_these_are_nobody_is_left_alone_and_it_is_said(own_telco):
    asked = {"treatment": "offer", "outcome": "left", "control": "none"}
    path = own_telco / "offer.csv"
    write_sample(make_sample("offer", rows=6000, seed=3), path)
    found = measure_experiment(own_telco, path, asked, {})
    assert (found.spared, found.model) == (0, "")
    assert "not known whose customers these are" in found.notices[-1].text


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        ({"control": "No", "good": ["no"]}, ("Yes", "No")),
        ({"control": "0", "good": ["no"]}, ("1", "0")),
        ({"control": "plain"}, ("offer", "plain")),
    ],
)
def test_the_words_of_the_file_are_understood_whatever_the_reading_made_of_them(home, asked, lines):
    rows = [f"k{i},{lines[i % 2]},{'yes' if i % 3 else 'no'},{i % 7}" for i in range(400)]
    content = "\n".join(["id,contacted,left,visits", *rows, ""]).encode()
    found = measure_experiment(home, content, {"treatment": "contacted", "outcome": "left", **asked}, {})
    assert found.uplift.effect.low < 0 < found.uplift.effect.high and found.ranked.num_rows == 400
