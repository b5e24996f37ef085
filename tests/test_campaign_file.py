"""The campaign as a file for a CRM."""

from functools import cache

import pandas as pd
import pytest

from churn.campaigns.export import campaign_rows, write_campaign
from churn.campaigns.limits import Order
from churn.campaigns.plan import plan_campaign
from churn.errors import RequestRefused
from tests.scored import BOOK, FOUR


@cache
def campaign():
    return plan_campaign(FOUR, BOOK, Order(budget=12, holdout=0), key="id", value="bill")


FIXED = ["id", "arm", "action", "channel", "cost", "expected_gain", "probability", "tier", "reason_1"]


def test_the_file_holds_the_fixed_columns_best_gain_first(tmp_path):
    assert write_campaign(campaign(), tmp_path / "c.csv") == 3
    rows = pd.read_csv(tmp_path / "c.csv")
    assert list(rows.columns) == FIXED
    assert rows[["id", "arm", "action", "channel", "cost", "expected_gain"]].values.tolist() == [
        ["ann", "treat", "call", "phone", 10.0, 35.0],
        ["ben", "treat", "mail", "email", 1.0, 9.0],
        ["cid", "treat", "mail", "email", 1.0, 5.0],
    ]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_text_that_a_spreadsheet_would_run_is_made_inert(tmp_path, ending):
    write_campaign(campaign(), tmp_path / f"c{ending}")
    read = pd.read_csv if ending == ".csv" else lambda p: pd.read_excel(p, engine="calamine")
    rows = read(tmp_path / f"c{ending}")
    assert rows["reason_1"].tolist() == ["Contract", "Price", "'=cmd()"]
    assert rows["cost"].tolist() == [10, 1, 1]


def test_parquet_keeps_text_as_it_is(tmp_path):
    write_campaign(campaign(), tmp_path / "c.parquet")
    assert pd.read_parquet(tmp_path / "c.parquet")["reason_1"].tolist() == ["Contract", "Price", "=cmd()"]


def test_only_the_columns_asked_for_leave():
    assert list(campaign_rows(campaign(), ["id", "region", "id"]).columns) == ["id", "region"]


def test_a_column_or_ending_that_is_not_known_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(RequestRefused, match="no column 'phone_number'"):
        write_campaign(campaign(), tmp_path / "c.csv", ["phone_number"])
    with pytest.raises(RequestRefused, match="ending"):
        write_campaign(campaign(), tmp_path / "c.doc")
    assert list(tmp_path.iterdir()) == []
