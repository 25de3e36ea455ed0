"""Takes the pictures of a running page: `python -m tests.interface.screenshots ADDRESS FOLDER`."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests.interface.conftest import CHROMIUM_FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": DESKTOP},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "device_scale_factor": 2, "has_touch": True},
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Take pictures of a running page.")
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--question", help="asked in the pictures; without it the first example")
    parser.add_argument("--unanswerable", default="What is the weather like on Mars?")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(CHROMIUM_FLAGS)
        )
        for look, options in LOOKS.items():
            take_pictures(browser, arguments, look, options)
        browser.close()


def take_pictures(
    browser: Browser, arguments: argparse.Namespace, look: str, options: dict[str, Any]
) -> None:
    page = browser.new_page(**options)

    def take(name: str) -> None:
        page.wait_for_timeout(300)  # for transitions
        page.screenshot(path=arguments.folder / f"{look}-{name}.png")

    page.goto(arguments.address)
    page.wait_for_selector(".fn-example")
    take("empty")
    question = arguments.question or page.locator(".fn-example").first.inner_text()
    ask(page, question, ".fn-answered")
    take("answer")
    page.locator(".fn-answer-text .fn-marker").first.click()
    page.wait_for_selector("mark")
    take("citation")
    if page.locator(".fn-close").is_visible():
        page.locator(".fn-close").click()
    ask(page, arguments.unanswerable, ".fn-abstained")
    take("abstention")
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector(".fn-document")
    take("library")
    page.close()


def ask(page: Page, question: str, reply: str) -> None:
    field = page.locator("#question textarea")
    field.fill(question)
    field.press("Enter")
    page.wait_for_selector(reply)


if __name__ == "__main__":
    main()
