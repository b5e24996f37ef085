"""Who is a customer on a date: not bots, not those who only ever looked, not those who are gone already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from churn.errors import ListRefused
from churn.events.engines.engine import number
from churn.events.log.ledger import Ledger
from churn.events.recipe.features import Block, Cut
from churn.notices import Notice

Keep = Callable[[Any], Any]
_BOTS = "are likely no people, with more than {:,} events in a day, and were left out"
_SILENT = "were silent for more than {} days already and count as gone"
_PAID = "have paid beyond the {} days and cannot leave in them"


def customers(ledger: Ledger, main: Block, at: Cut, horizon: int | None) -> tuple[Any, tuple[Notice, ...]]:
    """Who is a customer on the date, and how many are not, with the reason."""
    reasons = _reasons(ledger, at, horizon or ledger.recipe.horizon)
    people, notices = main.rows, []
    for text, keep in reasons:
        kept = keep(people)
        left_out = number(ledger.engine, (~kept).fill_null(True).sum())
        people = people.filter(kept)
        if left_out:
            notices.append(Notice("set_aside", f"{left_out:,} {text}.", count=left_out))
    if not number(ledger.engine, people.count()):
        raise ListRefused("Nobody is a customer on that date.", "Choose another date, or look at the recipe's rules.")
    return people, tuple(notices)


def _reasons(ledger: Ledger, at: Cut, horizon: int) -> list[tuple[str, Keep]]:
    """What keeps people out of the table, said of their number, and the rows that stay."""
    recipe, busiest = ledger.recipe, ledger.recipe.main.busiest
    expiring, silent = recipe.population == "expiring", recipe.rule == "inactivity"
    reasons: list[tuple[bool, str, Keep]] = [
        (silent and busiest > 0, _BOTS.format(busiest), lambda p: p.busiest <= busiest),
        (silent, "were seen but never active before the date and are not customers yet", lambda p: p["last"].notnull()),
        (silent and recipe.alive > 0, _SILENT.format(recipe.alive), lambda p: at.day - p["last"] <= recipe.alive),
        (not silent, "had no paid time left on the date and count as gone", lambda p: p["expires now"] >= at.day),
        (not silent and expiring, _PAID.format(horizon), lambda p: p["expires now"] < at.day + horizon),
    ]
    return [(text, keep) for holds, text, keep in reasons if holds]
