"""What every test may ask for, and which tests `make test` leaves for `make test-all`; how to run them: README.md."""

import gc
import os
import shutil
import sys
from pathlib import Path

# Read when libraries are loaded, so before anything else: waiting threads sleep, and processes keep their byte code.
for _name, _value in (("OMP_NUM_THREADS", "1"), ("OMP_WAIT_POLICY", "PASSIVE"), ("OPENBLAS_NUM_THREADS", "1")):
    os.environ.setdefault(_name, _value)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

gc.disable()  # until all tests are collected: nothing that is made meanwhile can go yet

import pytest
from hypothesis import settings

from tests import browsing
from tests.either_book import either_book, need_postgres  # noqa: F401  a fixture for every test
from tests.sparking import need_spark
from tests.trained import demo_telco, line, own_telco, telco_api, telco_home, telco_in_groups  # noqa: F401  fixtures for every test
from tests.without_waiting import no_book_left_open, no_waiting_for_the_disk  # noqa: F401  for every test

ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = Path(os.environ.get("CHURN_REAL_DATA", ROOT.parent / "shared" / "data"))

# Few examples while somebody waits, many in `make test-all`; no test is about how long an example takes.
settings.register_profile("few", max_examples=20, deadline=None)
settings.register_profile("many", max_examples=100, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "few"))

NEEDS = {"browser": browsing.browser_path, "spark": need_spark, "postgres": need_postgres}  # each skips without it
LATER = (*NEEDS, "slow")


def pytest_addoption(parser):
    parser.addoption("--first", action="store_true", help=f"leave out what is marked {', '.join(LATER)}: `make test`")


def pytest_make_parametrize_id(val, argname):
    """Bytes are called by their argument: a zip with the time in it would be another test in the other process."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items):
    """Mark by what a test asks for, so that nobody can forget to."""
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker("browser")
        if getattr(item, "callspec", None) and item.callspec.params.get("either_book") == "postgresql":
            item.add_marker("postgres")


def pytest_collection_finish():
    """From here on there is something to collect."""
    gc.freeze()
    gc.enable()


def pytest_runtest_setup(item):
    """Skip what `make test` leaves out, and what needs something that is not here; each says how to get it."""
    marks = [name for name in LATER if item.get_closest_marker(name)]
    if marks and item.config.getoption("first"):
        pytest.skip(f"{marks[0]}: `make test-all` runs these, too")
    for name in marks:
        NEEDS.get(name, bool)()


@pytest.fixture
def real_file():
    """The path of a real public file by its name; the test is skipped, visibly, where the folder is not there."""

    def find(name: str) -> Path:
        if not (REAL_DATA / name).is_file():
            pytest.skip(f"needs {name}: set CHURN_REAL_DATA to the folder of real public files")
        return REAL_DATA / name

    return find


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home, so that no test sees another's models, profiles or book."""
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def browser():
    """One real browser for the whole run."""
    path = browsing.browser_path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, headless=True, args=browsing.ARGUMENTS)


@pytest.fixture(scope="session")
def app_home(browser, telco_home, tmp_path_factory):  # noqa: F811
    """The home of the real server: a telco model, and one learnt from a list that tries to be acted upon."""
    from churn import Workspace
    from tests.hostile import FILE, hostile_list

    home = shutil.copytree(telco_home, tmp_path_factory.mktemp("served") / "home")
    Workspace(home).models.train(hostile_list(), filename=FILE, name="hostile", quick=True)
    return home


@pytest.fixture(scope="session")
def app_address(app_home):
    """The address of the one real server that every test with a browser asks."""
    with browsing.running_app(app_home) as address:
        yield address
