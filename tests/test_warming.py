"""Warming up opens every live model once, and is not stopped by one that is damaged."""

from app.warming import warm_up
from churn import Desk
from tests.trained import damaged


def test_live_models_are_open_before_anybody_asks(telco_home):
    desk = Desk(telco_home)
    warm_up(lambda: desk).join(60)
    assert desk.model("telco") is desk.model("telco")


def test_a_damaged_model_stops_nothing(own_telco):
    damaged(own_telco)
    thread = warm_up(lambda: Desk(own_telco))
    thread.join(60)
    assert not thread.is_alive()
