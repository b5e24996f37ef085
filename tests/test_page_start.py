"""The first screen: what it is for, the sample businesses, the words."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

MAIN = str(Path(__file__).resolve().parent.parent / "app" / "main.py")


def test_it_opens_with_nothing_and_says_what_to_do():
    page = AppTest.from_file(MAIN, default_timeout=30).run()
    assert list(page.exception) == []
    assert page.title[0].value == "From a customer list to a retention campaign"
    assert any("Telco" in m.value for m in page.markdown)
