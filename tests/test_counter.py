"""The Desk is one noun over one home."""

from churn import Desk
from churn.files import REPOSITORY


def test_a_desk_without_a_home_works_in_the_repository(monkeypatch):
    monkeypatch.delenv("CHURN_HOME", raising=False)
    assert Desk().home == REPOSITORY


def test_a_desk_knows_the_businesses_of_its_home_and_the_shipped_ones(home):
    folder = home / "data" / "profiles" / "gym"
    folder.mkdir(parents=True)
    (folder / "schema.toml").write_text('title = "Gyms"\n')
    titles = {p.title for p in Desk(home).profiles()}
    assert "Gyms" in titles and len(titles) > 1
