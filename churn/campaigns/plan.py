"""The Campaign: who gets what, who is held out, what it costs and brings, and the price of each limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from churn.campaigns.holdout import DrawKeys, HeldOutPlan, plan_with_holdout
from churn.campaigns.lift import Detectable, plan_detection
from churn.campaigns.limits import (
    History,
    Money,
    Order,
    bare_amount,
    build_limits,
    check_minimums,
    check_order,
    contact_cooldown,
    explain_nobody,
)
from churn.campaigns.optimizer import Limit
from churn.errors import ListRefused
from churn.money.economics import (
    Offers,
    Stakes,
    build_stakes,
    build_terms,
    chosen_gain,
    expected_effect,
    price_offers,
    worth,
)
from churn.money.playbook import Playbook
from churn.notices import Notice

if TYPE_CHECKING:
    import pandas as pd

BEST_OF_THE_OTHERS = "This is the best possible plan for those who are not held out."
FILE_COLUMNS = ("arm", "action", "channel", "cost", "expected_gain", "probability", "tier", "reason_1")


@dataclass(frozen=True)
class Price:
    """What one more unit of a limit would bring."""

    limit: str
    kind: str
    price: float

    def as_json(self) -> dict[str, Any]:
        """The same as a plain mapping."""
        return dict(vars(self))


@dataclass(frozen=True)
class Campaign:
    """A campaign, ready to be exported and, later, measured.

    table       one row per customer in either arm, best expected gain first, with every column of the scored list;
                `action`, `channel`, `cost`, `expected_gain` are what will happen (nothing, for the held out),
                `planned_action` is what the customer was chosen for, in both arms;
                `in_draw`: could have been held out, so lift may count it
    customers   how many were on the list
    bound       what no plan for these customers and limits can exceed, in expected gain
    basis       how the worth of a customer was computed
    words       what people call it, where that is not its id
    """

    name: str
    key: str
    table: pd.DataFrame = field(compare=False, repr=False)
    customers: int
    treated: int
    held: int
    spent: float
    reserved: float
    expected_gain: Mapping[str, float]
    bound: float
    prices: tuple[Price, ...]
    detectable: Detectable
    budget: float | None = None
    seed: int = 0
    basis: str = ""
    exact: bool = False
    notices: tuple[Notice, ...] = ()
    words: str = ""

    @property
    def title(self) -> str:
        """What people call the campaign: the words it was given, or its id."""
        return self.words or self.name

    @property
    def reached(self) -> float:
        """The share of the best possible gain that this plan is proven to reach."""
        gain = self.expected_gain["mid"]
        return 1.0 if self.bound <= 0 else min(1.0, max(0.0, gain / self.bound))

    @property
    def proof(self) -> str:
        """How good the plan is proven to be, in words."""
        if self.exact:
            return "This is the best possible plan." if not self.held else BEST_OF_THE_OTHERS
        short = (1.0 - self.reached) * 100
        return f"This plan is within {max(0.01, short):.2g}% of the best possible."

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the campaign file, in order."""
        return (self.key, *(c for c in FILE_COLUMNS if c in self.table.columns))

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return {
            "campaign": self.name,
            "title": self.title,
            "customers": self.customers,
            "treated": self.treated,
            "holdout": self.held,
            "spent": round(self.spent, 2),
            "expected_gain": {at: round(v, 2) for at, v in self.expected_gain.items()},
            "bound": round(self.bound, 2),
            "prices": [p.as_json() for p in self.prices],
            "detectable": self.detectable.as_json(),
            "notices": [n.as_json() for n in self.notices],
        }


# A scored list weighed: what each action would bring and cost with each customer, and the limits asked for.


OURS = ("arm", "action", "channel", "cost", "expected_gain", "planned_action", "worth", "probability", "tier")


@dataclass(frozen=True)
class PricedOffers:
    """Everything a plan chooses from."""

    names: DrawKeys
    playbook: Playbook
    given: Stakes
    found: Offers
    limits: tuple[Limit, ...]
    notices: tuple[Notice, ...]


def price_plan(
    scored: pd.DataFrame,
    playbook: Playbook,
    order: Order,
    *,
    key: str,
    value: str | None,
    called: str = "",
    history: History | None,
) -> PricedOffers:
    """The list against the playbook; a list or an order that makes no sense is refused here."""
    order, history = check_order(order), history or History()
    keys = _keys(scored, key)
    playbook = playbook.with_capacity(order.capacity)
    bill = _bill(scored, value)
    named = {"column": value or "", "called": called}
    given = build_stakes(scored["probability"], bill, playbook, **named, remaining=scored.get("remaining"))
    stopped, resting = contact_cooldown(scored, playbook, keys=keys, history=history)
    found = price_offers(given, playbook, scored, order.scenario, barred=stopped)
    limits = build_limits(order, playbook, scored, rows=given.rows)
    check_minimums(limits, np.isfinite(found.gain).any(axis=1))
    names = DrawKeys(keys, _tiers(scored), history.arms)
    return PricedOffers(names, playbook, given, found, limits, (*given.notices, *found.notices, *resting))


