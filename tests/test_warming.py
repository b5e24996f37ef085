"""Warming up opens every live model once, and is not stopped by one that is damaged."""

import gc
import time
import weakref

import pytest

from app.warming import keep_tidy, warm_up
from churn import Workspace
from tests.trained import damaged


@pytest.fixture(autouse=True)
def thawed():
    """What the tests make goes again, as it does in any other."""
    yield
    gc.unfreeze()


def test_live_models_are_open_before_anybody_asks(telco_home):
    workspace = Workspace(telco_home)
    warm_up(lambda: workspace).join(60)
    assert workspace.models.get("telco") is workspace.models.get("telco")


def test_a_damaged_model_stops_nothing(own_telco):
    damaged(own_telco)
    thread = warm_up(lambda: Workspace(own_telco))
    thread.join(60)
    assert not thread.is_alive()


def test_what_is_here_to_stay_is_not_gone_through_after_every_click(telco_home):
    gc.unfreeze()
    warm_up(lambda: Workspace(telco_home)).join(60)
    assert len(gc.get_objects()) < gc.get_freeze_count()


class Ring:
    """Something that holds itself, which only going through memory finds."""

    def __init__(self):
        self.me = self


def test_rubbish_goes_within_moments_while_people_are_at_work():
    ring = Ring()
    gc.collect()  # it is old now: Python alone would not look at it for long
    gone, ring = weakref.ref(ring), None
    over, until = keep_tidy(every=0.01), time.monotonic() + 10
    while gone() is not None and time.monotonic() < until:
        assert [[n] for n in range(5000)]
        time.sleep(0.01)
    over.set()
    assert gone() is None
