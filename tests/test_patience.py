"""A request has so long to arrive and so long to be answered."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from churn.api import middleware as patience
from churn.api.middleware import TimeoutMiddleware
from churn.api.refusals import TooSlow

SCOPE = {"type": "http", "path": "/predict", "headers": []}


def run(app, receive):
    """What an application sends; in a thread of its own, as the browser of other tests keeps this one's loop."""
    sent = []

    async def send(message):
        sent.append(message)

    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(TimeoutMiddleware(app, frozenset({"predict"}))(SCOPE, receive, send))).result()
    return sent


async def at_once():
    return {"type": "http.request", "body": b"{}"}


async def never():
    await asyncio.sleep(60)


async def slow_to_answer(scope, receive, send):
    await receive()
    await asyncio.sleep(60)


def test_what_takes_too_long_is_given_up_in_one_sentence(monkeypatch):
    monkeypatch.setattr(patience, "WORKING", 0.05)
    start, body = run(slow_to_answer, at_once)
    assert (start["status"], b"given up" in body["body"]) == (503, True)


def test_a_body_that_does_not_arrive_is_refused(monkeypatch):
    monkeypatch.setattr(patience, "SENDING", 0.05)
    with pytest.raises(TooSlow, match="did not arrive"):
        run(slow_to_answer, never)


def test_waiting_for_the_caller_to_hang_up_is_not_arriving_slowly(monkeypatch):
    monkeypatch.setattr(patience, "SENDING", 0.05)
    messages = [at_once, never]

    async def waiting(scope, receive, send):
        await receive()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await receive()

    async def receive():
        return await messages.pop(0)()

    assert run(waiting, receive) == []


def test_an_answer_that_is_half_out_is_not_followed_by_another(monkeypatch):
    monkeypatch.setattr(patience, "WORKING", 0.05)

    async def half(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        run(half, at_once)
