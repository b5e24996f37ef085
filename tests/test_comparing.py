"""One comparison of a column, whatever table it comes in."""

import numpy as np
import pyarrow as pa

from churn.money.rules import Clause, compare_column, empty_cells


def test_words_compare_without_case_or_spaces_around_them():
    columns = {"plan": np.array([" Gold", "gold", "silver", None], object)}
    assert compare_column(Clause("plan", "is", ("GOLD ",)), columns).tolist() == [True, True, False, False]


def test_categories_stored_as_codes_compare_like_their_words():
    columns = {"plan": pa.array(["a", "b", None, "a"]).dictionary_encode()}
    assert compare_column(Clause("plan", "is not", ("a",)), columns).tolist() == [False, True, False, False]


def test_an_empty_cell_satisfies_no_comparison():
    columns = {"n": np.array([1.0, np.nan]), "t": np.array(["2", ""], object)}
    for column in columns:
        for operator in (">", "<", ">=", "<=", "=", "!=", "is", "is not"):
            assert not compare_column(Clause(column, operator, ("0",)), columns)[1]
    assert empty_cells(columns, "n").tolist() == empty_cells(columns, "t").tolist() == [False, True]


def test_a_column_of_numbers_and_words_compares_as_words():
    columns = {"mixed": np.array([3, "many", None, 4.5], object)}
    assert compare_column(Clause("mixed", "is", ("many",)), columns).tolist() == [False, True, False, False]
    assert compare_column(Clause("mixed", ">", ("2",)), columns).tolist() == [True, False, False, True]


def test_numbers_and_flags_are_compared_with_their_words():
    columns = {"flag": pa.array([True, False, None]), "whole": pa.array([1, 0, 2])}
    assert compare_column(Clause("flag", "is", ("No",)), columns).tolist() == [False, True, False]
    assert compare_column(Clause("flag", "is", ("perhaps",)), columns).tolist() == [False, False, False]
    assert compare_column(Clause("whole", "is", ("yes",)), columns).tolist() == [True, False, False]
    assert compare_column(Clause("whole", "is", ("none",)), columns).tolist() == [False, False, False]
