"""The bank sample has the credit-card columns, "Unknown" as an answer, and sums that add up."""

import numpy as np
import pytest

from churn.profiles import read_profile
from churn.samples.catalogue import make_sample
from churn.samples.random import best_auc, rounded

SAMPLE = make_sample("bank")
LIST = SAMPLE.table()
SCHEMA = read_profile("bank").schema


def numbers(column):
    return LIST[column].to_numpy()


def test_it_has_10127_customers_and_the_columns_of_the_profile():
    assert (LIST.num_rows, tuple(LIST.column_names)) == (10_127, SCHEMA.names)
    assert len(LIST["CLIENTNUM"].unique()) == 10_127


@pytest.mark.parametrize("column", [c.name for c in SCHEMA.columns if c.levels])
def test_every_level_of_the_profile_occurs_and_no_other(column):
    assert sorted(LIST[column].unique().to_pylist()) == sorted(SCHEMA.by_name[column].levels)


def test_open_to_buy_is_the_limit_less_the_balance_in_every_row():
    assert np.array_equal(
        numbers("Avg_Open_To_Buy"), rounded(numbers("Credit_Limit") - numbers("Total_Revolving_Bal"), 1)
    )
    use = rounded(numbers("Total_Revolving_Bal") / numbers("Credit_Limit"), 3)
    assert np.array_equal(numbers("Avg_Utilization_Ratio"), use)


@pytest.mark.parametrize("column", [c.name for c in SCHEMA.columns if c.low is not None])
def test_numbers_stay_in_the_range_the_profile_calls_sensible(column):
    stated = SCHEMA.by_name[column]
    assert stated.low <= numbers(column).min() <= numbers(column).max() <= stated.high


def test_about_16_percent_close_their_account_and_much_of_it_can_be_known():
    left = np.array(LIST["Attrition_Flag"].to_pylist()) == "Attrited Customer"
    assert left.mean() == pytest.approx(0.16, abs=0.01)
    assert 0.93 <= best_auc(SAMPLE.truth()["probability"].to_numpy()) <= 0.97
