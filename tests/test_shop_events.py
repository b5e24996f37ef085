"""The shop log has the REES46 columns and reads like a log: in order, sessions whole, purchases of what was seen."""

from functools import cache

import pyarrow as pa
import pytest

from churn.samples.catalogue import make_sample
from churn.samples.random import best_auc
from churn.samples.shop import PRODUCTS, catalogue_of


@cache
def sample():
    return make_sample("shop", rows=1200)


@cache
def log():
    return sample().table().to_pandas()


@cache
def truth():
    return sample().truth().to_pandas()


def test_the_log_has_the_columns_people_know():
    assert sample().table().column_names == [
        *("event_time", "event_type", "product_id", "category_id", "category_code", "brand", "price"),
        *("user_id", "user_session"),
    ]


def test_times_are_in_utc_in_order_and_end_with_june():
    assert log()["event_time"].str.endswith(" UTC").all()
    assert log()["event_time"].is_monotonic_increasing
    assert (log()["event_time"].iloc[0][:7], log()["event_time"].iloc[-1][:10]) == ("2025-11", "2026-06-30")


def test_a_session_belongs_to_one_customer_and_begins_with_a_view():
    sessions = log().groupby("user_session")
    assert (sessions["user_id"].nunique() == 1).all()
    assert (sessions["event_type"].first() == "view").all()


def test_what_is_bought_or_put_in_the_cart_was_looked_at_in_the_same_session():
    seen = set(zip(*log().loc[log()["event_type"] == "view", ["user_session", "product_id"]].values.T, strict=True))
    done = log().loc[log()["event_type"] != "view", ["user_session", "product_id"]]
    assert seen.issuperset(zip(*done.values.T, strict=True))
    assert set(log()["event_type"]) == {"view", "cart", "remove_from_cart", "purchase"}


def test_every_product_has_one_price_and_some_have_no_brand_or_category():
    assert (log().groupby("product_id")["price"].nunique() == 1).all()
    shares = log()[["category_code", "brand"]].isna().mean().tolist()
    assert shares == pytest.approx([0.17, 0.12], abs=0.08)
    assert len(set(catalogue_of(1)["product_id"].tolist())) == PRODUCTS


def test_leaving_is_a_month_without_an_event():
    came = set(log().loc[log()["event_time"] >= "2026-06-01", "user_id"])
    june = truth()[truth()["as_of"] == sample().business.as_of]
    assert june["left"].tolist() == [who not in came for who in june["user_id"]]


def test_not_buying_is_a_month_without_a_purchase():
    bought = log().loc[(log()["event_time"] >= "2026-06-01") & (log()["event_type"] == "purchase"), "user_id"]
    june = truth()[truth()["as_of"] == "2026-06-01"]
    assert june["left_buying"].tolist() == [who not in set(bought) for who in june["user_id"]]


def test_next_month_can_be_known_believably_well_among_recent_customers():
    recent = set(log().loc[(log()["event_time"] >= "2026-03-03") & (log()["event_time"] < "2026-06-01"), "user_id"])
    june = truth()[(truth()["as_of"] == "2026-06-01") & truth()["user_id"].isin(recent)]
    assert 0.75 <= best_auc(june["no_purchase"]) <= 0.85
    assert 0.75 <= best_auc(june["probability"]) <= 0.87


def test_a_session_number_is_never_used_in_two_units():
    sessions = [set(block.tables["events"]["user_session"].unique().to_pylist()) for block in two_units()]
    assert sessions[0].isdisjoint(sessions[1])


def two_units():
    units = list(make_sample("shop", rows=4100).blocks())
    assert [isinstance(u.truth, pa.Table) for u in units] == [True, True]
    return units