def _bill(scored: pd.DataFrame, value: str | None) -> np.ndarray | None:
    if value is None:
        return None
    if value not in scored:
        raise ListRefused(f"The list has no column {value!r} to take the value from.", "Name the value column.")
    try:
        return scored[value].to_numpy(float, na_value=np.nan)
    except (TypeError, ValueError):
        raise ListRefused(f"The column {value!r} does not hold numbers.", "Name a column of amounts.") from None


def _keys(scored: pd.DataFrame, key: str) -> np.ndarray:
    if not len(scored):
        raise ListRefused("The list is empty.", "Score a list with customers first.")
    for column in (key, "probability"):
        if column not in scored:
            raise ListRefused(f"The scored list has no column {column!r}.", "Score the list first and name its key.")
    if key in OURS:
        raise ListRefused(f"The key is called {key!r}, which a campaign needs for itself.", "Give it another name.")
    if scored[key].isna().any():
        raise ListRefused(f"Some customers have no {key}.", "Every customer needs one, or arms cannot be remembered.")
    keys = scored[key].astype(str).to_numpy(object)
    if len(set(keys)) < len(keys):
        twice = scored[key].astype(str)[scored[key].astype(str).duplicated()].iloc[0]
        raise ListRefused(f"{key} {twice!r} is on the list more than once.", "Keep one row per customer.")
    return keys


def _tiers(scored: pd.DataFrame) -> np.ndarray:
    return scored["tier"].astype(str).to_numpy(object) if "tier" in scored else np.full(len(scored), "", object)


# A scored list and a budget become a Campaign: one action or none for each customer, and a holdout to measure by.


def plan_campaign(
    scored: pd.DataFrame,
    playbook: Playbook,
    order: Order,
    *,
    key: str = "key",
    value: str | None = "value",
    called: str = "",
    history: History | None = None,
    money: Money = bare_amount,
) -> Campaign:
    """The most valuable campaign this budget, these capacities and these offers allow.

    scored      one row per customer: the key, `probability`, `tier`, the value column, and what the rules look at;
                `remaining`, where it is there, says how many periods each is expected to stay
    value       the name of the value column; None when the list has none
    called      what the value column is called in a sentence
    money       how an amount is said
    """
    ready = price_plan(scored, playbook, order, key=key, value=value, called=called, history=history)
    plan = plan_with_holdout(ready.found, ready.limits, order, ready.names)
    return _campaign(scored, ready.playbook, order, _PlanInHand(key, ready, plan, money))


@dataclass(frozen=True)
class _PlanInHand:
    """Everything the finished campaign is written from."""

    key: str
    ready: PricedOffers
    plan: HeldOutPlan
    money: Money


def _campaign(scored: pd.DataFrame, playbook: Playbook, order: Order, made: _PlanInHand) -> Campaign:
    plan = made.plan
    table = _table(scored, playbook, made)
    treated = table[table["arm"] == "treat"]
    gains = {at: round(float(treated[f"gain_{at}"].sum()), 2) for at in ("low", "mid", "high")}
    priced = zip(made.ready.limits, plan.solution.prices, strict=True)
    power = _power(scored, playbook, made)
    notices = made.ready.notices + _notices(playbook, order, made, power)
    return Campaign(
        name=order.name or _content_name(order, made),
        key=made.key,
        table=table,
        customers=made.ready.given.rows,
        treated=int(plan.treat.sum()),
        held=int(plan.held.sum()),
        spent=round(float(table["cost"].sum()), 2),
        reserved=_reserved(scored, playbook, made),
        expected_gain=gains,
        bound=max(plan.bound, gains["mid"]) if order.scenario == "mid" else plan.bound,
        prices=tuple(Price(x.name, x.kind, round(float(p), 4)) for x, p in priced),
        detectable=power,
        budget=order.budget,
        seed=order.seed,
        basis=made.ready.given.basis,
        exact=plan.exact,
        notices=notices,
        words=order.title,
    )


