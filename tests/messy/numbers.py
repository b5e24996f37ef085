"""Messy files that try the numbers room."""

from tests.messy import Case

CASES = (
    Case(
        "money_signs",
        'id,fee\nA1,€ 29.85\nA2,€5.00\nA3,"€1,234.50"\n',
        "text* number",
        ((2, "A1", 29.85), (3, "A2", 5.0), (4, "A3", 1234.5)),
        notices=("repaired: fee is in EUR: € 29.85 was read as 29.85.",),
    ),
    Case(
        "decimal_commas",
        "id;fee\nA1;1.234,50\nA2;12,00\nA3;950\n",
        "text* number",
        ((2, "A1", 1234.5), (3, "A2", 12.0), (4, "A3", 950.0)),
        notices=("repaired: fee is written with decimal commas: 1.234,50 was read as 1234.5.",),
    ),
    Case(
        "brackets_for_minus",
        "id,balance\nA1,(12.00)\nA2,5.50\nA3,-3.25\n",
        "text* number",
        ((2, "A1", -12.0), (3, "A2", 5.5), (4, "A3", -3.25)),
    ),
    Case(
        "percent",
        "id,share\nA1,12%\nA2,50%\nA3,12.5 %\n",
        "text* number",
        ((2, "A1", 0.12), (3, "A2", 0.5), (4, "A3", 0.125)),
        notices=("repaired: 3 cells of share are written in percent; 12% was read as 0.12.",),
    ),
    Case(
        "mixed_percent",
        "id,share\nA1,12%\nA2,0.5\nA3,50%\n",
        refused="Column share writes 2 numbers with a percent sign and 1 without.",
    ),
    Case(
        "two_currencies_and_three_lines",
        "id,fee\nA1,€5.00\nA2,$6.00\nA3,$7.00\nA4,€8.00\n",
        refused="Column fee mixes currencies (line 2: €5.00; line 3: $6.00; line 5: €8.00).",
    ),
    Case(
        "mixed_currencies",
        "id,fee\nA1,€5.00\nA2,$6.00\nA3,£7.00\n",
        refused="Column fee mixes currencies (line 2: €5.00; line 3: $6.00; line 4: £7.00).",
    ),
    Case(
        "spaces_for_thousands",
        "id;fee\nA1;1 234,50\nA2;12\u00a0500,00\nA3;9,50\n",
        "text* number",
        ((2, "A1", 1234.5), (3, "A2", 12500.0), (4, "A3", 9.5)),
        notices=("repaired: fee is written with decimal commas: 1 234,50 was read as 1234.5.",),
    ),
    Case(
        "open_point",
        "id,weight\nA1,1.234\nA2,2.500\nA3,3.125\n",
        "text* number",
        ((2, "A1", 1.234), (3, "A2", 2.5), (4, "A3", 3.125)),
        notices=("warning: 1.234 in weight was read as 1.234, and could mean 1234. Check it.",),
    ),
    Case(
        "open_comma",
        "id;weight\nA1;1,234\nA2;2,500\nA3;3,125\n",
        "text* number",
        ((2, "A1", 1.234), (3, "A2", 2.5), (4, "A3", 3.125)),
        notices=(
            "repaired: weight is written with decimal commas: 1,234 was read as 1.234.",
            "warning: 1,234 in weight was read as 1.234, and could mean 1234. Check it.",
        ),
    ),
    Case(
        "open_settled_by_neighbour",
        "id;weight;fee\nA1;1.234;5,50\nA2;2.500;6,75\nA3;3.125;7,25\n",
        "text* number number",
        ((2, "A1", 1234.0, 5.5), (3, "A2", 2500.0, 6.75), (4, "A3", 3125.0, 7.25)),
        notices=(
            "repaired: weight is written with decimal commas: 1.234 was read as 1234.",
            "warning: 1.234 in weight was read as 1234, and could mean 1.234. Check it.",
            "repaired: fee is written with decimal commas: 5,50 was read as 5.5.",
        ),
    ),
    Case(
        "missing_marks",
        "id,fee\nA1,5.5\nA2,-\nA3,N/A\nA4,\nA5,NULL\nA6,7.5\n",
        "text* number",
        ((2, "A1", 5.5), (3, "A2", None), (4, "A3", None), (5, "A4", None), (6, "A5", None), (7, "A6", 7.5)),
        notices=(
            "repaired: 4 cells of fee were read as missing: 1 '-', 1 'N/A', 1 blank, 1 'NULL'.",
            "warning: 67% of fee is missing.",
        ),
    ),
    Case(
        "one_slip",
        "id,fee\n" + "".join(f"A{i},{i}.5\n" for i in range(9)) + "A9,12x\n",
        "text* number",
        (
            (2, "A0", 0.5),
            (3, "A1", 1.5),
            (4, "A2", 2.5),
            (5, "A3", 3.5),
            (6, "A4", 4.5),
            (7, "A5", 5.5),
            (8, "A6", 6.5),
            (9, "A7", 7.5),
            (10, "A8", 8.5),
            (11, "A9", None),
        ),
        notices=("warning: 1 cell of fee is no number and was read as missing: line 11: '12x'.",),
    ),
    Case(
        "leading_zeros",
        "id,branch,fee\n00123,007,5\n00124,012,6\n00125,112,7\n",
        "text* text~ number",
        ((2, "00123", "007", 5.0), (3, "00124", "012", 6.0), (4, "00125", "112", 7.0)),
    ),
    Case(
        "long_ids",
        "customer,fee\n1234567890123456789,5\n1234567890123456788,6\n,7\n1234567890123456787,8\n",
        "text* number",
        (
            (2, "1234567890123456789", 5.0),
            (3, "1234567890123456788", 6.0),
            (4, None, 7.0),
            (5, "1234567890123456787", 8.0),
        ),
        notices=(
            "info: 1 cell of customer was read as missing: 1 blank.",
            "warning: 1 row has no customer, so nobody can find it again.",
        ),
    ),
    Case(
        "codes_like_1E5",
        "id,plan code,fee\n1E5,1E5,5\n2B7,2E4,6\n3C1,7E2,7\n",
        "text* text~ number",
        ((2, "1E5", "1E5", 5.0), (3, "2B7", "2E4", 6.0), (4, "3C1", "7E2", 7.0)),
    ),
    Case("swiss", "id,fee\nA1,1'234.50\nA2,12.00\n", "text* number", ((2, "A1", 1234.5), (3, "A2", 12.0))),
    Case(
        "trailing_minus",
        "id,balance\nA1,5.00-\nA2,7.25\nA3,1.00\n",
        "text* number",
        ((2, "A1", -5.0), (3, "A2", 7.25), (4, "A3", 1.0)),
    ),
)
