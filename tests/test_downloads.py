"""What is taken home from a screen is what the command line writes."""

from churn import Desk
from churn.desk.downloads import clean_csv, scored_csv, set_aside_csv
from tests.trained import TODAY, rows_of


def test_the_screens_download_is_the_command_lines_file_to_the_byte(telco_home, tmp_path):
    desk = Desk(telco_home)
    desk.score_file(telco_home / TODAY, tmp_path / "scored.csv", said={})
    assert scored_csv(desk.score(telco_home / TODAY)) == (tmp_path / "scored.csv").read_bytes()


def test_lines_set_aside_come_with_line_and_reason(home):
    reading = Desk(home).check(b"id,a\n1,2\n3\n4,5\n", filename="x.csv")
    assert set_aside_csv(reading).decode().splitlines()[:2] == [
        "line,why,value 1",
        f"3,{reading.set_aside[0].why},3",
    ]


def test_clean_rows_are_the_rows_as_they_were_read(telco_home):
    reading = Desk(telco_home).check(telco_home / TODAY)
    assert clean_csv(reading).decode().splitlines() == rows_of(telco_home)
