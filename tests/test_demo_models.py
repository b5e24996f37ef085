"""The demo models: every sample is there, and only what is missing is made."""

from app.demo import DEMOS, SAMPLES, missing_demos
from churn import Workspace


def test_every_file_a_demo_needs_is_shipped():
    files = [f for d in DEMOS for f in (d.learn, d.score, *d.logs.values()) if f]
    assert [f for f in files if not (SAMPLES / f).is_file()] == []


def test_a_model_that_is_there_is_not_made_again(telco_home):
    assert "telco" not in {d.name for d in missing_demos(Workspace(telco_home))}
