"""What others rely on does not vanish silently: it may grow, and what goes on purpose is written down."""

import json
import shutil
import zipfile

import pytest

from churn import Workspace
from churn.api.app import make_api
from tests import snapshots

FIX = "If that is on purpose, say so in CHANGELOG.md and run `make snapshots`."


def kept(name):
    return json.loads((snapshots.FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def hold(name, now):
    gone = list(snapshots.vanished(kept(name), json.loads(json.dumps(now))))
    assert gone == [], f"{name}: {FIX}"


@pytest.fixture(scope="module")
def journey(telco_home, tmp_path_factory):
    """Every verb once, in a home of its own: the answers, the files written, and the home."""
    home = shutil.copytree(telco_home.with_name("as_made"), tmp_path_factory.mktemp("snapshots") / "home")
    out = tmp_path_factory.mktemp("written")
    return snapshots.answers(home, out), out, home


def test_verbs_keep_their_flags():
    hold("verbs", snapshots.verbs())


def test_answers_keep_their_fields(journey):
    hold("answers", journey[0])


def test_files_keep_their_columns_and_how_cells_are_written(journey):
    hold("files", snapshots.files(journey[1]))


def test_versions_and_tables_keep_their_fields(journey):
    hold("stored", snapshots.stored(journey[2]))


def test_routes_keep_what_they_take_and_answer(telco_home, monkeypatch):
    monkeypatch.setenv("CHURN_HOME", str(telco_home))
    hold("routes", snapshots.routes(make_api()))
    needs = {route: said["needs"] for route, said in kept("routes").items()}
    assert {r: set(s["needs"]) - set(needs[r]) for r, s in snapshots.routes(make_api()).items() if r in needs} == {
        route: set() for route in needs
    }, f"A route needs more than it did. {FIX}"


def test_screens_keep_their_addresses_and_words():
    hold("screens", snapshots.screens())


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ({"a": "text"}, {}, ["a is gone"]),
        ({"a": "text"}, {"a": "number", "b": "text"}, ["a was text, is number"]),
        ({"a": ["text"]}, {"a": "text"}, ["a is no list any more"]),
        ({"f": {"columns": ["x", "y"]}}, {"f": {"columns": ["y", "z"]}}, ["f.columns: x is gone"]),
        ({"a": "text"}, {"a": "nothing | text"}, []),
    ],
)
def test_what_vanished_is_named(before, now, said):
    assert list(snapshots.vanished(before, now)) == said


@pytest.fixture
def old_home(tmp_path):
    """A home made by the code of November 2026, before businesses were kept apart."""
    with zipfile.ZipFile(snapshots.FOLDER / "home_of_november.zip") as archive:
        archive.extractall(tmp_path)
    return tmp_path / "home"


def test_an_old_home_opens_with_its_model_campaign_playbook_and_history(old_home):
    workspace = Workspace(old_home)
    assert [(m["name"], m["live"]) for m in workspace.models.list()] == [("telco", "v1")]
    scored = workspace.lists.score(old_home / "today.csv")
    assert len(scored.probability) == 60
    (campaign,) = workspace.campaigns.list()
    assert (campaign.record.campaign, campaign.measured is not None) == ("spring", True)
    assert workspace.playbooks.get("telco").playbook.actions and workspace.monitor.history("telco")
    assert [key.name for key in workspace.access.api_keys()] == ["crm"]
    assert any(event.what == "scored" for event in workspace.customers.history(scored.model, first_key(scored)))


def first_key(scored):
    return scored.scored.table.column(0)[0].as_py()
