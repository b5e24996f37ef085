"""Opens a screen of the dashboard without a browser, over a home of the test's own."""

from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

MAIN = Path(__file__).resolve().parent.parent / "app" / "main.py"


def opened(monkeypatch, home, screen="", **address):
    """The screen, run once; `address` are the words after the question mark."""
    monkeypatch.setenv("CHURN_HOME", str(home))
    st.cache_resource.clear()
    page = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    if screen:
        page.switch_page(f"screens/{screen}.py").run()
    assert list(page.exception) == []
    return page


def shown(page):
    """Every sentence on the screen."""
    headings, boxes = (page.title, page.header, page.subheader), (page.error, page.info, page.success, page.warning)
    kinds = (page.markdown, page.caption, *boxes, *headings)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def metric(page, label):
    """The value of a number on the screen by its label."""
    return next(m.value for m in page.metric if m.label == label)
