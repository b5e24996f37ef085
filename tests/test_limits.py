"""A request brings at most so much, whatever its header claims; what is not the API's own is left alone."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from churn.api.middleware import MOST_BYTES, BodyLimitMiddleware, refuse_rows
from churn.api.refusals import TooLarge

CHUNK = b" " * (1 << 20)


def test_a_body_that_says_it_is_too_large_is_not_read(telco_api):
    answer = telco_api.post("/predict", content=CHUNK * 11)
    assert (answer.status_code, answer.json()["error"]) == (413, "A request holds at most 10 MB.")


def test_a_body_that_does_not_say_its_size_is_counted(telco_api):
    answer = telco_api.post("/predict/batch", content=(CHUNK for _ in range(11)))
    assert (answer.status_code, answer.json()["error"]) == (413, "A request holds at most 10 MB.")


def test_a_body_at_the_limit_is_read(telco_api):
    body = b'{"tenure": 3}' + b" " * (MOST_BYTES - 13)
    assert telco_api.post("/predict", content=body).status_code == 200


@pytest.mark.parametrize(("kind", "path"), [("websocket", "/predict"), ("http", "/upload/predict"), ("http", "/")])
def test_what_is_not_the_apis_own_is_left_alone(kind, path):
    reached = []

    async def app(*call):
        reached.append(call)

    call = ({"type": kind, "path": path, "headers": [(b"content-length", b"99999999999")]}, None, None)
    # In a thread of its own: the browser of other tests keeps this one's event loop running.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(BodyLimitMiddleware(app, frozenset({"predict"}))(*call))).result()
    assert reached == [call]


def test_rows_are_counted():
    refuse_rows(range(100_000))
    with pytest.raises(TooLarge, match="at most 100,000 customers"):
        refuse_rows(range(100_001))
