"""Messages to outside: signed, only to named addresses, tried again where that can help."""

import hashlib
import hmac
from dataclasses import replace

import pytest

from churn.errors import ChurnError, RequestRefused, Unavailable
from churn.workspace.delivery import Parcel, Poster, open_poster
from tests.browsing import free_port
from tests.receiver import SECRET, receiving

HELLO = Parcel("hello-1", '{"name":"Müller"}'.encode())


def patient(**changes):
    return replace(open_poster(), pause=0.001, **changes)


def test_a_receiver_can_work_the_signature_out_again(monkeypatch):
    with receiving(monkeypatch) as receiver:
        patient().send(HELLO)
    (headers, body), signed = receiver.got[0], hmac.new(SECRET.encode(), digestmod=hashlib.sha256)
    signed.update(headers["X-Holdfast-Timestamp"].encode() + b"." + body)
    assert headers["X-Holdfast-Signature"] == f"sha256={signed.hexdigest()}"
    assert (body, headers["Idempotency-Key"], headers["Content-Type"]) == (HELLO.content, "hello-1", "application/json")


@pytest.mark.parametrize("answers", [(500, 503), (429, 408), ((503, ("Retry-After", "0")), 500)])
def test_a_receiver_that_stumbles_is_tried_again_with_the_same_key(monkeypatch, answers):
    with receiving(monkeypatch, *answers) as receiver:
        patient().send(HELLO)
    assert receiver.keys() == ["hello-1"] * 3


def test_a_receiver_that_stays_down_is_given_up_with_a_sentence(monkeypatch):
    with receiving(monkeypatch, *[500] * 9) as receiver, pytest.raises(Unavailable) as told:
        patient(tries=4).send(HELLO)
    assert len(receiver.got) == 4
    assert "answered 500 after 4 tries. See whether it is up" in str(told.value)
    assert "hidden" not in str(told.value)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422, 302, (307, ("Location", "http://127.0.0.1:1/"))])
def test_an_answer_that_will_not_change_is_not_tried_again_and_no_redirect_is_followed(monkeypatch, status):
    with receiving(monkeypatch, status) as receiver, pytest.raises(RequestRefused, match=r"answered \d\d\d\."):
        patient().send(HELLO)
    assert len(receiver.got) == 1


def test_a_receiver_that_is_too_slow_is_tried_again_and_then_named(monkeypatch):
    with (
        receiving(monkeypatch, sleep=0.3) as receiver,
        pytest.raises(Unavailable, match=r"did not answer within 0\.05 s"),
    ):
        patient(timeout=0.05, tries=2).send(HELLO)
    assert len(receiver.got) == 2


def test_nobody_listening_is_said(monkeypatch):
    poster = Poster(f"http://127.0.0.1:{free_port()}/", SECRET, tries=2, pause=0.001)
    with pytest.raises(Unavailable, match="could not be reached after 2 tries"):
        poster.send(HELLO)


@pytest.mark.parametrize(
    ("named", "secret", "wanted", "said"),
    [
        ("", SECRET, "http://a/", "Nothing may be sent outside yet."),
        ("http://a/x", SECRET, "http://b/", "b is not an address that may be sent to."),
        ("http://a/x", SECRET, "http://a/y", "a is not an address that may be sent to."),
        ("http://a/x, http://b/", SECRET, None, "names several addresses"),
        ("file:///etc/passwd", SECRET, None, "holds something that is no address"),
        ("http://[", SECRET, None, "holds something that is no address"),
        ("http://a/x", "", None, "Nothing is sent unsigned."),
        ("http://a/x", "short", None, "Nothing is sent unsigned."),
    ],
)
def test_only_named_addresses_get_anything_and_only_signed(monkeypatch, named, secret, wanted, said):
    monkeypatch.setenv("CHURN_PUSH_URL", named)
    monkeypatch.setenv("CHURN_PUSH_SECRET", secret)
    with pytest.raises(ChurnError, match=said.replace(".", r"\.")):
        open_poster(wanted)


def test_a_poster_shows_neither_its_secret_nor_the_receivers_token():
    poster = Poster("https://crm.example:8443/in?token=hidden", SECRET)
    assert poster.where == "https://crm.example:8443"
    assert SECRET not in repr(poster)
