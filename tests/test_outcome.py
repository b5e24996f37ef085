"""The outcome column is read as a person would, and doubt is refused with the choices."""

import pyarrow as pa
import pytest

from churn.errors import ListRefused, RequestRefused
from churn.schema import Column, Schema
from churn.training.outcome import read_outcome


def said(words, times=12, **options):
    table = pa.table({"churn": words * times})
    column = Column("churn", "category", "outcome", positive=options.pop("told", ()))
    return read_outcome(table, Schema((column,)), **options)


@pytest.mark.parametrize(
    ("words", "leaves", "stays"),
    [
        (["Yes", "No"], "Yes", "No"),
        (["T", "F"], "T", "F"),
        ([0.0, 1.0], "1", "0"),
        ([1, 0], "1", "0"),
        (["True", "False"], "True", "False"),
        (["Attrited Customer", "Existing Customer"], "Attrited Customer", "Existing Customer"),
        (["stayed", "left"], "left", "stayed"),
        ([True, False], "True", "False"),
    ],
)
def test_the_usual_words_for_leaving_are_known(words, leaves, stays):
    found = said(words)
    assert (found.leaves, found.stays) == (leaves, stays)
    assert found.labels.tolist() == [int(str(w) in (leaves, f"{leaves}.0", "1.0")) for w in words] * 12


def test_typing_slips_are_the_word_they_mean():
    assert said(["Yes", "yes", "Yes ", "y", "No", "NO", "n"], 4).labels.tolist() == [1, 1, 1, 1, 0, 0, 0] * 4


def test_three_classes_are_refused_with_their_names_until_told():
    classes = ["churned", "joined", "stayed"]
    with pytest.raises(RequestRefused, match=r"3 classes: churned \(12\), joined \(12\), stayed \(12\)"):
        said(classes)
    assert said(classes, positive=("Churned",)).labels.tolist() == [1, 0, 0] * 12


def test_a_dropped_class_is_left_out_and_counted():
    found = said(["Churned", "Joined", "Stayed"], drop_class=("joined",))
    assert found.labels.tolist() == [1, -1, 0] * 12
    assert [n.text for n in found.notices] == [
        "In churn, 'churned' counts as left (12) and 'stayed' as stayed (12).",
        "12 customers who are 'joined' were left out.",
    ]


def test_several_classes_may_mean_leaving():
    found = said(["moved", "cancelled", "active"], positive=("moved", "cancelled"))
    assert found.labels.tolist() == [1, 1, 0] * 12
    assert found.positive == ("moved", "cancelled")


def test_rows_without_an_outcome_are_left_out_with_a_count():
    found = said(["Yes", "No", None, ""])
    assert found.labels.tolist() == [1, 0, -1, -1] * 12
    assert found.notices[1].count == 24


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["No"] * 30, "everyone stayed"),
        ([None] * 30, "empty in every row"),
    ],
)
def test_a_list_from_which_nothing_can_be_learnt_is_refused(words, why):
    with pytest.raises(ListRefused, match=why):
        said(words, 1)


def test_a_column_of_amounts_is_not_an_outcome():
    with pytest.raises(RequestRefused, match="60 different values"):
        said([float(i) for i in range(60)])


def test_a_word_that_never_occurs_is_refused_with_those_that_do():
    with pytest.raises(RequestRefused, match="never says 'gone'") as refused:
        said(["Yes", "No"], positive=("gone",))
    assert refused.value.fix == "It says: no (12), yes (12)."


def test_the_column_is_found_by_its_name_unless_two_could_be_meant():
    columns = {"spend": [1.0, 2.0] * 12, "Churned": ["Yes", "No"] * 12}
    schema = Schema(tuple(Column(c, "category") for c in columns))
    assert read_outcome(pa.table(columns), schema).column == "Churned"
    with pytest.raises(RequestRefused, match="Several columns could say who left: Churned, status"):
        read_outcome(pa.table({**columns, "status": ["on", "off"] * 12}), schema)


def test_a_marital_status_does_not_say_who_left():
    table = pa.table({"Marital_Status": ["single", "married"] * 12})
    with pytest.raises(RequestRefused, match="No column says who left"):
        read_outcome(table, Schema((Column("Marital_Status", "category"),)))


def test_a_schema_word_says_which_class_leaves():
    assert said(["off", "on"], told=("off",)).labels.tolist() == [1, 0] * 12


@pytest.mark.parametrize("name", ["renewed", "Is_Active", "still active", "retained", "isActiveMember"])
def test_a_yes_that_means_staying_is_refused_until_told(name):
    table, schema = pa.table({name: ["Yes", "No"] * 12}), Schema((Column(name, "category"),))
    with pytest.raises(RequestRefused, match="says who stayed, not who left") as refused:
        read_outcome(table, schema, column=name)
    assert (refused.value.fix, refused.value.options) == (
        "Say which word means leaving, such as no.",
        ("positive=no",),
    )
    assert read_outcome(table, schema, column=name, positive=["no"]).labels.tolist() == [0, 1] * 12


@pytest.mark.parametrize("name", ["not_renewed_left", "Inactive", "churned", "activity_lost"])
def test_a_name_that_speaks_of_leaving_needs_no_question(name):
    table, schema = pa.table({name: ["Yes", "No"] * 12}), Schema((Column(name, "category"),))
    assert read_outcome(table, schema, column=name).labels.tolist() == [1, 0] * 12


def test_a_yes_and_a_no_cannot_both_mean_leaving():
    with pytest.raises(RequestRefused, match="Yes and No cannot both mean leaving"):
        said(["Yes", "No"], positive=("Yes", "No"))


def test_a_flag_speaks_in_the_words_of_its_list():
    found = said([True, False], told=("Yes",))
    assert (found.leaves, found.stays) == ("Yes", "No")
    assert found.notices[0].text == "In churn, 'yes' counts as left (12) and 'no' as stayed (12)."
    with pytest.raises(RequestRefused, match="never says 'maybe'") as refused:
        said([True, False], positive=("maybe",))
    assert refused.value.fix == "It says: false (12), true (12)."
