"""What leaves of a watched list: the report as JSON or as a page, and which model serves whom."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from churn.desk.watch.drifting import WatchedList
from churn.desk.watch.known_outcomes import keys_in
from churn.desk.watch.watch_views import watched_so_far
from churn.errors import RequestRefused
from churn.files import inert_text, whole_file, write_text
from churn.watching.sketch import MOST_SAMPLED

REPORTS, SPLITS = (".json", ".html"), (".csv",)


def refuse_other_endings(report: Path | None, split: Path | None) -> None:
    """Refuse a file that could not be written before any work is done."""
    for file, endings in ((report, REPORTS), (split, SPLITS)):
        if file is not None and file.suffix.lower() not in endings:
            raise RequestRefused(f"{file.name} has no ending that can be written.", f"Use {' or '.join(endings)}.")


def write_report(home: Path, found: WatchedList, target: Path) -> str:
    """Everything that was found, for a program (.json) or for people (.html)."""
    if target.suffix.lower() == ".json":
        write_text(target, report_text(found))
    else:
        write_text(target, page_for(home, found))
    return f"Written to {target}."


def report_text(found: WatchedList) -> str:
    """The whole report as readable JSON."""
    return json.dumps(report_words(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def report_words(found: WatchedList) -> dict[str, Any]:
    """The whole report with the list it speaks of, and the challenger's view where there is one."""
    record = found.record
    said = {"list": record.source, "fingerprint": record.list, "at": record.at}
    return said | dict(record.report) | ({"shadow": dict(record.shadow)} if record.shadow else {})


def page_for(home: Path, found: WatchedList) -> str:
    """The report as a page, with the lists before it."""
    from churn.showing.pages.drift_page import watched_page

    record = found.record
    before = [r for r in watched_so_far(home, record.model, record.version) if r.list != record.list]
    history = [vars(r) for r in (*before, record)]
    return watched_page(record.report, source=record.source, at=record.at, history=history)


def write_split(home: Path, found: WatchedList, target: Path) -> str:
    """Which model serves whom, with both probabilities and tiers: one line per customer, in the order of the list."""
    if found.shadow is None:
        raise RequestRefused("No challenger scored this list.", "Name one.", options=("challenger=VERSION",))
    champion, challenger, keys = found.look.model, found.shadow.challenger, keys_in(found.look)
    if keys is None or len(keys) < found.report.customers:
        few = f"It is known for lists with a key and at most {MOST_SAMPLED:,} customers."
        raise RequestRefused("Which model serves whom cannot be written for this list.", few)
    served = found.shadow.served if found.shadow.served is not None else [False] * len(keys)
    scores = zip(keys, found.look.probability, found.shadow.probability, served, strict=True)
    names = [f"{m.name}@{m.version}" for m in (champion, challenger)]
    with whole_file(target) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["key", "served_by", "probability", "tier", "challenger_probability", "challenger_tier"])
        for key, p, q, theirs in scores:
            tiers = champion.thresholds.tier(p), challenger.thresholds.tier(q)
            writer.writerow([inert_text(key or ""), names[int(theirs)], f"{p:.6f}", tiers[0], f"{q:.6f}", tiers[1]])
    return f"Which model serves whom is written to {target}."
