"""A Notice says one thing and shows only what it has."""

from churn.notices import Notice, do, many


def test_a_notice_is_shown_without_its_empty_fields():
    notice = Notice("repaired", "11 blank cells read as 0.", column="TotalCharges", count=11)
    assert notice.as_json() == {
        "kind": "repaired",
        "text": "11 blank cells read as 0.",
        "column": "TotalCharges",
        "count": 11,
    }


def test_one_thing_and_several_are_said_as_such():
    assert [many(n, "row") for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert [do(n, "is", "are") for n in (0, 1, 2)] == ["are", "is", "are"]
