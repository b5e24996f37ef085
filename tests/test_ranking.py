"""A list becomes a ranked list; every row is scored for itself."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.errors import ListRefused
from churn.explain.explainer import Linear, build_explainer
from churn.scoring.score import Ranking
from churn.training.encoder import Encoder, Field
from tests.small_model import THREE, VALUATION, WORDING, customers, small_model

MODEL = small_model()
RANKING = Ranking(MODEL, WORDING, valuation=VALUATION)
AGAINST = "points against a typical customer"


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# -1 + plan + 0.02 (spend - 50) - 0.05 (months - 24) + 0.5 if senior; an unseen plan counts as not monthly.
EXPECTED = [sigmoid(-1 + 1 + 0.407 + 1.15 + 0.5), sigmoid(-1 - 1 - 0.6 - 1.8), sigmoid(-1 - 1)]


def test_a_list_worked_out_by_hand():
    scored = RANKING.scored(THREE)
    got = scored.table.drop_columns(["probability", "percentile", "value_at_risk"]).to_pydict()
    np.testing.assert_allclose(scored.table["probability"], EXPECTED, atol=1e-7)
    worth = [9 * 70.35, 9 * 20]
    np.testing.assert_allclose(scored.table["value_at_risk"].to_pylist()[:2], np.multiply(worth, EXPECTED[:2]))
    assert scored.table["value_at_risk"].to_pylist()[2] is None
    assert (scored.model, scored.version) == ("small", "v1")
    assert got == {
        "id": ["a", "b", "=c"],
        "prediction": ["Yes", "No", "No"],
        "tier": ["High", "Low", "Low"],
        "reason_1": [
            "1 month as a customer: raises the risk by 23 points against a typical customer",
            "60 months as a customer: lowers the risk by 14 points against a typical customer",
            f"Contract: weekly, which the model has not seen before: lowers the risk by 15 {AGAINST}",
        ],
        "reason_2": [
            f"Month-to-month contract: raises the risk by 20 {AGAINST}; a one-year offer addresses it",
            "Contract: yearly: lowers the risk by 8 points against a typical customer",
            None,
        ],
        "reason_3": [
            "Pays $70.35 a month: raises the risk by 8 points against a typical customer",
            "Pays $20 a month: lowers the risk by 5 points against a typical customer",
            None,
        ],
        "action": [None] * 3,
        "expected_gain": [None] * 3,
    }


def test_a_protected_column_is_a_reason_only_when_asked_for():
    senior = customers(senior=[True], plan=["yearly"], spend=[50.0], months=[24.0])
    assert RANKING.block(senior)["reason_1"].to_pylist() == [
        "Contract: yearly: lowers the risk by 17 points against a typical customer"
    ]
    asked = Ranking(MODEL, WORDING, protected=True).block(senior)["reason_1"].to_pylist()
    assert asked == ["Senior: yes: raises the risk by 9 points against a typical customer"]


@settings(deadline=None)
@given(st.permutations(range(30)), st.integers(1, 29))
def test_order_and_blocks_never_change_a_row(order, cut):
    many = pa.concat_tables([THREE] * 10).drop_columns("id").append_column("id", pa.array([f"k{i}" for i in range(30)]))
    whole = RANKING.block(many)
    shuffled = many.take(order)
    pieces = pa.concat_tables(RANKING.blocks([shuffled.slice(0, cut), shuffled.slice(cut)]))
    assert pieces.equals(whole.take(order).select(pieces.column_names))


def test_the_order_of_columns_and_extra_ones_change_nothing():
    other = THREE.append_column("extra", pa.array([1, 2, 3])).select(
        ["months", "extra", "senior", "spend", "plan", "id"]
    )
    assert RANKING.block(other).equals(RANKING.block(THREE))


def test_a_list_without_a_key_is_numbered_through_all_blocks():
    blocks = RANKING.blocks([THREE.drop_columns("id")] * 2)
    assert [b["row"].to_pylist() for b in blocks] == [[1, 2, 3], [4, 5, 6]]


def test_kept_columns_follow_and_the_suggester_is_asked_with_the_scores():
    def suggest(table, scores):
        return pa.table({"action": pa.array(scores["tier"].cast(pa.string())), "expected_gain": table["months"]})

    block = Ranking(MODEL, WORDING, top=1, suggester=suggest, keep=("months", "id")).block(THREE)
    assert block.column_names[-4:] == ["reason_1", "action", "expected_gain", "months"]
    assert block.select(["action", "expected_gain"]).to_pydict() == {
        "action": ["High", "Low", "Low"],
        "expected_gain": [1.0, 60.0, 24.0],
    }


def test_what_a_list_lacks_and_what_is_new_in_it_is_told():
    notices = RANKING.scored(THREE.drop_columns("senior")).notices
    assert [(n.column, n.count) for n in notices] == [("senior", None), ("plan", 1)]
    with pytest.raises(ListRefused, match="none of the columns"):
        RANKING.scored(customers(id=["a"]))


def test_an_all_missing_row_is_scored_as_nobody_in_particular():
    nobody = customers(plan=[None], spend=[None], months=[None], senior=[None])
    assert RANKING.block(nobody)["tier"].to_pylist() == ["Low"]


def test_a_long_list_is_scored_in_parts_with_the_same_result(monkeypatch):
    whole = RANKING.scored(THREE).table
    monkeypatch.setattr("churn.scoring.score.AT_ONCE", 2)
    parts = RANKING.scored(THREE).table
    assert (parts.column(0).num_chunks, parts.equals(whole)) == (2, True)


def test_an_empty_list_gives_an_empty_result():
    assert RANKING.scored(THREE.slice(0, 0)).table.num_rows == 0


def test_ages_in_a_list_without_a_date_are_counted_from_a_named_day_or_a_warning_is_given():
    encoder = Encoder((Field("joined", "age"),), as_of="2026-01-01")
    line = Linear(0.0, np.array([0.01]), np.array([0.0]), (np.zeros(2),))
    dated = small_model(encoder=encoder, explainer=build_explainer([(1.0, line)], 1))
    joined = pa.table({"joined": pa.array([date(2025, 12, 2)])})
    (warned,) = Ranking(dated, WORDING).notices_on(joined.schema.names)
    assert "counted back from 2026-01-01, the day of the list learnt from" in warned.text
    told = Ranking(dated, WORDING, as_of=date(2026, 1, 11))
    assert told.notices_on(joined.schema.names) == ()
    np.testing.assert_allclose(told.block(joined)["probability"].to_pylist(), [sigmoid(0.4)], atol=1e-6)
