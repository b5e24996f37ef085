"""A home with one quickly trained telco model and two lists, made once a run, for tests of the doors."""

import contextlib
import json
import os
import shutil

import pyarrow.parquet as pq
import pytest

from churn import Workspace
from churn.cli.main import run_line
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample

HISTORY, TODAY, AS_MADE = "history.csv", "today.csv", "as_made"


@pytest.fixture(scope="session")
def telco_home(tmp_path_factory):
    """A home whose `telco` v1 is live; `history.csv` is what it learnt from, `today.csv` 60 customers to score."""
    home = tmp_path_factory.mktemp("telco") / "home"
    shutil.copytree(made_once(tmp_path_factory, "telco", make_telco), home)
    shutil.copytree(home, home.with_name(AS_MADE))
    return home


def make_telco(home):
    """Write the two lists and train on the first."""
    sample = make_sample("telco", rows=1200)
    write_sample(sample, home / HISTORY)
    write_sample(sample.later(60), home / TODAY)
    Workspace(home).models.train(home / HISTORY, quick=True)


def made_once(factory, name, make):
    """A folder that is made once for all processes that share the run; it is copied, never written to."""
    shared = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    made = shared / f"{name}_made"
    if not made.is_dir():
        own = factory.mktemp(f"{name}_begun")
        make(own)
        with contextlib.suppress(OSError):  # another process was quicker, with the same
            own.rename(made)
    return made


@pytest.fixture
def own_telco(telco_home, tmp_path):
    """A copy of that home as it was made, which a test may change."""
    return shutil.copytree(telco_home.with_name(AS_MADE), tmp_path / "own_home")


@pytest.fixture
def line(capsys):
    """Run a command line with --json; gives the exit code and the object, or the sentence of a refusal."""

    def run(*words):
        code = run_line([*map(str, words), "--json"])
        heard = capsys.readouterr()
        told = [text for text in heard.err.splitlines() if not text.startswith('{"progress"')]
        return (code, json.loads(heard.out)) if heard.out else (code, " ".join(told))

    return run


def rows_of(home, name=TODAY):
    """The lines of a list, heading first."""
    return (home / name).read_text(encoding="utf-8").splitlines()


def rewritten(path, lines):
    """A list of these lines."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def twin_of(home, name="twin"):
    """The live telco model once more under another name, live as well."""
    from churn.training.registry import load, promote, save

    saved = save(home, load(home, "telco", "v1").named(name, "v0"))
    promote(home, name, saved.version, why="a twin")
    return saved


def damaged(home, version="v1"):
    """Change one byte of a version's tables."""
    path = home / "models" / "telco" / version / "explainer.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.fixture(scope="session")
def telco_api(telco_home):
    """A client of the API over the trained home."""
    from fastapi.testclient import TestClient

    from churn.api.app import make_api

    workspace = Workspace(telco_home)
    workspace.recorder.keeps = False  # the home is everybody's: what one test scores must not be in the next one's book
    return TestClient(make_api(workspace), raise_server_exceptions=False)


@pytest.fixture(scope="session")
def telco_in_groups(telco_home, tmp_path_factory):
    """A typed list of 60 customers in row groups of 25."""
    path = tmp_path_factory.mktemp("groups") / "list.parquet"
    pq.write_table(Workspace(telco_home).lists.check(telco_home / "today.csv").table, path, row_group_size=25)
    return path


@pytest.fixture
def demo_telco(own_telco):
    """That home with the demo's model in place of the one its owner trained."""
    twin_of(own_telco, "demo-telco")
    shutil.rmtree(own_telco / "models" / "telco")
    return own_telco
