"""What is taken home from a screen is what the command line writes."""

import pytest

from churn import Desk
from churn.workspace.files import clean_csv, set_aside_csv
from tests.trained import TODAY, rows_of


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_the_screens_download_is_the_command_lines_file_to_the_byte(telco_home, tmp_path, ending):
    desk = Desk(telco_home)
    target = tmp_path / f"scored{ending}"
    desk.score_file(telco_home / TODAY, target, said={})
    assert desk.scored_as(desk.score(telco_home / TODAY), ending) == target.read_bytes()


def test_a_workbook_taken_home_is_one_that_opens(telco_home):
    desk = Desk(telco_home)
    content = desk.scored_as(desk.score(telco_home / TODAY), ".xlsx")
    assert desk.check(content, filename="scored.xlsx", profile="general").rows == 60


def test_lines_set_aside_come_with_line_and_reason(home):
    reading = Desk(home).check(b"id,a\n1,2\n3\n4,5\n", filename="x.csv")
    assert set_aside_csv(reading).decode().splitlines()[:2] == [
        "line,why,value 1",
        f"3,{reading.set_aside[0].why},3",
    ]


def test_clean_rows_are_the_rows_as_they_were_read(telco_home):
    reading = Desk(telco_home).check(telco_home / TODAY)
    assert clean_csv(reading).decode().splitlines() == rows_of(telco_home)
