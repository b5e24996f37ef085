"""Event logs: a table of customers, or a sentence."""

from datetime import date

import pytest

from churn import Workspace
from churn.errors import RequestRefused

LOG = "user_id,event_time,event_type,price\n" + "".join(
    f"{who},2026-0{month}-10 09:00:00 UTC,purchase,10\n" for who in "abc" for month in (1, 2, 3)
)


def test_a_log_becomes_one_row_per_customer_that_any_verb_takes(home, tmp_path):
    (tmp_path / "log.csv").write_text(LOG)
    made = tmp_path / "made.parquet"
    Workspace(home).logs.summarise({"events": str(tmp_path / "log.csv")}, "shop", as_of=date(2026, 3, 1), output=made)
    reading = Workspace(home).lists.check(made)
    assert (reading.rows, reading.profile) == (3, "shop")


def test_a_business_without_a_recipe_is_refused(home):
    with pytest.raises(RequestRefused, match="has no recipe for event logs"):
        Workspace(home).logs.summarise({"events": "x.csv"}, "telco", as_of=date(2026, 3, 1))
