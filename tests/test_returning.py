"""Outcomes that come back are read by the campaign's own columns, whatever they are called in the file."""

from dataclasses import replace

import pytest

from churn.errors import ChurnError
from churn.schema import Column, Schema
from churn.workspace.results import read_outcomes
from tests.test_journal import SPRING

KEY = Column("id", "text", "key")
FLAG = Column("gone", "flag", "outcome", positive=("Yes",))
WORDS = Column("state", "category", "outcome", levels=("Stayed on", "Left us"), positive=("Left us",))


def record_for(*columns):
    return replace(SPRING, asked={"returned": Schema(columns).as_json()})


def back(home, text, *columns, **said):
    found = read_outcomes(home, text.encode(), record_for(*(columns or (KEY, FLAG))), {"filename": "back.csv", **said})
    return found.rows.to_dict("list")


def test_a_flag_becomes_left_or_stayed_and_what_is_stated_beside_it_is_kept(home):
    found = back(home, "id,gone,Accepted,note\na,Yes,no,x\nb,No,yes,y\n")
    assert (found["id"], found["left"], found["accepted"]) == (["a", "b"], [1.0, 0.0], [False, True])
    assert "note" not in found


def test_what_is_used_is_not_called_ignored_and_what_may_be_missing_not_missed(home):
    words = {"filename": "back.csv"}
    told = read_outcomes(home, b"id,gone,accepted\na,Yes,no\nb,No,yes\n", record_for(KEY, FLAG), words)
    assert [n.text for n in told.reading.notices] == []


def test_the_lists_own_words_for_leaving_and_staying_are_known(home):
    assert back(home, "id,state\na,Left us\nb,Stayed on\n", KEY, WORDS)["left"] == [1.0, 0.0]


def test_headings_and_words_of_ones_own_are_named(home):
    found = back(home, "Kunde;Ende\na;weg\nb;da\n", key="Kunde", outcome="Ende", positive=["weg"])
    assert found == {"id": ["a", "b"], "left": [1.0, 0.0]}


def test_a_campaign_of_a_list_without_a_key_is_matched_by_row(home):
    assert back(home, "id,left\n1,yes\n2,no\n", Column("gone", "flag"))["left"] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("text", "said", "sentence"),
    [
        ("id,other\na,1\n", {}, r"They have: id, other\. Say which of them says who left\."),
        ("number,gone\na,Yes\n", {}, r"The outcomes have no column 'id'.*names the customer"),
        ("id,gone\na,Yes\na,No\n", {}, "stands in the list more than once with different values"),
        ("", {}, "is empty"),
    ],
)
def test_a_file_that_does_not_say_who_left_is_refused(home, text, said, sentence):
    with pytest.raises(ChurnError, match=sentence):
        back(home, text, **said)


def test_an_outcome_by_its_name_is_taken_though_its_words_are_not_the_models_own(home):
    told = replace(WORDS, synonyms=("churn",))
    found = read_outcomes(home, b"id,Churn\na,Yes\nb,No\n", record_for(KEY, told), {"filename": "back.csv"})
    assert found.rows["left"].tolist() == [1.0, 0.0]
    assert [n.text for n in found.reading.notices if n.kind == "warning"] == []
