"""One customer, three doors: for every ready-made business, terminal, API and screen say the same to the last bit."""

import csv
import io
import json

import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api
from churn.cli.main import run_line
from churn.profiles import profile_names
from tests.house import ROOT

SAMPLES = ROOT / "data" / "samples"
LISTS = {
    "telco": "telco_customers.csv",
    "bank": "bank_customers.csv",
    "product": "product_users.csv",
    "general": "club_members.csv",
}
LOGS = {
    "shop": ({"events": "shop_events.parquet"}, "2026-06-01"),
    "music": (
        {"members": "music_members.csv", "transactions": "music_transactions.csv", "logs": "music_logs.parquet"},
        "2026-05-01",
    ),
}
CUSTOMERS, LEARNT, WATCHED = 25, 700, 500


def labelled(home, profile):
    """A list of a business with outcomes, as text: the first customers of its sample."""
    if profile in LISTS:
        return (SAMPLES / LISTS[profile]).read_text(encoding="utf-8").splitlines()[: LEARNT + WATCHED + 1]
    logs, day = LOGS[profile]
    table = home / "table.parquet"
    names = [f"{name}={SAMPLES / file}" for name, file in logs.items()]
    words = ["summarise", *names, "--recipe", profile, "--as-of", day, "--horizon", "30", "-o", str(table)]
    assert run_line([*words, "--home", str(home)]) == 0
    text = io.BytesIO()
    pc.write_csv(pq.read_table(table).slice(0, LEARNT + WATCHED), text)
    return text.getvalue().decode().splitlines()


@pytest.fixture(scope="module", params=[*LISTS, *LOGS])
def business(request, tmp_path_factory):
    """A home with a model of one business, its list of customers to score, and they themselves; and `next.csv`, a
    list of customers who were not learnt from."""
    home = tmp_path_factory.mktemp(request.param)
    lines = labelled(home, request.param)
    learnt, today = home / "learnt.csv", home / "today.csv"
    parts = {
        learnt: lines[: LEARNT + 1],
        today: lines[: CUSTOMERS + 1],
        home / "next.csv": [lines[0], *lines[LEARNT + 1 :]],
    }
    for path, rows in parts.items():
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    Workspace(home).models.train(learnt, quick=True, profile=request.param, name="tried", promotion="yes")
    return home, today, list(csv.DictReader(io.StringIO(today.read_text(encoding="utf-8"))))


def test_every_business_is_tried():
    assert {*LISTS, *LOGS} == set(profile_names())


def test_scores_reasons_and_offers_are_the_same_at_every_door(business, tmp_path):
    home, today, customers = business
    out = tmp_path / "scored.parquet"
    assert run_line(["score", str(today), "-o", str(out), "--everybody", "--home", str(home)]) == 0
    by_line = pq.read_table(out).to_pylist()
    on_screen = (
        Workspace(home).lists.score(today.read_bytes(), filename="today.csv", everybody=True).scored.table.to_pylist()
    )
    client = TestClient(make_api(Workspace(home)))
    one_by_one = [client.post("/predict", json=customer).json() for customer in customers]
    together = client.post("/predict/batch", json=customers).json()["predictions"]
    uploaded = client.post("/predict/batch", files={"file": ("today.csv", today.read_bytes())}).json()["predictions"]
    assert on_screen == by_line
    assert [numbers(a) for a in one_by_one] == [numbers(a) for a in together] == [numbers(a) for a in uploaded]
    assert [numbers(a) for a in one_by_one] == [of_row(row) for row in by_line]


def test_explanations_are_the_same_at_every_door(business, capsys):
    home, today, customers = business
    key = Workspace(home).models.get("tried").schema.key
    customer = customers[3]
    named = customer[key.name] if key and key.name in customer else "4"
    assert run_line(["explain", str(today), named, "--home", str(home), "--json"]) == 0
    by_line = json.loads(capsys.readouterr().out)
    by_api = TestClient(make_api(Workspace(home))).post("/explain", json=customer).json()
    for name in (
        "probability",
        "tier",
        "value_at_risk",
        "value_horizon",
        "reasons",
        "contributions",
        "base",
        "changes",
    ):
        assert by_line[name] == by_api[name]


def test_drift_is_the_same_at_every_door(business, capsys):
    home = business[0]
    list_ = home / "next.csv"
    assert run_line(["drift", str(list_), "--home", str(home), "--aside", "--json"]) in (0, 3)
    by_line = json.loads(capsys.readouterr().out)
    client = TestClient(make_api(Workspace(home)))
    by_api = client.post("/drift?keep=false", files={"file": ("next.csv", list_.read_bytes())}).json()
    found = Workspace(home).monitor.check(list_.read_bytes(), filename="next.csv", keep=False)
    on_screen = json.loads(json.dumps({name: found.record.report[name] for name in found.report.as_json()}))
    assert by_line == by_api == json.loads(json.dumps(found.as_json()))
    assert on_screen == {name: by_line[name] for name in on_screen}
    assert by_line["score"]["customers"] == WATCHED and by_line["advice"]["judged"]


def numbers(answer):
    """What one answer of the API says of a customer."""
    names = ("churn_probability", "status", "risk_level", "reasons", "value_at_risk", "action", "expected_gain")
    return tuple(str(answer[n]) if n == "reasons" else answer[n] for n in names)


def of_row(row):
    """The same of a row of a scored list."""
    reasons = [row[f"reason_{k}"] for k in (1, 2, 3) if row[f"reason_{k}"]]
    first = (row["probability"], row["prediction"], row["tier"], str(reasons))
    return (*first, row["value_at_risk"], row["action"], row["expected_gain"])
