"""Whatever goes wrong is answered in one shape; a bug of ours tells nothing of the inside."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from churn import errors
from churn.api.refusals import STATUS, TooLarge, TooSlow, answer_to, refusal, refuse_in_one_shape


def client_of(problem):
    api = FastAPI()
    refuse_in_one_shape(api)

    @api.get("/fails")
    def fails(number: int = 0):
        raise problem

    return TestClient(api, raise_server_exceptions=False)


@pytest.mark.parametrize("kind", [*STATUS])
def test_every_refusal_has_its_status_sentence_and_fix(kind):
    answer = client_of(kind("No.", "Do this.")).get("/fails")
    assert (answer.status_code, answer.json()) == (STATUS[kind], {"error": "No.", "fix": "Do this."})


def test_every_kind_of_our_errors_has_a_status():
    assert set(STATUS) == {*errors.ChurnError.__subclasses__(), TooLarge, TooSlow}


def test_a_more_particular_refusal_has_the_status_of_its_family():
    kinds = (errors.NoModelYet, errors.NoModelFits)
    assert [answer_to(kind("No.", "Do this.")).status_code for kind in kinds] == [404, 422]


def test_a_bug_of_ours_tells_nothing_of_the_inside():
    answer = client_of(RuntimeError("secret path")).get("/fails")
    assert (answer.status_code, list(answer.json()), "secret" in answer.text) == (500, ["error", "fix"], False)
    assert answer.headers["x-request-id"] == "unknown"


def test_a_wrong_value_in_the_address_is_not_repeated():
    answer = client_of(RuntimeError()).get("/fails?number=secret")
    assert (answer.status_code, "secret" in answer.text) == (422, False)


def test_a_refusal_may_carry_headers():
    assert refusal(405, "No.", Allow="GET").headers["allow"] == "GET"
