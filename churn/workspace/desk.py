"""The workspace under its old name, for programs written before; it goes with the next release."""

from __future__ import annotations

import warnings
from operator import attrgetter
from typing import Any

from churn.workspace.workspace import Workspace

MOVED = {
    "add_key": "access.add_key",
    "api_keys": "access.api_keys",
    "audit": "access.audit",
    "brief": "lists.brief",
    "called": "models.name_for",
    "campaigns": "campaigns.list",
    "check": "lists.check",
    "chosen_customers": "campaigns.customers",
    "compare": "customers.compare",
    "counterpart": "online.scorer",
    "counterpart_at_hand": "online.cached_scorer",
    "currency_of": "campaigns.currency_of",
    "customer_seen": "customers.recorded",
    "customers": "lists.top",
    "drift": "monitor.check",
    "drift_page": "monitor.page",
    "drivers": "lists.drivers",
    "entrance": "access.settings",
    "explain": "customers.explain",
    "explain_customer": "customers.explain_values",
    "explain_in": "customers.explain_in",
    "explained_by": "models.explained_by",
    "exploring": "lists.explore",
    "export": "campaigns.export",
    "exported": "campaigns.export_bytes",
    "fairness_chart": "models.fairness_chart",
    "forget": "customers.forget",
    "forget_before": "customers.forget_before",
    "form": "customers.form",
    "health": "models.health",
    "history": "customers.history",
    "in_words": "campaigns.in_words",
    "key_holder": "access.key_holder",
    "last_seen": "customers.last_seen",
    "latest_signs": "monitor.latest",
    "list_from_logs": "logs.make_list",
    "lists_scored": "lists.history",
    "lists_watched": "monitor.history",
    "measure": "campaigns.measure",
    "model": "models.get",
    "model_card": "models.card",
    "model_for": "models.for_list",
    "must_train": "models.refuse_training",
    "next_step": "lists.next_step",
    "nobody": "access.anonymous",
    "note_list": "lists.keep_summary",
    "offer_names": "customers.offer_names",
    "offers_for": "customers.offers_for",
    "opening_plan": "campaigns.suggest",
    "outcome_questions": "campaigns.outcome_questions",
    "outlook": "logs.outlook",
    "overview": "lists.overview",
    "overview_charts": "lists.overview_charts",
    "page": "lists.page",
    "plan": "campaigns.plan",
    "playbook": "playbooks.get",
    "playbook_for": "playbooks.for_model",
    "promote": "models.promote",
    "push": "campaigns.push",
    "query_for": "logs.query",
    "recipes": "logs.recipes",
    "refuse_without_sign_in": "access.refuse_without_sign_in",
    "remember_mapping": "lists.remember_mapping",
    "retrain": "monitor.retrain",
    "revoke_key": "access.revoke",
    "rollback": "models.rollback",
    "scale": "campaigns.scale",
    "score": "lists.score",
    "score_file": "lists.score_file",
    "score_on_cluster": "lists.score_on_cluster",
    "scored_by_key": "online.score_by_key",
    "segments": "lists.segments",
    "set_playbook": "playbooks.set",
    "shelf": "models.list",
    "signed_in": "access.signed_in",
    "since_last": "lists.since_last",
    "summarise": "logs.summarise",
    "templates": "lists.templates",
    "train": "models.train",
    "training_charts": "models.charts",
    "try_filling": "logs.try_filling",
    "uplift": "campaigns.uplift",
    "verify": "models.verify",
    "waterfall_within": "customers.group_chart",
    "what_if": "customers.what_if",
    "write_watched": "monitor.write",
}


class Desk(Workspace):
    """A workspace whose methods are also known by their old names."""

    def __getattr__(self, name: str) -> Any:
        moved = MOVED.get(name)
        if moved is None:
            raise AttributeError(f"A workspace has no {name}.")
        warnings.warn(f"Desk.{name} is Workspace.{moved} now.", DeprecationWarning, stacklevel=2)
        return attrgetter(moved)(self)
