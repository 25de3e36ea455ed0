"""The page with keys alone, in a real Chromium: nothing here is clicked or focused by a script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.interface.fakes import BANK_QUOTE
from tests.interface.test_browser import read_mark

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.enable_socket]

MOST_PRESSES = 60


def move_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press a key until the target has the focus."""
    target.wait_for()
    for _ in range(MOST_PRESSES):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{MOST_PRESSES} times {key} did not reach {target}")


def ask_with_keys(page: Page, question: str) -> None:
    move_to(page, page.locator("#question textarea"))
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    page.locator(".fn-answered, .fn-abstained").first.wait_for()


def test_a_question_is_asked_and_its_citation_read(page: Page) -> None:
    ask_with_keys(page, "How many accounts were closed?")
    marker = page.locator(".fn-answer-text .fn-marker").first
    move_to(page, marker, "Shift+Tab")
    page.keyboard.press("Enter")
    assert read_mark(page) == BANK_QUOTE
    move_to(page, page.locator("#viewer .fn-viewer-body"))
    page.keyboard.press("Escape")
    page.locator("#panes.fn-reading").wait_for(state="detached")
    expect(marker).to_be_focused()


def test_a_nearest_passage_is_read_after_an_abstention(page: Page) -> None:
    ask_with_keys(page, "What is the weather?")
    move_to(page, page.locator(".fn-nearest-link").first, "Shift+Tab")
    page.keyboard.press("Space")
    assert "All is well with" in read_mark(page)
    page.keyboard.press("Escape")
    page.locator("#panes.fn-reading").wait_for(state="detached")


def test_a_kept_conversation_is_opened_again(page: Page) -> None:
    ask_with_keys(page, "How many accounts were closed?")
    kept = page.locator(".fn-history-item", has_text="How many accounts were closed?")
    kept.wait_for()
    move_to(page, page.locator(".fn-history-new"), "Shift+Tab")
    page.keyboard.press("Enter")
    page.locator(".fn-welcome").wait_for()
    move_to(page, kept, "Shift+Tab")
    page.keyboard.press("Enter")
    page.locator(".fn-answered").wait_for()


def test_a_file_is_added_indexed_again_and_removed(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "typed.txt"
    file.write_text("Added with keys alone.")
    move_to(page, page.get_by_role("tab", name="Library"), "Shift+Tab")
    page.keyboard.press("Enter")
    move_to(page, page.locator(".fn-choose-files"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    page.locator(".fn-file.fn-added", has_text="typed.txt").wait_for()
    page.locator(".fn-queue-stop").wait_for(state="hidden")
    row = page.locator(".fn-document", has_text="typed.txt")
    move_to(page, row.get_by_role("button", name="again"))
    page.keyboard.press("Enter")
    page.locator(".fn-message", has_text="1 added, 0 unchanged, 0 refused").wait_for()
    move_to(page, row.get_by_role("button", name="Remove"))
    page.keyboard.press("Enter")
    move_to(page, row.get_by_role("button", name="Remove from the library"), "Shift+Tab")
    page.keyboard.press("Enter")
    row.wait_for(state="detached")
    # Whoever removes several documents goes on from where the last one was.
    expect(page.locator(".fn-document button:focus")).to_have_count(1)
