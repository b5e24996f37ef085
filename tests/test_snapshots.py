"""What others rely on does not vanish silently: it may grow, and what goes on purpose is written down."""

import csv
import json
import shutil
import zipfile

import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api
from tests import snapshots

FIX = "If that is on purpose, say so in CHANGELOG.md and run `make snapshots`."


def kept(name):
    return json.loads((snapshots.FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def hold(name, now):
    gone = list(snapshots.vanished(kept(name), json.loads(json.dumps(now))))
    assert not gone, f"{name}: {'; '.join(gone)}. {FIX}"


@pytest.fixture(scope="module")
def journey(telco_home, tmp_path_factory):
    """Every verb once, in a home of its own: the answers, the files written, and the home."""
    home = shutil.copytree(telco_home.with_name("as_made"), tmp_path_factory.mktemp("snapshots") / "home")
    out = tmp_path_factory.mktemp("written")
    return snapshots.answers(home, out), out, home


def test_verbs_keep_their_flags_and_what_holds_without_them():
    hold("verbs", snapshots.verbs())


def test_answers_keep_their_fields_and_exit_codes(journey):
    hold("answers", journey[0])


def test_files_keep_their_columns_and_how_cells_are_written(journey):
    hold("files", snapshots.files(journey[1]))


def test_versions_and_tables_keep_their_fields(journey):
    hold("stored", snapshots.stored(journey[2]))


@pytest.fixture
def served(telco_home, tmp_path, monkeypatch):
    """The API over a home of its own, and that home."""
    home = shutil.copytree(telco_home.with_name("as_made"), tmp_path / "served")
    monkeypatch.setenv("CHURN_HOME", str(home))
    return make_api(), home


def test_routes_keep_what_they_take_need_and_answer(served):
    hold("routes", snapshots.routes(served[0]))


def test_routes_keep_their_statuses_and_what_they_reply(served):
    api, home = served
    hold("replies", snapshots.replies(TestClient(api, raise_server_exceptions=False), home))


def test_screens_keep_their_addresses_what_these_carry_and_their_words():
    hold("screens", snapshots.screens())


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ({"a": "text"}, {}, ["a is gone"]),
        ({"a": "text"}, {"a": "number", "b": "text"}, ["a was text, is number"]),
        ({"a": ["text"]}, {"a": "text"}, ["a is no list any more"]),
        ({"f": {"columns": ["x", "y"]}}, {"f": {"columns": ["y", "z"]}}, ["f.columns: x is gone"]),
        (
            {"f": {"columns": ["x", "y"]}},
            {"f": {"columns": ["y", "z", "x"]}},
            ["f.columns were in the order x, y, are in y, x"],
        ),
        ({"r": {"needs": []}}, {"r": {"needs": ["key"]}}, ["r.needs: key is new"]),
        ({"exit code": "0"}, {"exit code": "3"}, ["exit code was 0, is 3"]),
        ({"a": "text"}, {"a": "nothing | text"}, []),
        ({"a": "nothing"}, {"a": {"b": "text"}}, []),
    ],
)
def test_what_vanished_is_named(before, now, said):
    assert list(snapshots.vanished(before, now)) == said


@pytest.fixture
def old_home(tmp_path, monkeypatch):
    """A home made by the code of 26 November 2026: the list, the scores and the key of that day are in it.

    Businesses were not kept apart then, and a contact was not told from a draw.
    """
    with zipfile.ZipFile(snapshots.FOLDER / "home_of_november.zip") as archive:
        archive.extractall(tmp_path)
    monkeypatch.setenv("CHURN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_an_old_home_opens_with_its_model_campaign_playbook_and_history(old_home):
    workspace = Workspace(old_home)
    assert [(m["name"], m["live"]) for m in workspace.models.list()] == [("telco", "v1")]
    (campaign,) = workspace.campaigns.list()
    assert (campaign.record.campaign, campaign.measured is not None) == ("spring", True)
    playbook = workspace.playbooks.get("telco")
    assert (playbook.version, playbook.why) == (1, "the autumn offers")
    assert "Service check by our own technician" in [action.title for action in playbook.playbook.actions]
    assert len(workspace.monitor.history("telco")) == 1
    assert [key.name for key in workspace.access.api_keys()] == ["crm"]
    assert {"keys", "measure", "export", "playbook", "train"} <= {entry.act for entry in workspace.access.audit()}


def test_an_old_model_gives_the_scores_of_its_day_and_knows_the_history_of_its_customers(old_home):
    with (old_home / "scored.csv").open(encoding="utf-8", newline="") as file:
        then = {row["customerID"]: row["probability"] for row in csv.DictReader(file)}
    workspace = Workspace(old_home)
    scored = workspace.lists.score(old_home / "today.csv")
    keys = scored.scored.table.column(0).to_pylist()
    assert {key: f"{p:.6f}" for key, p in zip(keys, scored.probability, strict=True)} == {
        key: f"{float(p):.6f}" for key, p in then.items()
    }
    assert any(event.what == "scored" for event in workspace.customers.history(scored.model, keys[0]))


def test_an_old_key_opens_the_api(old_home):
    api = TestClient(make_api(), raise_server_exceptions=False)
    key = (old_home / "key.txt").read_text(encoding="utf-8").strip()
    assert api.get("/models").status_code == 401
    assert api.get("/models", headers={"x-api-key": key}).json()["models"][0]["live"] == "v1"
