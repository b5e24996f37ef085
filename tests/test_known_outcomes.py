"""Who left is read by the list's own words, and customers who were contacted tell nothing of the model."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from churn.monitoring.performance import FollowedList
from churn.schema import Column, Schema
from churn.workspace.monitoring import _newest, followed_rows, judge_performance, keys_in, outcomes_in, some_of
from tests.test_watch import MODEL
from tests.test_watch_log import ONE


def look(cells, schema, **more):
    model = SimpleNamespace(schema=schema, leaves="Cancelled", stays="Active", version="v1")
    carried = pa.table({"id": [f"c{i}" for i in range(len(cells))], "end": cells})
    return SimpleNamespace(
        model=model, probability=np.full(len(cells), 0.2), sketch=SimpleNamespace(carried=carried), **more
    )


@pytest.mark.parametrize(
    ("cells", "kind", "left"),
    [
        (["cancelled", " Active", None, "moved house"], "category", [1, 0, None, None]),
        ([True, False, None], "flag", [1, 0, None]),
    ],
)
def test_the_lists_own_words_say_who_left(cells, kind, left):
    column = Column("end", kind, "outcome", positive=("Cancelled",), levels=("Active", "Cancelled"))
    found = outcomes_in(look(cells, Schema((column,))))
    assert [None if v != v else int(v) for v in found] == left


def test_a_list_without_outcomes_or_key_says_so():
    seen = look(["a"], Schema((Column("other", "flag", "outcome"),)))
    assert np.isnan(outcomes_in(seen)).all() and keys_in(seen) is None
    assert keys_in(look(["a", "b"], Schema((Column("id", "text", "key"),)))) == ["c0", "c1"]


def test_who_was_contacted_is_left_out():
    rows = [
        {"key": k, "probability": p, "outcome": o, "if_leaves": 1.0, "if_stays": -1.0}
        for k, p, o in (("ann", 0.9, 1), ("ben", 0.1, 0), ("cid", 0.4, None))
    ]
    found = followed_rows(ONE, rows, frozenset({"ann"}))
    assert (found.probability.tolist(), found.left.tolist(), found.if_stays.tolist()) == ([0.1], [0.0], [-1.0])


def test_only_customers_with_an_outcome_are_followed():
    followed = FollowedList("list", np.array([0.1, 0.2]), np.zeros(2), np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    found = some_of(followed, np.array([np.nan, 1.0]))
    assert (found.probability.tolist(), found.left.tolist(), found.if_leaves.tolist()) == ([0.2], [1.0], [2.0])


def test_too_few_outcomes_judge_nothing_and_say_how_many_are_needed():
    seen = SimpleNamespace(model=MODEL)
    few = FollowedList("list", np.full(20, 0.3), np.array([1.0, 0.0] * 10))
    known = judge_performance(None, seen, few, (), ())
    assert (known.performance, known.own) == (None, None)
    assert "too few outcomes to judge the model (20 known, 10 of them left)" in known.notices[0].text


@pytest.mark.parametrize(("known", "newest"), [((900, 900, 600), 1), ((900, 900, 5), 2), ((60, 60, 60), 1), ((40,), 1)])
def test_the_newest_outcomes_are_those_of_as_many_lists_as_it_takes_to_say_something(known, newest):
    span = [FollowedList(f"list {i}", np.full(many, 0.3), np.zeros(many)) for i, many in enumerate(known)]
    assert [f.name for f in _newest(span)] == [f.name for f in span][-newest:]
