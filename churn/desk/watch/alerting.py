"""Alerts: where a list advises a retrain or its data is faulty, the operator's own address is told, once.

The operator names the address in CHURN_ALERT_URL; without it nothing leaves the machine. What is sent are numbers and
sentences about the list as a whole, never a customer.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from churn.book.watch_log import WatchRecord
from churn.desk.campaigning.delivering import delivered
from churn.desk.campaigning.posting import Parcel, poster_for
from churn.errors import ChurnError
from churn.notices import Notice

ALERTS = "CHURN_ALERT_URL"


def alerted(home: Path, record: WatchRecord) -> tuple[Notice, ...]:
    """Tell the operator's address where there is reason to; what could not be delivered is said, never raised."""
    if not os.environ.get(ALERTS) or not worth_an_alert(record):
        return ()
    try:
        sent = delivered(home, poster_for(setting=ALERTS), [_parcel(record)])
    except ChurnError as problem:
        return (Notice("warning", f"The alert was not delivered: {problem.message} {problem.fix}"),)
    return (Notice("info", f"Alert: {sent.words}"),)


def worth_an_alert(record: WatchRecord) -> bool:
    """Whether a retrain is advised, or the data of the list is faulty; anything less would cry wolf."""
    return record.verdict == "retrain" or bool(record.report.get("alarms"))


def alert_words(record: WatchRecord) -> dict[str, Any]:
    """What the alert says."""
    moved = [c["name"] for c in record.report["columns"] if c["moved"]]
    return {
        "kind": "alert",
        "model": f"{record.model}@{record.version}",
        "list": record.source,
        "at": record.at,
        "customers": record.customers,
        "verdict": record.verdict,
        "why": record.why,
        "signs": list(record.signs),
        "moved": moved,
        "faults": [alarm["text"] for alarm in record.report["alarms"]],
        "gauges": dict(record.gauges),
    }


def _parcel(record: WatchRecord) -> Parcel:
    # The moment is left out of the key: the same list watched again with the same end is no second alert.
    told = f"{record.list} {record.model} {record.version} {record.verdict} {list(record.signs)}"
    content = json.dumps(alert_words(record), ensure_ascii=False, allow_nan=False).encode()
    return Parcel(f"alert-{sha256(told.encode()).hexdigest()[:32]}", content)
