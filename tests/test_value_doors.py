"""One reader of values: a spelling means the same in a list, for one customer, in a what-if and as an outcome."""

from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.campaigns.lift import left_or_stayed, yes_or_no
from churn.errors import ChurnError
from churn.features.logs import yes_or_no as flag_of_a_log
from churn.intake.plans import cell_reader
from churn.intake.reader import read_list
from churn.intake.values import LETTERS, NO, YES, outcome_words
from churn.money.rules import Clause, compare_column
from churn.schema import Column, Schema
from churn.scoring.whatif import parse_value
from churn.training.outcome import read_outcome
from churn.workspace.customer_fields import FieldParser
from tests.small_model import SCHEMA, small_model

MODEL = small_model()
READER = FieldParser(MODEL)
NUMBERS = {
    "29.85": 29.85,
    "1,234.50": 1234.5,
    "$29.85": 29.85,
    "29.85 €": 29.85,
    "(5.00)": -5.0,
    "'7.25": 7.25,
    "12%": 0.12,
}
FREE = small_model(schema=SCHEMA.having("spend", low=-100.0))


def in_a_list(home, column, cells):
    """What a file with these cells, beside plain ones, is read as."""
    plain = {"number": ["10.5"] * 60, "flag": ["yes", "no"] * 30}[column.kind]
    lines = ["id;cell", *(f"{n};{cell}" for n, cell in enumerate([*cells, *plain]))]
    schema = Schema((Column("id", "text", "key"), replace(column, name="cell")))
    reading = read_list("\n".join(lines).encode(), filename="list.csv", schema=schema)
    return reading.table["cell"].to_pylist()[: len(cells)]


@pytest.mark.parametrize(("text", "number"), NUMBERS.items())
def test_a_number_is_the_same_at_every_door(home, text, number):
    assert READER.given({"spend": text}).customer["spend"] == number
    assert parse_value(FREE, "spend", text) == number
    assert in_a_list(home, Column("spend"), [text]) == [number]
    cells = {"spend": pa.array([text, None])}
    assert compare_column(Clause("spend", ">", (str(number - 0.01),)), cells).tolist() == [True, False]


CENTS = st.integers(0, 99_999_999)


