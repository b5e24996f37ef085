"""Campaigns for tests of the doors: planned over the small telco home, and outcomes that come back as one wants."""

from churn import Workspace
from churn.campaigns.limits import Order
from tests.trained import TODAY


def planned_for(home, name="spring", **order):
    """A campaign over today's 60 customers; half is held out so that both arms are there."""
    workspace = Workspace(home)
    return workspace.campaigns.plan(workspace.lists.score(home / TODAY), Order(name=name, **{"holdout": 0.5, **order}))


def exported(home, name="spring", **order):
    """The same, kept in the database and written to the home."""
    return Workspace(home).campaigns.export(planned_for(home, name, **order), home / f"{name}.csv")


def came_back(planned, *, left, head="customerID,Churn", arms=("treat", "holdout")):
    """Outcomes as a file: `left` says of each arm (True for treated) whether its customers left."""
    table = planned.campaign.table
    rows = [
        f"{key},{'Yes' if left(arm == 'treat') else 'No'}"
        for key, arm in zip(table[planned.basis.key], table["arm"], strict=True)
        if arm in arms
    ]
    return "\n".join([head, *rows, ""]).encode()
