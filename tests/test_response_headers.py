"""Every answer of the API carries a request id and keeps a browser from making more of it."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from churn.api.middleware import HeadersMiddleware


def test_an_answer_may_not_be_framed_sniffed_or_kept(telco_api):
    headers = telco_api.get("/health").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"


def test_refusals_carry_them_too(telco_api):
    headers = telco_api.post("/predict", content=b" " * (11 << 20)).headers
    assert ("x-request-id" in headers, headers["x-content-type-options"]) == (True, "nosniff")


def test_a_page_may_load_what_this_server_has_and_nothing_else(telco_api):
    words = telco_api.get("/docs").headers["content-security-policy"]
    assert "default-src 'self'" in words and "http" not in words
    assert "frame-ancestors 'self'" in words


@pytest.mark.parametrize("given", ["abc-123", "A" * 64])
def test_a_plain_request_id_comes_back(telco_api, given):
    assert telco_api.get("/health", headers={"x-request-id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", "a\tb"])
def test_any_other_request_id_is_replaced(telco_api, given):
    told = telco_api.get("/health", headers={"x-request-id": given}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", told)


def test_pages_beside_the_api_carry_them_as_well():
    beside = FastAPI()
    beside.add_middleware(HeadersMiddleware)
    headers = TestClient(beside).get("/dashboard").headers
    assert ("x-request-id" in headers, headers["x-content-type-options"]) == (True, "nosniff")
