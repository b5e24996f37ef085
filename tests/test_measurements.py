"""What came back is kept once per campaign, and measuring again replaces it."""

import pytest

from churn.store.campaigns import Measurement, measured_so_far, outcomes_of, record_measurement
from churn.store.database import open_engine

pytestmark = pytest.mark.usefixtures("either_book")

FOUND = Measurement("spring", "2026-04-01", "2026-04-01", "file-1", {"lift": 0.04}, [{"action": "call"}])


def came(key, outcome, accepted=None):
    return {"key": key, "outcome": outcome, "contacted": None, "accepted": accepted}


def test_a_measurement_is_given_back_with_its_outcomes(home):
    book = open_engine()
    record_measurement(book, FOUND, [came("b", 0, 1), came("a", 1)])
    assert measured_so_far(book) == {"spring": FOUND}
    assert outcomes_of(book, "spring") == [came("a", 1), came("b", 0, 1)]


def test_measuring_again_replaces_the_outcomes_but_not_the_first_day(home):
    book = open_engine()
    record_measurement(book, FOUND, [came("a", 1), came("b", 0)])
    record_measurement(
        book, Measurement("spring", "2026-05-01", "2026-05-01", "file-2", {"lift": 0.02}), [came("a", 0)]
    )
    assert measured_so_far(book)["spring"] == Measurement(
        "spring", "2026-04-01", "2026-05-01", "file-2", {"lift": 0.02}, []
    )
    assert outcomes_of(book, "spring") == [came("a", 0)]
