"""Lists to watch for tests of the doors: telco customers like those learnt from, and others on whom a column moved."""

from churn import Workspace
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample

MOVED = "drift:tenure=1.5"


def a_list(home, name, *, rows=1100, seed=5, plant=(), outcomes=False):
    """A list of customers who were never learnt from, as a file in the home; without outcomes unless asked for."""
    path = home / f"{name}.csv"
    write_sample(make_sample("telco", rows=rows, seed=seed, plant=plant), path)
    return path if outcomes else without_outcomes(path)


def without_outcomes(path, target=None):
    """The same list before it is known who left."""
    lines = path.read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("Churn")
    kept = (",".join(cell for i, cell in enumerate(line.split(",")) if i != place) for line in lines)
    target = target or path
    target.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return target


def two_moved(home):
    """Two lists in a row whose customers have moved far from those learnt from, already watched."""
    workspace = Workspace(home)
    lists = [a_list(home, f"moved{seed}", seed=seed, plant=MOVED) for seed in (5, 6)]
    return [workspace.monitor.check(path, challenger="none") for path in lists]
