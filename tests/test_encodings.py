"""Any encoding is read, a guess is named, and broken bytes never spoil the cells around them."""

import pytest

from churn.intake.sources import Encoding, detect_encoding, odd_words, open_source, text_blocks
from tests.messy import told
from tests.messy.encodings import CASES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_messy_file_becomes_exactly_what_it_must(case):
    assert told(case) == case


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_one_text_in_any_encoding_gives_the_same_utf8(codec):
    text = "id,city\n" + "A1,Köln\nA2,Besançon\n" * 50
    found = open_source(text.encode(codec))
    assert b"".join(text_blocks(found, detect_encoding(found))).decode() == text


def test_a_broken_byte_far_down_does_not_change_how_the_rest_is_read():
    found = open_source(b"id,city\n" + "A1,Köln\n".encode() * 1000 + b"A2,B\xffnn\n")
    assert detect_encoding(found) == Encoding("utf-8", damaged=True)


def test_blocks_are_cut_at_line_ends_wherever_a_carriage_return_falls():
    content = b"id,city\r\n" + b"A1,Bonn\r\n" * 30
    found = open_source(content)
    for size in range(1, 40):
        blocks = list(text_blocks(found, Encoding("utf-8"), size))
        assert b"".join(blocks) == content.replace(b"\r\n", b"\n")
        assert all(block.endswith(b"\n") for block in blocks)


def test_words_to_judge_a_guess_by_are_few_and_different():
    assert odd_words("Köln, Bonn, Köln, Zürich; Malmö Ærø") == ("Köln", "Zürich", "Malmö")
