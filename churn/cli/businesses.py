"""The verb about businesses: their settings and the lists they keep."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

import churn
from churn.cli.main import Answer, Printer, table_lines, verb
from churn.errors import RequestRefused

if TYPE_CHECKING:
    from churn.workspace.business import Business

SETTINGS = ("title", "currency", "horizon_months", "margin", "bills_per_year", "keeps_lists")


def _business_words(words: ArgumentParser) -> None:
    words.add_argument(
        "act", nargs="?", default="list", choices=["list", "show", "add", "set", "remove"], help="what to do"
    )
    words.add_argument("business", nargs="?", metavar="NAME", help="the business, by its name or in its own words")
    words.add_argument("--title", metavar="WORDS", help="what it is called, in any words")
    words.add_argument("--currency", metavar="CODE", help="the currency of its money, as EUR")
    words.add_argument("--horizon", metavar="MONTHS", type=float, dest="horizon_months", help="worth is counted so far")
    words.add_argument("--margin", metavar="SHARE", type=float, help="the share of a bill that is profit, as 0.4")
    words.add_argument(
        "--bills", metavar="N", type=float, dest="bills_per_year", help="how often a year the value column is paid"
    )
    words.add_argument("--keep-lists", choices=["yes", "no"], dest="keeps_lists", help="its lists stay in the home")
    words.add_argument("--label", metavar="COL=WORDS", action="append", help="what a column is called (repeatable)")
    words.add_argument(
        "--profile", metavar="P", default="general", help="for `add`: the ready-made business it is like"
    )


@verb("business", "look after the businesses of this home", _business_words, example="business set telco --horizon 12")
def business(args: Namespace, printer: Printer) -> Answer:
    """List, show, add, change or remove."""
    workspace = churn.Workspace(args.home)
    if args.act == "list":
        every = [b.settings.as_json() for b in workspace.businesses.all()]
        rows = [[b["title"], b["name"], b["currency"], f"{b['horizon_months']:g} months"] for b in every]
        lines = (
            table_lines(["business", "name", "currency", "horizon"], rows) if rows else ["There is no business yet."]
        )
        return Answer({"businesses": every}, tuple(lines))
    if not args.business:
        raise RequestRefused(f"`business {args.act}` needs a name.", "Name the business.")
    if args.act == "add":
        return _shown(workspace.businesses.add(args.business, currency=args.currency or "", profile=args.profile))
    one = workspace.business(args.business)
    if args.act == "remove":
        one.remove()
        return Answer({"removed": one.name}, (f"{args.business} is gone, with the lists it kept.",))
    if args.act == "set":
        one.change(**_changes(one, args))
    return _shown(one)


def _changes(one: Business, args: Namespace) -> dict[str, Any]:
    """What the line settles anew; labels are added to those there are, an empty one is taken back."""
    given = {name: getattr(args, name) for name in SETTINGS if getattr(args, name) is not None}
    if "keeps_lists" in given:
        given["keeps_lists"] = given["keeps_lists"] == "yes"
    if args.label:
        pairs = [text.partition("=") for text in args.label]
        if wrong := next((text for text, (_, sign, _) in zip(args.label, pairs, strict=True) if not sign), None):
            raise RequestRefused(f"{wrong!r} is not COL=WORDS.", "Write it as --label tenure='Months with us'.")
        given["labels"] = {**one.settings.labels, **{column.strip(): words for column, _, words in pairs}}
    if not given:
        raise RequestRefused("Nothing is to change.", "Give what is to change, as --currency EUR.")
    return given


def _shown(one: Business) -> Answer:
    now = one.settings
    lists = [{"list": k.list, "name": k.name, "day": k.day, "customers": k.customers} for k in one.lists.all()]
    lines = [
        f"{now.title} ({now.name}): {now.currency or 'no currency'}, worth over {now.horizon_months:g} months,",
        f"a margin of {now.margin:.0%}, {now.bills_per_year:g} bills a year; like {now.profile}.",
        *(f"  {column} is called {label}" for column, label in now.labels.items()),
        *table_lines(["list", "day", "customers"], [[k["name"], k["day"], k["customers"]] for k in lists]),
    ]
    return Answer({**now.as_json(), "has_model": one.has_model, "lists": lists}, tuple(lines if lists else lines[:-1]))
