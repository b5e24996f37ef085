"""A version takes another's place only where it could score the other's customers; else it is another business."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn import Workspace
from churn.errors import RequestRefused
from churn.schema import Column, Schema
from churn.training.gate import why_another_business
from churn.training.registry import live_models
from churn.workspace.models import train_version
from tests.test_models import visits
from tests.trained import HISTORY, TODAY, rows_of

SHOP = Schema((Column("id", "text", "key"), *(Column(f"c{i}") for i in range(6)), Column("gone", "flag", "outcome")))


def schema(columns, outcome="gone", key="id"):
    named = [Column(key, "text", "key")] if key else []
    return Schema((*named, *(Column(c) for c in columns), Column(outcome, "flag", "outcome")))


def test_a_column_that_came_or_went_leaves_it_the_same_business():
    assert why_another_business(schema([f"c{i}" for i in range(5)]), SHOP) == ""
    assert why_another_business(schema([f"c{i}" for i in range(8)]), SHOP) == ""
    assert why_another_business(schema([f"c{i}" for i in range(6)], key=None), SHOP) == ""


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (schema([f"c{i}" for i in range(6)], outcome="left"), "it names who left by gone, this list by left"),
        (schema([f"c{i}" for i in range(6)], key="number"), "it names the customer by id, this list by number"),
        (schema(["c1", "c2"]), "of the 6 columns it reads, this list has 2"),
        (schema([f"c{i}" for i in range(20)]), "of the 20 columns of this list, its own lists have 6"),
    ],
)
def test_what_could_not_score_its_lists_is_another_business_and_the_reason_is_said(new, why):
    assert why_another_business(new, SHOP) == why


def test_a_column_that_is_needed_but_stands_in_no_list_of_the_live_model_makes_it_another_business():
    new = Schema((*SHOP.columns, Column("bill", required=True)))
    assert why_another_business(new, SHOP) == "its lists have no bill"


@given(
    st.sets(st.sampled_from([f"c{i}" for i in range(12)]), min_size=1),
    st.sets(st.sampled_from([f"c{i}" for i in range(12)]), min_size=1),
)
def test_whichever_of_two_comes_first_they_are_the_same_business_or_not(ours, theirs):
    one, other = schema(sorted(ours)), schema(sorted(theirs))
    assert bool(why_another_business(one, other)) == bool(why_another_business(other, one))
    assert why_another_business(one, one) == ""


def gym(rows=300):
    """A list of another business than that of `visits`, customers numbered alike."""
    words = (f"{i},{i % 5},{i % 67},{'yes' if i % 5 < 2 and i % 11 else 'no'}" for i in range(rows))
    return "\n".join(["member,classes,fee,quit", *words, ""]).encode()


SHOP_LIST = "\n".join([*visits("no", "yes"), ""]).encode()


def learn(home, content, filename, **asked):
    return Workspace(home).models.train(content, filename=filename, quick=True, **asked)


def test_two_files_of_two_businesses_get_their_own_names_and_both_stay_live(home):
    first = learn(home, SHOP_LIST, "customers.csv", outcome="gone", key="nr")
    second = learn(home, gym(), "customers.csv", outcome="quit", key="member")
    assert (first.model.name, second.model.name) == ("customers", "customers-2")
    assert live_models(home) == {"customers": "v1", "customers-2": "v1"}
    assert Workspace(home).models.for_list(gym()).name == "customers-2"
    assert Workspace(home).models.for_list(SHOP_LIST).name == "customers"


def test_the_same_business_again_is_another_version_of_its_own_name(home):
    learn(home, SHOP_LIST, "customers.csv", outcome="gone", key="nr")
    learn(home, gym(), "customers.csv", outcome="quit", key="member")
    again = learn(home, gym(320), "customers.csv", outcome="quit", key="member")
    assert (again.model.name, again.model.version) == ("customers-2", "v2")


@pytest.mark.parametrize("promotion", ["auto", "yes", "no"])
def test_a_name_of_another_business_is_refused_before_anything_is_learnt(own_telco, promotion, monkeypatch):
    monkeypatch.setattr("churn.training.train.train", None)
    with pytest.raises(RequestRefused, match="telco is the model of another business: it names") as refused:
        learn(own_telco, gym(), "gym.csv", outcome="quit", key="member", name="telco", promotion=promotion)
    assert refused.value.fix == "Give this model another name, or none."
    assert live_models(own_telco) == {"telco": "v1"}


def test_what_only_shows_once_it_is_learnt_is_refused_as_well_and_nothing_is_kept(own_telco, monkeypatch):
    from churn.training import train as training

    learnt = training.train

    def of_few_columns(*words, **more):
        found = learnt(*words, **more)
        few = {c.name for c in found.model.schema.features[2:]}
        columns = (
            replace(c, role="ignored", name=f"{c.name} x") if c.name in few else c for c in found.model.schema.columns
        )
        return replace(found, model=replace(found.model, schema=Schema(tuple(columns))))

    monkeypatch.setattr(training, "train", of_few_columns)
    with pytest.raises(RequestRefused, match="another business: of the 19 columns it reads, this list has 2"):
        train_version(own_telco, own_telco / HISTORY, options={"quick": True})
    assert [c["versions"] for c in Workspace(own_telco).models.list()] == [["v1"]]


def test_a_column_dropped_from_the_export_still_makes_a_version_that_scores_the_old_lists(own_telco):
    head, *rows = rows_of(own_telco, HISTORY)
    place = head.split(",").index("PaperlessBilling")
    lines = [",".join(c for i, c in enumerate(row.split(",")) if i != place) for row in (head, *rows)]
    found = learn(own_telco, "\n".join(lines).encode(), "history.csv", promotion="yes")
    assert (found.model.name, found.model.version) == ("telco", "v2")
    assert Workspace(own_telco).lists.score(own_telco / TODAY).reading.rows == 60
