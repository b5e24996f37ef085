"""Who answers for single customers follows a promotion, and nobody waits or fails meanwhile."""

import csv
import threading
import time
from dataclasses import replace

import pytest

from churn import Workspace
from churn.errors import NotFound, Unavailable
from churn.training.registry import load, promote, save
from churn.workspace import scorer as counterparts
from churn.workspace.scorer import ScorerCache, open_scorer
from tests.trained import rows_of


@pytest.fixture(scope="module")
def customers(telco_home):
    return list(csv.DictReader(rows_of(telco_home)))


def test_a_promotion_counts_after_a_moment_and_not_after_a_restart(own_telco, customers, monkeypatch):
    workspace = Workspace(own_telco)
    kept = ScorerCache(own_telco, workspace.open_models)
    first = kept.answering(("tenure",))
    assert kept.answering(("tenure",)) is first
    promote(own_telco, "telco", save(own_telco, load(own_telco, "telco", "v1")).version, why="a test")
    monkeypatch.setattr(counterparts, "FRESH", 0.0)
    assert (first.name, kept.answering(("tenure",)).name) == ("telco@v1", "telco@v2")


def test_what_has_read_before_goes_on_until_the_offers_change(own_telco, monkeypatch):
    workspace = Workspace(own_telco)
    monkeypatch.setattr(counterparts, "FRESH", 0.0)
    kept = ScorerCache(own_telco, workspace.open_models)
    first = kept.answering(("tenure",))
    assert kept.answering(("tenure",)) is kept.answering(("tenure", "Contract")) is first
    workspace.playbooks.set("telco", replace(workspace.playbooks.get("telco").playbook, title="Ours"))
    changed = kept.answering(("tenure",))
    assert changed.playbook.title == "Ours" and changed.ranking.suggester is not first.ranking.suggester


def test_thousands_of_odd_layouts_are_not_kept(telco_home):
    kept = ScorerCache(telco_home, Workspace(telco_home).open_models)
    for n in range(3 * counterparts.LAYOUTS):
        kept.answering(("tenure", f"odd {n}"))
    assert len(kept.kept) <= counterparts.LAYOUTS


def waited_for(what, seconds=10.0):
    until = time.monotonic() + seconds
    while not what() and time.monotonic() < until:
        time.sleep(0.01)
    return what()


def test_the_one_before_answers_while_the_next_is_opened(own_telco, monkeypatch):
    kept, opening, go_on = (
        ScorerCache(own_telco, Workspace(own_telco).open_models),
        threading.Event(),
        threading.Event(),
    )
    assert kept.at_hand(("tenure",)) is None
    first = kept.answering(("tenure",))
    promote(own_telco, "telco", save(own_telco, load(own_telco, "telco", "v1")).version, why="a test")

    def slowly(model, home):
        opening.set()
        go_on.wait(10)
        return open_scorer(model, home)

    monkeypatch.setattr(counterparts, "open_scorer", slowly)
    monkeypatch.setattr(counterparts, "FRESH", 0.0)
    assert kept.at_hand(("tenure",)) is first
    assert opening.wait(10) and kept.at_hand(("tenure",)) is first
    go_on.set()
    assert waited_for(lambda: kept.kept[("tenure",)][1].name == "telco@v2")


def test_after_a_long_silence_it_is_looked_up_before_it_answers(telco_home, monkeypatch):
    kept = ScorerCache(telco_home, Workspace(telco_home).open_models)
    kept.answering(("tenure",))
    monkeypatch.setattr(counterparts, "IDLE", 0.0)
    assert kept.at_hand(("tenure",)) is None


def test_a_book_that_does_not_answer_stops_nobody(own_telco, customers, monkeypatch):
    kept = ScorerCache(own_telco, Workspace(own_telco).open_models)
    before = kept.answering(tuple(customers[0]))
    monkeypatch.setenv("CHURN_BOOK", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    monkeypatch.setattr(counterparts, "FRESH", 0.0)
    new = kept.answering(tuple(customers[0])).single(customers[0])
    assert (new.probability, new.action) == (before.single(customers[0]).probability, None)
    assert Workspace(own_telco).online.scorer(("tenure",)).single(customers[0]).expected_gain is None


def test_a_model_that_does_not_open_leaves_the_one_before_in_place(own_telco, monkeypatch):
    def away(*_):
        raise Unavailable("The disk does not answer.")

    kept = ScorerCache(own_telco, Workspace(own_telco).open_models)
    first = kept.answering(("tenure",))
    monkeypatch.setattr(counterparts, "open_scorer", away)
    monkeypatch.setattr(counterparts, "FRESH", 0.0)
    assert kept.answering(("tenure",)) is first
    with pytest.raises(Unavailable):
        kept.answering(("tenure", "Contract"))


def test_a_model_that_is_gone_answers_no_more(own_telco, monkeypatch):
    kept = ScorerCache(own_telco, Workspace(own_telco).open_models)
    kept.answering(("tenure",))
    (own_telco / "models" / "telco" / "champion.json").unlink()
    monkeypatch.setattr(counterparts, "FRESH", 0.0)
    kept.at_hand(("tenure",))
    assert waited_for(lambda: kept.at_hand(("tenure",)) is None)
    with pytest.raises(NotFound):
        kept.answering(("tenure",))
