"""What every test may ask for: the folder of real public files, and a home of its own."""

import os
from pathlib import Path

import pytest

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
