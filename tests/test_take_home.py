"""A file to take home is what its name says, and is made only when it is asked for."""

import pytest
from streamlit.testing.v1 import AppTest


def offered(name):
    """A page that offers one file, whose making would fail."""

    def page(name):
        from app import widgets

        widgets.download("Take it", name, lambda: 1 / 0, icon="print")

    return AppTest.from_function(page, args=(name,), default_timeout=30).run()


def test_nothing_is_made_before_it_is_asked_for():
    shown = offered("scored.csv")
    (button,) = shown.get("download_button")
    assert (button.proto.label, button.proto.icon, list(shown.exception)) == ("Take it", ":material/print:", [])


@pytest.mark.parametrize("name", ["a.xlsx", "b.1.parquet", "c.html", "d.json"])
def test_every_kind_of_file_has_its_type(name):
    assert not offered(name).exception


def test_a_kind_nobody_thought_of_is_a_bug_that_shows():
    assert offered("list.doc").exception
