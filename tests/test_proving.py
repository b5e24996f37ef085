"""A version is held against the libraries' own contributions: when it is saved, when it is loaded, and on demand."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from churn.errors import Damaged
from churn.training.registry import load, opened_part, save, verified, version_of
from tests.house import ROOT
from tests.small_lists import small_training


def spoilt(model):
    """The model with tables that say something else than its libraries do."""
    return replace(model, explainer=replace(model.explainer, base=model.explainer.base + 0.01))


@pytest.fixture
def shelf(tmp_path):
    save(tmp_path, small_training().model)
    return tmp_path


def test_a_fresh_version_agrees_with_the_libraries_installed_here(shelf):
    found = verified(shelf, "small", "v1")
    assert (found.faults, found.way, found.difference < 1e-4) == ((), "tables", True)
    assert "the tables say what the libraries say" in found.words


def test_the_manifest_says_which_way_and_how_far_apart(shelf):
    told = version_of(shelf, "small", "v1").words["explained_by"]
    assert (told["way"], told["libraries"], told["largest_difference"] < 1e-4) == ("tables", [], True)


def test_tables_that_differ_are_never_saved(tmp_path):
    with pytest.raises(RuntimeError, match="differs from the libraries"):
        save(tmp_path, spoilt(small_training().model))
    assert list((tmp_path / "models" / "small").glob("v*")) == []


def test_tables_that_differ_are_found_when_loaded_and_by_verify(shelf, monkeypatch):
    from churn.training import registry as proving
    from churn.training import registry as version_folders

    for room in (version_folders, proving):
        wrong = room.explainer_from
        monkeypatch.setattr(room, "explainer_from", lambda a, read=wrong: replace(read(a), base=0.0))
    with pytest.raises(Damaged, match="differ from the libraries"):
        load(shelf, "small", "v1")
    assert len(verified(shelf, "small", "v1").faults) == 2


def test_a_version_saved_without_its_libraries_says_so(shelf):
    save(shelf, load(shelf, "small", "v1"))
    found = verified(shelf, "small", "v2")
    assert (found.faults, found.difference, "before the libraries' own models" in found.words) == ((), None, True)


def test_a_damaged_file_is_told_before_anything_is_compared(shelf):
    (shelf / "models" / "small" / "v1" / "library.npz").write_bytes(b"x")
    assert verified(shelf, "small", "v1").faults == (
        "library.npz is not the file that was saved, so it was not opened.",
    )


def test_loading_compares_without_importing_a_library(shelf):
    code = (
        "import sys; from pathlib import Path; from churn.training.registry import load;"
        "load(Path(sys.argv[1]), 'small', 'v1');"
        "print({'xgboost', 'lightgbm', 'sklearn', 'shap'} & set(sys.modules) or 'none')"
    )
    done = subprocess.run([sys.executable, "-c", code, str(shelf)], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "none", done.stderr


def test_nobody_is_named_in_the_stored_answers(shelf):
    answers = opened_part(version_of(shelf, "small", "v1"), "answers.npz")
    assert {name: a.dtype.kind for name, a in answers.items()} == {"rows": "f", "contributions": "f", "margins": "f"}
    assert len(answers["rows"]) <= 251 and np.isnan(answers["rows"][-1]).all()
