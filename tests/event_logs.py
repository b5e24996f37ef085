"""Small event logs of made-up shops, for the tests that learn from them."""

from datetime import date, timedelta

import numpy as np

HEAD = "user_id,event_time,event_type,price"


def shop_log(people=400, days=150, *, seed=1, without=()):
    """A shop's log: keen and idle people, a third of whom fade away; on the days of `without` nothing was collected."""
    random = np.random.default_rng(seed)
    rate, stops = random.uniform(0.05, 0.5, people), random.integers(0, 3 * days, people)
    rows = []
    for day in (d for d in range(days) if d not in without):
        fading = np.clip((stops - day) / 30, 0, 1)
        for who in np.flatnonzero(random.random(people) < rate * fading):
            hour, price = random.integers(7, 23), random.lognormal(3, 1)
            rows.append(f"u{who},{date(2026, 1, 1) + timedelta(days=day)} {hour:02}:00:00,purchase,{price:.2f}")
    return "\n".join([HEAD, *rows])


def silent_log():
    """A log whose collection failed on 10 February."""
    return shop_log(120, 120, without=(40,))
