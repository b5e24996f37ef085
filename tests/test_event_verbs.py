"""Verbs that make lists."""

import pytest


def test_sample_writes_a_list_and_says_that_nobody_in_it_is_real(line, tmp_path):
    assert line("sample", "telco", "--rows", 30, "-o", tmp_path / "a.csv") == (
        0,
        {"files": [str(tmp_path / "a.csv")], "synthetic": True},
    )
    assert (tmp_path / "a.csv").read_text().count("\n") == 31


def test_a_planted_fault_is_in_the_list(line, tmp_path):
    line("sample", "telco", "--rows", 30, "-o", tmp_path / "a.csv")
    line("sample", "telco", "--rows", 30, "--plant", "leak", "-o", tmp_path / "b.csv")
    heads = [(tmp_path / name).read_text().splitlines()[0].split(",") for name in ("a.csv", "b.csv")]
    assert set(heads[0]) < set(heads[1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gym", "-o", "x.csv"], "There is no sample 'gym'."),
        (["telco", "--rows", "0", "-o", "x.csv"], "0 customers cannot be made."),
        (["telco", "--rows", "many", "-o", "x.csv"], "invalid int value"),
        (["telco", "--plant", "drift:nothing=0.3", "-o", "x.csv"], "nothing"),
        (["telco"], "-o"),
    ],
)
def test_sample_refuses_in_one_sentence(line, words, said):
    code, told = line("sample", *words)
    assert (code, said in told) == (2, True)
