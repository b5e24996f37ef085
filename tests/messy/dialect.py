"""Messy files that try the dialect room."""

from tests.messy import Case

CASES = (
    Case(
        "semicolons_decimal_comma",
        "id;paid;left\nA1;29,85;No\nA2;1.234,50;Yes\n",
        "text* number flag",
        ((2, "A1", 29.85, False), (3, "A2", 1234.5, True)),
        notices=(
            "info: left was taken as the outcome; 'Yes' means that the customer left.",
            "repaired: paid is written with decimal commas: 29,85 was read as 29.85.",
        ),
    ),
    Case("tabs", "id\tpaid\nA1\t29.85\nA2\t5\n", "text* number", ((2, "A1", 29.85), (3, "A2", 5.0))),
    Case(
        "bars",
        "id|paid|left\nA1|29.85|no\nA2|5|yes\n",
        "text* number flag",
        ((2, "A1", 29.85, False), (3, "A2", 5.0, True)),
        notices=("info: left was taken as the outcome; 'yes' means that the customer left.",),
    ),
    Case(
        "sep_line",
        "sep=;\nid;paid\nA1;1,5\nA2;2,5\n",
        "text* number",
        ((3, "A1", 1.5), (4, "A2", 2.5)),
        notices=(
            "info: The first line says that semicolons separate the values.",
            "repaired: paid is written with decimal commas: 1,5 was read as 1.5.",
        ),
    ),
    Case(
        "single_column", "email\na@x.com\nb@x.com\nc@x.com\n", "text*", ((2, "a@x.com"), (3, "b@x.com"), (4, "c@x.com"))
    ),
    Case(
        "quoted_commas",
        'id,name\nA1,"Smith, Ann"\nA2,"Jones, Bob"\n',
        "text* category",
        ((2, "A1", "Smith, Ann"), (3, "A2", "Jones, Bob")),
    ),
    Case(
        "doubled_quotes",
        'id,name\nA1,"Ann ""Annie"" Smith"\nA2,Bob\n',
        "text* category",
        ((2, "A1", 'Ann "Annie" Smith'), (3, "A2", "Bob")),
    ),
    Case(
        "backslash_escape",
        'id,name\nA1,"Ann \\"Annie\\" Smith"\nA2,"Bob"\n',
        "text* category",
        ((2, "A1", 'Ann "Annie" Smith'), (3, "A2", "Bob")),
    ),
    Case(
        "single_quotes",
        "id,name\nA1,'Smith, Ann'\nA2,'Jones, Bob'\n",
        "text* category",
        ((2, "A1", "Smith, Ann"), (3, "A2", "Jones, Bob")),
    ),
    Case(
        "spaces_after_separators",
        'id, name, paid\nA1, "Smith, Ann", 5\nA2, "Jones, Bob", 6\n',
        "text* category number",
        ((2, "A1", "Smith, Ann", 5.0), (3, "A2", "Jones, Bob", 6.0)),
    ),
    Case(
        "line_break_in_quotes",
        'id,note,paid\nA1,"two\nlines",5\nA2,one,6\n',
        "text* category number",
        ((2, "A1", "two\nlines", 5.0), (4, "A2", "one", 6.0)),
    ),
    Case(
        "commas_in_prose_semicolon_file",
        "id;note\nA1;yes, please\nA2;no, thanks\nA3;well, maybe\n",
        "text* category",
        ((2, "A1", "yes, please"), (3, "A2", "no, thanks"), (4, "A3", "well, maybe")),
    ),
    Case(
        "thousands_commas_in_tabs",
        "id\tpaid\nA1\t1,234\nA2\t12,500\nA3\t950.5\n",
        "text* number",
        ((2, "A1", 1234.0), (3, "A2", 12500.0), (4, "A3", 950.5)),
    ),
)
