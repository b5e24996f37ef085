"""The action a ranked list suggests for each customer."""

import pyarrow as pa
import pytest

from churn.money.policies import build_suggester
from churn.money.rules import parse_rule
from tests.scored import BOOK, FOUR

LIST = pa.table({"bill": [100.0] * 4, "region": FOUR["region"].tolist()})
SCORES = pa.table({"probability": FOUR["probability"].tolist(), "tier": FOUR["tier"].tolist()})


def test_each_customer_gets_what_pays_most_or_nothing():
    found = build_suggester(BOOK, value="bill")(LIST, SCORES)
    assert found["action"].to_pylist()[:2] + found["action"].to_pylist()[3:] == ["call", "call", None]
    assert found["expected_gain"].to_pylist() == [pytest.approx(35), pytest.approx(15), pytest.approx(5), None]


def test_rules_may_look_at_the_list_and_at_the_scores():
    book = BOOK.having("call", rule=parse_rule("region is n and tier is High"))
    assert build_suggester(book, value="bill")(LIST, SCORES)["action"].to_pylist() == ["call", "mail", "mail", None]
