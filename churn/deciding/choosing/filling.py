"""A whole plan from prices: whoever has the largest priced surplus comes first, and nobody breaks a limit."""

from __future__ import annotations

import numpy as np

from churn.deciding.choosing.choices import Choices


def filled(choices: Choices, prices: np.ndarray) -> np.ndarray:
    """One action or −1 per customer: minimums first, then all that pays while there is room, best surplus first."""
    net = choices.surplus(prices)
    state = _Filling(choices, net)
    for limit in choices.limits:
        if limit.kind == "at least" and limit.members is not None:
            theirs = np.where(limit.members[:, None], net, -np.inf)
            missing = int(np.ceil(limit.most - (state.choice[limit.members] >= 0).sum()))
            # Where the best action of all of them is full, the next best of the others still counts.
            while missing > 0 and (many := state.take(theirs, most=missing)):
                missing -= many
    while state.take(np.where(choices.gain > 0, net, -np.inf)):
        pass
    return state.choice


class _Filling:
    """A plan being filled: who has what, and how much room each limit has left."""

    def __init__(self, choices: Choices, net: np.ndarray) -> None:
        self.choices = choices
        self.choice = np.full(choices.rows, -1)
        self.room = choices.bounds.astype(float)
        self.kept = np.array([x.kind != "at least" for x in choices.limits], bool)

    def take(self, net: np.ndarray, *, most: int | None = None) -> int:
        """Give as many free customers as fit their best action that is still open; how many were given one."""
        net = self._open_only(net)
        free = np.flatnonzero((self.choice < 0) & (net.max(axis=1, initial=-np.inf) > -np.inf))
        if not len(free) or most == 0 or (most is not None and most < 0):
            return 0
        actions = net[free].argmax(axis=1)
        order = np.argsort(-net[free, actions], kind="stable")
        rows, actions = free[order], actions[order]
        fit = self._fitting(rows, actions)
        if most is not None:
            fit = fit[:most]
        self.choice[rows[fit]] = actions[fit]
        for k in range(len(self.room)):
            self.room[k] -= self.choices.use(k, rows[fit], actions[fit]).sum()
        return len(fit)

    def _open_only(self, net: np.ndarray) -> np.ndarray:
        """Close every pair that no longer fits by itself."""
        net = net.copy()
        for k, limit in enumerate(self.choices.limits):
            room = self.room[k]
            if limit.kind == "budget":
                net[self.choices.cost > room + 1e-12 * max(1.0, abs(room))] = -np.inf
            elif limit.kind == "channel" and room < 1:
                net[:, limit.actions] = -np.inf
            elif limit.kind == "at most" and room < 1:
                net[limit.members] = -np.inf
        return net

    def _fitting(self, rows: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """The places in the order of those who fit together: everybody before them counts against the room."""
        inside = np.ones(len(rows), bool)
        for k in np.flatnonzero(self.kept).tolist():
            used = self.choices.use(k, rows, actions)
            running = np.cumsum(np.where(inside, used, 0.0))
            inside &= (running <= self.room[k] * (1 + 1e-12)) | (used == 0)
        return np.flatnonzero(inside)