@given(
    st.lists(CENTS, min_size=1, max_size=5), st.sampled_from(".,"), st.booleans(), st.sampled_from(("", "$", "€", "£"))
)
def test_money_as_people_write_it_is_the_same_alone_as_in_a_list(cents, mark, grouped, sign):
    def written(amount):
        whole, group = f"{amount // 100:,}" if grouped else str(amount // 100), "." if mark == "," else ","
        digits = f"{whole.replace(',', group)}{mark}{amount % 100:02d}"
        return digits if not sign else f"{digits} {sign}" if mark == "," else f"{sign}{digits}"

    texts = [written(amount) for amount in cents]
    rows = [f"{n};{text}" for n, text in enumerate([*texts, *([written(1_050)] * 30)])]
    schema = Schema((Column("id", "text", "key"), Column("cell")))
    listed = read_list("\n".join(["id;cell", *rows]).encode(), filename="list.csv", schema=schema).table["cell"]
    alone = [cell_reader(Column("cell"))(text) for text in texts]
    assert listed.to_pylist()[: len(texts)] == alone == [amount / 100 for amount in cents]


@pytest.mark.parametrize("text", sorted(YES | NO))
def test_yes_and_no_are_the_same_at_every_door(home, text):
    said = text in YES
    for word in (text, text.upper(), f" {text} "):
        assert READER.given({"senior": word}).customer["senior"] is said
        assert parse_value(MODEL, "senior", word) is said
        assert yes_or_no(pd.Series([word]), "contacted").tolist() == [said]
        assert left_or_stayed(pd.Series([word]), "left").tolist() == [said]
    assert in_a_list(home, Column("senior", "flag"), [text]) == [said]
    assert compare_column(Clause("flag", "is", (text,)), {"flag": pa.array([said])}).tolist() == [True]
    other = sorted(NO if said else YES)[0]
    labels = read_outcome(pa.table({"left": [text, other]}), Schema(), column="left").labels
    assert labels.tolist() == [said, not said]


def test_a_yes_in_a_log_is_a_yes_in_a_list():
    import ibis

    cells = ibis.memtable(pa.table({"flag": [*sorted(YES), *sorted(NO)]}))
    found = cells.select(flag=flag_of_a_log(cells.flag)).to_pyarrow()["flag"].to_pylist()
    assert found == [1] * len(YES) + [0] * len(NO)


def test_a_category_of_yes_and_no_takes_every_spelling_of_them(home):
    column = Column("backup", "category", levels=("No", "Yes", "No net"))
    reader = FieldParser(replace(MODEL, schema=Schema((*SCHEMA.columns, column))))
    for word in ("ja", "Sí", "TRUE", "1"):
        assert reader.given({"spend": 1, "backup": word}).customer["backup"] == "Yes"
    lines = "\n".join(["id;backup", *(f"{n};{w}" for n, w in enumerate(["ja", "nein", "No net", "Yes"] * 5))])
    schema = Schema((Column("id", "text", "key"), column))
    read = read_list(lines.encode(), filename="list.csv", schema=schema).table["backup"].to_pylist()
    assert read[:4] == ["Yes", "No", "No net", "Yes"]


@pytest.mark.parametrize(
    ("levels", "known"),
    [
        (("No", "DSL", "Fiber"), {"nein": "No", "0": "No"}),
        (("Y", "N"), {"ja": "Y", "nein": "N"}),
        (("S", "M", "L"), {"ja": "ja", "1": "1"}),
        (("0", "1", "2"), {"ja": "ja", "no": "no"}),
        (("Yes", "True", "No"), {"ja": "ja", "nein": "No"}),
    ],
)
def test_a_level_that_says_yes_or_no_is_known_by_every_spelling_and_a_letter_or_a_code_is_not(levels, known):
    reader = cell_reader(Column("line", "category", levels=levels))
    assert {word: reader(word) for word in known} == known


def test_words_that_only_an_outcome_has_are_one_list_and_no_yes():
    left, stayed = outcome_words()
    assert {"churned", "left", "exited"} <= left and {"stayed", "active"} <= stayed
    assert not (left | stayed) & (YES | NO) and not left & stayed
    told = left_or_stayed(pd.Series(["Churned", "stayed", None, "n/a"]), "status").tolist()
    assert told[:2] == [1.0, 0.0] and all(v != v for v in told[2:])
    with pytest.raises(ChurnError, match="neither yes nor no"):
        yes_or_no(pd.Series(["churned"]), "contacted")
    labels = read_outcome(pa.table({"state": ["closed", "open", "closed"]}), Schema(), column="state").labels
    assert labels.tolist() == [1, 0, 1]


def test_a_letter_alone_means_yes_only_where_nothing_else_speaks():
    assert {"s", "o", "x"} <= LETTERS
    with pytest.raises(ChurnError, match="2 classes"):
        read_outcome(pa.table({"state": ["s", "c", "s"]}), Schema(), column="state")
    sizes = {"size": pa.array(["S", "M"])}
    assert compare_column(Clause("size", ">=", ("1",)), sizes).tolist() == [False, False]


def test_an_outcome_in_a_list_may_be_said_in_words(home):
    lines = "\n".join(["id;gone", *(f"{n};{w}" for n, w in enumerate(["churned", "stayed", "left"] * 5))])
    schema = Schema((Column("id", "text", "key"), Column("gone", "flag", "outcome", positive=("Yes",))))
    read = read_list(lines.encode(), filename="back.csv", schema=schema).table["gone"].to_pylist()
    assert read[:3] == [True, False, True]
