"""A model small enough to work out by hand, for the tests of everything that scores."""

import numpy as np
import pyarrow as pa

from churn.explain.explainer import Linear, build_explainer
from churn.explain.trees import Forest, Split, Tree
from churn.money.economics import Valuation
from churn.money.playbook import Playbook, exact_estimate
from churn.schema import Column, Schema
from churn.scoring.wording import wording_for
from churn.training.calibration import Bin, Calibration
from churn.training.encoder import Encoder, Field
from churn.training.model import Model, build_reference
from churn.training.thresholds import Thresholds

SCHEMA = Schema(
    (
        Column("id", "text", "key"),
        Column("plan", "category", levels=("monthly", "yearly"), group="Contract", lever="actionable"),
        Column("spend", "number", "value", unit="money", low=0, group="Charges", lever="actionable", direction=1),
        Column("months", "number", unit="months", low=0, group="Tenure", direction=-1),
        Column("senior", "flag", group="Customer", lever="protected"),
        Column("left", "flag", "outcome"),
    )
)
ENCODER = Encoder(
    (
        Field("months", "number", group="Tenure", direction=-1),
        Field("plan", "nominal", ("monthly", "yearly"), group="Contract", lever="actionable"),
        Field("senior", "flag", group="Customer", lever="protected"),
        Field("spend", "number", group="Charges", lever="actionable", direction=1),
    )
)
# Half of the customers learnt from have a monthly plan: +1 for it, -1 for a yearly one; an unseen plan goes right.
PLAN = Tree((Split(1, members=frozenset({0})), None, None), (1, -1, -1), (2, -1, -1), (0.0, 1.0, -1.0), (8.0, 4.0, 4.0))
# Spending and months count along a line, from 50 and 24; being a senior adds 0.5 against nothing.
LINE = Linear(
    -1.0,
    np.array([-0.05, 0.0, 0.5, 0.02]),
    np.array([24.0, 0.0, 0.0, 50.0]),
    (np.zeros(2), np.zeros(4), np.zeros(2), np.zeros(2)),
)
PHRASES = {
    "groups": {"Tenure": {"label": "Time as a customer"}},
    "columns": {
        "plan": {"levels": {"monthly": "month-to-month contract"}, "change": "a one-year offer", "label": "contract"},
        "spend": {"says": "pays {value} a month"},
        "months": {"says": "{value} months as a customer", "one": "1 month as a customer"},
    },
}
VALUATION = Valuation(Playbook(margin=exact_estimate(0.5), periods=exact_estimate(18)), "spend")  # half of 18 bills
WORDING = wording_for(SCHEMA, PHRASES, currency="USD")
BINS = (Bin(0.0, 0.4, 80, 16, 0.2, 0.13, 0.3), Bin(0.4, 1.0, 20, 14, 0.7, 0.48, 0.85))


def small_model(**changes):
    rows = np.array([[m, p, 0, s] for m in (1, 12, 24, 48) for p in (0, 1) for s in (20, 80)], np.float32)
    explainer = build_explainer([(1.0, Forest((PLAN,), 4)), (1.0, LINE)], 4)
    parts = {
        "name": "small",
        "version": "v1",
        "schema": SCHEMA,
        "encoder": ENCODER,
        "explainer": explainer,
        "calibration": Calibration(bins=BINS, stays_up_to=0.15, leaves_from=0.6, spread=0.2),
        "thresholds": Thresholds(0.3, "money", 0.3, 0.3, 0.6),
        "reference": build_reference(ENCODER, rows, explainer.probability(rows)),
    }
    return Model(**{**parts, **changes})


def customers(**columns):
    """A checked table; columns that are left out are missing from it."""
    kinds = {"id": pa.string(), "plan": pa.string(), "senior": pa.bool_(), "left": pa.bool_()}
    return pa.table({name: pa.array(cells, kinds.get(name, pa.float64())) for name, cells in columns.items()})


THREE = customers(
    id=["a", "b", "=c"],
    plan=["monthly", "yearly", "weekly"],
    spend=[70.35, 20.0, None],
    months=[1.0, 60.0, 24.0],
    senior=[True, False, None],
)
