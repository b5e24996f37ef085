"""Playbooks in the book: numbered, never changed."""

import pytest

from churn.store.campaigns import add_playbook, playbooks_of
from churn.store.database import open_engine

pytestmark = pytest.mark.usefixtures("either_book")


def test_versions_are_numbered_per_business(home):
    book = open_engine()
    for profile, text in (("shoes", "a"), ("shoes", "b"), ("hats", "c")):
        add_playbook(book, profile, text, how="by hand", why="w", made="2026-01-01")
    assert [(v.number, v.playbook) for v in playbooks_of(book, "shoes")] == [(1, "a"), (2, "b")]
    assert [(v.number, v.playbook) for v in playbooks_of(book, "hats")] == [(1, "c")]


def test_the_same_words_again_make_no_new_version(home):
    book = open_engine()
    first = add_playbook(book, "shoes", "a", how="by hand", why="w", made="2026-01-01")
    assert add_playbook(book, "shoes", "a", how="by hand", why="again", made="2026-01-02") == first
    assert add_playbook(book, "shoes", "a", how="learnt", why="w", made="2026-01-02").number == 2
