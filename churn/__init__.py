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

Everything is asked of a workspace:

    from churn import Workspace
    workspace = Workspace()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from churn.workspace.desk import Desk
    from churn.workspace.workspace import Workspace

__version__ = "0.1.0"
__all__ = ["Desk", "Workspace", "__version__"]


def __getattr__(name: str) -> Any:
    """Hand out the workspace only when it is asked for, so that importing a single module stays light."""
    if name == "Workspace":
        from churn.workspace.workspace import Workspace

        return Workspace
    if name == "Desk":
        from churn.workspace.desk import Desk

        return Desk
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
