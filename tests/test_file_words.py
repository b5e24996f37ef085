"""A file that comes over HTTP is read as the command line reads it, and its open questions are answered likewise."""

import json

import pytest

from churn.api.requests import FIELDS_OF_FORM, AboutFile, SentFile
from churn.cli.main import run_line
from tests.test_workbook import ROWS, workbook

MESSY = (
    "Kundenliste;;;;;\nKundennr;tenure;MonthlyCharges;Contract;InternetService;joined\n"
    "1;3;29,85;Month-to-month;DSL;02/03/2026\n2;x;1;2;3;4;5\n3;9;12,50;Two year;No;04/05/2026\n"
    "3;9;12,50;Two year;No;04/05/2026\nTotal;12;42,35;;;\n"
)
SAID = {"dates": "day-first", "map": "Kundennr=customerID", "profile": "telco"}
FLAGS = ["--dates", "day-first", "--map", "Kundennr=customerID", "--profile", "telco"]


@pytest.fixture
def messy(tmp_path):
    path = tmp_path / "messy.csv"
    path.write_text(MESSY, encoding="cp1252")
    return path


def by_line(capsys, home, path, *flags):
    assert run_line(["check", str(path), "--home", str(home), "--json", *flags]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("where", ["params", "data"])
def test_a_messy_file_is_understood_the_same_by_api_and_command_line(telco_api, telco_home, messy, capsys, where):
    answer = telco_api.post("/check", files={"file": ("messy.csv", messy.read_bytes())}, **{where: SAID})
    assert answer.status_code == 200
    assert answer.json() == by_line(capsys, telco_home, messy, *FLAGS)
    assert [s["line"] for s in answer.json()["set_aside"]] == [4, 6, 7]


def test_scoring_a_file_tells_what_the_command_line_tells(telco_api, telco_home, messy, capsys):
    answer = telco_api.post("/predict/batch", files={"file": ("messy.csv", messy.read_bytes())}, params=SAID).json()
    out = messy.with_name("out.csv")
    line = ["score", str(messy), "-o", str(out), "--home", str(telco_home), "--json", *FLAGS]
    assert run_line(line) == 0
    told = json.loads(capsys.readouterr().out)
    assert (answer["rows"], len(answer["set_aside"]), answer["notices"]) == (2, told["set_aside"], told["notices"])
    assert [c["name"] for c in answer["columns"]][:2] == ["customerID", "gender"]


def test_an_open_question_is_named_with_what_may_be_said(telco_api):
    twice = b"id,paid,joined\nA1,5,02/03/2026\nA2,6,04/05/2026\n"
    answer = telco_api.post("/check", content=twice, headers={"content-type": "text/csv"})
    assert (answer.status_code, answer.json()["asks"]) == (422, "dates")
    assert answer.json()["choices"] == ["day-first", "month-first"]
    book = {"file": ("book.xlsx", workbook({"May": ROWS, "June": ROWS}))}
    assert telco_api.post("/check", files=book).json()["choices"] == ["May", "June"]
    assert telco_api.post("/check?sheet=June", files=book).json()["rows"] == 2


def test_a_file_without_a_needed_column_is_answered_with_a_template(telco_api):
    lacking = {"file": ("list.csv", b"customerID,gender\nA1,Male\nA2,Female\nA3,Male\n")}
    answer = telco_api.post("/check?profile=telco", files=lacking)
    assert answer.status_code == 422
    assert answer.json()["template"].startswith("customerID,")


@pytest.mark.parametrize("wrong", [{"dates": "sideways"}, {"duplicates": "all"}, {"map": "nothing"}, {"profile": "x"}])
def test_a_word_that_makes_no_sense_is_refused(telco_api, messy, wrong):
    for where in ("params", "data"):
        answer = telco_api.post("/check", files={"file": ("m.csv", messy.read_bytes())}, **{where: wrong})
        assert answer.status_code in (404, 422)
        assert set(answer.json()) >= {"error", "fix"}


def test_a_field_of_the_form_stands_before_the_address():
    sent = SentFile(b"", "list.csv", {"sheet": ["June"], "map": ["a=b"]})
    words = AboutFile(sheet="May", map=["c=d"], dates="day-first").options(sent)
    told = {"sheet": "June", "dates": "day-first", "mapping": {"c": "d", "a": "b"}, "filename": "list.csv"}
    assert words == told


def test_every_word_is_described_for_clients(telco_api):
    document = telco_api.get("/openapi.json").json()["paths"]
    for path in ("/check", "/predict/batch"):
        described = {p["name"] for p in document[path]["post"]["parameters"]}
        form = document[path]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
        assert set(FIELDS_OF_FORM) <= described
        assert set(FIELDS_OF_FORM) <= set(form)
