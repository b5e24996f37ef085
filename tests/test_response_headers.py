"""Every answer of the API carries a request id and keeps a browser from making more of it."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from churn.api.response_headers import ResponseHeaders


def test_an_answer_may_not_be_framed_sniffed_or_kept(telco_api):
    headers = telco_api.get("/health").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"


def test_refusals_carry_them_too(telco_api):
    headers = telco_api.post("/predict", content=b" " * (11 << 20)).headers
    assert ("x-request-id" in headers, headers["x-content-type-options"]) == (True, "nosniff")


def test_the_documentation_may_run_its_own_scripts(telco_api):
    assert "content-security-policy" not in telco_api.get("/docs").headers


@pytest.mark.parametrize("given", ["abc-123", "A" * 64])
def test_a_plain_request_id_comes_back(telco_api, given):
    assert telco_api.get("/health", headers={"x-request-id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", "a\tb"])
def test_any_other_request_id_is_replaced(telco_api, given):
    told = telco_api.get("/health", headers={"x-request-id": given}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", told)


def test_what_is_mounted_beside_the_api_is_left_alone():
    beside = FastAPI()
    beside.add_middleware(ResponseHeaders, prefixes=frozenset({"health"}))
    assert "x-request-id" not in TestClient(beside).get("/dashboard").headers
