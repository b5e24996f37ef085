"""Bench of the events wing: from a shop's log to a customer table, against the same features in pandas groupby.

    python -m tests.bench.events [--small] [--folder DIR]

1, 5 and 20 million events and a run at a 400 MB limit; --small is 200 and 400 thousand.
Every run is a process of its own: CPU seconds and peak memory are those the system counted for it. The pandas twin
runs in its own process too, on the same files, and its values are compared before any figure is printed.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from churn.features.build import summarise
from churn.features.ledger import as_day
from churn.features.recipe import Recipe, parse_recipe
from churn.profiles import read_profile
from tests.bench.measuring import Cost, Line, child_cost, table_of

DAYS, AS_OF, HORIZON = 213, date(2020, 7, 1), 30
PER_USER, PER_SESSION = 20, 4.8  # as in two months of REES46
FILES, LARGE, AT_ONCE = 7, 20_000_000, 4_000_000


def make_log(folder: Path, events: int) -> Path:
    """A synthetic shop log: time-ordered Parquet files, keen and idle customers, sessions, empty brands."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    target = folder / f"events-{events}"
    target.mkdir(exist_ok=True)
    if len(list(target.glob("*.parquet"))) == FILES:
        return target
    source, users = np.random.default_rng(20), events // PER_USER
    weight = np.cumsum(source.lognormal(0, 1.1, users))
    for number in range(FILES):
        size = events // FILES
        length = source.geometric(1 / PER_SESSION, size)
        length = length[: np.searchsorted(np.cumsum(length), size) + 1]
        visit = np.repeat(np.arange(len(length)), length)[:size]
        step = np.arange(size) - np.repeat(np.cumsum(length) - length, length)[:size]
        who = np.searchsorted(weight, source.random(len(length)) * weight[-1])
        first = source.integers(
            number * DAYS * 86400 // FILES, (number + 1) * DAYS * 86400 // FILES - 7200, len(length)
        )
        second = first[visit] + step * 20 + source.integers(0, 15, size)
        order = np.argsort(second, kind="stable")
        visit, second = visit[order], second[order]
        kind = source.choice(4, size, p=[0.82, 0.1, 0.02, 0.06])
        code = source.zipf(1.6, size) % 60
        columns = {
            "event_time": pa.array((second + 1577836800) * 1_000_000).cast(pa.timestamp("us")),
            "event_type": _words(kind, ["view", "cart", "remove_from_cart", "purchase"]),
            "product_id": pa.array(source.integers(1, 50_000, size)),
            "category_code": _words(code, [f"category.{i}" for i in range(60)]),
            "brand": _words(np.where(code % 7 == 0, -1, code % 25), [f"brand {i}" for i in range(25)]),
            "price": pa.array(np.round(source.lognormal(3.5, 1, size), 2)),
            "user_id": pa.array(who[visit] + 500_000_000),
            # Arrow pads no more than 2 GB of text at a time.
            "user_session": pa.chunked_array(
                [_sessions(visit[at : at + AT_ONCE] + number * events) for at in range(0, size, AT_ONCE)]
            ),
        }
        pq.write_table(pa.table(columns), target / f"{number:02}.parquet", compression="zstd")
    return target


def _sessions(number):
    """Session ids that look like those of a real log: 36 characters, nothing in common."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    with np.errstate(over="ignore"):
        mixed = (number.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    low, high = (pa.array(part.astype(np.int64) % 10**9).cast(pa.string()) for part in (mixed >> np.uint64(33), mixed))
    text = pc.binary_join_element_wise(low, high, pa.array(number).cast(pa.string()), "-")
    return pc.utf8_lpad(text, width=36, padding="0")


def _words(codes, levels):
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(levels)).cast(pa.string())


def shop_recipe(*, plain: bool) -> Recipe:
    """The shop's recipe; `plain` is the part that the pandas twin has too: no varieties, repeats not looked for."""
    recipe = parse_recipe(read_profile("shop").recipe)
    change: dict[str, Any] = {"varieties": (), "duplicates": "keep"} if plain else {}
    return replace(recipe, alive=0, tables=(replace(recipe.main, busiest=0, **change),))


def ours(log: str, output: str, memory: str, plain: str) -> None:
    """One run of the wing, for a process of its own; prints what it made."""
    url = f"duckdb://?threads=2&memory={memory}"
    recipe = shop_recipe(plain=plain == "plain")
    done = summarise({"events": log}, recipe, as_of=AS_OF, horizon=HORIZON, engine=url, output=output)
    print(json.dumps({"rows": done.rows, "columns": len(done.schema.columns), "leavers": done.leavers}))


def theirs(log: str, output: str, who: str) -> None:
    """One run of a pandas twin, the `analyst`'s or the `expert`'s, for a process of its own."""
    from tests.bench import pandas_expert, pandas_twin

    customers = pandas_twin.customers if who == "analyst" else pandas_expert.customers
    table = customers(Path(log), as_day(AS_OF), HORIZON)
    table.to_parquet(output)
    print(json.dumps({"rows": len(table)}))


