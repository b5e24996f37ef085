"""A mapping confirmed once for a source is remembered for that source alone."""

from churn.intake.matching import layout_key
from churn.intake.reader import read_list
from churn.store.customers import forget_mapping, remember_mapping, remembered_mapping
from churn.store.database import open_engine

HEADER = b"Kunde;Laufzeyt;Vertrag;Gebuehr;InternetService;MonthlyCharges\n"
LIST = HEADER + b"A1;3;Month-to-month;1;DSL;29,5\nA2;4;One year;2;No;19,5\n"


def test_what_was_confirmed_is_given_back_for_the_same_layout_only(home):
    book = open_engine()
    remember_mapping(book, "one", {"Laufzeit": "tenure", "Gebühr": ""})
    assert remembered_mapping(book, "one") == {"Gebühr": "", "Laufzeit": "tenure"}
    assert remembered_mapping(book, "two") == {}


def test_a_later_word_replaces_the_earlier_one_on_that_heading(home):
    book = open_engine()
    remember_mapping(book, "one", {"a": "tenure", "b": "Contract"})
    remember_mapping(book, "one", {"a": "Churn"})
    assert remembered_mapping(book, "one") == {"a": "Churn", "b": "Contract"}


def test_a_layout_can_be_asked_about_again(home):
    book = open_engine()
    remember_mapping(book, "one", {"a": "tenure"})
    assert forget_mapping(book, "one") == 1
    assert remembered_mapping(book, "one") == {}


def test_the_layout_is_the_same_in_any_order_and_case():
    assert layout_key(["Kunden-Nr", "Tenure"]) == layout_key(["TENURE ", "kunden nr"])
    assert layout_key(["a", "b"]) != layout_key(["a", "c"])


def test_a_remembered_mapping_answers_the_question_next_time(home):
    book = open_engine()
    first = read_list(LIST, profile="telco", mapping={"Laufzeyt": "tenure"})
    remember_mapping(book, first.layout, {"Laufzeyt": "tenure"})
    again = read_list(LIST, profile="telco", mapping=remembered_mapping(book, first.layout))
    assert again.table.equals(first.table)
    assert again.table["tenure"].to_pylist() == [3.0, 4.0]
