"""What is taken home from a screen is what the command line writes."""

import pytest

from churn import Workspace
from churn.workspace.files import clean_csv, scored_list_file, set_aside_csv
from tests.trained import TODAY, rows_of


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_the_screens_download_is_the_command_lines_file_to_the_byte(telco_home, tmp_path, ending):
    workspace = Workspace(telco_home)
    target = tmp_path / f"scored{ending}"
    workspace.lists.score_file(telco_home / TODAY, target)
    assert scored_list_file(workspace.lists.score(telco_home / TODAY), ending) == target.read_bytes()


def test_a_workbook_taken_home_is_one_that_opens(telco_home):
    workspace = Workspace(telco_home)
    content = scored_list_file(workspace.lists.score(telco_home / TODAY), ".xlsx")
    assert workspace.lists.check(content, filename="scored.xlsx", profile="general").rows == 60


def test_lines_set_aside_come_with_line_and_reason(home):
    reading = Workspace(home).lists.check(b"id,a\n1,2\n3\n4,5\n", filename="x.csv")
    assert set_aside_csv(reading).decode().splitlines()[:2] == [
        "line,why,value 1",
        f"3,{reading.set_aside[0].why},3",
    ]


def test_clean_rows_are_the_rows_as_they_were_read(telco_home):
    reading = Workspace(telco_home).lists.check(telco_home / TODAY)
    assert clean_csv(reading).decode().splitlines() == rows_of(telco_home)
