"""Nobody sees anything of the dashboard who is not at this machine and has not signed in."""

import subprocess
import sys

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app.__main__ import how_to_come_in
from app.guards import SignInGuard, _own_path
from churn import Workspace
from churn.api.app import make_api
from churn.errors import NotSignedIn
from churn.workspace import access as key_rings
from churn.workspace.access import FORWARDED, SIGN_INS, SignIns
from tests.browsing import ROOT, free_port

ELSEWHERE = "10.9.9.2"
PATHS = ("/", "/plan", "/_stcore/upload_file/x/y", "/media/z", "/_stcore/metrics", "/_stcore/host-config")
HTML = {"accept": "text/html,*/*"}


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in (
        "CHURN_ADMINS",
        "CHURN_ANALYSTS",
        "CHURN_VIEWERS",
        "CHURN_PROXY_HEADER",
        "CHURN_OPEN",
        "CHURN_SIGN_IN",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def dashboard(home):
    """Opens the guarded dashboard of a home, as asked from somewhere."""

    async def page(request):
        return PlainTextResponse("the dashboard")

    async def socket(websocket):
        await websocket.accept()
        await websocket.close()

    app = Starlette(
        routes=[WebSocketRoute("/_stcore/stream", socket), Route("/{rest:path}", page, methods=["GET", "PUT"])]
    )

    def opened(peer="127.0.0.1", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return TestClient(SignInGuard(app, Workspace(home)), client=(peer, 1), headers=headers, follow_redirects=False)

    return opened


def reached(client):
    """Which of the dashboard's addresses answer, and whether its socket opens."""
    try:
        with client.websocket_connect("/_stcore/stream"):
            opens = True
    except WebSocketDisconnect:
        opens = False
    return {client.get(path).text == "the dashboard" for path in PATHS} | {opens}


def test_without_a_key_this_machine_comes_in_as_it_is(dashboard):
    assert reached(dashboard()) == {True}


def test_who_is_elsewhere_reaches_no_screen_no_upload_and_no_socket(dashboard):
    client = dashboard(ELSEWHERE)
    assert reached(client) == {False}
    assert client.put("/_stcore/upload_file/x/y", content=b"x").status_code == 401
    assert client.get("/plan?sample=a.csv", headers=HTML).headers["location"] == "/sign-in?next=/plan%3Fsample%3Da.csv"
    assert client.get("/_stcore/health").text == "the dashboard"


@pytest.mark.parametrize("header", [*sorted(FORWARDED), "x-forwarded-for", "x-forwarded-host", "x-forwarded-anything"])
def test_who_comes_through_a_proxy_is_not_at_this_machine(dashboard, header):
    assert reached(dashboard(**{header: "10.0.0.7"})) == {False}


def test_once_there_is_a_key_this_machine_signs_in_as_well(dashboard, home):
    Workspace(home).access.add_key("crm", "score")
    assert reached(dashboard()) == {False}


def test_on_purpose_it_is_open_to_all(dashboard, home, monkeypatch):
    monkeypatch.setenv("CHURN_OPEN", "yes")
    Workspace(home).access.add_key("crm", "score")
    assert reached(dashboard(ELSEWHERE)) == {True}


def test_a_key_signs_in_until_it_is_revoked(dashboard, home, monkeypatch):
    monkeypatch.setattr(key_rings, "FRESH", 0.0)
    _, key = Workspace(home).access.add_key("me", "admin")
    client = dashboard(ELSEWHERE)
    answer = client.post("/sign-in", data={"key": key, "next": "/plan?sample=a.csv"})
    cookie = answer.headers["set-cookie"].lower()
    assert (answer.status_code, answer.headers["location"]) == (303, "/plan?sample=a.csv")
    assert "httponly" in cookie and "samesite=lax" in cookie and key.lower() not in cookie
    assert reached(client) == {True}
    Workspace(home).access.revoke("me")
    assert reached(client) == {False}


def test_a_wrong_key_signs_nobody_in_and_cannot_be_tried_for_long(dashboard, home):
    Workspace(home).access.add_key("me", "admin")
    client = dashboard(ELSEWHERE)
    statuses = [client.post("/sign-in", data={"key": "hf_00000000_guessed"}).status_code for _ in range(22)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert client.post("/sign-in", content=b"key=" + b"x" * 5000).status_code == 200
    assert reached(client) == {False}


def test_the_printed_address_signs_in_at_this_machine_and_nowhere_else(dashboard, home):
    Workspace(home).access.add_key("crm", "score")
    here, there, behind = dashboard(), dashboard(ELSEWHERE), dashboard(x_forwarded_for="10.0.0.7")
    statuses = [c.get(f"/sign-in?token={SIGN_INS.token}").status_code for c in (here, there, behind)]
    assert (statuses, reached(here), reached(there)) == ([303, 401, 401], {True}, {False})
    there.cookies = behind.cookies = here.cookies
    assert (reached(there), reached(behind)) == ({False}, {False})


def test_who_signs_out_is_out(dashboard, home):
    _, key = Workspace(home).access.add_key("me", "admin")
    client = dashboard()
    client.post("/sign-in", data={"key": key})
    SIGN_INS.end(client.cookies["holdfast"])
    assert reached(client) == {False}


def test_a_sign_in_ends_by_itself(home, monkeypatch):
    _, key = Workspace(home).access.add_key("me", "admin")
    ins, ring = SignIns(), Workspace(home).access.key_store
    mine, _ = ins.begin(key, ring, here=False)
    assert ins.who(mine, ring, here=False).name == "key me"
    monkeypatch.setattr("churn.workspace.access.LASTS", -1)
    assert ins.who(mine, ring, here=False) is None
    with pytest.raises(NotSignedIn):
        ins.begin("", ring, here=True)


def test_with_a_provider_the_screens_themselves_show_how_to_sign_in(dashboard, monkeypatch):
    monkeypatch.setenv("CHURN_SIGN_IN", "[auth]\nclient_id = 'x'")
    monkeypatch.setenv("CHURN_ADMINS", "ann@example.com")
    client = dashboard(ELSEWHERE)
    assert client.get("/plan").text == "the dashboard"
    assert client.get("/_stcore/metrics").status_code == 401


def test_whom_a_trusted_proxy_names_comes_in_and_two_names_do_not(dashboard, monkeypatch):
    monkeypatch.setenv("CHURN_PROXY_HEADER", "X-Email")
    monkeypatch.setenv("CHURN_VIEWERS", "@example.com")
    assert reached(dashboard(x_email="ann@example.com")) == {True}
    assert reached(dashboard(ELSEWHERE, x_email="ann@example.com")) == {False}
    two = dashboard()
    assert two.get("/", headers=[("x-email", "ann@example.com"), ("x-email", "b@example.com")]).status_code == 401


@pytest.mark.parametrize(
    "place", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a//b", "/\r\nx"]
)
def test_signing_in_leads_to_no_other_place(place):
    assert _own_path(place) == "/"


def test_what_is_shown_on_the_page_is_text(dashboard):
    text = dashboard(ELSEWHERE).get('/sign-in?next=/"><script>alert(1)</script>').text
    assert "<script" not in text and "&lt;script" in text


@pytest.mark.parametrize(
    "path", ["/models", "/schema", "/docs", "/openapi.json", "/metrics", "/playbook", "/customers/a"]
)
def test_every_route_of_the_api_asks_the_same(home, path, monkeypatch):
    def status(peer, **headers):
        client = TestClient(make_api(Workspace(home)), client=(peer, 1), base_url="http://localhost")
        return client.get(path, headers={name.replace("_", "-"): v for name, v in headers.items()}).status_code

    assert [status(ELSEWHERE), status("127.0.0.1", x_real_ip="10.0.0.7"), status("127.0.0.1", via="p")] == [401] * 3
    Workspace(home).access.add_key("crm", "score")
    assert status("127.0.0.1") == 401
    monkeypatch.setenv("CHURN_OPEN", "yes")
    assert status(ELSEWHERE) != 401


@pytest.mark.parametrize("start", [["-m", "app"], ["-m", "churn", "serve"], ["-m", "streamlit", "run", "app/main.py"]])
def test_a_start_for_others_says_what_to_set_where_nobody_could_sign_in(home, start):
    flags = ["--server.address=0.0.0.0"] if "streamlit" in start else ["--host=0.0.0.0", f"--port={free_port()}"]
    done = subprocess.run([sys.executable, *start, *flags], cwd=ROOT, capture_output=True, text=True, timeout=60)
    said = done.stderr.strip().splitlines()[-1]
    assert done.returncode and said.startswith("Other machines can reach 0.0.0.0, and nobody could sign in there. Make")


def test_a_start_that_is_open_on_purpose_says_so(home, monkeypatch):
    assert "sign-in?token=" in how_to_come_in("127.0.0.1", "http://127.0.0.1:8501")
    assert "token" not in how_to_come_in("0.0.0.0", "http://127.0.0.1:8501")
    monkeypatch.setenv("CHURN_OPEN", "yes")
    assert "everybody" in how_to_come_in("127.0.0.1", "http://127.0.0.1:8501")
