"""Old encodings are told apart by the words they give."""

import pytest

from churn.intake.sources import likeliest_codec


@pytest.mark.parametrize(
    ("words", "codec"),
    [
        (["Köln", "Besançon", "Zürich – Süd", "mañana"], "cp1252"),
        (["MÜNCHEN", "KÖLN"], "cp1252"),
        (["€ 5.00"], "cp1252"),
        (["Москва", "Казань", "Самара"], "cp1251"),
        (["Москва", "Казань", "Самара"], "koi8_r"),
        (["Łódź", "Kraków", "Gdańsk"], "cp1250"),
        (["Αθήνα", "Πάτρα", "Βόλος"], "cp1253"),
        (["İstanbul", "Eskişehir", "Muğla"], "cp1254"),
        (["東京", "大阪", "名古屋"], "shift_jis"),
        (["북구", "서울", "부산"], "euc_kr"),
        (["北京", "上海", "客户"], "gb18030"),
        (["Köln", "Münster"], "mac_roman"),
        (["Köln", "Münster"], "cp850"),
    ],
)
def test_the_words_come_back_as_they_were_written(words, codec):
    sample = "\n".join(words).encode(codec)
    assert sample.decode(likeliest_codec(sample)).split("\n") == words


def test_bytes_of_no_language_still_get_an_answer():
    assert b"\xff\xfe\xfd".decode(likeliest_codec(b"\xff\xfe\xfd"), "replace")
