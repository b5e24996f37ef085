"""In a real browser: a page on another port drives nothing, and once there is a key a person signs in."""

import http.server
import subprocess
import sys
import threading

import pytest
from playwright.sync_api import expect

from app.words import say
from churn import Workspace
from tests.browsing import ROOT, free_port, running_app, settled

pytestmark = pytest.mark.browser
ASKING = """async address => {
    const socket = new WebSocket(address.replace("http", "ws") + "/_stcore/stream", ["streamlit"])
    socket.binaryType = "arraybuffer"
    let heard = 0
    socket.onmessage = () => heard++
    const opened = await new Promise(done => { socket.onopen = () => done(true); socket.onclose = () => done(false) })
    if (opened) await new Promise(done => setTimeout(done, 1000))
    return [opened, heard]
}"""


@pytest.fixture
def elsewhere():
    """The address of a page that somebody else serves on this machine."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<h1>somebody else's page</h1>")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_page_on_another_port_opens_no_socket_to_the_dashboard(browser, app_address, elsewhere, name):
    page = browser.new_page()
    page.goto(f"http://{name}:{elsewhere}/")
    assert page.evaluate(ASKING, app_address.replace("127.0.0.1", name)) == [False, 0]
    page.goto(app_address.replace("127.0.0.1", name) + "/_stcore/health")  # a page of its own is let in
    assert page.evaluate(ASKING, app_address.replace("127.0.0.1", name))[0] is True
    page.close()


def test_once_there_is_a_key_a_person_signs_in_with_it_and_out_again(browser, own_telco):
    _, key = Workspace(own_telco).access.add_key("me", "admin")
    with running_app(own_telco) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/monitoring")
        expect(page.get_by_role("heading", name=say("sign_in.title"))).to_be_visible()
        page.get_by_label(say("sign_in.key")).fill(key)
        page.get_by_role("button", name=say("sign_in.with_key")).click()
        expect(settled(page).get_by_text("key me · ")).to_be_visible(timeout=30_000)
        assert page.url.startswith(f"{address}/monitoring")
        settled(page).reload()
        expect(settled(page).get_by_text("key me · ")).to_be_visible(timeout=30_000)
        page.get_by_role("button", name=say("sidebar.sign_out")).click()
        expect(page.get_by_role("heading", name=say("sign_in.title"))).to_be_visible(timeout=30_000)
        page.reload()
        expect(page.get_by_label(say("sign_in.key"))).to_be_visible()
        context.close()


def test_the_address_printed_at_the_start_signs_in(browser, own_telco):
    Workspace(own_telco).access.add_key("crm", "score")
    command = [sys.executable, "-m", "app", "--port", str(free_port())]
    environment = {"CI": "true", "CHURN_HOME": str(own_telco), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = [process.stdout.readline() for _ in range(2)]
            context = browser.new_context()
            page = context.new_page()
            page.goto(said[1].split()[-1])
            expect(settled(page).get_by_text(say("sidebar.list"), exact=True)).to_be_visible(timeout=30_000)
            assert "token" not in page.url
            context.close()
        finally:
            process.terminate()
            process.wait(30)
