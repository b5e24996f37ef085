"""What was sent is JSON, flat, and named where it is wrong."""

import pytest

from churn.api.bodies import flat_object
from churn.errors import RequestRefused


def test_a_flat_object_is_taken_as_it_is():
    sent = {"a": "x", "b": 1.5, "c": True, "d": None}
    assert flat_object(sent, "The body") == sent


@pytest.mark.parametrize("sent", [None, 3, "text", [], [{}]])
def test_anything_else_is_no_object(sent):
    with pytest.raises(RequestRefused, match="Customer 7 is not an object"):
        flat_object(sent, "Customer 7")


@pytest.mark.parametrize("value", [[], {}, [1]])
def test_what_is_deeper_is_refused(value):
    with pytest.raises(RequestRefused, match="Customer 7 is not flat"):
        flat_object({"a": value}, "Customer 7")


def test_a_form_without_a_file_is_refused(telco_api):
    answer = telco_api.post("/predict/batch", files={"note": (None, "no file here")})
    assert (answer.status_code, answer.json()["error"]) == (422, "The form holds no file.")


@pytest.mark.parametrize("content", [b"--x\r\nbroken", b""])
def test_a_form_that_is_none_is_refused(telco_api, content):
    answer = telco_api.post(
        "/predict/batch", content=content, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert (answer.status_code in (400, 422), list(answer.json())) == (True, ["error", "fix"])


def test_a_form_without_a_boundary_is_refused(telco_api):
    answer = telco_api.post("/predict/batch", content=b"x", headers={"content-type": "multipart/form-data"})
    assert (answer.status_code, list(answer.json())) == (400, ["error", "fix"])
