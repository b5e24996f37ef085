"""Verbs about campaigns: plan, measure, uplift, playbook, forget."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import churn
from churn.cli.main import (
    STDIN,
    Answer,
    Printer,
    add_list_words,
    add_model_words,
    notice_lines,
    said_of,
    source_of,
    table_lines,
    verb,
)
from churn.errors import RequestRefused

if TYPE_CHECKING:
    from churn.campaigns.lift import Lift
    from churn.campaigns.limits import Order
    from churn.workspace.campaigns import PlannedCampaign
    from churn.workspace.delivery import Delivery, Outline
    from churn.workspace.workspace import Workspace

ENDS = ("low", "mid", "high")
OF_THE_LIST = 5  # notices about the list that a plan repeats: `check` and `score` tell them all


def _plan_words(words: ArgumentParser) -> None:
    add_list_words(words)
    add_model_words(words)
    words.add_argument(
        "--budget", type=float, metavar="B", help="the most it may be expected to cost (default: no cap)"
    )
    words.add_argument("--playbook", metavar="FILE", help="offers to plan with, in place of the ones in force")
    words.add_argument(
        "--capacity", action="append", default=[], metavar="CHANNEL=N", help="customers a channel reaches (repeatable)"
    )
    words.add_argument(
        "--at-least", action="append", default=[], metavar="COL=VALUE:N", help="treat so many of these (repeatable)"
    )
    words.add_argument(
        "--at-most", action="append", default=[], metavar="COL=VALUE:N", help="treat no more of these (repeatable)"
    )
    words.add_argument("--holdout", type=float, default=0.1, metavar="SHARE", help="held out to compare (default 0.1)")
    words.add_argument("--seed", type=int, default=0, metavar="S", help="the seed of the draw (default 0)")
    words.add_argument("--scenario", choices=ENDS, default="mid", help="the assumptions to plan by (default mid)")
    words.add_argument("--columns", metavar="C,…", help="only these columns in the file, in this order")
    words.add_argument(
        "--name", metavar="NAME", help="the campaign's name, in any words; under it again every arm stands"
    )
    words.add_argument(
        "--push", nargs="?", const="", metavar="URL", help="send the rows to this address, which CHURN_PUSH_URL names"
    )
    words.add_argument(
        "--dry-run", action="store_true", help="send nothing and keep nothing: with --push, show what would be sent"
    )
    words.add_argument(
        "--keep", choices=("yes", "no"), default="yes", help="no: only look; nobody counts as contacted (default yes)"
    )
    words.add_argument("--rested", action="store_true", help="leave earlier contacts out of account")
    words.add_argument(
        "-o", metavar="OUT", dest="output", required=True, help=".csv, .parquet or .xlsx; `-` is CSV on stdout"
    )


@verb(
    "plan", "turn a list and a budget into a campaign", _plan_words, example="plan LIST --budget 5000 -o campaign.csv"
)
def plan(args: Namespace, printer: Printer) -> Answer:
    """Choose who gets what, draw the holdout, keep the campaign and write its file."""
    from churn.workspace.delivery import outline_push
    from churn.workspace.playbooks import read_playbook

    workspace, piped = churn.Workspace(args.home), args.output == STDIN
    order = _ordered(args)
    playbook = read_playbook(Path(args.playbook)) if args.playbook else None
    ranked = workspace.lists.score(source_of(args), model=args.model, **said_of(args))
    planned = workspace.campaigns.plan(ranked, order, playbook=playbook, rested=args.rested)
    columns = [c.strip() for c in args.columns.split(",")] if args.columns else None
    if args.push is not None:
        outline_push(planned, args.push, columns)  # refused before anything is written
    keep = args.keep == "yes" and not args.dry_run
    if args.push is not None and not args.dry_run and not keep:
        raise RequestRefused("A campaign that is not kept is not sent.", "Leave out --keep no, or add --dry-run.")
    done = workspace.campaigns.export(planned, sys.stdout.buffer if piped else Path(args.output), columns, keep=keep)
    sent = _pushed(workspace, done, args, columns)
    if piped:
        return Answer()
    later = f"Later: python -m churn measure OUTCOMES --campaign {done.campaign.name}"
    looked = "Nothing was kept: nobody counts as contacted, and this plan cannot be measured."
    written = f"Written to {args.output}. {later if keep else looked}"
    lines = (*_plan_lines(workspace, done), written, *([sent.words] if sent else []))
    return Answer({**done.as_json(), "kept": keep, **({"push": sent.as_json()} if sent else {})}, lines)


def _ordered(args: Namespace) -> Order:
    from churn.campaigns.limits import parse_order

    names = ("budget", "capacity", "at_most", "at_least", "holdout", "seed", "scenario")
    return parse_order(**{name: getattr(args, name) for name in names}, name=args.name or "")


def _plan_lines(workspace: Workspace, done: PlannedCampaign) -> tuple[str, ...]:
    """A campaign as a person reads it: in short, what it can prove, and what it does with each action."""
    from churn.money.amounts import Amounts
    from churn.workspace.campaigns import action_totals, price_sentences

    made, amounts = done.campaign, Amounts(done.basis.currency)
    gains = " / ".join(amounts.money(made.expected_gain[end], 2) for end in ENDS)
    heads = ["action", "channel", "treated", "held out", "cost", *ENDS]
    totals = [
        [
            *(t.action, t.channel, t.treated, t.held, amounts.money(t.cost, 2)),
            *(amounts.money(v, 2) for v in (t.low, t.mid, t.high)),
        ]
        for t in action_totals(done)
    ]
    return (
        f"{made.title}: {made.treated:,} of {made.customers:,} customers treated, {made.held:,} held out.",
        f"Expected to cost {amounts.money(made.spent, 2)} and to bring {gains} (low / mid / high) after that.",
        made.proof,
        *(f"  {words}" for words in price_sentences(done, amounts)),
        f"  {'! ' * done.weak}{made.detectable.words}",
        *notice_lines(done.beside),
        *notice_lines(done.basis.ranked.notices, most=OF_THE_LIST),
        "",
        *table_lines(heads, totals),
    )


def _measure_words(words: ArgumentParser) -> None:
    add_list_words(words, what="the outcomes, a list with the key and who left (and `contacted`, `accepted` if known)")
    words.add_argument(
        "--campaign", metavar="NAME", required=True, help="the campaign the outcomes are of: its name or id"
    )
    words.add_argument("--key", metavar="COL", help="the column that names the customer")
    words.add_argument("--outcome", metavar="COL", help="the column that says who left")
    words.add_argument("--positive", metavar="VALUE", nargs="+", help="the words that mean the customer left")


@verb("measure", "say what a campaign changed", _measure_words, example="measure outcomes.csv --campaign spring")
def measure(args: Namespace, printer: Printer) -> Answer:
    """Compare the treated with the held out, and let the playbook learn."""
    said = {**said_of(args), "key": args.key, "outcome": args.outcome, "positive": args.positive}
    workspace = churn.Workspace(args.home)
    found = workspace.campaigns.measure(source_of(args), args.campaign, **said)
    lift = found.lift
    parts = [[p.by, p.name, p.treated, p.held, _points(p.lift), _points(p.low), _points(p.high)] for p in lift.by]
    saved = "" if lift.saved is None else _money_saved(lift.saved, workspace.campaigns.currency_of(found.record))
    lines = [f"{args.campaign}: {lift.verdict}", *_arm_lines(lift), saved, *notice_lines(lift.notices), ""]
    lines += table_lines(["by", "", "treated", "held out", "points", "low", "high"], parts) if parts else []
    if found.learnt:
        lines += ["", f"The playbook is at version {found.version}:", *(f"  {rate.words}" for rate in found.learnt)]
    return Answer(found.as_json(), tuple(line for line in lines if line is not None))


def _arm_lines(lift: Lift) -> list[str]:
    """What left in each arm, and how many were kept."""
    if not lift.arms or not lift.kept:
        return []
    left = {arm: f"{found['left']:.1%}" for arm, found in lift.arms.items()}
    low, mid, high = (f"{lift.kept[end]:,.0f}".replace("-", "−") for end in ENDS)
    return [
        f"{left['treat']} of the treated left, {left['holdout']} of the held out.",
        f"Customers kept: {mid} ({low} to {high}).",
    ]


def _uplift_words(words: ArgumentParser) -> None:
    add_list_words(words, what="the experiment, a list with who was treated at random and what came of it")
    words.add_argument("--treatment", metavar="COL", required=True, help="the column that says who was treated")
    words.add_argument("--outcome", metavar="COL", required=True, help="the column that says what came of it")
    words.add_argument("--control", metavar="V", help="the word in it that means no treatment")
    words.add_argument("--arm", metavar="V", help="the treatment to look at, where there are several")
    words.add_argument("--key", metavar="COL", help="the column that names the customer")
    words.add_argument("--model", metavar="N", help="the model whose customers these are (default: the one that fits)")
    words.add_argument("--positive", metavar="VALUE", nargs="+", help="the outcomes that mean the customer left")
    words.add_argument("--good", metavar="VALUE", nargs="+", help="or the outcomes that were hoped for")
    words.add_argument("--seed", type=int, metavar="S", help="the seed of every draw (default 0)")
    words.add_argument("-o", metavar="OUT", dest="output", help="write the customers ranked by uplift, with advice")


@verb(
    "uplift",
    "say whom a contact helps, by a randomised experiment",
    _uplift_words,
    example="uplift data/samples/offer_experiment.csv --treatment offer --outcome left",
)
def uplift(args: Namespace, printer: Printer) -> Answer:
    """Measure the effect, how far customers differ in it, and who is better left alone."""
    names = ("treatment", "outcome", "control", "arm", "key", "model", "positive", "good", "seed")
    words = {name: getattr(args, name) for name in names}
    found = churn.Workspace(args.home).campaigns.uplift(source_of(args), words, **said_of(args))
    if args.output:
        found.write(Path(args.output))
    qini = found.uplift.qini
    lines = (
        found.uplift.verdict,
        f"Qini {qini.value:.3f} (between {qini.low:.3f} and {qini.high:.3f}).",
        f"{found.uplift.targets.sum():,} to contact, {found.uplift.sleeping.sum():,} to leave alone.",
        *notice_lines(found.notices),
    )
    return Answer(found.as_json(), lines)


def _playbook_words(words: ArgumentParser) -> None:
    words.add_argument("act", nargs="?", default="show", choices=["show", "check", "set"], help="what to do")
    words.add_argument("file", nargs="?", metavar="FILE", help="the playbook to check or set")
    words.add_argument("--model", metavar="N", help="the model whose business it is of")
    words.add_argument(
        "--profile",
        metavar="P",
        default="general",
        help="or a ready-made business: counts for its models that have set nothing of their own (default: general)",
    )
    words.add_argument("--why", metavar="TEXT", default="Set by hand.", help="the reason to keep with it")


@verb("playbook", "show, check or set what may be offered", _playbook_words, example="playbook set mine.toml --model N")
def playbook(args: Namespace, printer: Printer) -> Answer:
    """Show the offers in force, check a file, or make it the one in force."""
    from churn.money.playbook import playbook_text, playbook_words
    from churn.workspace.playbooks import read_playbook

    workspace = churn.Workspace(args.home)
    name = workspace.models.get(args.model).name if args.model else args.profile
    if args.act == "show":
        if args.file:
            raise RequestRefused(f"`playbook show` takes no file: {args.file}.", "Name the model with --model NAME.")
        force = workspace.playbooks.get(name)
        since = f" since {force.made}" if force.made else ""
        head = f"# {name}, version {force.version}, {force.how}{since}. {force.why}"
        return Answer(force.as_json(), (head, playbook_text(force.playbook)))
    if not args.file:
        raise RequestRefused(f"`playbook {args.act}` needs a file.", "Name the playbook file (TOML).")
    read = read_playbook(Path(args.file))
    if args.act == "check":
        lines = (f"{args.file} is a playbook of {len(read.actions)} actions; {len(read.assumed)} rates are assumed.",)
        return Answer({"playbook": playbook_words(read), "assumed": list(read.assumed)}, lines)
    force = workspace.playbooks.set(name, read, args.why)
    return Answer(force.as_json(), (f"{name} now plans with version {force.version} of its playbook.",))


def _forget_words(words: ArgumentParser) -> None:
    words.add_argument("key", metavar="KEY", nargs="?", help="the customer's key, as it stands in the lists")
    words.add_argument("--before", metavar="DATE", help="instead of one customer: all that is older than this day")


@verb("forget", "remove one customer from everything that is kept", _forget_words, example="forget 7590-VHVEG")
def forget(args: Namespace, printer: Printer) -> Answer:
    """Remove a customer's scores, features, arms, contacts and outcomes, or everybody's from before a day."""
    if (args.key is None) == (args.before is None):
        raise RequestRefused("Whom to forget is not said.", "Give a customer's key, or --before DATE.")
    workspace = churn.Workspace(args.home)
    gone = (
        workspace.customers.forget(args.key) if args.before is None else workspace.customers.forget_before(args.before)
    )
    said = {"key": args.key} if args.before is None else {"before": args.before}
    return Answer({**said, **gone.as_json()}, (gone.words,))


def _pushed(
    workspace: Workspace, done: PlannedCampaign, args: Namespace, columns: list[str] | None
) -> Delivery | Outline | None:
    """What was sent, or would be, where it is asked for."""
    if args.push is None:
        return None
    from churn.workspace.delivery import outline_push

    return (outline_push if args.dry_run else workspace.campaigns.push)(done, args.push, columns)


def _points(share: float | None) -> str | None:
    return None if share is None else f"{share * 100:.1f}".replace("-", "−")


def _money_saved(saved: Mapping[str, float], currency: str) -> str:
    from churn.money.amounts import Amounts

    low, mid, high = (Amounts(currency).money(saved[end], 0) for end in ENDS)
    return f"Money saved after costs: {mid} ({low} to {high})."
