"""What breaks a rule of the schema is counted with its lines, and the contract says the same."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from churn.intake.checks import Tally, verdict_of
from churn.intake.contract import count_violations
from churn.intake.options import UsualValues
from churn.intake.reader import read_list
from churn.schema import Column, Schema

SCHEMA = Schema(
    (
        Column("id", "text", "key"),
        Column("tenure", "number", required=True, low=0, high=240),
        Column("fee", "number", "value", low=0),
        Column("plan", "category", levels=("Basic", "Pro")),
        Column("active", "flag"),
    )
)


def table_of(ids, tenure, fee, plan):
    flags = pa.array([True] * len(ids), pa.bool_())
    columns = [
        pa.array(ids, pa.string()),
        pa.array(tenure, pa.float64()),
        pa.array(fee, pa.float64()),
        pa.array(plan, pa.string()),
        flags,
    ]
    return pa.table(columns, names=list(SCHEMA.names))


def notices_of(text, **said):
    return [
        (n.kind, n.text)
        for n in read_list(text.encode(), schema=SCHEMA, **said).notices
        if "not in the list" not in n.text
    ]


def test_every_rule_broken_is_counted():
    table = table_of(
        ["a", "a", None, "d"], [-1.0, 300.0, 5.0, None], [1.0, -2.0, None, 3.0], ["Basic", "Gold", None, "Pro"]
    )
    verdict = {("tenure", "range"): 2, ("fee", "range"): 1, ("plan", "level"): 1, ("id", "key"): 1, ("id", "twice"): 1}
    assert verdict_of(table, SCHEMA) == verdict
    assert count_violations(table, SCHEMA) == verdict


def test_a_required_column_with_nothing_in_it_is_broken_in_every_row():
    table = table_of(["a", "b"], [None, None], [1.0, 2.0], ["Pro", "Pro"])
    assert verdict_of(table, SCHEMA) == count_violations(table, SCHEMA) == {("tenure", "empty"): 2}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", "d", None]),
            st.one_of(st.none(), st.floats(-50, 300)),
            st.one_of(st.none(), st.floats(-5, 5)),
            st.sampled_from(["Basic", "Pro", "Gold", None]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_contract_and_the_checks_of_scoring_always_agree(rows):
    table = table_of(*map(list, zip(*rows, strict=True)))
    assert count_violations(table, SCHEMA) == verdict_of(table, SCHEMA)


@pytest.mark.real
def test_both_verdicts_agree_on_a_real_list(real_file):
    reading = read_list(real_file("telco_customer_churn.csv"))
    assert count_violations(reading.table, reading.schema) == verdict_of(reading.table, reading.schema) == {}


def test_values_beyond_the_range_are_shown_with_their_lines():
    assert notices_of("id,tenure\na,5\nb,999\nc,6\n") == [
        ("warning", "1 row has a tenure beyond 0 to 240: line 3: '999'."),
    ]


def test_unseen_levels_warn_above_a_share_and_inform_below():
    text = "id,tenure,plan\n" + "".join(f"a{i},5,Pro\n" for i in range(40))
    few = notices_of(f"{text}b,5,Gold\n")
    many = notices_of(text + "".join(f"b{i},5,Gold\n" for i in range(4)))
    assert few == [("info", "1 row (2.4%) has a plan not known before, scored as unknown: line 42: 'Gold'.")]
    assert [kind for kind, _ in many] == ["warning"]


def test_much_missing_is_a_warning():
    texts = [text for _, text in notices_of("id,tenure,fee\na,5,\nb,6,\nc,7,1\n")]
    assert "67% of fee is missing." in texts


@pytest.mark.parametrize(("usual", "told"), [(0.65, 0), (0.4, 1)])
def test_a_column_as_empty_as_ever_is_no_news(usual, told):
    found = notices_of("id,tenure,fee\na,5,\nb,6,\nc,7,1\n", usual={"fee": UsualValues(blank=usual)})
    assert [text for kind, text in found if kind == "warning"] == ["67% of fee is missing."] * told


def test_a_column_that_may_be_empty_is_never_said_to_miss_anything():
    schema = SCHEMA.having("fee", may_be_empty=True)
    assert read_list(b"id,tenure,fee,plan,active\na,5,,Pro,1\nb,6,,Pro,1\nc,7,1,Pro,0\n", schema=schema).notices == ()


@pytest.mark.parametrize(
    ("factor", "words"), [(100, "100 times larger"), (1000, "1000 times larger"), (0.1, "10 times smaller")]
)
def test_a_change_of_unit_is_noticed_against_the_usual_middle_value(factor, words):
    text = "id,tenure,fee\n" + "".join(f"a{i},5,{(50 + i) * factor:g}\n" for i in range(20))
    assert any(words in said for _, said in notices_of(text, usual={"fee": UsualValues(60.0)}))
    assert notices_of(text, usual={"fee": UsualValues(60.0 * factor)}) == []


def test_a_change_of_unit_is_noticed_by_the_range_alone():
    text = "id,tenure\n" + "".join(f"a{i},{(10 + i) * 30}\n" for i in range(20))
    assert any("tenure looks 10 times larger than it should be" in said for _, said in notices_of(text))


def test_cells_that_cannot_be_read_are_counted_over_blocks():
    tally = Tally(SCHEMA)
    tally.add(table_of(["a"], [None], [1.0], ["Pro"]), np.array([2]))
    tally.could_not_read("tenure", 1, [(2, "x")])
    tally.could_not_read("tenure", 1, [(9, "y")])
    assert (
        tally.notices()[0].text == "2 cells of tenure are no number and were read as missing: line 2: 'x'; line 9: 'y'."
    )
