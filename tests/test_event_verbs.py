"""Verbs that make lists."""

import pytest

from churn.training import train as two_ways
from churn.training.train import TwoWays
from tests.event_logs import shop_log


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


@pytest.fixture
def log(tmp_path):
    (tmp_path / "log.csv").write_text(shop_log(120, 120, without=(40,)))
    return f"events={tmp_path / 'log.csv'}"


def test_summarise_writes_a_table_and_proposes_a_window(line, log, tmp_path):
    words = ("--recipe", "shop", "--as-of", "2026-03-20", "--horizon", 30, "-o", tmp_path / "t.parquet")
    code, told = line("summarise", log, *words)
    assert (code, told["rows"]) == (0, told["leavers"] + told["stayers"])
    assert "of returners are back within" in told["window"]["sentence"]
    assert (told["silent"], told["filled"]) == (["2026-02-10"], False)
    assert all(c["meaning"] for c in told["columns"])


@pytest.mark.slow  # the same through the workspace: test_event_counter
def test_several_dates_and_filled_days_are_asked_for_by_flags(line, log, tmp_path):
    words = ("--recipe", "shop", "--as-of", "2026-03-20", "--horizon", 20, "-o", tmp_path / "t.parquet")
    _, one = line("summarise", log, *words)
    code, told = line("summarise", log, *words, "--dates", 2, "--step", 15, "--fill-silence", "yes")
    assert (code, told["filled"]) == (0, True) and told["rows"] > one["rows"]


@pytest.mark.slow  # the same through the workspace: test_event_counter
def test_what_filling_does_is_said_before_it_is_adopted(line, log, tmp_path, monkeypatch):
    answer = TwoWays(120, 240, 0.70, 0.72, -0.01, 0.05)
    monkeypatch.setattr(two_ways, "compared_ways", lambda *tables, **how: answer)
    words = ("--recipe", "shop", "--as-of", "2026-03-20", "--horizon", 30, "-o", tmp_path / "t.parquet")
    code, told = line("summarise", log, *words, "--fill-silence", "try")
    assert (code, told["filled"], told["filling"]["verdict"]) == (0, False, "no difference")
    assert told["filling"]["sentence"] == answer.sentence


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--as-of", "soon"], "'soon' is no date"),
        (["--as-of", "2020-01-01"], "lies outside the data, which runs from 2026-01-01 to 2026-04-30"),
        (["--as-of", "2026-04-20", "--horizon", "30"], "labels would be wrong"),
        (["--as-of", "2026-03-01", "--dates", "2"], "Several dates make a table to learn from"),
        (["--as-of", "2026-03-01", "--fill-silence", "try"], "Trying needs known outcomes"),
        (["--as-of", "2026-03-01", "--engine", "duckdb://?threads=many"], "settings are not understood"),
    ],
)
def test_summarise_refuses_in_one_sentence_and_writes_nothing(line, log, tmp_path, words, said):
    code, told = line("summarise", log, "--recipe", "shop", *words, "-o", tmp_path / "t.parquet")
    assert (code, said in told) == (2, True)
    assert not (tmp_path / "t.parquet").exists()


@pytest.mark.parametrize(
    ("text", "recipe", "said"),
    [
        ("event_time,event_type,price\n2026-01-01,view,1\n", "shop", "has no column for its key"),
        ("user_id,event_type,price\na,view,1\n", "shop", "has no column for its time"),
        ("user_id,event_time,event_type,price\na,soon,view,1\n", "shop", "No row of 'events' has both"),
        ("user_id,event_time,event_type,price\na,2026-01-01,view,1\n", "music", "The recipe has no table 'events'"),
        ("", "shop", "is empty"),
    ],
)
def test_files_that_cannot_be_a_log_are_refused_in_one_sentence(line, tmp_path, text, recipe, said):
    (tmp_path / "bad.csv").write_text(text)
    words = ("--recipe", recipe, "--as-of", "2026-01-02", "-o", tmp_path / "t.parquet")
    code, told = line("summarise", f"events={tmp_path / 'bad.csv'}", *words)
    assert (code, said in told) == (2, True)
    assert not (tmp_path / "t.parquet").exists()


def test_a_table_that_is_missing_is_named(line, tmp_path):
    (tmp_path / "members.csv").write_text("msno,city\na,1\n")
    words = ("--recipe", "music", "--as-of", "2026-01-02", "-o", tmp_path / "t.parquet")
    code, told = line("summarise", f"members={tmp_path / 'members.csv'}", *words)
    assert (code, "The table 'transactions' is missing" in told) == (2, True)
