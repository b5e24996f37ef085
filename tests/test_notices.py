"""A Notice says one thing and shows only what it has."""

from churn.notices import Notice


def test_a_notice_is_shown_without_its_empty_fields():
    notice = Notice("repaired", "11 blank cells read as 0.", column="TotalCharges", count=11)
    assert notice.as_json() == {
        "kind": "repaired",
        "text": "11 blank cells read as 0.",
        "column": "TotalCharges",
        "count": 11,
    }
