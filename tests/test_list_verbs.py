"""check, score, explain and whatif on the command line: the design's fields, pipes, and refusals in one sentence."""

import csv
import json
import os
import subprocess
import sys

import pytest

from churn.cli.main import run_line
from tests.house import ROOT
from tests.trained import TODAY, damaged, rewritten, rows_of, twin_of

REASONS = ["reason_1", "reason_2", "reason_3"]
SCORED = ["probability", "percentile", "prediction", "tier", "value_at_risk", *REASONS, "action", "expected_gain"]


@pytest.fixture
def ask(line, telco_home):
    """Run a verb on today's list of the trained home."""

    def run(verb, *words, **changes):
        return line(verb, changes.get("file", telco_home / TODAY), *words, "--home", changes.get("home", telco_home))

    return run


def first_key(home):
    return rows_of(home)[1].split(",")[0]


def test_check_answers_the_designs_fields(ask):
    code, told = ask("check")
    assert (code, {"rows", "set_aside", "columns", "profile", "notices"} <= set(told)) == (0, True)
    assert (told["rows"], told["profile"], told["set_aside"]) == (60, "telco", [])
    assert told["columns"][0] == {"name": "customerID", "kind": "text", "role": "key"}


HEAVY = {"pandera", "sqlalchemy", "xgboost", "lightgbm", "sklearn", "scipy", "shap", "duckdb", "optuna", "fastapi"}
LEARNING = {"churn.training.model", "churn.scoring.score", "churn.campaigns.plan", "churn.store.database"}


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        (("--help",), {"numpy", "pandas", "pyarrow", "churn.workspace.lists"} | HEAVY | LEARNING),
        (("check", "LIST"), HEAVY | LEARNING),
    ],
    ids=["help", "check"],
)
def test_a_verb_imports_only_what_it_needs(words, absent, telco_home, tmp_path):
    code = (
        "import sys; from churn.cli.main import run_line\n"
        "try: run_line(sys.argv[1:])\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    given = [str(telco_home / TODAY) if word == "LIST" else word for word in words]
    env = {**os.environ, "CHURN_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code, *given], cwd=ROOT, env=env, capture_output=True, text=True)
    assert (done.returncode, bool(done.stdout)) == (0, True)
    assert absent & set(done.stderr.split()) == set()


def test_check_names_the_line_of_every_row_it_leaves_out(ask, telco_home, tmp_path):
    lines = rows_of(telco_home)
    broken = rewritten(tmp_path / "broken.csv", [*lines[:3], "one,two", *lines[3:]])
    code, told = ask("check", file=broken)
    assert (code, told["rows"], [s["line"] for s in told["set_aside"]]) == (0, 60, [4])
    assert set(told["set_aside"][0]) >= {"line", "why"}


def test_check_writes_the_rows_as_they_were_read(ask, telco_home, tmp_path):
    assert ask("check", "-o", tmp_path / "clean.csv")[0] == 0
    assert (tmp_path / "clean.csv").read_text(encoding="utf-8").splitlines() == rows_of(telco_home)


def test_score_writes_every_customer_in_the_lists_order(ask, telco_home, tmp_path):
    code, told = ask("score", "-o", tmp_path / "out.csv")
    rows = list(csv.reader(rows_of(tmp_path, "out.csv")))
    assert (code, told["rows"], told["model"], told["version"]) == (0, 60, "telco", "v1")
    assert rows[0] == ["customerID", *SCORED]
    assert [r[0] for r in rows[1:]] == [line.split(",")[0] for line in rows_of(telco_home)[1:]]


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_score_writes_each_kind_of_file(ask, tmp_path, ending):
    assert ask("score", "-o", tmp_path / f"out{ending}")[0] == 0
    assert (tmp_path / f"out{ending}").stat().st_size > 1000


def test_score_gives_as_many_reasons_as_asked_and_keeps_the_columns(ask, telco_home, tmp_path):
    ask("score", "--top", 1, "--keep", "-o", tmp_path / "out.csv")
    head = rows_of(tmp_path, "out.csv")[0].replace('"', "").split(",")
    scores = [n for n in SCORED if n not in REASONS[1:]]
    assert head == ["customerID", *scores, *rows_of(telco_home)[0].split(",")[1:]]


def test_a_pipe_takes_a_list_and_gives_csv_and_nothing_else(telco_home, tmp_path):
    words = [sys.executable, "-m", "churn", "score", "-", "-o", "-", "--home", str(telco_home)]
    piped = (telco_home / TODAY).read_bytes()
    done = subprocess.run(words, input=piped, cwd=ROOT, capture_output=True, check=True, env=os.environ)
    run_line(["score", str(telco_home / TODAY), "-o", str(tmp_path / "out.csv"), "--home", str(telco_home)])
    assert (done.stdout, done.stderr) == ((tmp_path / "out.csv").read_bytes(), b"")


def test_explain_answers_the_designs_fields_with_the_score_of_the_list(ask, telco_home, tmp_path):
    code, told = ask("explain", first_key(telco_home))
    fields = {"key", "probability", "tier", "reasons", "contributions", "groups", "base", "changes"}
    assert (code, fields <= set(told), told["key"]) == (0, True, first_key(telco_home))
    ask("score", "-o", tmp_path / "out.csv")
    row = next(csv.DictReader(rows_of(tmp_path, "out.csv")))
    assert (f"{told['probability']:.6f}".rstrip("0"), told["tier"]) == (row["probability"].rstrip("0"), row["tier"])
    assert told["reasons"] == [row[f"reason_{i}"] for i in (1, 2, 3) if row[f"reason_{i}"]]


def test_value_at_risk_is_said_with_its_horizon_and_currency(ask, telco_home, tmp_path, capsys):
    told = ask("score", "-o", tmp_path / "out.csv")[1]
    assert (told["value_horizon"], told["value_assumed"], told["currency"]) == ("18 months", False, "USD")
    assert run_line(["score", str(telco_home / TODAY), "-o", str(tmp_path / "x.csv"), "--home", str(telco_home)]) == 0
    assert "value_at_risk counts the margin over 18 months, in USD." in capsys.readouterr().out
    assert run_line(["explain", str(telco_home / TODAY), first_key(telco_home), "--home", str(telco_home)]) == 0
    assert "\nValue at risk over 18 months: $" in capsys.readouterr().out


def test_whatif_answers_before_and_after(ask, telco_home):
    code, told = ask("whatif", first_key(telco_home), "Contract=Two year", "tenure=60")
    assert (code, set(told)) == (0, {"before", "after", "points", "changes", "steps", "notices"})
    assert told["changes"]["Contract"][1] == "Two year"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["explain", "nobody"], "no customer with customerID 'nobody'"),
        (["whatif", "{key}", "tenure=abc"], "tenure = 'abc' is not a number"),
        (["whatif", "{key}", "Colour=red"], "does not read 'Colour'"),
        (["whatif", "{key}", "tenure"], "Write it as COL=VALUE"),
        (["score", "--map", "Nowhere=tenure", "-o", "{out}"], "no column 'Nowhere'"),
        (["score", "--map", "tenure=Nothing", "-o", "{out}"], "no column 'Nothing' to map 'tenure' to"),
        (["score", "--map", "tenure", "-o", "{out}"], "Write it as --map THEIRS=OURS"),
        (["score", "--model", "nobody", "-o", "{out}"], "nobody"),
        (["score", "--model", "../../etc", "-o", "{out}"], "cannot be the model name"),
        (["score", "--top", "-2", "-o", "{out}"], "reasons per customer"),
        (["score", "-o", "{folder}/out.txt"], "Use .csv, .parquet or .xlsx"),
        (["score", "-o", "{folder}/file/out.csv"], "cannot be written to"),
        (["score", "--dates", "sideways", "-o", "{out}"], "invalid choice"),
        (["score", "--as-of", "tomorrow", "-o", "{out}"], "'tomorrow' is not a day. Write it like 2026-01-31."),
        (["score"], "-o"),
        (["check", "--profile", "gym"], "gym"),
    ],
)
def test_every_refusal_is_one_sentence_and_exit_2(ask, telco_home, tmp_path, words, said):
    (tmp_path / "file").write_text("in the way")
    places = {"key": first_key(telco_home), "folder": tmp_path, "out": tmp_path / "out.csv"}
    code, told = ask(words[0], *(w.format(**places) for w in words[1:]))
    assert (code, said in told, "Traceback" in told) == (2, True, False)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_two_models_that_fit_alike_are_refused_until_one_is_named(ask, own_telco, tmp_path):
    twin_of(own_telco)
    code, told = ask("score", "-o", tmp_path / "out.csv", home=own_telco)
    assert code == 2
    assert told == "The list fits telco and twin alike. Choose one of them (--model telco or --model twin)."
    assert ask("score", "--model", "twin", "-o", tmp_path / "out.csv", home=own_telco)[1]["model"] == "twin"


def test_a_damaged_model_without_another_version_is_refused(ask, own_telco, tmp_path):
    damaged(own_telco)
    code, told = ask("score", "-o", tmp_path / "out.csv", home=own_telco)
    assert (code, "explainer.npz is not the file that was saved" in told) == (2, True)


def test_an_empty_list_is_refused(ask, tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    code, told = ask("score", "-o", tmp_path / "out.csv", file=tmp_path / "empty.csv")
    assert (code, told.count(".") >= 1, (tmp_path / "out.csv").exists()) == (2, True, False)


def test_a_person_reads_lines_and_a_program_one_object(telco_home, capsys):
    run_line(["check", str(telco_home / TODAY), "--home", str(telco_home)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "60 rows read as telco; 0 set aside."
    run_line(["check", str(telco_home / TODAY), "--home", str(telco_home), "--json"])
    assert json.loads(capsys.readouterr().out)["rows"] == 60