def _table(scored: pd.DataFrame, playbook: Playbook, made: _PlanInHand) -> pd.DataFrame:
    choice, held = made.plan.choice, made.plan.held
    rows = np.flatnonzero(choice >= 0)
    some, part = made.ready.given.only(rows), scored.iloc[rows]
    gains = chosen_gain(some, playbook, part, choice[rows])
    treat, taken = ~held[rows], choice[rows]
    names = np.array([a.name for a in playbook.actions], object)
    channels = np.array([a.channel for a in playbook.actions], object)
    cost = np.where(treat, made.ready.found.cost[rows, taken], 0.0)
    gains = {at: _round_to_cents(g, treat) for at, g in gains.items()}
    ours = {
        "arm": np.where(treat, "treat", "holdout"),
        "action": np.where(treat, names[taken], ""),
        "channel": np.where(treat, channels[taken], ""),
        "cost": _round_to_cents(cost, treat),
        "expected_gain": np.where(treat, gains["mid"], 0.0),
        "planned_action": names[taken],
        "worth": worth(some, playbook),
        **{f"gain_{at}": g for at, g in gains.items()},
        "in_draw": made.plan.in_draw[rows],
    }
    table = part.drop(columns=[c for c in ours if c in part]).assign(**ours)
    return table.iloc[np.argsort(-gains["mid"], kind="stable")].reset_index(drop=True)


def _round_to_cents(amounts: np.ndarray, treat: np.ndarray) -> np.ndarray:
    """Amounts in whole cents, those of the treated so that they add up to the whole cents of their sum.

    What the campaign costs and brings is then the sum of its rows to the cent, in every file and on every screen.
    """
    found = np.round(amounts, 2)
    cents = amounts[treat] * 100.0
    whole = np.floor(cents + 1e-9)
    over = int(np.floor(cents.sum() + 1e-6) - whole.sum())  # never a cent above: a budget stays kept
    most = np.argsort(whole - cents, kind="stable")[: max(0, over)]
    whole[most] += 1.0
    found[treat] = whole / 100.0
    return found


def _chosen_terms(scored: pd.DataFrame, playbook: Playbook, made: _PlanInHand, rows: np.ndarray) -> Any:
    for a, action in enumerate(playbook.actions):
        some = rows[made.plan.choice[rows] == a]
        if len(some):
            yield some, build_terms(action, made.ready.given.bill, columns=scored).only(some)


def _power(scored: pd.DataFrame, playbook: Playbook, made: _PlanInHand) -> Detectable:
    rows, p = np.flatnonzero(made.plan.choice >= 0), made.ready.given.probability
    if not len(rows):
        return plan_detection(0, 0, leave=0.0, effect=0.0)
    drop = sum(expected_effect(p[r], t).sum() for r, t in _chosen_terms(scored, playbook, made, rows)) / len(rows)
    held = int(made.plan.held.sum())
    return plan_detection(len(rows) - held, held, leave=float(p[rows].mean()), effect=float(drop))


def _reserved(scored: pd.DataFrame, playbook: Playbook, made: _PlanInHand) -> float:
    """What the campaign costs if everybody takes what is offered."""
    pairs = _chosen_terms(scored, playbook, made, np.flatnonzero(made.plan.treat))
    return float(sum(np.sum(np.broadcast_to(t.contact + t.offer, len(r))) for r, t in pairs))


def _content_name(order: Order, made: _PlanInHand) -> str:
    """A name that the same list, order and outcome of the plan give again."""
    content = sha256(repr(replace(order, name="")).encode())
    rows = np.flatnonzero(made.plan.choice >= 0)
    content.update("\n".join(made.ready.names.keys[rows]).encode())
    content.update(made.plan.choice[rows].astype("<i2").tobytes())
    return f"campaign-{content.hexdigest()[:10]}"


def _draw_notices(plan: HeldOutPlan) -> Notice | None:
    """Who came into the plan, or left it, after chance had drawn the holdout."""
    told = []
    if added := plan.added:
        who, was = ("1 customer", "was") if added == 1 else (f"{added:,} customers", "were")
        told.append(f"{who} {was} added after the draw and will not be part of the comparison.")
    if dropped := plan.dropped:
        who, was = ("1 customer", "was") if dropped == 1 else (f"{dropped:,} customers", "were")
        told.append(f"{who} {was} in the draw but left out to keep the limits.")
    return Notice("info", " ".join(told), None, added + dropped) if told else None


def _notices(playbook: Playbook, order: Order, made: _PlanInHand, power: Detectable) -> tuple[Notice, ...]:
    notes = [Notice("info", f"What a customer is worth: {made.ready.given.basis}.")]
    if assumed := playbook.assumed:
        notes.append(Notice("info", playbook.evidence, None, len(assumed)))
    if not (made.plan.choice >= 0).any():
        notes.append(Notice("warning", explain_nobody(made.ready.found, made.ready.limits, made.money)))
    elif power.weak:
        notes.append(Notice("warning", power.words))
    if order.holdout and (notice := _draw_notices(made.plan)):
        notes.append(notice)
    if order.scenario != "mid":
        notes.append(Notice("info", f"Planned by the {order.scenario} assumptions; the bound is of that case too."))
    return tuple(notes)
