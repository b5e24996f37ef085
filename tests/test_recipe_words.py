"""Reading a recipe: the shipped ones are understood, and every wrong word is refused by its place and name."""

import pytest

from churn.errors import RequestRefused
from churn.features.recipe import parse_recipe
from churn.profiles import read_profile

LOG = {"shape": "log", "columns": {"key": "id", "time": ["t"]}}


def words(**changes):
    return {"title": "Test", "rule": "inactivity", "tables": {"events": LOG}} | changes


def table(**changes):
    return words(tables={"events": LOG | changes})


@pytest.mark.parametrize(("name", "tables"), [("general", 1), ("music", 3), ("shop", 1)])
def test_the_shipped_recipes_are_understood(name, tables):
    assert len(parse_recipe(read_profile(name).recipe).tables) == tables


def test_lists_become_tuples_and_the_rest_its_default():
    recipe = parse_recipe(words(windows=[5, 10]))
    assert (recipe.windows, recipe.horizon, recipe.key) == ((5, 10), 30, "customer")
    assert recipe.main.columns == {"key": ("id",), "time": ("t",)}


PAYMENTS = {"shape": "payments", "columns": {"key": "id", "time": "t", "expires": "e"}}
TWO_VALUES = {n: {"meaning": n, "value": True} for n in ("a", "b")}
WRONG = {
    "no recipe": {},
    "names no table": words(tables={}),
    "is not a section": words(tables={"events": 3}),
    "unknown word 'colour'": words(colour="red"),
    "does not say its title": {k: v for k, v in words().items() if k != "title"},
    "rule = 'mood'": words(rule="mood"),
    "shape = None": table(shape=None),
    "names a column 'price'": table(columns={"key": "id", "time": "t", "price": "p"}),
    "which column is its time": table(columns={"key": "id"}),
    "needs a table of shape 'payments'": words(rule="expiry"),
    "says who is a customer": table(optional=True),
    r"windows = \[30\]": words(windows=[30]),
    r"windows = \[30, 7\]": words(windows=[30, 7]),
    "days or hours that cannot be": words(horizon=0),
    "has clock = 1.5": words(clock=1.5),
    "has horizon = True": words(horizon=True),
    "make = 'sum'": table(measures={"m": {"meaning": "M", "make": ["sum"]}}),
    "does not say its meaning": table(measures={"m": {}}),
    "names no kind column": table(active=["buy"]),
    "speaks of 'n'": table(rates={"r": {"meaning": "R", "of": ["n"], "to": ["n"]}}),
    "number below its least": table(measures={"m": {"meaning": "M", "divide": 0}}),
    "two measures with value": table(measures=TWO_VALUES),
}


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_recipe_is_refused_with_what_to_do(said):
    with pytest.raises(RequestRefused, match=said) as refused:
        parse_recipe(WRONG[said])
    assert refused.value.fix
