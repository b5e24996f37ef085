"""The Encoder: one translation of customers into numbers for training and serving."""

import json
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.errors import RequestRefused
from churn.schema import Column, Schema
from churn.training.encoder import encoder_for, encoder_from

SCHEMA = Schema(
    (
        Column("id", "text", "key"),
        Column("plan", "category", levels=("basic", 'a <b> [c] "d"', "gold"), ordered=True),
        Column("city", "category"),
        Column("backup", "category", levels=("No", "No net", "Yes")),
        Column("spend", role="value"),
        Column("auto", "flag"),
        Column("since", "date"),
        Column("note", "text"),
    )
)


COLUMNS = {
    "id": ["a", "b", "c"],
    "plan": ["gold", "basic", None],
    "city": ["Oslo", "Rome", "Oslo"],
    "backup": ["Yes", "No net", "No"],
    "spend": [1.5, None, 3.0],
    "auto": [True, False, None],
    "since": [date(2026, 1, 1), date(2025, 12, 31), None],
    "note": ["x", "y", "z"],
}


KINDS = pa.schema([("spend", pa.float64()), ("auto", pa.bool_()), ("since", pa.date32())])


def table(columns=COLUMNS, times=5):
    whole = pa.table(
        {k: pa.array(v, KINDS.field(k).type if k in KINDS.names else pa.string()) for k, v in columns.items()}
    )
    return pa.concat_tables([whole] * times)


ENCODER = encoder_for(SCHEMA, table())


def test_each_feature_is_one_number_in_the_order_of_names_and_texts_are_left_out():
    assert ENCODER.names == ("auto", "backup", "city", "plan", "since", "spend")
    expected = [[1, 1, 0, 2, 0, 1.5], [0, 2, 1, 0, 1, np.nan], [np.nan, 0, 0, np.nan, np.nan, 3]]
    np.testing.assert_array_equal(ENCODER.matrix(table(times=1)), np.array(expected, np.float32))


def test_columns_in_another_order_give_the_same_encoder():
    assert encoder_for(Schema(SCHEMA.columns[::-1]), table(dict(reversed(COLUMNS.items())))) == ENCODER


def test_an_unseen_level_has_a_code_of_its_own_and_a_rare_one_shares_it():
    rare = encoder_for(SCHEMA, pa.concat_tables([table(), table({**COLUMNS, "city": ["Bath", "Oslo", "Oslo"]}, 1)]))
    assert rare.fields[2].levels == ("Oslo", "Rome")
    assert [rare.row({"city": c})[2] for c in ("Rome", "Bath", "Ulm")] == [1, 2, 2]


def test_a_service_flag_keeps_no_yes_and_not_applicable_apart():
    assert (ENCODER.fields[1].levels, ENCODER.fields[1].not_applicable) == (("No", "Yes", "No net"), "No net")


def test_ages_count_back_from_the_date_column_or_the_date_given():
    dated = encoder_for(SCHEMA.having("since", role="date"), table())
    assert "since" not in dated.names and dated.date_column == "since"
    moved = ENCODER.matrix(table(times=1), as_of=date(2026, 1, 11))[:, 4]
    np.testing.assert_array_equal(moved, np.array([10, 11, np.nan], np.float32))
    assert ENCODER.list_date(table()) == date(2026, 1, 1)


def test_ages_use_the_date_of_their_own_row():
    schema = Schema((Column("seen", "date", "date"), Column("born", "date")))
    days = pa.table({"seen": [date(2026, 1, 5), date(2026, 2, 5)], "born": [date(2026, 1, 1), date(2026, 2, 1)]})
    encoder = encoder_for(schema, days)
    assert encoder.matrix(days).tolist() == [[4.0], [4.0]]
    assert encoder.row({"seen": "2026-01-05", "born": date(2026, 1, 1)}).tolist() == [4.0]


def test_an_absent_column_is_missing_everywhere():
    assert np.isnan(ENCODER.matrix(table(times=1).drop_columns(["spend", "city"]))[:, [2, 5]]).all()


def test_what_cannot_be_read_as_a_number_is_refused_by_name():
    with pytest.raises(RequestRefused, match="spend = 'much'"):
        ENCODER.row({"spend": "much"})


def test_a_slip_of_the_keyboard_counts_as_the_edge_of_what_was_learnt():
    assert [ENCODER.row({"spend": s})[5] for s in (1e9, -1e9, 2.0)] == [4.5, 0.0, 2.0]


def test_the_encoder_survives_json():
    assert encoder_from(json.loads(json.dumps(ENCODER.as_json()))) == ENCODER


def test_numbers_are_shown_as_the_list_wrote_them():
    shown = [ENCODER.shown(n, v) for n, v in zip(ENCODER.names, [1.0, 2.0, 7.0, 1.0, 3.0, np.nan], strict=True)]
    assert shown == [True, "No net", None, 'a <b> [c] "d"', 3.0, None]


CELLS = st.fixed_dictionaries(
    {
        "plan": st.sampled_from(["basic", "gold", "silver", None]),
        "city": st.sampled_from(["Oslo", "Rome", "", None]),
        "backup": st.sampled_from(["Yes", "No", "No net", "?", None]),
        "spend": st.none() | st.floats(),
        "auto": st.none() | st.booleans(),
        "since": st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    }
)


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_a_customer_alone_gets_the_same_numbers_as_in_a_list(customers):
    columns = {name: [c[name] for c in customers] for name in customers[0]}
    np.testing.assert_array_equal(ENCODER.matrix(table(columns, 1)), np.array([ENCODER.row(c) for c in customers]))


def test_a_day_given_counts_where_the_list_lacks_its_date_column():
    schema = Schema((*SCHEMA.columns, Column("seen", "date", "date")))
    dated = encoder_for(schema, table().append_column("seen", pa.array([date(2026, 1, 5)] * 15)))
    place, day = dated.names.index("since"), date(2026, 1, 11)
    assert np.isnan(dated.matrix(table(times=1))[:, place]).all()
    np.testing.assert_array_equal(dated.matrix(table(times=1), as_of=day)[:2, place], [10, 11])
    assert dated.row({"since": date(2026, 1, 1)}, as_of=day)[place] == 10


def test_an_age_far_beyond_what_was_learnt_counts_as_the_edge():
    far = ENCODER.matrix(table(times=1), as_of=date(2036, 1, 1))[:2, 4]
    np.testing.assert_array_equal(far, [31, 31])
