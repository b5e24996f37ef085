"""The Workspace is one noun over one home."""

from churn import Workspace
from churn.files import REPOSITORY


def test_a_workspace_without_a_home_works_in_the_repository(monkeypatch):
    monkeypatch.delenv("CHURN_HOME", raising=False)
    assert Workspace().home == REPOSITORY


def test_a_workspace_knows_the_businesses_of_its_home_and_the_shipped_ones(home):
    folder = home / "data" / "profiles" / "gym"
    folder.mkdir(parents=True)
    (folder / "schema.toml").write_text('title = "Gyms"\n')
    titles = {p.title for p in Workspace(home).profiles()}
    assert "Gyms" in titles and len(titles) > 1
