"""Messy files that try the sifting room."""

from tests.messy import LIST, Case

CASES = (
    Case(
        "totals_row",
        LIST + "Total,19,140.65\n",
        "text* number number",
        ((2, "A1", 3.0, 29.85), (3, "A2", 14.0, 56.95), (4, "A3", 2.0, 53.85)),
        aside=((5, "it is a totals row, not a customer"),),
        notices=(("set_aside: 3 of 4 rows read; line 5 set aside because it is a totals row, not a customer."),),
    ),
    Case(
        "totals_row_blank_id",
        LIST + ",19,140.65\n",
        "text* number number",
        ((2, "A1", 3.0, 29.85), (3, "A2", 14.0, 56.95), (4, "A3", 2.0, 53.85)),
        aside=((5, "it is a totals row, not a customer"),),
        notices=(("set_aside: 3 of 4 rows read; line 5 set aside because it is a totals row, not a customer."),),
    ),
    Case(
        "german_totals",
        "id;tage;betrag\nA1;3;29,85\nA2;4;5,00\nSumme;;34,85\n",
        "text* number number",
        ((2, "A1", 3.0, 29.85), (3, "A2", 4.0, 5.0)),
        aside=((4, "it is a totals row, not a customer"),),
        notices=(
            ("set_aside: 2 of 3 rows read; line 4 set aside because it is a totals row, not a customer."),
            "repaired: betrag is written with decimal commas: 29,85 was read as 29.85.",
        ),
    ),
    Case(
        "subtotals_inside",
        "id,tenure,paid\nA1,3,29.85\nSubtotal,3,29.85\nA2,14,56.95\nTotal,17,86.80\n",
        "text* number number",
        ((2, "A1", 3.0, 29.85), (4, "A2", 14.0, 56.95)),
        aside=((3, "it is a totals row, not a customer"), (5, "it is a totals row, not a customer")),
        notices=(
            (
                "set_aside: 2 of 4 rows read; line 3 set aside because it is a totals row, not a "
                "customer; line 5 set aside because it is a totals row, not a customer."
            ),
        ),
    ),
    Case(
        "footnote",
        LIST + "\nSource: CRM export\n",
        "text* number number",
        ((2, "A1", 3.0, 29.85), (3, "A2", 14.0, 56.95), (4, "A3", 2.0, 53.85)),
        aside=((6, "it is a note below the list"),),
        notices=(
            "set_aside: 3 of 4 rows read; line 6 set aside because it is a note below the list.",
            "info: 1 blank row was skipped.",
        ),
    ),
    Case(
        "footnote_padded",
        LIST + "* excluding VAT,,\n",
        "text* number number",
        ((2, "A1", 3.0, 29.85), (3, "A2", 14.0, 56.95), (4, "A3", 2.0, 53.85)),
        aside=((5, "it is a note below the list"),),
        notices=("set_aside: 3 of 4 rows read; line 5 set aside because it is a note below the list.",),
    ),
    Case(
        "header_again",
        "id,tenure,paid\nA1,3,29.85\nid,tenure,paid\nA2,14,56.95\nA3,5,6.1\n",
        "text* number number",
        ((2, "A1", 3.0, 29.85), (4, "A2", 14.0, 56.95), (5, "A3", 5.0, 6.1)),
        aside=((3, "it repeats the header"),),
        notices=("set_aside: 3 of 4 rows read; line 3 set aside because it repeats the header.",),
    ),
    Case(
        "small_table_below",
        LIST + "\nRegion,Count\nNorth,5\nSouth,7\n",
        "text* number number",
        ((2, "A1", 3.0, 29.85), (3, "A2", 14.0, 56.95), (4, "A3", 2.0, 53.85)),
        aside=(
            (6, "it belongs to another table, which begins in line 6"),
            (7, "it belongs to another table, which begins in line 6"),
            (8, "it belongs to another table, which begins in line 6"),
        ),
        notices=(
            (
                "set_aside: 3 of 6 rows read; line 6 set aside because it belongs to another table, "
                "which begins in line 6; line 7 set aside because it belongs to another table, which "
                "begins in line 6; line 8 set aside because it belongs to another table, which begins "
                "in line 6."
            ),
            "warning: Another table begins in line 6; its 3 rows were left out.",
            "info: 1 blank row was skipped.",
        ),
    ),
    Case(
        "two_like_tables",
        "id,tenure,paid\nA1,3,29.85\nA2,3,2.85\nA3,3,29.8\n\ncustomer,fee\nB1,5\nB2,6\nB3,7\n",
        "text* number number",
        ((2, "A1", 3.0, 29.85), (3, "A2", 3.0, 2.85), (4, "A3", 3.0, 29.8)),
        aside=(
            (6, "it belongs to another table, which begins in line 6"),
            (7, "it belongs to another table, which begins in line 6"),
            (8, "it belongs to another table, which begins in line 6"),
            (9, "it belongs to another table, which begins in line 6"),
        ),
        notices=(
            (
                "set_aside: 3 of 7 rows read; line 6 set aside because it belongs to another table, "
                "which begins in line 6; line 7 set aside because it belongs to another table, which "
                "begins in line 6; line 8 set aside because it belongs to another table, which begins "
                "in line 6; 1 more."
            ),
            "warning: Another table begins in line 6; its 4 rows were left out.",
            "info: 1 blank row was skipped.",
        ),
    ),
    Case(
        "second_table_same_width",
        "id,tenure,paid\nA1,3,29.85\nA2,3,2.85\n\nregion,count,sum\nNorth,5,6\nSouth,7,8\n",
        refused="Another table begins in line 5, with its own header.",
    ),
)
