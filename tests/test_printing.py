"""What the terminal shows, to a person and to a program."""

import io
import json

from churn.cli.main import Printer, notice_lines, table_lines
from churn.errors import ListRefused
from churn.notices import Notice

MORE = "more notices about the list: `score` and --json tell them all."


def test_numbers_stand_to_the_right_and_text_to_the_left():
    assert table_lines(["tier", "customers", "share"], [["High", 1200, 0.25], ["Medium", 85, None]]) == [
        "tier    customers  share",
        "High        1,200  0.250",
        "Medium         85      –",
    ]


def test_a_table_without_rows_is_its_heading():
    assert table_lines(["tier", "customers"], []) == ["tier  customers"]


def test_a_cell_cannot_break_the_table():
    assert table_lines(["name"], [["two\nlines\tand a tab"]]) == ["name", "two lines and a tab"]


def test_control_characters_of_a_cell_never_reach_the_terminal():
    assert table_lines(["name"], [["\x1b[31mred\x07"]]) == ["name", "[31mred"]


def test_warnings_come_first():
    notices = [Notice("info", "b"), Notice("warning", "a")]
    assert notice_lines(notices) == ["  ! a", "  · b"]


def test_many_notices_about_a_list_are_counted_not_repeated():
    notices = [Notice("info", str(n)) for n in range(9)]
    assert notice_lines(notices, most=2) == ["  · 0", "  · 1", f"  · 7 {MORE}"]
    assert len(notice_lines(notices[:3], most=2)) == 3


def test_a_program_reads_progress_as_lines_of_json():
    err = io.StringIO()
    Printer(as_json=True, err=err).progress(0.5, "half")
    assert json.loads(err.getvalue()) == {"progress": 0.5, "text": "half"}


def test_a_person_sees_a_bar_that_is_rewritten_in_place():
    err = io.StringIO()
    err.isatty = lambda: True
    printer = Printer(err=err)
    printer.progress(0.25, "fold 1")
    printer.progress(1.0, "Done")
    first, second = err.getvalue().split("\r\033[K")[1:]
    assert (first, second) == (f"{'█' * 5}{'░' * 15}  25%  fold 1", f"{'█' * 20} 100%  Done\n")


def test_a_log_file_gets_no_progress_bar_and_no_colours():
    out, err = io.StringIO(), io.StringIO()
    printer = Printer(out=out, err=err)
    printer.progress(0.5, "half")
    printer.refused(ListRefused("No.", "Try again."))
    assert (out.getvalue(), err.getvalue()) == ("", "No. Try again.\n")
