"""Messy files that try the layout room."""

from tests.messy import Case

CASES = (
    Case(
        "preamble",
        "Customer report\nCreated 2026-01-31 by Ann\n\nid,tenure,paid\nA1,3,29.85\nA2,4,5\n",
        "text* number number",
        ((5, "A1", 3.0, 29.85), (6, "A2", 4.0, 5.0)),
        notices=("info: Lines 1 to 2 above the header were skipped.",),
    ),
    Case(
        "padded_preamble",
        "Customer report,,\n,,\nid,tenure,paid\nA1,3,29.85\nA2,4,5\n",
        "text* number number",
        ((4, "A1", 3.0, 29.85), (5, "A2", 4.0, 5.0)),
        notices=("info: Line 1 above the header was skipped.",),
    ),
    Case(
        "no_header",
        "A1,3,29.85\nA2,14,56.95\nA3,2,53.85\n",
        "text* number number",
        ((1, "A1", 3.0, 29.85), (2, "A2", 14.0, 56.95), (3, "A3", 2.0, 53.85)),
        notices=("warning: There is no header line; the columns were named column 1 to column 3.",),
    ),
    Case(
        "header_shorter_than_rows",
        "id,tenure\nA1,3,29.85\nA2,14,56.95\n",
        refused="The header in line 1 has 2 names, but the rows below have 3 values.",
    ),
    Case(
        "header_shorter_all_words",
        "name,city\nAnn,Paris,x\nBob,Rome,y\n",
        refused="The header in line 1 has 2 names, but the rows below have 3 values.",
    ),
    Case(
        "header_longer_than_rows",
        "id,tenure,paid\nA1,3\nA2,14\n",
        refused="The header in line 1 has 3 names, but the rows below have 2 values.",
    ),
    Case(
        "trailing_separator_in_rows",
        "id,tenure\nA1,3,\nA2,14,\n",
        "text* number",
        ((2, "A1", 3.0), (3, "A2", 14.0)),
        notices=("info: 1 column without heading and values was left out.",),
    ),
    Case(
        "trailing_separator_everywhere",
        "id,tenure,\nA1,3,\nA2,14,\n",
        "text* number",
        ((2, "A1", 3.0), (3, "A2", 14.0)),
        notices=("info: 1 column without heading and values was left out.",),
    ),
    Case(
        "two_row_header_groups",
        ",Usage,,Billing,\nid,calls,minutes,paid,owed\nA1,3,4,5,6\nA2,3,4,5,6\n",
        "text* number number number number",
        ((3, "A1", 3.0, 4.0, 5.0, 6.0), (4, "A2", 3.0, 4.0, 5.0, 6.0)),
        notices=("info: Line 1 above the header was skipped.",),
    ),
    Case(
        "two_row_header_repeated_names",
        ",2024,,2025,\nid,calls,paid,calls,paid\nA1,3,4,5,6\nA2,3,4,5,6\n",
        "text* number number number number",
        ((3, "A1", 3.0, 4.0, 5.0, 6.0), (4, "A2", 3.0, 4.0, 5.0, 6.0)),
        notices=("repaired: The header runs over lines 1 to 2; they were joined.",),
    ),
    Case(
        "units_row",
        "id,tenure,paid\n,(months),(EUR)\nA1,3,29.85\nA2,4,5\n",
        "text* number number",
        ((3, "A1", 3.0, 29.85), (4, "A2", 4.0, 5.0)),
        notices=("info: Line 2 holds units and was left out.",),
    ),
    Case(
        "duplicate_header_same",
        "id,paid,paid\nA1,5,5\nA2,6,6\n",
        "text* number",
        ((2, "A1", 5.0), (3, "A2", 6.0)),
        notices=("repaired: Columns 2 and 3 are both called paid and hold the same; one was kept.",),
    ),
    Case(
        "duplicate_header_differs",
        "id,paid,Paid\nA1,5,5\nA2,6,7\n",
        refused="Columns 2 (paid) and 3 (Paid) share a name, not values.",
    ),
    Case(
        "empty_heading",
        ",id,paid\n0,A1,5\n1,A2,6\n2,A3,7\n",
        "number text* number",
        ((2, 0.0, "A1", 5.0), (3, 1.0, "A2", 6.0), (4, 2.0, "A3", 7.0)),
        notices=("info: 1 column had no heading and was named column 1.",),
    ),
    Case(
        "odd_blanks_in_heading",
        "\u00a0id\u200b, paid  monthly \nA1,5\nA2,6\n",
        "text* number",
        ((2, "A1", 5.0), (3, "A2", 6.0)),
    ),
    Case(
        "table_above",
        "Region,Count\nNorth,5\nSouth,7\n\nid,tenure,paid\nA1,3,29.85\nA2,4,5\nA3,4,6\nA4,4,6\n",
        "text* number number",
        ((6, "A1", 3.0, 29.85), (7, "A2", 4.0, 5.0), (8, "A3", 4.0, 6.0), (9, "A4", 4.0, 6.0)),
        notices=(("warning: Lines 1 to 3 hold another table; only the list with 3 columns below it was read."),),
    ),
    Case("empty", b"", refused="list.csv is empty."),
    Case("blanks_only", b" \n \n\n", refused="list.csv holds nothing but blanks."),
    Case("header_only", "id,tenure,paid\n", refused="list.csv has a header but no customers below it."),
    Case("one_row_no_header", "A1,3,29.85\n", refused="list.csv holds a single row and no header."),
    Case(
        "year_headings",
        "id,2023,2024\nA1,5,6\nA2,7,8\n",
        "text* number number",
        ((2, "A1", 5.0, 6.0), (3, "A2", 7.0, 8.0)),
    ),
)
