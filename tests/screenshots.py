"""Pictures of every screen: `make screenshots` writes them to `build/screens/`, the README shows some of them."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app.demo_models import SAMPLES
from app.navigation import SCREENS
from churn import Desk
from tests.browsing import ARGUMENTS, ROOT, browser_path, running_app

BUILD = ROOT / "build" / "screens"
SHOWN = ROOT / "app" / "static" / "screens"
IN_README = ("start", "score", "plan")
ASKED = "?sample=telco_today.csv&customer=9520-SBSZF"  # every screen has something to show
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


def take_all(address: str) -> None:
    """Every screen in light and dark, on a desk and on a phone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), headless=True, args=ARGUMENTS)
        for scheme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                for name in [name for section in SCREENS.values() for name, _ in section]:
                    take_one(
                        page,
                        f"{address}/{'' if name == 'start' else name}{ASKED}",
                        BUILD / f"{name}-{scheme}-{size}.png",
                    )
                page.close()


def take_one(page: Page, address: str, target: Path) -> None:
    """One screen, once it stands still."""
    page.goto(address)
    page.wait_for_selector("h1", timeout=30000)
    page.wait_for_load_state("networkidle")
    page.locator("[data-testid=stStatusWidget]").wait_for(state="hidden", timeout=60000)
    page.wait_for_timeout(2500)
    page.screenshot(path=target)
    print(target.relative_to(ROOT))


def main() -> None:
    """Take the pictures over a home with one quickly trained model."""
    BUILD.mkdir(parents=True, exist_ok=True)
    SHOWN.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        Desk(Path(home)).train(SAMPLES / "telco_customers.csv", quick=True)
        with running_app(Path(home)) as address:
            take_all(address)
    for name in IN_README:
        shutil.copy(BUILD / f"{name}-light-desk.png", SHOWN / f"{name}.png")


if __name__ == "__main__":
    main()
