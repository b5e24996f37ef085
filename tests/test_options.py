"""What may be said is stated once: keywords, flags, words of an address, fields of a form and arguments of a job."""

from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.api.requests import FIELDS_OF_FORM, AboutFile
from churn.cli.main import options_in, parser_of_all, said_of
from churn.options import (
    AS_OF,
    OUTCOME,
    READ,
    RETRAIN,
    TRAIN,
    OutcomeOptions,
    ReadOptions,
    RetrainOptions,
    TrainOptions,
    flags_for,
)

OWN = {"filename", "limits", "break_even"}  # said by programs alone


@pytest.mark.parametrize(
    ("table", "options"),
    [((*READ, AS_OF), ReadOptions), ((*READ, AS_OF, *TRAIN), TrainOptions), ((*READ, AS_OF, *OUTCOME), OutcomeOptions)],
)
def test_every_keyword_is_offered_by_the_doors_and_nothing_else(table, options):
    assert {option.name for option in table} == set(get_type_hints(options)) - OWN
    assert {o.name for o in RETRAIN} < set(get_type_hints(RetrainOptions))


def test_an_address_and_a_form_have_the_same_words():
    assert set(FIELDS_OF_FORM) == {option.called for option in READ} == set(AboutFile.model_fields) - {"filename"}


NAMES = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1).filter(lambda t: t.strip() == t)
VALUES = {
    "text": NAMES,
    "whole": st.integers(1, 10**6),
    "flag": st.just(True),
    "words": st.lists(NAMES, min_size=1),
    "pairs": st.dictionaries(NAMES.filter(lambda t: "=" not in t), NAMES.filter(lambda t: "=" not in t), min_size=1),
}
SAID = st.fixed_dictionaries(
    {},
    optional={o.name: st.sampled_from(o.choices) if o.choices else VALUES[o.kind] for o in (*READ, *TRAIN)},
)


@given(SAID)
def test_what_a_job_is_told_is_what_the_command_line_hears(said):
    args = parser_of_all().parse_args(["train", *flags_for((*READ, *TRAIN), said), "--", "list.csv"])
    assert {**said_of(args), **options_in(args, TRAIN)} == said
