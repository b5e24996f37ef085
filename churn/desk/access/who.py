"""Who asks, and what they may do: one noun for a person at the dashboard and for a program with a key.

    role      scope   may
    viewer    read    look: models, columns, last scores, campaigns, monitoring
    analyst   score   … and bring lists: score, plan, export, push, measure, train (the gate decides what goes live)
    admin     admin   … and decide for all: promote, roll back, set the playbook, keys, forget, read the audit trail

A person has a role, a key has a scope; they are two words for the same ladder. Screens and routes ask `may`, the Desk
insists with `must` before anything is changed, so a door that forgets to ask opens nothing.
"""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from typing import Literal, get_args

from churn.errors import NotAllowed, RequestRefused

ROLES = ("viewer", "analyst", "admin")
SCOPES = ("read", "score", "admin")
ACTS = {
    "look": "viewer",
    "score": "analyst",
    "plan": "analyst",
    "export": "analyst",
    "push": "analyst",
    "measure": "analyst",
    "train": "analyst",
    "promote": "admin",
    "rollback": "admin",
    "playbook": "admin",
    "keys": "admin",
    "forget": "admin",
    "audit": "admin",
}
By = Literal["terminal", "local", "key", "sign-in", "proxy"]


@dataclass(frozen=True)
class Who:
    """Somebody who asks: `name` as the audit trail shows it, `role`, and how they are known (`by`)."""

    name: str
    role: str
    by: By

    @property
    def scope(self) -> str:
        """The role in the word that keys use."""
        return SCOPES[ROLES.index(self.role)]

    def may(self, act: str) -> bool:
        """Whether this role is enough for an act."""
        return ROLES.index(self.role) >= ROLES.index(ACTS[act])

    def to_environment(self) -> dict[str, str]:
        """What a job that is started for this who is told, so that it has their name and their rights."""
        return {"CHURN_ASKED_BY": self.name, "CHURN_ASKED_ROLE": self.role, "CHURN_ASKED_THROUGH": self.by}

    def must(self, act: str) -> None:
        """Refuse an act this role is not enough for, saying which one is."""
        if not self.may(act):
            raise NotAllowed(
                f"{self.name} may not do this: it takes the role {ACTS[act]} (keys: scope {scope_of(ACTS[act])}).",
                "Ask an admin for it.",
            )


THIS_MACHINE = Who("this machine", "admin", "local")
ANYBODY = Who("anybody", "admin", "local")  # from elsewhere, where the operator lets everybody in


def at_the_terminal() -> Who:
    """Whoever runs this program: the account has the files anyway, so it may do everything.

    A job that the dashboard starts for somebody carries their name and role, and may what they may.
    """
    if not (name := os.environ.get("CHURN_ASKED_BY")):
        return Who(_account(), "admin", "terminal")
    role, through = os.environ.get("CHURN_ASKED_ROLE", ""), os.environ.get("CHURN_ASKED_THROUGH", "")
    known: By = next((by for by in get_args(By) if by == through), "terminal")
    return Who(name, role if role in ROLES else "viewer" if role else "admin", known)


def scope_of(role: str) -> str:
    """The scope of a key that may what this role may."""
    return SCOPES[ROLES.index(role)]


def role_of(scope: str) -> str:
    """The role that a key of this scope has."""
    if scope not in SCOPES:
        raise RequestRefused(f"{scope!r} is no scope of a key.", f"Choose one of: {', '.join(SCOPES)}.")
    return ROLES[SCOPES.index(scope)]


def _account() -> str:
    """The account's name; in a container the number may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"account {os.getuid()}" if hasattr(os, "getuid") else "unknown account"
