"""Lists for a cluster: what it cannot take is refused in a sentence before anything is started."""

import pytest

from churn import Workspace
from churn.cli.main import run_line
from churn.errors import ListRefused, RequestRefused


def score(home, source, target, engine="local[1]"):
    """Ask for a list to be scored on a cluster."""
    return Workspace(home).lists.score_on_cluster(str(source), target, engine=engine)


def test_a_file_that_is_no_parquet_is_refused(telco_home, tmp_path):
    with pytest.raises(RequestRefused, match=r"today.csv is no Parquet file"):
        score(telco_home, telco_home / "today.csv", tmp_path / "out")


def test_a_list_that_is_not_there_is_refused(telco_home, tmp_path):
    with pytest.raises(ListRefused, match="There is no file"):
        score(telco_home, tmp_path / "nothing.parquet", tmp_path / "out")


def test_a_folder_that_is_there_already_is_never_written_into(telco_home, tmp_path):
    Workspace(telco_home).lists.score_file(telco_home / "today.csv", tmp_path / "list.parquet", keep=True)
    (tmp_path / "out").mkdir()
    with pytest.raises(RequestRefused, match="out is there already"):
        score(telco_home, tmp_path / "list.parquet", tmp_path / "out")


def test_a_pipe_is_refused_in_one_sentence(telco_home, capsys):
    assert run_line(["score", "-", "--engine", "local[1]", "-o", "-", "--home", str(telco_home)]) == 2
    assert capsys.readouterr().err.startswith("A cluster cannot read or write a pipe.")
