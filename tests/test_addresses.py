"""An address that is neither the API's nor a page of the dashboard is refused in JSON, not answered with a page."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from app.navigation import SCREENS
from app.server import DashboardElsewhere
from churn import Workspace
from churn.api.app import make_api

PAGES = [f"/{name}" for entries in SCREENS.values() for name, _ in entries]


@pytest.fixture
def client(telco_home):
    api = make_api(Workspace(telco_home))
    api.mount("/", DashboardElsewhere(PlainTextResponse("the dashboard"), api))
    return TestClient(api)


@pytest.mark.parametrize("path", ["/predictx", "/api/health", "/health/x", "/score/x", "/plan/export", "/Score", "/x"])
def test_an_unknown_address_is_refused(client, path):
    answer = client.get(path)
    assert (answer.status_code, set(answer.json()) >= {"error", "fix"}) == (404, True)


@pytest.mark.parametrize(
    "path",
    [
        *("/", *PAGES, "/score/", "/favicon.png", "/manifest.json", "/sign-in", "/oauth2callback", "/auth/login"),
        *("/_stcore/health", "/_stcore/stream", "/score/_stcore/stream", "/static/js/index.abc.js", "/media/1.csv"),
        *("/app/static/icon.png", "/component/x/index.html", "/score/static/css/a.css", "/~/+/_stcore/health"),
    ],
)
def test_pages_and_what_belongs_to_them_reach_the_dashboard(client, path):
    assert client.get(path).text == "the dashboard"
