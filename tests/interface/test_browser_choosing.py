"""Narrowing a question to single documents, in a real Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.interface.test_browser import DARK, PHONE, ask, overflow
from tests.interface.test_browser_accessibility import check

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.enable_socket]

LIGHT = {"viewport": {"width": 1280, "height": 800}}
LOOKS = [
    pytest.param(LIGHT, id="light"),
    pytest.param(DARK, id="dark"),
    pytest.param(PHONE, id="phone"),
]
HOSTILE = "hostile <img src=x onerror=alert(1)>.md"


def open_chooser(page: Page) -> Locator:
    page.locator(".fn-choose").click()
    dialog = page.get_by_role("dialog", name="Documents to ask")
    dialog.locator("li").first.wait_for()
    return dialog


def test_a_question_is_narrowed_to_documents_with_the_keyboard_alone(page: Page) -> None:
    opener = page.get_by_role("button", name="Documents to ask: All documents")
    assert page.get_by_role("button", name="Ask all documents").count() == 0
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Documents to ask")
    dialog.locator("li").nth(2).wait_for()
    page.keyboard.type("HOSTILE")
    dialog.locator("li:only-child").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert dialog.locator(".fn-chooser-count").inner_text() == "1 document"
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    narrowed = page.get_by_role("button", name="Documents to ask: 1 document")
    assert narrowed.evaluate("node => node === document.activeElement")
    ask(page, "How many accounts were closed?", reply=".fn-abstained")
    reply = page.locator(".fn-turn").last
    assert reply.locator(".fn-nearest-link").count() == 1
    assert "Asked of 1 chosen document only" in reply.inner_text()
    page.get_by_role("button", name="Ask all documents").click()
    assert opener.evaluate("node => node === document.activeElement")
    ask(page, "How many accounts were closed?")
    assert "chosen" not in page.locator(".fn-turn").last.inner_text()


def test_what_is_ticked_comes_first_and_is_taken_back(page: Page) -> None:
    dialog = open_chooser(page)
    dialog.get_by_role("checkbox", name="A long document").check()
    dialog.get_by_role("checkbox", name=HOSTILE).check()
    assert page.locator("#conversation img").count() == 0
    dialog.get_by_role("button", name="Done").click()
    assert page.locator(".fn-choose").inner_text() == "2 documents"
    dialog = open_chooser(page)
    assert dialog.locator("input:checked").count() == 2
    assert "A long document" in dialog.locator("li").first.inner_text()
    dialog.get_by_role("checkbox", name=HOSTILE).uncheck()
    dialog.get_by_label("Search titles and file names").fill("nothing like it")
    dialog.get_by_text("No document is called like this.").wait_for()
    dialog.get_by_role("button", name="Ask all documents").click()
    assert dialog.locator(".fn-chooser-count").inner_text() == "All documents"


@pytest.mark.parametrize("visit", LOOKS, indirect=True)
def test_the_choice_fits_and_axe_finds_nothing_serious(page: Page) -> None:
    dialog = open_chooser(page)
    dialog.get_by_role("checkbox", name="A long document").check()
    assert check(page) == []
    assert overflow(page) == 0
    dialog.get_by_role("button", name="Done").click()
    assert check(page) == []
    assert overflow(page) == 0
