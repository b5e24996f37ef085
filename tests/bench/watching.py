"""Benchmark of watching: false alarms, power, estimates without outcomes, retrain advice, speed and memory.

`python -m tests.bench.watching [--small] [alarms] [power] [estimate] [advice] [cost]`. "theirs" is what is done by hand
with SciPy: a Kolmogorov–Smirnov or chi-square test per column at p < .05. (Evidently 0.7.23, NannyML 0.13.1 and
alibi-detect do not import on this stack.)
"""

from __future__ import annotations

import sys

from tests.bench.measuring import table_of
from tests.bench.watch_alarms import alarm_lines, power_lines
from tests.bench.watch_cost import cost_lines
from tests.bench.watch_estimates import estimate_lines
from tests.bench.watch_fading import advice_lines

PARTS = {
    "alarms": alarm_lines,
    "power": power_lines,
    "estimate": estimate_lines,
    "advice": advice_lines,
    "cost": cost_lines,
}


def main() -> None:
    """Print the table; with the names of parts only those, and each line also as soon as it is known."""
    named = [word for word in sys.argv[1:] if word in PARTS]
    found = []
    for part in named or PARTS:
        for line in PARTS[part]("--small" in sys.argv):
            print(f"… {line.what}: {line.ours}", file=sys.stderr, flush=True)
            found.append(line)
    print(table_of(found))


if __name__ == "__main__":
    main()
