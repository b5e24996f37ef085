"""Holdfast: a customer list goes in, a retention campaign comes out.

    customers.csv | .xlsx | .parquet
       │ intake      read anything, know what each column means, repair or set aside with a line number
       ▼
     checked table ◄── features   an event log becomes one row per customer, as of a date
       │ training    (only with known outcomes) a Model: encoder, estimators, calibration, report card
       ▼
     Model + table
       │ scoring     probability, tier, reasons, what-if: exact SHAP by table look-up
       ▼
     ScoredList
       │ campaigns   money: one best action per customer under budget, a holdout drawn at export
       ▼
     Campaign  ──►  campaign.csv      … outcomes come back ──► measured lift ──► the playbook learns
       monitoring  is today's list still like the one learnt from, is the model still worth its money

In a notebook:                               To keep models, lists and campaigns:

    import churn                                 workspace = churn.Workspace(home)
    customers = churn.read("list.csv")           workspace.models.train("list.csv")
    model = churn.train(customers)               scored = workspace.lists.score("today.csv")
    plan = model.score("today.csv").plan()       workspace.campaigns.suggest(scored)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from churn.notebook import read, train
    from churn.workspace.desk import Desk
    from churn.workspace.workspace import Workspace

__version__ = "0.1.0"
__all__ = ["Desk", "Workspace", "__version__", "read", "train"]

_HOMES = {
    "Workspace": "churn.workspace.workspace",
    "Desk": "churn.workspace.desk",
    "read": "churn.notebook",
    "train": "churn.notebook",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for, so that importing one module stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
