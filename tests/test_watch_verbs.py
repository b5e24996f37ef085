"""drift and retrain from the command line: fixed fields, exit 3 when a retrain is advised, nothing half-written."""

import json

import pytest

from tests.watched import MOVED, a_list, two_moved

FIELDS = ["verdict", "columns", "score", "estimate", "advice", "notices", "model", "list"]


def test_drift_answers_with_the_promised_fields(line, own_telco):
    code, told = line("drift", a_list(own_telco, "today"), "--home", own_telco)
    assert (code, list(told), told["verdict"], told["model"]) == (0, FIELDS, "keep", "telco@v1")
    assert [list(c) for c in told["columns"]] == [["name", "moved", "size", "why"]] * 19


def test_the_second_moved_list_in_a_row_exits_three(line, own_telco):
    two_moved(own_telco)
    code, told = line("drift", a_list(own_telco, "third", seed=7, plant=MOVED), "--home", own_telco)
    assert (code, told["verdict"], told["advice"]["lists_in_a_row"]) == (3, "retrain", 3)


def test_the_report_is_written_as_json_and_as_a_page(line, own_telco):
    today, words = a_list(own_telco, "today"), ("--home", own_telco, "--aside", "--report")
    for name in ("drift_report.json", "drift.html"):
        assert line("drift", today, *words, own_telco / name)[0] == 0
    told = json.loads((own_telco / "drift_report.json").read_text(encoding="utf-8"))
    assert (told["verdict"], told["customers"], len(told["details"])) == ("keep", 1100, 19)
    page = (own_telco / "drift.html").read_text(encoding="utf-8")
    assert "Keep the model" in page and "<script" not in page and "src=" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--report", "report.pdf"], "report.pdf has no ending that can be written. Use .json or .html."),
        (["--split", "split.csv"], "No challenger scored this list."),
        (["--challenger", "v9"], "There is no version v9 of telco. There are: v1."),
        (["--challenger", "v1"], "v1 is the model that scores the list."),
        (["--challenger", "v2", "--trial", "2"], "There is no version v2 of telco."),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(line, own_telco, words, said):
    code, told = line("drift", a_list(own_telco, "today", rows=600), "--home", own_telco, *words)
    assert code == 2 and said in told
    assert not list(own_telco.glob("report.*")) and not list(own_telco.glob("split.*"))


def test_retrain_says_whether_it_learnt_and_why(line, own_telco):
    path = a_list(own_telco, "new", outcomes=True)
    code, told = line("retrain", path, "--when", "advised", "--home", own_telco)
    assert (code, told["trained"], told["promoted"], told["version"]) == (0, False, False, None)
    assert told["why"].startswith("Nothing was learnt, because nothing advises it.")


def test_a_retrain_without_outcomes_is_refused(line, own_telco):
    code, told = line("retrain", a_list(own_telco, "today"), "--home", own_telco)
    assert code == 2 and "does not say who left" in told
