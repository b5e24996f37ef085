"""Hostile files sent to the real server are refused in a sentence; the process that serves goes on untouched."""

import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile

import pytest
import xlsxwriter

from churn.intake.sources import OLE
from tests.browsing import ROOT, free_port, wait_until_up
from tests.test_workbook import ROWS, workbook
from tests.workbooks import changed


def far_corner():
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, "x")
    return packed.getvalue()


def bomb():
    return changed(workbook({"S": ROWS}), "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * (8 << 20))


def swollen():
    """300 MB of one line in an archive of a few kilobytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("list.csv", "w") as member:
        member.write(b"id,a\n")
        for _ in range(300):
            member.write(b"0" * (1 << 20))
    return packed.getvalue()


# Made when a test asks: 300 MB are not packed to list the tests.
HOSTILE = {
    "far_corner.xlsx": far_corner,
    "bomb.xlsx": bomb,
    "password.xlsx": lambda: OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le"),
    "cut.xlsx": lambda: workbook({"S": ROWS})[:-200],
    "broken.xlsx": lambda: changed(workbook({"S": ROWS}), "xl/worksheets/sheet1.xml", lambda xml: xml[:150]),
    "old.xls": lambda: OLE + b"\0" * 2000,
    "image.csv": lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 90,
    "one_cell.csv": lambda: b"id,a\n1," + b"x" * 100_000,
    "quotes.csv": lambda: b"id,a\n" + b'"' * 9_999,
    "swollen.zip": swollen,
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The real server, dashboard and API together, and its process."""
    home, port = tmp_path_factory.mktemp("home"), free_port()
    command = [sys.executable, "-m", "app", "--port", str(port)]
    environment = {**os.environ, "CHURN_HOME": str(home), "CI": "true"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        yield wait_until_up(f"http://127.0.0.1:{port}", process), process
        process.terminate()
        process.wait(30)


def sent(address, content, name):
    request = urllib.request.Request(f"{address}/check?filename={name}", content, {"Content-Type": "application/x"})
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as problem:
        return problem.code, json.load(problem)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_the_server_goes_on(served, name):
    address, process = served
    before = process.pid
    status, answer = sent(address, HOSTILE[name](), name)
    assert (status, bool(answer["error"]), bool(answer["fix"])) == (422, True, True)
    assert "Traceback" not in answer["error"]
    assert (process.poll(), process.pid) == (None, before)
    good, understood = sent(address, b"id,paid\nA1,5\nA2,6\n", "good.csv")
    assert (good, understood["rows"]) == (200, 2)
