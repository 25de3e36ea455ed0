"""Narrowing a question to single documents, in a real Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

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
    expect(page.get_by_role("button", name="Ask all documents")).to_have_count(0)
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Documents to ask")
    dialog.locator("li").nth(2).wait_for()
    page.keyboard.type("HOSTILE")
    dialog.locator("li:only-child").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(dialog.locator(".fn-chooser-count")).to_have_text("1 document")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    narrowed = page.get_by_role("button", name="Documents to ask: 1 document")
    expect(narrowed).to_be_focused()
    ask(page, "How many accounts were closed?", reply=".fn-abstained")
    reply = page.locator(".fn-turn").last
    expect(reply.locator(".fn-nearest-link")).to_have_count(1)
    expect(reply).to_contain_text("Asked of 1 chosen document only")
    page.get_by_role("button", name="Ask all documents").click()
    expect(opener).to_be_focused()
    ask(page, "How many accounts were closed?")
    expect(page.locator(".fn-turn").last).not_to_contain_text("chosen")


def test_what_is_ticked_comes_first_and_is_taken_back(page: Page) -> None:
    dialog = open_chooser(page)
    dialog.get_by_role("checkbox", name="A long document").check()
    dialog.get_by_role("checkbox", name=HOSTILE).check()
    expect(page.locator("#conversation img")).to_have_count(0)
    dialog.get_by_role("button", name="Done").click()
    expect(page.locator(".fn-choose")).to_have_text("2 documents")
    dialog = open_chooser(page)
    expect(dialog.locator("input:checked")).to_have_count(2)
    expect(dialog.locator("li").first).to_contain_text("A long document")
    dialog.get_by_role("checkbox", name=HOSTILE).uncheck()
    dialog.get_by_label("Search titles and file names").fill("nothing like it")
    dialog.get_by_text("No document is called like this.").wait_for()
    dialog.get_by_role("button", name="Ask all documents").click()
    expect(dialog.locator(".fn-chooser-count")).to_have_text("All documents")


@pytest.mark.parametrize("visit", LOOKS, indirect=True)
def test_the_choice_fits_and_axe_finds_nothing_serious(page: Page) -> None:
    dialog = open_chooser(page)
    dialog.get_by_role("checkbox", name="A long document").check()
    assert check(page) == []
    assert overflow(page) == 0
    dialog.get_by_role("button", name="Done").click()
    assert check(page) == []
    assert overflow(page) == 0
