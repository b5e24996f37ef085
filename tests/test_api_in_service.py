"""The real API in service: busy, attacked, promoted over, robbed of its model, and ended."""

import csv
import os
import shutil
import signal
import socket
import time

import pytest

from churn import Workspace
from churn.training.registry import load, promote, save
from tests.either_book import either_book  # noqa: F401  a fixture
from tests.generated_requests import sent_to
from tests.real_server import Callers, running_api
from tests.trained import rows_of

SHARED = "postgresql" if os.environ.get("CHURN_TEST_POSTGRES") else "sqlite"


@pytest.fixture(scope="module")
def customer(telco_home):
    return next(csv.DictReader(rows_of(telco_home)))


@pytest.fixture(scope="module")
def server(telco_home, tmp_path_factory):
    home = shutil.copytree(telco_home, tmp_path_factory.mktemp("served") / "home")
    with running_api(home) as server:
        server.home = home
        yield server


def test_a_million_customers_and_eleven_megabytes_are_too_much(server):
    for body in (b"[" + b'{"tenure":3},' * 10**6 + b'{"tenure":3}]', b" " * (11 << 20)):
        status, answer = server.ask("POST", "/predict/batch", body)
        assert (status, answer["error"]) == (413, "A request holds at most 10 MB.")
    status, answer = server.ask("POST", "/predict/batch", b"[" + b'{"t":3},' * 10**6 + b"{}]")
    assert (status, answer["error"]) == (413, "A request holds at most 100,000 customers.")


@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1.evil.com", "a b", "é"])
def test_an_odd_host_is_refused(server, host):
    with socket.create_connection(server.place.split(":")) as line:
        line.sendall(f"GET /models HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert line.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.0 400")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..%2f..%2fetc", "telco@../../x", "/etc/passwd", "%00", "telco%0d%0aX: 1"]
)
def test_tricks_with_paths_in_a_models_name_are_refused(server, name):
    assert server.ask("GET", f"/schema?model={name.replace(' ', '%20')}")[0] in (400, 404, 422)


def test_callers_that_hang_up_disturb_nobody(server, customer):
    for _ in range(20):
        with socket.create_connection(server.place.split(":")) as line:
            line.sendall(b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{")
    assert server.predict(customer)[0] == 200


def test_a_promotion_under_load_counts_without_a_failed_request(server, customer):
    with Callers(server, customer) as callers:
        promote(server.home, "telco", save(server.home, load(server.home, "telco", "v1")).version, why="a test")
        callers.wait_for(lambda: "telco@v2" in callers.models)
    assert (set(callers.statuses), callers.refused) == ({200}, 0)


def test_a_model_deleted_while_serving_is_told_in_a_sentence(server, customer):
    models, away = server.home / "models" / "telco", server.home / "away"
    with Callers(server, customer) as callers:
        models.rename(away)
        callers.wait_for(lambda: 404 in callers.statuses)
        away.rename(models)
        callers.wait_for(lambda: callers.statuses[-1] == 200)
    # A version that goes while it is being opened is not readable for that moment.
    assert {200, 404} <= set(callers.statuses) <= {200, 404, 503}


@pytest.mark.slow  # each route's refusals: test_*_routes
def test_requests_made_up_from_the_document_find_no_fault(server):
    code, said = sent_to(server.address, "--phases", "examples,coverage", "--seed", "1")
    assert code == 0, said


@pytest.mark.browser
def test_nor_do_they_beside_the_dashboard(app_address):
    # Its home has no model, so that /ready says 503, as it should.
    few = ("--phases", "examples,fuzzing", "--max-examples", "3", "--seed", "1", "--exclude-path", "/ready")
    code, said = sent_to(app_address, *few)
    assert code == 0, said


def test_what_was_logged_names_no_customer(server, customer):
    server.ask("GET", f"/customers/{customer['customerID']}")
    lines = server.log().splitlines()
    assert len(lines) > 10 and customer["customerID"] not in server.log()
    assert any('"route": "/customers/{key:path}"' in line for line in lines[-3:])


def test_ended_under_load_it_answers_what_it_took_and_loses_no_record(own_telco, customer):
    with running_api(own_telco) as server, Callers(server, customer) as callers:
        code = server.stop()
    assert (set(callers.statuses), code) == ({200}, -signal.SIGTERM)
    assert Workspace(own_telco).customers.last_seen(customer["customerID"]).model == "telco"
    assert not list((own_telco / "data" / "spool").iterdir())


@pytest.mark.parametrize("either_book", [SHARED], indirect=True)
def test_two_processes_share_models_and_the_book(own_telco, customer, either_book):  # noqa: F811
    _, key = Workspace(own_telco).access.add_key("crm", "score")
    with running_api(own_telco) as one, running_api(own_telco) as other:
        told = [server.predict(customer, **{"X-API-Key": key})[1] for server in (one, other)]
        assert told[0] == told[1] and told[0]["model"] == "telco@v1"
        seen = f"/customers/{customer['customerID']}"
        until = time.monotonic() + 10
        while other.ask("GET", seen, **{"X-API-Key": key})[0] == 404 and time.monotonic() < until:
            time.sleep(0.05)
        assert other.ask("POST", "/predict", {"key": customer["customerID"]}, **{"X-API-Key": key})[1] == told[0]
        Workspace(own_telco).access.revoke("crm")
        time.sleep(2.1)
        assert [server.predict(customer, **{"X-API-Key": key})[0] for server in (one, other)] == [401, 401]
