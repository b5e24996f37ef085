"""What every test may ask for: the folder of real public files, and a home of its own."""

import os
import shutil
from pathlib import Path

import pytest

from tests import browsing
from tests.either_book import either_book  # noqa: F401  a fixture for every test
from tests.trained import line, own_telco, telco_api, telco_home, telco_in_groups  # noqa: F401  fixtures for every test

ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = Path(os.environ.get("CHURN_REAL_DATA", ROOT.parent / "shared" / "data"))


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
    from churn import Desk
    from tests.hostile import FILE, hostile_list

    home = shutil.copytree(telco_home, tmp_path_factory.mktemp("served") / "home")
    Desk(home).train(hostile_list(), said={"filename": FILE}, name="hostile", quick=True)
    return home


@pytest.fixture(scope="session")
def app_address(app_home):
    """The address of the one real server that every test with a browser asks."""
    with browsing.running_app(app_home) as address:
        yield address
