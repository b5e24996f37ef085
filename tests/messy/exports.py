"""Messy files as other programs leave them: what SAP, spreadsheets, databases and report tools export."""

from tests.messy import Case

CASES = (
    Case(
        "apostrophe_ids",
        "id,paid\n'00123,5\n'00124,6\n'00125,7\n",
        "text* number",
        (
            (
                2,
                "00123",
                5.0,
            ),
            (
                3,
                "00124",
                6.0,
            ),
            (
                4,
                "00125",
                7.0,
            ),
        ),
        notices=(("repaired: 3 cells of id carry a spreadsheet's mark for text, as '00123; the text alone was read."),),
    ),
    Case(
        "arabic_digits",
        "id,paid\nA1,٥٦\nA2,٧\nA3,٨\n",
        "text* number",
        (
            (
                2,
                "A1",
                56.0,
            ),
            (
                3,
                "A2",
                7.0,
            ),
            (
                4,
                "A3",
                8.0,
            ),
        ),
    ),
    Case(
        "bom_mid",
        "\ufeffid,paid\nA1,5\nA2,6\n\ufeffid,paid\nA3,7\nA4,8\n",
        "text* number",
        (
            (
                2,
                "A1",
                5.0,
            ),
            (
                3,
                "A2",
                6.0,
            ),
            (
                5,
                "A3",
                7.0,
            ),
            (
                6,
                "A4",
                8.0,
            ),
        ),
        aside=(
            (
                4,
                "it repeats the header",
            ),
        ),
        notices=("set_aside: 4 of 5 rows read; line 4 set aside because it repeats the header.",),
    ),
    Case(
        "colon",
        "id:name:paid\nA1:Ann:5\nA2:Bob:6\nA3:Cid:7\n",
        refused=("The list has one column, 'id:name:paid', in which colons seem to stand between 3 values."),
    ),
    Case(
        "comment_lines",
        "# exported 2026-01-01\n# rows: 3\nid,paid\nA1,5\n# note\nA2,6\nA3,7\n",
        "text* number",
        (
            (
                4,
                "A1",
                5.0,
            ),
            (
                6,
                "A2",
                6.0,
            ),
            (
                7,
                "A3",
                7.0,
            ),
        ),
        aside=(
            (
                5,
                "it has 1 value for 2 columns",
            ),
        ),
        notices=(
            "set_aside: 3 of 4 rows read; line 5 set aside because it has 1 value for 2 columns.",
            "info: Lines 1 to 2 above the header were skipped.",
        ),
    ),
    Case(
        "cp1251",
        (
            b"\xe8\xe4;\xe3\xee\xf0\xee\xe4;\xf1\xf3\xec\xec\xe0\nA1;\xcc\xee\xf1\xea\xe2\xe0;5\n"
            b"A2;\xca\xe0\xe7\xe0\xed\xfc;6\nA3;\xcf\xe5\xf0\xec\xfc;7\n"
        ),
        "text* category number",
        (
            (
                2,
                "A1",
                "Москва",
                5.0,
            ),
            (
                3,
                "A2",
                "Казань",
                6.0,
            ),
            (
                4,
                "A3",
                "Пермь",
                7.0,
            ),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as cp1251, which is a guess. Check that "
                "these read well: ид, город, сумма."
            ),
        ),
    ),
    Case(
        "currency_some",
        "id,paid\nA1,€12\nA2,15\nA3,€13\nA4,9\n",
        "text* number",
        (
            (
                2,
                "A1",
                12.0,
            ),
            (
                3,
                "A2",
                15.0,
            ),
            (
                4,
                "A3",
                13.0,
            ),
            (
                5,
                "A4",
                9.0,
            ),
        ),
        notices=(("repaired: paid is in EUR: €12 was read as 12; 2 cells without it were taken for the same."),),
    ),
    Case(
        "dates_mixed_iso",
        "id,joined\nA1,2026-01-31\nA2,31/01/2026\nA3,2026-03-01\nA4,2026-02-01\n",
        "text* date",
        (
            (
                2,
                "A1",
                "2026-01-31",
            ),
            (
                3,
                "A2",
                "2026-01-31",
            ),
            (
                4,
                "A3",
                "2026-03-01",
            ),
            (
                5,
                "A4",
                "2026-02-01",
            ),
        ),
        notices=("info: Dates in joined are read day first, as in 31/01/2026 (line 3).",),
    ),
    Case(
        "datetime_us_ampm",
        "id,last seen\nA1,1/31/2026 9:15 PM\nA2,2/1/2026 10:00 AM\nA3,12/25/2025 1:05 AM\n",
        "text* date",
        (
            (
                2,
                "A1",
                "2026-01-31",
            ),
            (
                3,
                "A2",
                "2026-02-01",
            ),
            (
                4,
                "A3",
                "2025-12-25",
            ),
        ),
        notices=(
            "info: Dates in last seen are read month first, as in 1/31/2026 9:15 PM (line 2).",
            "info: 3 times of day in last seen were left out; the day was kept.",
        ),
    ),
    Case(
        "double_pipe",
        "id||name||paid\nA1||Ann||5\nA2||Bob||6\nA3||Cid||7\n",
        "text* category number",
        (
            (
                2,
                "A1",
                "Ann",
                5.0,
            ),
            (
                3,
                "A2",
                "Bob",
                6.0,
            ),
            (
                4,
                "A3",
                "Cid",
                7.0,
            ),
        ),
        notices=("info: 2 columns without heading and values were left out.",),
    ),
    Case(
        "emoji_header",
        "id,💰 paid,✅ active\nA1,5,✓\nA2,6,✗\nA3,7,✓\n",
        "text* number flag",
        (
            (
                2,
                "A1",
                5.0,
                True,
            ),
            (
                3,
                "A2",
                6.0,
                False,
            ),
            (
                4,
                "A3",
                7.0,
                True,
            ),
        ),
        notices=(("info: ✅ active was taken as the outcome; which word means `left` must be said."),),
    ),
    Case(
        "epoch",
        "id,created_at,paid\nA1,1769817600,5\nA2,1769904000,6\nA3,1772323200,7\n",
        "text* number number",
        (
            (
                2,
                "A1",
                1769817600.0,
                5.0,
            ),
            (
                3,
                "A2",
                1769904000.0,
                6.0,
            ),
            (
                4,
                "A3",
                1772323200.0,
                7.0,
            ),
        ),
        notices=(
            (
                "warning: created_at holds seconds counted since 1970, such as 1769817600; it was read "
                "as a number. Export it as dates."
            ),
        ),
    ),
    Case(
        "epoch_ms",
        "id,created_at,paid\nA1,1769817600000,5\nA2,1769904000000,6\nA3,1772323200000,7\n",
        "text* number number",
        (
            (
                2,
                "A1",
                1769817600000.0,
                5.0,
            ),
            (
                3,
                "A2",
                1769904000000.0,
                6.0,
            ),
            (
                4,
                "A3",
                1772323200000.0,
                7.0,
            ),
        ),
        notices=(
            (
                "warning: created_at holds milliseconds counted since 1970, such as 1769817600000; it "
                "was read as a number. Export it as dates."
            ),
        ),
    ),
    Case(
        "euro_1252",
        b"id;Betrag\r\nA1;29,85 \x80\r\nA2;1.129,85 \x80\r\nA3;0,85 \x80\r\n",
        "text* number",
        (
            (
                2,
                "A1",
                29.85,
            ),
            (
                3,
                "A2",
                1129.85,
            ),
            (
                4,
                "A3",
                0.85,
            ),
        ),
        notices=(
            ("warning: The text is not UTF-8; it was read as cp1252, which is a guess. Check that these read well: €."),
            "repaired: Betrag is written with decimal commas: 29,85 € was read as 29.85.",
            "repaired: Betrag is in EUR: 29,85 € was read as 29.85.",
        ),
    ),
    Case(
        "excel_german",
        (
            b"Kundennr;Vertrag;Betrag;Gek\xfcndigt\r\n00123;Monatlich;29,85;Nein\r\n00124;Zwei "
            b"Jahre;1.129,85;Ja\r\n00125;Monatlich;0,85;Nein\r\n"
        ),
        "text* category number flag",
        (
            (
                2,
                "00123",
                "Monatlich",
                29.85,
                False,
            ),
            (
                3,
                "00124",
                "Zwei Jahre",
                1129.85,
                True,
            ),
            (
                4,
                "00125",
                "Monatlich",
                0.85,
                False,
            ),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as cp1252, which is a guess. Check that "
                "these read well: Gekündigt."
            ),
            "info: Gekündigt was taken as the outcome; 'Ja' means that the customer left.",
            "repaired: Betrag is written with decimal commas: 29,85 was read as 29.85.",
        ),
    ),
    Case(
        "excel_serial",
        "id,joined_date,paid\nA1,45321,5\nA2,45322,6\nA3,45350,7\n",
        "text* number number",
        (
            (
                2,
                "A1",
                45321.0,
                5.0,
            ),
            (
                3,
                "A2",
                45322.0,
                6.0,
            ),
            (
                4,
                "A3",
                45350.0,
                7.0,
            ),
        ),
        notices=(
            (
                "warning: joined_date holds days counted since 1900, such as 45321; it was read as a "
                "number. Export it as dates."
            ),
        ),
    ),
    Case(
        "excel_text_marker",
        'id,paid\n="00123",5\n="00124",6\n="00125",7\n',
        "text* number",
        (
            (
                2,
                "00123",
                5.0,
            ),
            (
                3,
                "00124",
                6.0,
            ),
            (
                4,
                "00125",
                7.0,
            ),
        ),
        notices=(
            ('repaired: 3 cells of id carry a spreadsheet\'s mark for text, as ="00123"; the text alone was read.'),
        ),
    ),
    Case(
        "fixed_width",
        ("id    name      paid\nA1    Ann       12.5\nA2    Bob       13.5\nA3    Cid        1.5\n"),
        refused=("The list has one column, 'id name paid', in which blanks seem to stand between 3 values."),
    ),
    Case(
        "french",
        ("id;montant;date\nA1;1\u202f234,50;31/01/2026\nA2;29,85;15/02/2026\nA3;12\xa0000,00;01/03/2026\n"),
        "text* number date",
        (
            (
                2,
                "A1",
                1234.5,
                "2026-01-31",
            ),
            (
                3,
                "A2",
                29.85,
                "2026-02-15",
            ),
            (
                4,
                "A3",
                12000.0,
                "2026-03-01",
            ),
        ),
        notices=(
            "repaired: montant is written with decimal commas: 1\u202f234,50 was read as 1234.5.",
            "info: Dates in date are read day first, as in 31/01/2026 (line 2).",
        ),
    ),
    Case(
        "fullwidth",
        "id,paid\nA1,５６\nA2,７\nA3,８\n",
        "text* number",
        (
            (
                2,
                "A1",
                56.0,
            ),
            (
                3,
                "A2",
                7.0,
            ),
            (
                4,
                "A3",
                8.0,
            ),
        ),
    ),
    Case(
        "future_9999",
        "id,ended\nA1,9999-12-31\nA2,2026-01-31\nA3,2026-02-01\n",
        "text* date",
        (
            (
                2,
                "A1",
                None,
            ),
            (
                3,
                "A2",
                "2026-01-31",
            ),
            (
                4,
                "A3",
                "2026-02-01",
            ),
        ),
        notices=(
            "repaired: 1 cell of ended was read as missing: 1 '9999-12-31'.",
            "warning: 33% of ended is missing.",
        ),
    ),
    Case(
        "german_month",
        "id;seit\nA1;3. März 2026\nA2;14. Dezember 2025\nA3;1. Mai 2024\n",
        "text* date",
        (
            (
                2,
                "A1",
                "2026-03-03",
            ),
            (
                3,
                "A2",
                "2025-12-14",
            ),
            (
                4,
                "A3",
                "2024-05-01",
            ),
        ),
    ),
    Case(
        "gsheets",
        (
            'Customer ID,Sign-up date,MRR,Active\nC-1,1/31/2026,"$1,200.00",TRUE\n'
            "C-2,2/14/2026,$45.50,FALSE\nC-3,3/1/2026,$12.00,TRUE\n,,,\n,,,\n"
        ),
        "text* date number flag",
        (
            (
                2,
                "C-1",
                "2026-01-31",
                1200.0,
                False,
            ),
            (
                3,
                "C-2",
                "2026-02-14",
                45.5,
                True,
            ),
            (
                4,
                "C-3",
                "2026-03-01",
                12.0,
                False,
            ),
        ),
        notices=(
            "info: 2 blank rows were skipped.",
            "info: Active was taken as the outcome; 'FALSE' means that the customer left.",
            "info: Dates in Sign-up date are read month first, as in 1/31/2026 (line 2).",
            "repaired: MRR is in USD: $1,200.00 was read as 1200.",
        ),
    ),
    Case(
        "header_footer_repeat",
        ("Page 1\nid,paid\nA1,5\nA2,6\nPage 2\nid,paid\nA3,7\nA4,8\nPage 3\nid,paid\nA5,7\nA6,8\n"),
        "text* number",
        (
            (
                3,
                "A1",
                5.0,
            ),
            (
                4,
                "A2",
                6.0,
            ),
            (
                7,
                "A3",
                7.0,
            ),
            (
                8,
                "A4",
                8.0,
            ),
            (
                11,
                "A5",
                7.0,
            ),
            (
                12,
                "A6",
                8.0,
            ),
        ),
        aside=(
            (
                5,
                "it has 1 value for 2 columns",
            ),
            (
                6,
                "it repeats the header",
            ),
            (
                9,
                "it has 1 value for 2 columns",
            ),
            (
                10,
                "it repeats the header",
            ),
        ),
        notices=(
            (
                "set_aside: 6 of 10 rows read; line 5 set aside because it has 1 value for 2 columns; "
                "line 6 set aside because it repeats the header; line 9 set aside because it has 1 "
                "value for 2 columns; 1 more."
            ),
            "info: Line 1 above the header was skipped.",
        ),
    ),
    Case(
        "header_in_quotes_newline",
        '"id","Monthly\nCharges","ten,ure"\nA1,5,6\nA2,6,7\nA3,7,8\n',
        "text* number number",
        (
            (
                3,
                "A1",
                5.0,
                6.0,
            ),
            (
                4,
                "A2",
                6.0,
                7.0,
            ),
            (
                5,
                "A3",
                7.0,
                8.0,
            ),
        ),
    ),
    Case(
        "hubspot",
        (
            '"Record ID","First Name","Email","Lifecycle Stage","Create Date"\n'
            '"151","Ann","ann@x.com","customer","2026-01-05 09:31"\n'
            '"152","Bob","bob@x.com","lead","2026-01-06 19:31"\n'
            '"153","Cid","","customer","2026-01-07 10:00"\n'
        ),
        "text* category category category date",
        (
            (
                2,
                "151",
                "Ann",
                "ann@x.com",
                "customer",
                "2026-01-05",
            ),
            (
                3,
                "152",
                "Bob",
                "bob@x.com",
                "lead",
                "2026-01-06",
            ),
            (
                4,
                "153",
                "Cid",
                None,
                "customer",
                "2026-01-07",
            ),
        ),
        notices=(
            "info: 1 cell of Email was read as missing: 1 blank.",
            "info: 3 times of day in Create Date were left out; the day was kept.",
            "warning: 33% of Email is missing.",
        ),
    ),
    Case(
        "ids_scientific",
        "customer_id,tenure\n8.91234E+12,4\n8.91235E+12,5\n8.91236E+12,6\n",
        "text* number",
        (
            (
                2,
                "8.91234E+12",
                4.0,
            ),
            (
                3,
                "8.91235E+12",
                5.0,
            ),
            (
                4,
                "8.91236E+12",
                6.0,
            ),
        ),
        notices=(
            (
                "warning: 3 cells of customer_id are long numbers that a spreadsheet has shortened "
                "(8.91234E+12); their last digits are lost. Export customer_id as text."
            ),
        ),
    ),
    Case(
        "indian",
        'id,paid\nA1,"1,23,456.50"\nA2,"12,345.00"\nA3,45.00\n',
        "text* number",
        (
            (
                2,
                "A1",
                123456.5,
            ),
            (
                3,
                "A2",
                12345.0,
            ),
            (
                4,
                "A3",
                45.0,
            ),
        ),
    ),
    Case(
        "km_suffix",
        "id,arr\nA1,12k\nA2,1.5M\nA3,900\n",
        "text* category",
        (
            (
                2,
                "A1",
                "12k",
            ),
            (
                3,
                "A2",
                "1.5M",
            ),
            (
                4,
                "A3",
                "900",
            ),
        ),
        notices=("warning: arr holds numbers with a unit, such as 12k, and was read as words.",),
    ),
    Case(
        "markdown",
        (
            "| id | name | paid |\n|----|------|-----:|\n| A1 | Ann  | 12.5 |\n| A2 | Bob  | 13.5 "
            "|\n| A3 | Cid  | 1.5 |\n"
        ),
        "text* category number",
        (
            (
                3,
                "A1",
                "Ann",
                12.5,
            ),
            (
                4,
                "A2",
                "Bob",
                13.5,
            ),
            (
                5,
                "A3",
                "Cid",
                1.5,
            ),
        ),
        aside=(
            (
                2,
                "it is a line drawn across the table, not a customer",
            ),
        ),
        notices=(
            (
                "set_aside: 3 of 4 rows read; line 2 set aside because it is a line drawn across the "
                "table, not a customer."
            ),
            "info: 2 columns without heading and values were left out.",
        ),
    ),
    Case(
        "mojibake",
        "id,city\nA1,KÃ¶ln\nA2,MÃ¼nchen\nA3,ZÃ¼rich\n",
        "text* category",
        (
            (
                2,
                "A1",
                "KÃ¶ln",
            ),
            (
                3,
                "A2",
                "MÃ¼nchen",
            ),
            (
                4,
                "A3",
                "ZÃ¼rich",
            ),
        ),
        notices=(
            (
                "warning: Letters were spoiled before this file was written (KÃ¶ln for Köln, MÃ¼nchen "
                "for München, ZÃ¼rich for Zürich); export the list again as UTF-8."
            ),
        ),
    ),
    Case(
        "mysql_box",
        (
            "+----+------+------+\n| id | name | paid |\n+----+------+------+\n| A1 | Ann  | 12.5 "
            "|\n| A2 | Bob  | 13.5 |\n| A3 | Cid  | 1.5 |\n+----+------+------+\n3 rows in set "
            "(0.00 sec)\n"
        ),
        "text* category number",
        (
            (
                4,
                "A1",
                "Ann",
                12.5,
            ),
            (
                5,
                "A2",
                "Bob",
                13.5,
            ),
            (
                6,
                "A3",
                "Cid",
                1.5,
            ),
        ),
        aside=(
            (
                3,
                "it has 1 value for 5 columns",
            ),
            (
                7,
                "it is a note below the list",
            ),
            (
                8,
                "it is a note below the list",
            ),
        ),
        notices=(
            (
                "set_aside: 3 of 6 rows read; line 3 set aside because it has 1 value for 5 columns; "
                "line 7 set aside because it is a note below the list; line 8 set aside because it is "
                "a note below the list."
            ),
            "info: Line 1 above the header was skipped.",
            "info: 2 columns without heading and values were left out.",
        ),
    ),
    Case(
        "mysql_null",
        ("id\tname\tpaid\tend\nA1\tAnn\t12.5\tNULL\nA2\tBob\tNULL\t2026-01-31\nA3\tCid\t\\N\t2026-02-01\n"),
        "text* category number date",
        (
            (
                2,
                "A1",
                "Ann",
                12.5,
                None,
            ),
            (
                3,
                "A2",
                "Bob",
                None,
                "2026-01-31",
            ),
            (
                4,
                "A3",
                "Cid",
                None,
                "2026-02-01",
            ),
        ),
        notices=(
            "repaired: 2 cells of paid were read as missing: 1 'NULL', 1 '\\\\N'.",
            "repaired: 1 cell of end was read as missing: 1 'NULL'.",
            "warning: 67% of paid is missing.",
            "warning: 33% of end is missing.",
        ),
    ),
    Case(
        "newline_in_quotes",
        'id,note,paid\r\nA1,"Call back\r\nafter 5pm",5\r\nA2,ok,6\r\nA3,"x, y",7\r\n',
        "text* category number",
        (
            (
                2,
                "A1",
                "Call back\nafter 5pm",
                5.0,
            ),
            (
                4,
                "A2",
                "ok",
                6.0,
            ),
            (
                5,
                "A3",
                "x, y",
                7.0,
            ),
        ),
    ),
    Case(
        "number_no",
        "No.,Name,Paid\n1,Ann,5\n2,Bob,6\n3,Cid,7\n",
        "text* category number",
        (
            (
                2,
                "1",
                "Ann",
                5.0,
            ),
            (
                3,
                "2",
                "Bob",
                6.0,
            ),
            (
                4,
                "3",
                "Cid",
                7.0,
            ),
        ),
    ),
    Case(
        "plus_phone",
        "phone,paid\n+4915123456,5\n+4915123457,6\n+4915123458,7\n",
        "text* number",
        (
            (
                2,
                "+4915123456",
                5.0,
            ),
            (
                3,
                "+4915123457",
                6.0,
            ),
            (
                4,
                "+4915123458",
                7.0,
            ),
        ),
    ),
    Case(
        "psql",
        (
            " id | name | paid  \n----+------+-------\n A1 | Ann  |  12.5\n A2 | Bob  |  13.5\n A3 "
            "| Cid  |   1.5\n(3 rows)\n\n"
        ),
        "text* category number",
        (
            (
                3,
                "A1",
                "Ann",
                12.5,
            ),
            (
                4,
                "A2",
                "Bob",
                13.5,
            ),
            (
                5,
                "A3",
                "Cid",
                1.5,
            ),
        ),
        aside=(
            (
                2,
                "it has 1 value for 3 columns",
            ),
            (
                6,
                "it is a note below the list",
            ),
        ),
        notices=(
            (
                "set_aside: 3 of 5 rows read; line 2 set aside because it has 1 value for 3 columns; "
                "line 6 set aside because it is a note below the list."
            ),
            "info: 1 blank row was skipped.",
        ),
    ),
    Case(
        "report_title_commas",
        ("Churn Report,,,\nPeriod:,Jan 2026,,\n,,,\nCustomer,Plan,Paid,Churn\nC1,a,5,Yes\nC2,b,6,No\nC3,a,7,No\n"),
        "text* category number flag",
        (
            (
                5,
                "C1",
                "a",
                5.0,
                True,
            ),
            (
                6,
                "C2",
                "b",
                6.0,
                False,
            ),
            (
                7,
                "C3",
                "a",
                7.0,
                False,
            ),
        ),
        notices=(
            "info: Lines 1 to 2 above the header were skipped.",
            "info: Churn was taken as the outcome; 'Yes' means that the customer left.",
        ),
    ),
    Case(
        "salesforce",
        (
            '"Account ID","Account Name","MRR","Last Activity"\n"0015g00000AbCdE","Acme, '
            'Inc.","USD 1,200.00","1/31/2026"\n"0015g00000AbCdF","Globex","USD 45.50","2/14/2026"\n'
            '"0015g00000AbCdG","Initech","USD 12.00","3/1/2026"\n\n\n"Customer accounts"\n'
            '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n"Confidential '
            'Information - Do Not Distribute"\n"Generated By:  Ann Smith  3/2/2026 9:15 AM"\n"Acme '
            'Corp"\n'
        ),
        "text* category number date",
        (
            (
                2,
                "0015g00000AbCdE",
                "Acme, Inc.",
                1200.0,
                "2026-01-31",
            ),
            (
                3,
                "0015g00000AbCdF",
                "Globex",
                45.5,
                "2026-02-14",
            ),
            (
                4,
                "0015g00000AbCdG",
                "Initech",
                12.0,
                "2026-03-01",
            ),
        ),
        aside=(
            (
                7,
                "it is a note below the list",
            ),
            (
                8,
                "it is a note below the list",
            ),
            (
                9,
                "it is a note below the list",
            ),
            (
                10,
                "it is a note below the list",
            ),
            (
                11,
                "it is a note below the list",
            ),
        ),
        notices=(
            (
                "set_aside: 3 of 8 rows read; line 7 set aside because it is a note below the list; "
                "line 8 set aside because it is a note below the list; line 9 set aside because it is "
                "a note below the list; 2 more."
            ),
            "info: 2 blank rows were skipped.",
            "repaired: MRR is in USD: USD 1,200.00 was read as 1200.",
            "info: Dates in Last Activity are read month first, as in 1/31/2026 (line 2).",
        ),
    ),
    Case(
        "sap_alv",
        (
            b"03.02.2026                      Dynamische Listenausgabe                      1\n"
            b"--------------------------------------------------------------------\n|Kunde     "
            b"|Name            |Umsatz     |W\xe4hrg|Eintritt  |\n"
            b"--------------------------------------------------------------------\n"
            b"|0000010023|M\xfcller GmbH     |   1.234,50|EUR  |01.02.2019|\n|0000010024|Schmidt & "
            b"Co    |     934,00|EUR  |15.07.2020|\n|0000010025|Weber AG        |     120,50-|EUR  "
            b"|31.12.2021|\n--------------------------------------------------------------------\n"
        ),
        "text* category number category date",
        (
            (
                5,
                "0000010023",
                "Müller GmbH",
                1234.5,
                "EUR",
                "2019-02-01",
            ),
            (
                6,
                "0000010024",
                "Schmidt & Co",
                934.0,
                "EUR",
                "2020-07-15",
            ),
            (
                7,
                "0000010025",
                "Weber AG",
                -120.5,
                "EUR",
                "2021-12-31",
            ),
        ),
        aside=(
            (
                4,
                "it has 1 value for 7 columns",
            ),
            (
                8,
                "it is a note below the list",
            ),
        ),
        notices=(
            (
                "set_aside: 3 of 5 rows read; line 4 set aside because it has 1 value for 7 columns; "
                "line 8 set aside because it is a note below the list."
            ),
            (
                "warning: The text is not UTF-8; it was read as cp1252, which is a guess. Check that "
                "these read well: Währg, Müller."
            ),
            "info: Lines 1 to 2 above the header were skipped.",
            "info: 2 columns without heading and values were left out.",
            "repaired: Umsatz is written with decimal commas: 1.234,50 was read as 1234.5.",
            "info: Dates in Eintritt are read day first, as in 15.07.2020 (line 6).",
        ),
    ),
    Case(
        "sap_gui_tab",
        (
            b"Tabelle: KNA1\r\n\r\n\tKunde\tName\tUmsatz\tEintritt\r\n\r\n"
            b"\t0000010023\tM\xfcller\t1.234,50\t01.02.2019\r\n"
            b"\t0000010024\tSchmidt\t934,00\t15.07.2020\r\n"
            b"\t0000010025\tWeber\t120,50-\t31.12.2021\r\n"
        ),
        "text* category number date",
        (
            (
                5,
                "0000010023",
                "Müller",
                1234.5,
                "2019-02-01",
            ),
            (
                6,
                "0000010024",
                "Schmidt",
                934.0,
                "2020-07-15",
            ),
            (
                7,
                "0000010025",
                "Weber",
                -120.5,
                "2021-12-31",
            ),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as cp1252, which is a guess. Check that "
                "these read well: Müller."
            ),
            "info: Line 1 above the header was skipped.",
            "info: 1 column without heading and values was left out.",
            "info: 1 blank row was skipped.",
            "repaired: Umsatz is written with decimal commas: 1.234,50 was read as 1234.5.",
            "info: Dates in Eintritt are read day first, as in 15.07.2020 (line 6).",
        ),
    ),
    Case(
        "shiftjis",
        (
            b"\x8c\xda\x8bqID,\x93s\x8es,\x8b\xe0\x8az\nA1,\x93\x8c\x8b\x9e,5\n"
            b"A2,\x91\xe5\x8d\xe3,6\nA3,\x96\xbc\x8c\xc3\x89\xae,7\n"
        ),
        "text* category number",
        (
            (
                2,
                "A1",
                "東京",
                5.0,
            ),
            (
                3,
                "A2",
                "大阪",
                6.0,
            ),
            (
                4,
                "A3",
                "名古屋",
                7.0,
            ),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as shift_jis, which is a guess. Check "
                "that these read well: 顧客ID, 都市, 金額."
            ),
        ),
    ),
    Case(
        "single_quotes",
        "id,name,paid\n'A1','Ann, S',5\n'A2','Bob',6\n'A3','O\\'Hara',7\n",
        "text* category number",
        (
            (
                2,
                "A1",
                "Ann, S",
                5.0,
            ),
            (
                3,
                "A2",
                "Bob",
                6.0,
            ),
            (
                4,
                "A3",
                "O'Hara",
                7.0,
            ),
        ),
    ),
    Case(
        "subtotals",
        (
            "Region,Customer,Paid\nNorth,C1,5\nNorth,C2,6\nNorth Total,,11\nSouth,C3,7\n"
            "South,C4,9\nSouth Total,,16\nGrand Total,,27\n"
        ),
        "category text* number",
        (
            (
                2,
                "North",
                "C1",
                5.0,
            ),
            (
                3,
                "North",
                "C2",
                6.0,
            ),
            (
                5,
                "South",
                "C3",
                7.0,
            ),
            (
                6,
                "South",
                "C4",
                9.0,
            ),
        ),
        aside=(
            (
                4,
                "it is a totals row, not a customer",
            ),
            (
                7,
                "it is a totals row, not a customer",
            ),
            (
                8,
                "it is a totals row, not a customer",
            ),
        ),
        notices=(
            (
                "set_aside: 4 of 7 rows read; line 4 set aside because it is a totals row, not a "
                "customer; line 7 set aside because it is a totals row, not a customer; line 8 set "
                "aside because it is a totals row, not a customer."
            ),
        ),
    ),
    Case(
        "swiss",
        "id;paid\nA1;1'234.50\nA2;29.85\nA3;12'000.00\n",
        "text* number",
        (
            (
                2,
                "A1",
                1234.5,
            ),
            (
                3,
                "A2",
                29.85,
            ),
            (
                4,
                "A3",
                12000.0,
            ),
        ),
    ),
    Case(
        "tabs_in_quotes",
        'id,note,paid\nA1,"a\tb",5\nA2,"c\td",6\nA3,"e\tf",7\n',
        "text* category number",
        (
            (
                2,
                "A1",
                "a\tb",
                5.0,
            ),
            (
                3,
                "A2",
                "c\td",
                6.0,
            ),
            (
                4,
                "A3",
                "e\tf",
                7.0,
            ),
        ),
    ),
    Case(
        "trailing_units",
        "id,usage\nA1,12 GB\nA2,3 GB\nA3,1.5 GB\n",
        "text* category",
        (
            (
                2,
                "A1",
                "12 GB",
            ),
            (
                3,
                "A2",
                "3 GB",
            ),
            (
                4,
                "A3",
                "1.5 GB",
            ),
        ),
        notices=("warning: usage holds numbers with a unit, such as 12 GB, and was read as words.",),
    ),
    Case(
        "weekday",
        ('id,when\nA1,"Monday, March 2, 2026"\nA2,"Sunday, March 1, 2026"\nA3,"Friday, February 6, 2026"\n'),
        "text* date",
        (
            (
                2,
                "A1",
                "2026-03-02",
            ),
            (
                3,
                "A2",
                "2026-03-01",
            ),
            (
                4,
                "A3",
                "2026-02-06",
            ),
        ),
    ),
    Case(
        "zero_dates",
        "id,ended\nA1,0000-00-00\nA2,2026-01-31\nA3,2026-02-01\n",
        "text* date",
        (
            (
                2,
                "A1",
                None,
            ),
            (
                3,
                "A2",
                "2026-01-31",
            ),
            (
                4,
                "A3",
                "2026-02-01",
            ),
        ),
        notices=(
            "repaired: 1 cell of ended was read as missing: 1 '0000-00-00'.",
            "warning: 33% of ended is missing.",
        ),
    ),
    Case(
        "bank_statement_trailer",
        (
            "H,20260131,CUSTOMERS\ncustomer_no;name;balance\n1001;Ann;1.250,00\n1002;Bob;-80,15\n"
            "1003;Cid;0,00\nT;3;1.169,85\n"
        ),
        "text* category number",
        (
            (
                3,
                "1001",
                "Ann",
                1250.0,
            ),
            (
                4,
                "1002",
                "Bob",
                -80.15,
            ),
            (
                5,
                "1003",
                "Cid",
                0.0,
            ),
        ),
        aside=(
            (
                6,
                "it is a control line at the end of the file, not a customer",
            ),
        ),
        notices=(
            (
                "set_aside: 3 of 4 rows read; line 6 set aside because it is a control line at the end "
                "of the file, not a customer."
            ),
            "info: Line 1 above the header was skipped.",
            "repaired: balance is written with decimal commas: 1.250,00 was read as 1250.",
        ),
    ),
    Case(
        "cp1250",
        b"id;miasto\nA1;\xa3\xf3d\x9f\nA2;Krak\xf3w\nA3;\x8cwidnica\n",
        "text* category",
        (
            (
                2,
                "A1",
                "Łódź",
            ),
            (
                3,
                "A2",
                "Kraków",
            ),
            (
                4,
                "A3",
                "Świdnica",
            ),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as cp1250, which is a guess. Check that "
                "these read well: Łódź, Kraków, Świdnica."
            ),
        ),
    ),
    Case(
        "cp437_de",
        b"id;Stadt\nA1;K\x94ln\nA2;M\x81nchen\nA3;L\x81beck\n",
        "text* category",
        (
            (
                2,
                "A1",
                "Köln",
            ),
            (
                3,
                "A2",
                "München",
            ),
            (
                4,
                "A3",
                "Lübeck",
            ),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as cp850, which is a guess. Check that "
                "these read well: Köln, München, Lübeck."
            ),
        ),
    ),
    Case(
        "crcrlf",
        "id,paid\r\r\nA1,5\r\r\nA2,6\r\r\nA3,7\r\r\n",
        "text* number",
        (
            (
                2,
                "A1",
                5.0,
            ),
            (
                3,
                "A2",
                6.0,
            ),
            (
                4,
                "A3",
                7.0,
            ),
        ),
    ),
    Case(
        "dollar_k",
        "id,arr\nA1,$12k\nA2,$1.5m\nA3,$900\n",
        "text* category",
        (
            (
                2,
                "A1",
                "$12k",
            ),
            (
                3,
                "A2",
                "$1.5m",
            ),
            (
                4,
                "A3",
                "$900",
            ),
        ),
        notices=("warning: arr holds numbers with a unit, such as $12k, and was read as words.",),
    ),
    Case(
        "duration",
        "id,call_time\nA1,00:12:30\nA2,01:02:03\nA3,00:00:10\n",
        "text* category",
        (
            (
                2,
                "A1",
                "00:12:30",
            ),
            (
                3,
                "A2",
                "01:02:03",
            ),
            (
                4,
                "A3",
                "00:00:10",
            ),
        ),
        notices=("warning: call_time holds durations, such as 00:12:30, and was read as words.",),
    ),
    Case(
        "euckr",
        (
            b"\xb0\xed\xb0\xb4ID,\xb5\xb5\xbd\xc3,\xb1\xdd\xbe\xd7\nA1,\xbc\xad\xbf\xef,5\n"
            b"A2,\xba\xce\xbb\xea,6\nA3,\xb4\xeb\xb1\xb8,7\n"
        ),
        "text* category number",
        (
            (
                2,
                "A1",
                "서울",
                5.0,
            ),
            (
                3,
                "A2",
                "부산",
                6.0,
            ),
            (
                4,
                "A3",
                "대구",
                7.0,
            ),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as euc_kr, which is a guess. Check that "
                "these read well: 고객ID, 도시, 금액."
            ),
        ),
    ),
    Case(
        "excel_hash",
        "id,start,paid\nA1,########,5\nA2,########,6\nA3,########,7\n",
        "text* text~ number",
        (
            (
                2,
                "A1",
                None,
                5.0,
            ),
            (
                3,
                "A2",
                None,
                6.0,
            ),
            (
                4,
                "A3",
                None,
                7.0,
            ),
        ),
        notices=(
            "repaired: 3 cells of start were read as missing: 3 '########'.",
            "warning: 1 column holds nothing at all: start.",
        ),
    ),
    Case(
        "form_feed_pages",
        "id;name;paid\nA1;Ann;5\nA2;Bob;6\n\x0cid;name;paid\nA3;Cid;7\nA4;Dee;8\n",
        "text* category number",
        (
            (
                2,
                "A1",
                "Ann",
                5.0,
            ),
            (
                3,
                "A2",
                "Bob",
                6.0,
            ),
            (
                5,
                "A3",
                "Cid",
                7.0,
            ),
            (
                6,
                "A4",
                "Dee",
                8.0,
            ),
        ),
        aside=(
            (
                4,
                "it repeats the header",
            ),
        ),
        notices=("set_aside: 4 of 5 rows read; line 4 set aside because it repeats the header.",),
    ),
    Case(
        "gbk",
        (
            b"\xbf\xcd\xbb\xa7\xb1\xe0\xba\xc5,\xb3\xc7\xca\xd0,\xbd\xf0\xb6\xee\n"
            b"A1,\xb1\xb1\xbe\xa9,5\nA2,\xc9\xcf\xba\xa3,6\nA3,\xb9\xe3\xd6\xdd,7\n"
        ),
        "text* category number",
        (
            (
                2,
                "A1",
                "北京",
                5.0,
            ),
            (
                3,
                "A2",
                "上海",
                6.0,
            ),
            (
                4,
                "A3",
                "广州",
                7.0,
            ),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as gb18030, which is a guess. Check that "
                "these read well: 客户编号, 城市, 金额."
            ),
        ),
    ),
    Case(
        "google_ads_like",
        (
            '"Kundenbericht"\n"1. Januar 2026 - 31. Januar 2026"\n'
            'Kunden-ID,Kampagne,Kosten,"Conv.-Rate"\n123-456-7890,Marke,"1.234,56","12,5 %"\n'
            '123-456-7891,Generisch,"34,00","2,25 %"\n123-456-7892,Marke,"7,10","0,5 %"\nGesamt: '
            'Konto,,"1.275,66","5,1 %"\n'
        ),
        "text* category number number",
        (
            (
                4,
                "123-456-7890",
                "Marke",
                1234.56,
                0.125,
            ),
            (
                5,
                "123-456-7891",
                "Generisch",
                34.0,
                0.0225,
            ),
            (
                6,
                "123-456-7892",
                "Marke",
                7.1,
                0.005,
            ),
        ),
        aside=(
            (
                7,
                "it is a totals row, not a customer",
            ),
        ),
        notices=(
            ("set_aside: 3 of 4 rows read; line 7 set aside because it is a totals row, not a customer."),
            "info: Lines 1 to 2 above the header were skipped.",
            "repaired: Kosten is written with decimal commas: 1.234,56 was read as 1234.56.",
            "repaired: Conv.-Rate is written with decimal commas: 12,5 % was read as 0.125.",
            "repaired: 3 cells of Conv.-Rate are written in percent; 12% was read as 0.12.",
        ),
    ),
    Case(
        "greek",
        (b"id;\xf0\xfc\xeb\xe7\nA1;\xc1\xe8\xde\xed\xe1\nA2;\xd0\xdc\xf4\xf1\xe1\nA3;\xc2\xfc\xeb\xef\xf2\n"),
        "text* category",
        (
            (
                2,
                "A1",
                "Αθήνα",
            ),
            (
                3,
                "A2",
                "Πάτρα",
            ),
            (
                4,
                "A3",
                "Βόλος",
            ),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as cp1253, which is a guess. Check that "
                "these read well: πόλη, Αθήνα, Πάτρα."
            ),
        ),
    ),
    Case(
        "gt_lt",
        "id,tenure\nA1,<1\nA2,12\nA3,>24\nA4,5\nA5,6\nA6,7\n",
        "text* text~",
        (
            (
                2,
                "A1",
                "<1",
            ),
            (
                3,
                "A2",
                "12",
            ),
            (
                4,
                "A3",
                ">24",
            ),
            (
                5,
                "A4",
                "5",
            ),
            (
                6,
                "A5",
                "6",
            ),
            (
                7,
                "A6",
                "7",
            ),
        ),
        notices=(("warning: 4 of 6 cells of tenure are numbers; for the others ('<1', '>24') it was read as words."),),
    ),
    Case(
        "header_different_sep",
        "id,name,paid\nA1;Ann;5\nA2;Bob;6\nA3;Cid;7\n",
        refused="The header in line 1 is divided by commas, the rows below it are not.",
    ),
    Case(
        "id_float",
        "customer_id,paid\n1001.0,5\n1002.0,6\n1003.0,7\n",
        "text* number",
        (
            (
                2,
                "1001.0",
                5.0,
            ),
            (
                3,
                "1002.0",
                6.0,
            ),
            (
                4,
                "1003.0",
                7.0,
            ),
        ),
        notices=(
            ("warning: customer_id ends in .0 (1001.0) and was kept so; elsewhere the same customer may be 1001."),
        ),
    ),
    Case(
        "leading_apostrophe_num",
        "id,paid\nA1,'12\nA2,'13.5\nA3,'7\n",
        "text* number",
        (
            (
                2,
                "A1",
                12.0,
            ),
            (
                3,
                "A2",
                13.5,
            ),
            (
                4,
                "A3",
                7.0,
            ),
        ),
        notices=(("repaired: 3 cells of paid carry a spreadsheet's mark for text, as '12; the text alone was read."),),
    ),
    Case(
        "mac_roman",
        b"id;ville\nA1;Orl\x8eans\nA2;N\x94mes\nA3;Besan\x8don\n",
        "text* category",
        (
            (
                2,
                "A1",
                "Orléans",
            ),
            (
                3,
                "A2",
                "Nîmes",
            ),
            (
                4,
                "A3",
                "Besançon",
            ),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as mac_roman, which is a guess. Check "
                "that these read well: Orléans, Nîmes, Besançon."
            ),
        ),
    ),
    Case(
        "no_trailing_nl_quote",
        'id,name,paid\nA1,Ann,5\nA2,"Bob",6\nA3,"Cid","7',
        "text* category number",
        (
            (
                2,
                "A1",
                "Ann",
                5.0,
            ),
            (
                3,
                "A2",
                "Bob",
                6.0,
            ),
        ),
        aside=(
            (
                4,
                ("the file ends in the middle of this line: a quotation mark is opened or closed in the wrong place"),
            ),
        ),
        notices=(
            (
                "set_aside: 2 of 3 rows read; line 4 set aside because the file ends in the middle of "
                "this line: a quotation mark is opened or closed in the wrong place."
            ),
        ),
    ),
    Case(
        "powershell",
        ('#TYPE Selected.Customer\n"Id","Name","Spend"\n"1","Ann","12.5"\n"2","Bob","13.5"\n"3","Cid","1.5"\n'),
        "text* category number",
        (
            (
                3,
                "1",
                "Ann",
                12.5,
            ),
            (
                4,
                "2",
                "Bob",
                13.5,
            ),
            (
                5,
                "3",
                "Cid",
                1.5,
            ),
        ),
        notices=("info: Line 1 above the header was skipped.",),
    ),
    Case(
        "quoted_whole_line",
        '"id,name,paid"\n"A1,Ann,5"\n"A2,Bob,6"\n"A3,Cid,7"\n',
        refused=("The list has one column, 'id,name,paid', in which commas seem to stand between 3 values."),
    ),
    Case(
        "quoted_whole_line2",
        'id,name,paid\n"A1,Ann,5"\n"A2,Bob,6"\n"A3,Cid,7"\n',
        refused="The header in line 1 has 3 names, but the rows below have 1 values.",
    ),
    Case(
        "r_write",
        '"","customer_id","tenure","paid"\n"1","A1",3,NA\n"2","A2",4,6.5\n"3","A3",5,7\n',
        "number text* number number",
        (
            (
                2,
                1.0,
                "A1",
                3.0,
                None,
            ),
            (
                3,
                2.0,
                "A2",
                4.0,
                6.5,
            ),
            (
                4,
                3.0,
                "A3",
                5.0,
                7.0,
            ),
        ),
        notices=(
            "info: 1 column had no heading and was named column 1.",
            "repaired: 1 cell of paid was read as missing: 1 'NA'.",
            "warning: 33% of paid is missing.",
        ),
    ),
    Case(
        "semicolon_then_comma_rows",
        "id;name;paid\nA1;Ann;5\nA2,Bob,6\nA3;Cid;7\nA4;Dee;8\n",
        "text* category number",
        (
            (
                2,
                "A1",
                "Ann",
                5.0,
            ),
            (
                4,
                "A3",
                "Cid",
                7.0,
            ),
            (
                5,
                "A4",
                "Dee",
                8.0,
            ),
        ),
        aside=(
            (
                3,
                "it has 1 value for 3 columns",
            ),
        ),
        notices=("set_aside: 3 of 4 rows read; line 3 set aside because it has 1 value for 3 columns.",),
    ),
    Case(
        "two_date_cols",
        ("id,start,end\nA1,13/02/2025,01/02/2026\nA2,14/02/2025,03/04/2026\nA3,15/05/2025,05/06/2026\n"),
        refused=("Column end can be read two ways: 01/02/2026 in line 2 is 1 February 2026 or 2 January 2026."),
    ),
    Case(
        "yyyymm",
        "id,month,paid\nA1,202601,5\nA2,202602,6\nA3,202512,7\n",
        "text* number number",
        (
            (
                2,
                "A1",
                202601.0,
                5.0,
            ),
            (
                3,
                "A2",
                202602.0,
                6.0,
            ),
            (
                4,
                "A3",
                202512.0,
                7.0,
            ),
        ),
        notices=(
            (
                "warning: month holds months written as one number, such as 202601; it was read as a "
                "number. Export it as dates."
            ),
        ),
    ),
    Case(
        "yyyymmdd",
        "id,date,paid\nA1,20260131,5\nA2,20260201,6\nA3,20251231,7\n",
        "text* date number",
        (
            (
                2,
                "A1",
                "2026-01-31",
                5.0,
            ),
            (
                3,
                "A2",
                "2026-02-01",
                6.0,
            ),
            (
                4,
                "A3",
                "2025-12-31",
                7.0,
            ),
        ),
    ),
)
