"""Messy files that try the encodings room."""

from tests.messy import Case

CASES = (
    Case(
        "utf8_with_mark",
        b"\xef\xbb\xbfid,city\n1,K\xc3\xb6ln\n2,Bonn\n",
        "text* category",
        ((2, "1", "Köln"), (3, "2", "Bonn")),
    ),
    Case(
        "utf16_le_with_mark",
        "id,city\n1,Köln\n2,Bonn\n".encode("utf-16"),
        "text* category",
        ((2, "1", "Köln"), (3, "2", "Bonn")),
        notices=("info: The text was read as utf-16-le.",),
    ),
    Case(
        "utf16_be_with_mark",
        "\ufeffid,city\n1,Köln\n2,Bonn\n".encode("utf-16-be"),
        "text* category",
        ((2, "1", "Köln"), (3, "2", "Bonn")),
        notices=("info: The text was read as utf-16-be.",),
    ),
    Case(
        "utf16_le_without_mark",
        "id,city\n1,Köln\n2,Bonn\n".encode("utf-16-le"),
        "text* category",
        ((2, "1", "Köln"), (3, "2", "Bonn")),
        notices=("info: The text was read as utf-16-le.",),
    ),
    Case(
        "utf16_be_without_mark",
        "id,city\n1,Köln\n2,Bonn\n".encode("utf-16-be"),
        "text* category",
        ((2, "1", "Köln"), (3, "2", "Bonn")),
        notices=("info: The text was read as utf-16-be.",),
    ),
    Case(
        "utf32_with_mark",
        "id,city\n1,Köln\n2,Bonn\n".encode("utf-32"),
        "text* category",
        ((2, "1", "Köln"), (3, "2", "Bonn")),
        notices=("info: The text was read as utf-32-le.",),
    ),
    Case(
        "western",
        "id,city\n1,Köln\n2,Besançon\n3,Mühlen\n".encode("cp1252"),
        "text* category",
        ((2, "1", "Köln"), (3, "2", "Besançon"), (4, "3", "Mühlen")),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as cp1252, which is a guess. Check that "
                "these read well: Köln, Besançon, Mühlen."
            ),
        ),
    ),
    Case(
        "western_euro",
        "id,fee\n1,€ 5.00\n2,€ 6.50\n".encode("cp1252"),
        "text* number",
        ((2, "1", 5.0), (3, "2", 6.5)),
        notices=(
            ("warning: The text is not UTF-8; it was read as cp1252, which is a guess. Check that these read well: €."),
            "repaired: fee is in EUR: € 5.00 was read as 5.",
        ),
    ),
    Case(
        "cyrillic",
        (
            "id,city\n"
            + "".join(
                f"{i},{c}\n"
                for i, c in enumerate(["Москва", "Казань", "Новосибирск", "Екатеринбург", "Самара", "Омск", "Пермь"])
            )
        ).encode("cp1251"),
        "text* text~",
        (
            (2, "0", "Москва"),
            (3, "1", "Казань"),
            (4, "2", "Новосибирск"),
            (5, "3", "Екатеринбург"),
            (6, "4", "Самара"),
            (7, "5", "Омск"),
            (8, "6", "Пермь"),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as cp1251, which is a guess. Check that "
                "these read well: Москва, Казань, Новосибирск."
            ),
        ),
    ),
    Case(
        "central_european",
        (
            "id,city\n"
            + "".join(
                f"{i},{c}\n"
                for i, c in enumerate(["Łódź", "Kraków", "Gdańsk", "Wrocław", "Poznań", "Częstochowa", "Rzeszów"])
            )
        ).encode("cp1250"),
        "text* text~",
        (
            (2, "0", "Łódź"),
            (3, "1", "Kraków"),
            (4, "2", "Gdańsk"),
            (5, "3", "Wrocław"),
            (6, "4", "Poznań"),
            (7, "5", "Częstochowa"),
            (8, "6", "Rzeszów"),
        ),
        notices=(
            (
                "warning: The text is not UTF-8; it was read as cp1250, which is a guess. Check that "
                "these read well: Łódź, Kraków, Gdańsk."
            ),
        ),
    ),
    Case(
        "one_broken_byte_in_utf8",
        b"id,city\n1,K\xc3\xb6ln\n2,M\xc3\xbcnster\n3,B\xffnn\n4,Z\xc3\xbcrich\n",
        "text* category",
        ((2, "1", "Köln"), (3, "2", "Münster"), (5, "4", "Zürich")),
        aside=((4, "it holds bytes that are not text in the file's encoding"),),
        notices=(
            (
                "set_aside: 3 of 4 rows read; line 4 set aside because it holds bytes that are not text"
                " in the file's encoding."
            ),
        ),
    ),
    Case("old_mac_line_ends", b"id,tenure\rA1,3\rA2,4\r", "text* number", ((2, "A1", 3.0), (3, "A2", 4.0))),
    Case("windows_line_ends", b"id,tenure\r\nA1,3\r\nA2,4\r\n", "text* number", ((2, "A1", 3.0), (3, "A2", 4.0))),
    Case("ctrl_z_at_end", b"id,tenure\r\nA1,3\r\nA2,4\r\n\x1a", "text* number", ((2, "A1", 3.0), (3, "A2", 4.0))),
    Case(
        "nul_in_a_row",
        b"id,tenure,paid\nA1,3,5\nA2,\x004,6\nA3,5,7\n",
        "text* number number",
        ((2, "A1", 3.0, 5.0), (4, "A3", 5.0, 7.0)),
        aside=((3, "it holds NUL bytes, which no text has"),),
        notices=(("set_aside: 2 of 3 rows read; line 3 set aside because it holds NUL bytes, which no text has."),),
    ),
)
