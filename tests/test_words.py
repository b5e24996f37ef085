"""Names are compared by their letters, and told alike by how many edits lie between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.intake.values import fold_text, likeness, tidy_text


@pytest.mark.parametrize(
    ("text", "fold"),
    [
        ("Customer ID", "customerid"),
        (" customer_id\u200b ", "customerid"),
        ("Größe (cm)", "grossecm"),
        ("Numéro\u00a0client", "numeroclient"),
        ("ÅRLIG_avgift", "arligavgift"),
        ("ｆｕｌｌ", "full"),
        ("---", ""),
        ("Клиент №", "клиентno"),
    ],
)
def test_a_name_is_compared_without_case_accents_and_signs(text, fold):
    assert fold_text(text) == fold


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("tenure", "tenure", 1.0),
        ("tenure", "tenrue", 5 / 6),
        ("tenure", "tenur", 5 / 6),
        ("abc", "xyz", 0.0),
        ("", "", 1.0),
    ],
)
def test_likeness_counts_edits_against_the_longer_word(one, other, alike):
    assert likeness(one, other) == pytest.approx(alike)


@given(st.text(max_size=8), st.text(max_size=8))
def test_likeness_is_the_same_from_either_side(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert (likeness(one, other) == 1) == (one == other)


@given(st.text(max_size=12))
def test_folding_twice_is_folding_once(text):
    assert fold_text(fold_text(text)) == fold_text(text)


def test_a_heading_is_shown_tidy():
    assert tidy_text("\ufeff Monthly \n  charges\u200b ") == "Monthly charges"
