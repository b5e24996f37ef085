"""Words on screen come from one catalogue, and words from a list can do nothing there."""

import re

import pytest

from app.words import languages, plain, say, sentences
from tests.house import APP


def test_markdown_latex_and_streamlit_marks_in_data_are_shown_not_acted_on():
    assert plain("**a** [x](y) $z$ :red[no] <b>") == r"\*\*a\*\* \[x\]\(y\) \$z\$ \:red\[no\] \<b\>"


def test_values_from_a_list_are_escaped_on_their_way_into_a_sentence():
    assert say("product.name") == "Holdfast"
    assert plain("![pixel](http://x)").startswith(r"\!\[pixel\]")


def test_every_sentence_asked_for_is_in_the_catalogue():
    asked = {key for room in APP for key in re.findall(r'say\("([a-z_.]+)"', room.path.read_text(encoding="utf-8"))}
    assert asked - set(sentences("en")) == set()


def test_another_language_has_no_sentence_that_english_lacks():
    assert {lang: set(sentences(lang)) - set(sentences("en")) for lang in languages()} == {
        lang: set() for lang in languages()
    }


def test_an_address_is_shown_and_never_a_link():
    assert plain("to https://crm.example and www.x.y") == "to https\\:\u2060//crm\\.example and www\u2060\\.x\\.y"
    assert plain("a:b, the https port") == "a\\:b, the https port"


@pytest.mark.parametrize(
    "name", ["Service_failure_count", "Month-to-month", "Paid 1.5 times", "is_tv_subscriber", "Ärger_über"]
)
def test_the_name_of_a_column_is_written_as_it_is_so_that_it_is_read_aloud_as_it_is(name):
    assert plain(name) == name


@pytest.mark.parametrize(
    ("text", "shown"), [("_a_", r"\_a\_"), ("- a", r"\- a"), ("1. a", r"1\. a"), ("a -- b", r"a \-\- b"), ("*", r"\*")]
)
def test_what_would_be_acted_upon_is_still_marked(text, shown):
    assert plain(text) == shown


def test_one_of_something_is_told_in_the_singular():
    assert say("score.told_aside", count=1) == " · one line set aside"
    assert say("score.told_aside", count=2) == " · 2 lines set aside"
