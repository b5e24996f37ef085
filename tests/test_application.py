"""The API refuses in one shape, and documents itself without the network."""

import re

from fastapi.testclient import TestClient

from churn.api.app import make_api
from churn.errors import Damaged, ListRefused, NotFound
from churn.workspace.workspace import Workspace


def client_that_raises(problem, home):
    api = make_api(Workspace(home))

    @api.get("/fails")
    def fails():
        raise problem

    return TestClient(api)


def test_a_refusal_is_its_sentence_and_what_to_do_next(home):
    answer = client_that_raises(ListRefused("The file is empty.", "Export it again."), home).get("/fails")
    assert (answer.status_code, answer.json()) == (422, {"error": "The file is empty.", "fix": "Export it again."})


def test_each_kind_of_refusal_has_its_status(home):
    statuses = [client_that_raises(kind("No."), home).get("/fails").status_code for kind in (NotFound, Damaged)]
    assert statuses == [404, 503]


def test_an_unknown_address_and_a_wrong_method_are_told_where_to_look(home):
    client = TestClient(make_api(Workspace(home)))
    assert client.get("/nowhere").json() == {"error": "Not Found.", "fix": "See /docs for the addresses."}
    assert client.post("/health").status_code == 405


def test_the_documentation_asks_nothing_of_the_network(home):
    client = TestClient(make_api(Workspace(home)))
    page = client.get("/docs").text
    assert re.findall(r"https?://", page) == []
    assert [client.get(path).status_code for path in re.findall(r'(?:src|href)="([^"]+)"', page)] == [200, 200, 200]


def test_a_wrong_method_is_told_every_right_one(home):
    client = TestClient(make_api(Workspace(home)))
    assert client.post("/playbook").headers["allow"] == "GET, PUT"
    assert client.delete("/customers/a/b").headers["allow"] == "GET"
