"""What was sent is JSON, flat, and named where it is wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.api.requests import flat_object, parsed
from churn.errors import RequestRefused

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
ODD = [
    "1e400",
    "-0",
    "-0.0",
    "1E5",
    "0e5",
    "4.9e-324",
    "123456789012345678901234567890",
    "9007199254740993",
    "1.0",
    "0.30000000000000004",
]
ODDER = ['{"a":1,"b":2,"a":3}', r'"\ud800"', r'"\ud83d\ude00"', r'"\u0000\/"', " [ ] ", "[" * 300 + "]" * 300]


@given(sent=VALUES, plain=st.booleans())
def test_json_is_read_to_the_last_bit_as_the_library_reads_it(sent, plain):
    body = json.dumps(sent, ensure_ascii=plain).encode("utf-8", "surrogatepass")
    assert repr(parsed(body)) == repr(json.loads(body))


@pytest.mark.parametrize("text", [*ODD, *ODDER])
def test_odd_json_is_read_so_too_in_any_encoding(text):
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        assert repr(parsed(text.encode(encoding))) == repr(json.loads(text))


@pytest.mark.parametrize(
    "body", [b"", b"[1,]", b"01", b"1 2", b'"\t"', b'"\xff"', b"nan", b"{'a':1}", b"9" * 5000, b"[" * 10**6]
)
def test_what_is_no_json_is_refused(body):
    with pytest.raises(RequestRefused, match="The body is not JSON"):
        parsed(body)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_refused_by_its_word(word):
    with pytest.raises(RequestRefused, match=f"{word} is not a value"):
        parsed(f'[{{"a": {word}}}]'.encode())


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


@pytest.mark.parametrize("word", ["budget", "keep", "model", "campaign"])
def test_what_a_form_says_and_nobody_heeds_is_refused_with_its_place(telco_api, word):
    sent = {"file": ("today.csv", b"customerID\n1\n"), word: (None, "5")}
    answer = telco_api.post("/campaign", files=sent)
    assert answer.status_code == 422
    assert answer.json() == {
        "error": f"'{word}' is no field of the form.",
        "fix": f"Put it into the address, as ?{word}=…",
    }
