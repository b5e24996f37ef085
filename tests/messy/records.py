"""Messy files that try the records room."""

from tests.messy import Case

CASES = (
    Case(
        "short_row",
        "id,a,b,c,d,e,f\n" + "".join(f"A{i},1,2,3,4,5,6\n" for i in range(12)) + "A12,1,2,3,4\n" + "A13,1,2,3,4,5,6\n",
        "text* number number number number number number",
        (
            (2, "A0", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (3, "A1", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (4, "A2", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (5, "A3", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (6, "A4", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (7, "A5", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (8, "A6", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (9, "A7", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (10, "A8", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (11, "A9", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (12, "A10", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (13, "A11", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
            (15, "A13", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
        ),
        aside=((14, "it has 5 values for 7 columns"),),
        notices=("set_aside: 13 of 14 rows read; line 14 set aside because it has 5 values for 7 columns.",),
    ),
    Case(
        "long_row",
        "id,a,b\nA1,1,2\nA2,1,2,3\nA3,1,2\nA4,1,2\n",
        "text* number number",
        ((2, "A1", 1.0, 2.0), (4, "A3", 1.0, 2.0), (5, "A4", 1.0, 2.0)),
        aside=((3, "it has 4 values for 3 columns"),),
        notices=("set_aside: 3 of 4 rows read; line 3 set aside because it has 4 values for 3 columns.",),
    ),
    Case(
        "lost_and_doubled_separator",
        "id,a,b\nA1,1,2\nA2 1,2\nA3,,1,2\nA4,1,2\nA5,1,2\n",
        "text* number number",
        ((2, "A1", 1.0, 2.0), (5, "A4", 1.0, 2.0), (6, "A5", 1.0, 2.0)),
        aside=((3, "it has 2 values for 3 columns"), (4, "it has 4 values for 3 columns")),
        notices=(
            (
                "set_aside: 3 of 5 rows read; line 3 set aside because it has 2 values for 3 columns; "
                "line 4 set aside because it has 4 values for 3 columns."
            ),
        ),
    ),
    Case(
        "unbalanced_quote",
        'id,name,paid\nA1,Ann,5\nA2,"Bob,6\nA3,Cid,7\nA4,"Dee",8\n',
        "text* category number",
        ((2, "A1", "Ann", 5.0), (4, "A3", "Cid", 7.0), (5, "A4", "Dee", 8.0)),
        aside=((3, "a quotation mark is opened or closed in the wrong place"),),
        notices=(
            (
                "set_aside: 3 of 4 rows read; line 3 set aside because a quotation mark is opened or "
                "closed in the wrong place."
            ),
        ),
    ),
    Case(
        "quote_in_the_middle",
        'id,name,paid\nA1,Ann "A" S,5\nA2,5" pipe,6\n',
        "text* category number",
        ((2, "A1", 'Ann "A" S', 5.0), (3, "A2", '5" pipe', 6.0)),
    ),
    Case(
        "text_after_closing_quote",
        'id,name,paid\nA1,"Ann"x,5\nA2,Bob,6\nA3,Cid,7\n',
        "text* category number",
        ((3, "A2", "Bob", 6.0), (4, "A3", "Cid", 7.0)),
        aside=((2, "a quotation mark is opened or closed in the wrong place"),),
        notices=(
            (
                "set_aside: 2 of 3 rows read; line 2 set aside because a quotation mark is opened or "
                "closed in the wrong place."
            ),
        ),
    ),
    Case(
        "cut_off_last_row",
        "id,a,b\nA1,1,2\nA2,1,2\nA3,1",
        "text* number number",
        ((2, "A1", 1.0, 2.0), (3, "A2", 1.0, 2.0)),
        aside=((4, "the file ends in the middle of this line: it has 2 values for 3 columns"),),
        notices=(
            (
                "set_aside: 2 of 3 rows read; line 4 set aside because the file ends in the middle of "
                "this line: it has 2 values for 3 columns."
            ),
        ),
    ),
    Case(
        "cut_off_in_quotes",
        'id,a,b\nA1,1,2\nA2,1,"x"\nA3,1,"y',
        "text* number category",
        ((2, "A1", 1.0, "2"), (3, "A2", 1.0, "x")),
        aside=(
            (4, ("the file ends in the middle of this line: a quotation mark is opened or closed in the wrong place")),
        ),
        notices=(
            (
                "set_aside: 2 of 3 rows read; line 4 set aside because the file ends in the middle of "
                "this line: a quotation mark is opened or closed in the wrong place."
            ),
        ),
    ),
    Case(
        "no_line_end_but_whole",
        "id,a,b\nA1,1,2\nA2,1,2",
        "text* number number",
        ((2, "A1", 1.0, 2.0), (3, "A2", 1.0, 2.0)),
        notices=(("info: The file stops right after line 3, without a line end: its last value may be cut off."),),
    ),
    Case(
        "stray_carriage_return",
        "id,a,b\nA1,1,2\nA2,1\r,2\nA3,1,2\n",
        "text* number number",
        ((2, "A1", 1.0, 2.0), (4, "A3", 1.0, 2.0)),
        aside=((3, "a stray line break stands inside it"),),
        notices=(("set_aside: 2 of 3 rows read; line 3 set aside because a stray line break stands inside it."),),
    ),
    Case(
        "blank_rows",
        "id,a,b\nA1,1,2\n\n,,\nA2,1,2\n\n\n",
        "text* number number",
        ((2, "A1", 1.0, 2.0), (5, "A2", 1.0, 2.0)),
        notices=("info: 4 blank rows were skipped.",),
    ),
    Case(
        "line_numbers_after_multiline",
        'id,note,a\nA1,"x\ny\nz",1\nA2,q\nA3,w,2\n',
        "text* category number",
        ((2, "A1", "x\ny\nz", 1.0), (6, "A3", "w", 2.0)),
        aside=((5, "it has 2 values for 3 columns"),),
        notices=("set_aside: 2 of 3 rows read; line 5 set aside because it has 2 values for 3 columns.",),
    ),
)
