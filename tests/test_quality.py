"""Faults of the data are told apart from drift, and never by chance."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from churn.monitoring.quality import Alarm, LastList, doubt_notices, find_alarms
from churn.monitoring.sketch import column_shapes, sketch_list
from churn.scoring.wording import wording_for
from tests.test_watch import MODEL, SCHEMA, a_list

SHAPES, WORDING = column_shapes(MODEL), wording_for(SCHEMA)


def alarms(table, *, keys=None, customers=0, strangers=False):
    sketch = sketch_list(MODEL, SHAPES, [table], last_keys=keys)
    last = LastList(customers, 0 if keys is None else len(keys), strangers)
    return find_alarms(SHAPES, sketch, WORDING, last=last)


def every(step, value):
    return lambda column: np.where(np.arange(len(column)) % step == 0, value, column)


def test_a_list_as_learnt_has_no_fault():
    assert [a for seed in range(10) for a in alarms(a_list(500, seed))] == []


def test_a_column_that_is_gone_is_a_broken_schema():
    (alarm,) = alarms(a_list(600).drop_columns(["months"]))
    assert alarm == Alarm("schema", "Months (months): not on this list; the model treats it as unknown.", "months")


def test_a_column_of_another_kind_is_a_broken_schema():
    table = a_list(600).drop_columns(["months"]).append_column("months", pa.array(["many"] * 600))
    assert alarms(table)[0].text.startswith("months holds string where the model learnt another kind of thing")


def test_levels_not_learnt_are_named_with_their_share():
    (alarm,) = alarms(a_list(1000, plan=every(20, "gold")))
    text = "Plan: 5% of the customers have a level the model has not learnt (“gold”)."
    assert alarm == Alarm("unseen", text, "plan", 50)


def test_a_handful_of_unseen_levels_is_no_alarm():
    assert alarms(a_list(1000, plan=every(125, "gold"))) == ()


def test_new_blanks_are_named_with_both_shares():
    (alarm,) = alarms(a_list(1000, bill=every(5, np.nan)).replace_schema_metadata(None))
    assert (alarm.kind, alarm.text) == ("blank", "Bill: blank for 20% of the customers instead of 0%.")


def test_blanks_of_a_column_that_may_be_empty_are_no_fault_unless_all_of_it_is():
    shapes = [replace(s, may_be_empty=True) for s in SHAPES]
    half, whole = (a_list(600, shoe=every(step, np.nan)) for step in (2, 1))
    found = [find_alarms(shapes, sketch_list(MODEL, shapes, [t]), WORDING) for t in (half, whole)]
    assert [[a.text for a in alarms] for alarms in found] == [[], ["Shoe: empty on the whole list."]]


def test_an_empty_column_is_said_to_be_empty():
    (alarm,) = alarms(a_list(600, shoe=lambda s: np.full(600, np.nan)))
    assert alarm.text == "Shoe: empty on the whole list."


@pytest.mark.parametrize(("factor", "words"), [(100, "100 times larger"), (0.1, "10 times smaller"), (1000, "1000 ti")])
def test_another_unit_is_recognised(factor, words):
    (alarm,) = alarms(a_list(600, bill=lambda b: b * factor))
    assert alarm.kind == "unit" and words in alarm.text


def test_twice_as_much_is_not_another_unit():
    assert alarms(a_list(600, bill=lambda b: b * 2)) == ()


def test_a_column_that_says_the_same_for_everybody_is_named():
    (alarm,) = alarms(a_list(600, plan=lambda p: np.full(600, "basic")))
    assert alarm.text == "Plan: the same for every customer on this list; it was not when the model learnt."


def test_two_customers_may_be_alike():
    assert alarms(a_list(3, auto=[False] * 3, plan=["basic"] * 3)) == ()


def test_strange_keys_are_a_fault_and_familiar_ones_are_not():
    (alarm,) = alarms(a_list(600), keys=pa.array([f"c{i}" for i in range(590, 1590)]))
    assert alarm.text.startswith("Only 1% of the customers of the last list are on this one:")
    assert alarms(a_list(600), keys=pa.array([f"c{i}" for i in range(900)])) == ()


def test_lists_that_never_share_customers_are_a_fault_only_once():
    keys = pa.array([f"x{i}" for i in range(1000)])
    assert [len(alarms(a_list(600), keys=keys, strangers=before)) for before in (False, True)] == [1, 0]


def test_a_list_far_shorter_or_longer_than_the_last_is_doubted():
    (shorter,), (longer,) = alarms(a_list(600), customers=1300), alarms(a_list(1300), customers=600)
    assert shorter.text == "The list has 600 customers, the last one 1,300: part of it may be missing."
    assert longer.text.endswith("last one 600: customers may stand on it twice, or it covers more than before.")
    assert (shorter.kind, longer.kind) == ("volume", "volume")


def test_usual_growth_and_a_short_list_before_raise_no_doubt():
    assert (alarms(a_list(600), customers=1200), alarms(a_list(600), customers=40), alarms(a_list(600))) == ((), (), ())


def test_a_list_in_trouble_everywhere_is_doubted_as_a_whole():
    found = [Alarm("unseen", "", name) for name in ("bill", "plan", "auto")]
    (doubt,) = doubt_notices(MODEL, found)
    assert doubt.text == "3 of 5 columns are in trouble: this may be another list, or another business."
    assert doubt_notices(MODEL, found[:1]) == ()
