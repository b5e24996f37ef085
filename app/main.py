"""The frame: sign-in, navigation and sidebar. Started by `python -m app` or `streamlit run app/main.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # `streamlit run` puts only this folder on the path
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from app import cache, session, sidebar, tour, widgets  # noqa: E402
from app.guards import guards, refuse_open_start  # noqa: E402
from app.navigation import SCREENS, TAKES  # noqa: E402
from app.session import provider_secrets  # noqa: E402
from app.words import say  # noqa: E402
from churn.errors import ChurnError  # noqa: E402

ICON = str(ROOT / "app" / "static" / "icon.png")
LOGO = str(ROOT / "app" / "static" / "logo.svg")


def page(name: str, icon: str) -> st.Page:
    """One screen as a page: its file and path carry its name, its title comes from the catalogue."""
    return st.Page(
        ROOT / "app" / "screens" / f"{name}.py",
        title=say(f"screens.{name}"),
        icon=f":material/{icon}:",
        url_path=name,
        default=name == "start",
    )


def sections() -> dict[str, list[st.Page]]:
    """The screens this person may use, by section."""
    found = {
        say(f"screens.section_{section}") if section else "": [page(*e) for e in entries if session.may(TAKES[e[0]])]
        for section, entries in SCREENS.items()
    }
    return {section: pages for section, pages in found.items() if pages}


def stranger(problem: ChurnError) -> None:
    """How to sign in, and nothing else, whatever the address asks for."""

    def sign_in() -> None:
        widgets.sign_in(problem)

    st.navigation([st.Page(sign_in, title=say("sign_in.title"))], position="hidden").run()


def draw() -> None:
    """The frame with the screen asked for in it; a stranger sees how to sign in and nothing else."""
    st.set_page_config(page_title=say("product.name"), page_icon=ICON, layout="wide")
    st.logo(LOGO, size="large", icon_image=ICON)
    try:
        session.meet()
    except ChurnError as problem:
        stranger(problem)
        return
    # Before the navigation: the browser then changes page and address in one step of its history, and one press of
    # Back returns. Said afterwards, the address is a second step.
    with widgets.polite_errors():
        cache.carry_address()
    asked = st.navigation(sections(), position="sidebar", expanded=True)
    with st.sidebar, widgets.polite_errors():
        sidebar.draw(asked.url_path)
    if asked.url_path:  # the start screen shows the whole tour itself
        with widgets.polite_errors():
            tour.bar(asked.url_path)
    asked.run()


# `streamlit run` brings this file in to serve it, behind the same guards as `python -m app`; a session runs it.
if __name__ == "__main__":
    draw()
else:
    refuse_open_start(st.get_option("server.address") or "0.0.0.0")
    app = st.App(__file__, middleware=guards(), secrets=provider_secrets())
