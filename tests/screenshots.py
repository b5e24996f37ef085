"""Pictures of every screen: `make screenshots` writes them to `build/screens/`, the README shows one of them.

The home behind them is furnished as after a few weeks: a model, a list before, a campaign that was exported, and its
outcomes, which are drawn as if every offer kept a third of those about to leave.
"""

import random
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app.demo import SAMPLES
from app.navigation import SCREENS
from churn import Workspace
from churn.workspace.campaigns import order_from_choices
from tests.browsing import ARGUMENTS, ROOT, browser_path, running_app, settled

BUILD = ROOT / "build" / "screens"
SHOWN = ROOT / "app" / "static" / "screens"
IN_README = ("overview",)
LIST = "telco_today.csv"
ASKED = f"?sample={LIST}&customer=9520-SBSZF&view=Models+and+versions"  # every screen has something to show
SIZES = {"workspace": (1440, 900), "phone": (390, 844)}
KEPT_BY_AN_OFFER = 1 / 3


def furnish(home: Path) -> None:
    """A home as it is after a few weeks of use."""
    workspace = Workspace(home)
    workspace.models.train(SAMPLES / "telco_customers.csv", quick=True)
    workspace.lists.keep_summary(workspace.lists.score(SAMPLES / "telco_messy.csv"))
    ranked = workspace.lists.score(SAMPLES / LIST)
    planned = workspace.campaigns.plan(ranked, order_from_choices(budget=8000.0, holdout_percent=20.0, name="spring"))
    workspace.campaigns.export(planned, home / "spring.csv")
    workspace.campaigns.measure(outcomes(planned.campaign.table).encode(), "spring", filename="outcomes.csv")


def outcomes(table) -> str:
    """Who of a campaign left, drawn by their probability."""
    draw, lines = random.Random(3), [f"{table.columns[0]},Churn"]
    for row in table[table["arm"].isin(["treat", "holdout"])].to_dict("records"):
        likely = row["probability"] * (1 - KEPT_BY_AN_OFFER * (row["arm"] == "treat"))
        lines.append(f"{row[table.columns[0]]},{'Yes' if draw.random() < likely else 'No'}")
    return "\n".join([*lines, ""])


def take_all(address: str, whole: bool = False) -> None:
    """Every screen in light and dark, on a workspace and on a phone; `whole` screens are as tall as their content."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), headless=True, args=ARGUMENTS)
        for size, (width, height) in SIZES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            for name in [name for section in SCREENS.values() for name, _ in section]:
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    page.set_viewport_size({"width": width, "height": height})
                    page.goto(f"{address}/{'' if name == 'start' else name}{ASKED}")
                    page.wait_for_load_state("networkidle")
                    if whole:
                        stretch(settled(page), width)
                    take_one(page, BUILD / f"{name}-{scheme}-{size}.png")
            page.close()


def stretch(page: Page, width: int) -> None:
    """Make the window as tall as the screen's content."""
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(int(tall) + 40, 8000)})


def take_one(page: Page, target: Path) -> None:
    """One screen, once it stands still."""
    settled(page)
    page.wait_for_timeout(1200)
    page.screenshot(path=target)
    print(target.relative_to(ROOT))


def main() -> None:
    """Take the pictures over a furnished home."""
    BUILD.mkdir(parents=True, exist_ok=True)
    SHOWN.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        furnish(Path(home))
        with running_app(Path(home)) as address:
            take_all(address)
    for name in IN_README:
        shutil.copy(BUILD / f"{name}-light-desk.png", SHOWN / f"{name}.png")


if __name__ == "__main__":
    main()
