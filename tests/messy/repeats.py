"""Messy files that try the repeats room."""

from tests.messy import Case

CASES = (
    Case(
        "identical",
        "id,fee\nA1,5\nA2,6\nA1,5\n",
        "text* number",
        ((2, "A1", 5.0), (3, "A2", 6.0)),
        aside=((4, "it repeats line 2 word for word"),),
        notices=(
            "set_aside: 2 of 3 rows read; line 4 set aside because it repeats line 2 word for word.",
            "set_aside: 1 row repeats another row word for word and was dropped.",
        ),
    ),
    Case(
        "conflicting",
        "id,fee\nA1,5\nA2,6\nA1,7\n",
        refused=(
            "1 customer stands in the list more than once with different values, the first in lines 2 and 4 (id A1)."
        ),
    ),
    Case(
        "conflicting_first",
        "id,fee\nA1,5\nA2,6\nA1,7\n",
        "text* number",
        ((2, "A1", 5.0), (3, "A2", 6.0)),
        aside=((4, "the same customer stands in line 2, which was kept"),),
        notices=(
            (
                "set_aside: 2 of 3 rows read; line 4 set aside because the same customer stands in line"
                " 2, which was kept."
            ),
            ("set_aside: 1 customer stood in the list more than once with different values; the first row was kept."),
        ),
        said={"duplicates": "first"},
    ),
    Case(
        "conflicting_newest_by_row",
        "id,fee\nA1,5\nA2,6\nA1,7\n",
        "text* number",
        ((3, "A2", 6.0), (4, "A1", 7.0)),
        aside=((2, "the same customer stands in line 4, which was kept"),),
        notices=(
            (
                "set_aside: 2 of 3 rows read; line 2 set aside because the same customer stands in line"
                " 4, which was kept."
            ),
            ("set_aside: 1 customer stood in the list more than once with different values; the last row was kept."),
        ),
        said={"duplicates": "newest"},
    ),
    Case(
        "conflicting_newest_by_date",
        "id,as_of,fee\nA1,2026-03-01,5\nA2,2026-01-01,6\nA1,2026-02-01,7\n",
        "text* date number",
        ((2, "A1", "2026-03-01", 5.0), (3, "A2", "2026-01-01", 6.0)),
        aside=((4, "the same customer stands in line 2, which was kept"),),
        notices=(
            (
                "set_aside: 2 of 3 rows read; line 4 set aside because the same customer stands in line"
                " 2, which was kept."
            ),
            ("set_aside: 1 customer stood in the list more than once with different values; the latest date was kept."),
        ),
        said={"duplicates": "newest"},
    ),
    Case(
        "missing_keys_are_nobodys",
        "id,fee\nA1,5\n,6\n,6\nA2,8\n",
        "text* number",
        ((2, "A1", 5.0), (3, None, 6.0), (4, None, 6.0), (5, "A2", 8.0)),
        notices=(
            "info: 2 cells of id were read as missing: 2 blank.",
            "warning: 2 rows have no id, so nobody can find them again.",
        ),
    ),
)
