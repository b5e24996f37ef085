"""The frame of the dashboard: navigation and sidebar. Started by `python -m app` or `streamlit run app/main.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # `streamlit run` puts only this folder on the path
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from app.navigation import SCREENS  # noqa: E402
from app.strings import say  # noqa: E402

ICON = str(ROOT / "app" / "static" / "icon.png")


def page(name: str, icon: str) -> st.Page:
    """One screen as a page: its file and path carry its name, its title comes from the catalogue."""
    return st.Page(
        ROOT / "app" / "screens" / f"{name}.py",
        title=say(f"screens.{name}"),
        icon=f":material/{icon}:",
        url_path=name,
        default=name == "start",
    )


st.set_page_config(page_title=say("product.name"), page_icon=ICON, layout="wide")
st.logo(ICON, size="large")
sections = {
    say(f"screens.section_{section}") if section else "": [page(*entry) for entry in entries]
    for section, entries in SCREENS.items()
}
st.navigation(sections, position="sidebar", expanded=True).run()
