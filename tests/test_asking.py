"""What a person may say about a list is checked before the list is opened."""

import pytest

from churn.errors import RequestRefused
from churn.intake.options import ReadRequest


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"dates": "year-first"}, "'year-first' is no choice for dates."),
        ({"duplicates": "last"}, "'last' is no choice for duplicates."),
        ({"purpose": "fun"}, "'fun' is no choice for purpose."),
        ({"roles": {"id": "x"}}, "There is no role 'id'."),
    ],
)
def test_a_word_that_is_no_choice_is_refused_with_the_choices(said, sentence):
    with pytest.raises(RequestRefused) as caught:
        ReadRequest(**said)
    assert caught.value.message == sentence
    assert caught.value.fix


def test_saying_nothing_leaves_every_question_open():
    asked = ReadRequest()
    assert (asked.dates, asked.duplicates, asked.mapping, asked.purpose) == (None, None, {}, "check")