def cells_apart(ours: Path, theirs: Path) -> int:
    """How many cells differ by more than one part in 10^9 (pandas sums its deviations in another order)."""
    import numpy as np
    import pandas as pd

    left = pd.read_parquet(ours).set_index("customer").drop(columns="as_of")
    right = pd.read_parquet(theirs)
    if list(left.index) != list(right.index) or set(left.columns) != set(right.columns):
        raise SystemExit(f"not the same table: {set(left.columns) ^ set(right.columns) or 'other customers'}")
    apart = int((left["left"] != right["left"]).sum())
    for name in left.columns.drop("left"):
        a, b = left[name].to_numpy(float), right[name].to_numpy(float)
        apart += int((~np.isclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)).sum())
    return apart


def run(function: str, *arguments: str) -> tuple[Cost, float]:
    """A run in a process of its own: what it cost, and its peak memory."""
    code = f"import sys; from tests.bench.events import {function}; {function}(*sys.argv[1:])"
    return child_cost(code, *arguments)


def growth(folder: Path, sizes: list[int]) -> tuple[list[Line], list[float]]:
    """CPU and memory of the plain features at each size."""
    lines, cpu = [], []
    for size in sizes:
        cost, peak = run("ours", str(make_log(folder, size)), str(folder / f"ours-{size}.parquet"), "1GB", "plain")
        cpu.append(cost.cpu)
        made, big = json.loads(cost.result), size >= LARGE
        what = f"{size / 1e6:g}M events, {made['columns']} columns, {made['rows']:,} rows, 2 threads, memory=1GB"
        reach = "<= 20 CPU s, <= 1.2 GB" if big else ""
        reached = cost.cpu <= 20 and peak <= 1229 if big else None
        lines.append(
            Line(what, f"{cost.cpu:.1f} CPU s, {cost.wall:.0f} s, {peak:.0f} MB", reach=reach, reached=reached)
        )
    return lines, cpu


def exponent(sizes: list[int], cpu: list[float]) -> Line:
    """How CPU grows with events: the slope of the line through the logarithms, start-up included.

    Few events say nothing of it: starting costs more than they do.
    """
    (x0, x1), (y0, y1) = ((math.log(v[0]), math.log(v[-1])) for v in (sizes, cpu))
    slope, large = (y1 - y0) / (x1 - x0), sizes[-1] >= LARGE
    return Line(
        "growth of CPU with events: exponent", f"{slope:.2f}", reach="<= 1.05", reached=slope <= 1.05 if large else None
    )


def twin(folder: Path, size: int, who: str) -> Line:
    """The wing against pandas on the same files; values first."""
    log, mine, other = make_log(folder, size), folder / f"ours-{size}.parquet", folder / f"theirs-{size}.parquet"
    left, left_peak = run("ours", str(log), str(mine), "1GB", "plain")
    right, right_peak = run("theirs", str(log), str(other), who)
    apart = cells_apart(mine, other)
    if apart:
        raise SystemExit(f"{apart} cells differ from pandas: no figures")
    cpu, memory = right.cpu / left.cpu, right_peak / left_peak
    told = [f"{c.cpu:.1f} CPU s, {p:.0f} MB" for c, p in ((left, left_peak), (right, right_peak))]
    reached = cpu >= 8 and memory >= 4
    return Line(
        f"{size / 1e6:g}M events, equal values, against pandas as an {who} writes it",
        *told,
        f"{cpu:.1f}x CPU, {memory:.1f}x memory",
        ">= 8x CPU, >= 4x memory",
        reached,
    )


def whole_recipe(folder: Path, size: int, memory: str, plain: str) -> Line:
    """A run that is only told: the recipe as shipped, or little memory."""
    cost, peak = run("ours", str(make_log(folder, size)), str(folder / "told.parquet"), memory, plain)
    made = json.loads(cost.result)
    what = f"{size / 1e6:g}M events, {'recipe as shipped' if plain == 'all' else 'plain'}, memory={memory}"
    return Line(what, f"{cost.cpu:.1f} CPU s, {cost.wall:.0f} s, {peak:.0f} MB, {made['rows']:,} rows")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    sizes = [200_000, 400_000] if asked.small else [1_000_000, 5_000_000, LARGE]
    with tempfile.TemporaryDirectory() as own:
        folder = asked.folder or Path(own)
        lines, cpu = growth(folder, sizes)
        lines.append(exponent(sizes, cpu))
        lines += [twin(folder, sizes[1], who) for who in ("analyst", "expert")]
        lines.append(whole_recipe(folder, sizes[1], "1GB", "all"))
        if not asked.small:
            lines.append(whole_recipe(folder, LARGE, "400MB", "plain"))
        print(table_of(lines))


if __name__ == "__main__":
    main()
