"""Who rests, and actions that answer a reason."""

from dataclasses import replace

import pandas as pd
import pytest

from churn.campaigns.limits import History, contact_cooldown
from churn.errors import RequestRefused
from churn.money.playbook import Playbook
from tests.scored import CALL, FOUR, MAIL

BOOK = Playbook((replace(MAIL, rest_days=10), replace(CALL, rest_days=60)))
KEYS = FOUR["id"].to_numpy(object)
DAYS = ["2026-01-01", "2026-03-01", "2026-02-01", "2026-03-01"]
CONTACTS = pd.DataFrame({"key": ["ann", "ann", "ben", "zoe"], "date": DAYS})


def test_a_customer_rests_for_the_days_of_each_action_since_the_last_contact():
    stopped, notices = contact_cooldown(FOUR, BOOK, keys=KEYS, history=History(contacts=CONTACTS, as_of="2026-03-05"))
    assert stopped.tolist() == [[True, True], [False, True], [False, False], [False, False]]
    assert notices[0].count == 2


def test_contacts_without_the_day_of_the_campaign_are_refused():
    with pytest.raises(RequestRefused, match="not the day of the campaign"):
        contact_cooldown(FOUR, BOOK, keys=KEYS, history=History(contacts=CONTACTS))


def test_an_action_that_only_answers_reasons_goes_to_those_who_have_one():
    book = Playbook((MAIL, replace(CALL, only_answers=True, answers=("Price",))))
    list_ = FOUR.assign(driver_1=["Contract", "Price", "Use", "Use"], driver_2=["Price", "Use", "Use", "Use"])
    stopped, notices = contact_cooldown(list_, book, keys=KEYS, history=History())
    assert (stopped[:, 1].tolist(), notices) == ([False, False, True, True], ())


def test_a_list_without_drivers_is_said_to_be_so():
    book = Playbook((replace(CALL, only_answers=True, answers=("Price",)),))
    stopped, notices = contact_cooldown(FOUR, book, keys=KEYS, history=History())
    assert (stopped, notices[0].text) == (None, "The list has no drivers, so call may go to anyone its rule allows.")
