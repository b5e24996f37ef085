"""A search that was stopped is found again, whole lines only, and never kept."""

import os

import pytest

from churn.errors import RequestRefused, Unavailable
from churn.workspace.models import FOLDER, search_for

FIRST, SECOND = {"number": 0, "value": 0.5}, {"number": 1, "value": None}


def test_trials_are_read_back_as_they_were_written(tmp_path):
    search = search_for(tmp_path, "abc-0")
    assert list(search) == []
    search.append(FIRST)
    search.append(SECOND)
    assert list(search_for(tmp_path, "abc-0")) == [FIRST, SECOND]
    assert list(search_for(tmp_path, "abc-1")) == []


def test_a_line_cut_short_by_a_kill_is_passed_over_and_the_next_is_whole(tmp_path):
    search = search_for(tmp_path, "abc-0")
    search.append(FIRST)
    with search.path.open("a") as file:
        file.write('{"number": 1, "val')
    search.append(SECOND)
    assert list(search) == [FIRST, SECOND]


def test_a_search_nobody_went_on_with_is_removed(tmp_path):
    search = search_for(tmp_path, "abc-0")
    search.append(FIRST)
    os.utime(search.path, (0, 0))
    assert list(search_for(tmp_path, "abc-0")) == []


def test_a_folder_that_cannot_be_written_is_a_clear_sentence(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / FOLDER).write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="The search could not be kept in searches"):
        search_for(tmp_path, "abc-0").append(FIRST)


def test_a_fingerprint_cannot_lead_elsewhere(tmp_path):
    with pytest.raises(RequestRefused):
        search_for(tmp_path, "../x")
