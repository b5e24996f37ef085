"""An order in words is the same order for every door."""

import pytest

from churn.campaigns.limits import Order, parse_order
from churn.errors import RequestRefused


def test_words_become_the_limits_they_say():
    said = parse_order(capacity=["call=5"], at_least=["region=a=b:2"], at_most=["plan=month:3"], budget=100.0)
    assert said == Order(
        budget=100.0, capacity={"call": 5}, at_least={("region=a", "b"): 2}, at_most={("plan", "month"): 3}
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"capacity": ["call"]}, "does not say what equals what. Write it as CHANNEL=N."),
        ({"capacity": ["call=x"]}, "The capacity is 'x'."),
        ({"at_most": ["plan=month"]}, "does not say how many. Write it as COL=VALUE:N."),
        ({"at_least": ["plan:3"]}, "does not say what equals what. Write it as COL=VALUE:N."),
        ({"at_least": ["plan=month:1.5"]}, "The limit for plan=month is '1.5'."),
    ],
)
def test_words_that_say_too_little_are_refused(words, said):
    with pytest.raises(RequestRefused) as told:
        parse_order(**words)
    assert said in str(told.value)
