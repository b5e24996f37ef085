"""The rule that says who may be offered an action."""

import pandas as pd
import pyarrow as pa
import pytest

from churn.errors import RequestRefused
from churn.money.rules import equality_rule, missing_columns, parse_rule

LIST = pd.DataFrame(
    {
        "Plan": ["Monthly", "Two year", None, "monthly "],
        "age": [3.0, 1.0, 9.0, float("nan")],
        "Auto pay": [True, False, None, True],
        "note": ["4", " ", "x", "-1"],
    }
)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("", [1, 1, 1, 1]),
        ("Plan is Monthly", [1, 0, 0, 1]),
        ("Plan is not Monthly", [0, 1, 0, 0]),
        ("Plan is Monthly and age >= 3", [1, 0, 0, 0]),
        ("Plan is one of Monthly, Two year", [1, 1, 0, 1]),
        ("Plan is not one of Two year, Weekly", [1, 0, 0, 1]),
        ("Plan is missing or age between 1 and 2", [0, 1, 1, 0]),
        ("age is known and not (age > 3)", [1, 1, 0, 0]),
        ("not Plan is Monthly", [0, 1, 0, 0]),
        ("Auto pay is yes", [1, 0, 0, 1]),
        ('"Auto pay" is not true', [0, 1, 0, 0]),
        ("note > 0", [1, 0, 0, 0]),
        ("note is missing", [0, 1, 0, 0]),
        ("age = 3 or age != 9", [1, 1, 0, 0]),
        ("(age < 2 or age > 8) and Plan is known", [0, 1, 0, 0]),
    ],
)
def test_a_rule_holds_for_the_right_customers_in_every_kind_of_table(rule, holds):
    asked = parse_rule(rule)
    assert asked.holds(LIST, 4).tolist() == [bool(h) for h in holds]
    assert asked.holds(pa.Table.from_pandas(LIST), 4).tolist() == [bool(h) for h in holds]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("age", "from 'age' on"),
        ("age ~ 3", "from 'age ~ 3' on"),
        ("age >= three", "needs a number"),
        ("(age > 3", "A bracket is not closed"),
        ("age > 3 and", "at its end"),
        ("age between 3", "not understood"),
        ("age > 3 Plan is Monthly", "needs a number"),
    ],
)
def test_a_rule_that_is_not_understood_is_refused_where_it_goes_wrong(rule, said):
    with pytest.raises(RequestRefused, match=said.replace("(", r"\(")):
        parse_rule(rule)


def test_a_rule_knows_the_columns_it_needs():
    rule = parse_rule('Plan is Monthly and ("Auto pay" is yes or Plan is known)')
    assert rule.columns == ("Plan", "Auto pay")
    assert missing_columns(rule, ["Plan"]) == ("Auto pay",)


@pytest.mark.parametrize("value", ["Monthly", 'the "old" plan', "O'Neill", "a and b", "x >= 3", "(", ""])
def test_a_rule_made_for_a_value_reads_back_as_itself(value):
    made = equality_rule("my plan", value)
    assert parse_rule(made.text) == made


def test_a_value_no_rule_can_state_is_refused():
    with pytest.raises(RequestRefused, match="both kinds of quotes"):
        equality_rule("plan", 'it\'s "new"')
