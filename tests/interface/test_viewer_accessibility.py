"""WCAG 2.2 AA as axe checks it, with a document open: nothing serious or critical may be found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.interface.serving import serve_fakes
from tests.interface.test_browser import ask
from tests.interface.test_browser_accessibility import LOOKS, check
from tests.interface.test_viewer_browser import IDLE, open_marker

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("viewer")
    with serve_fakes(folder, module="tests.interface.serve_viewer") as served:
        yield served


def show_text(page: Page) -> None:
    ask(page, "What does the text say?")
    open_marker(page)
    page.locator(f"{IDLE} mark").wait_for()


def show_headings(page: Page) -> None:
    ask(page, "What does the markdown say?")
    open_marker(page)
    page.locator(f"{IDLE} mark").wait_for()


def show_page(page: Page) -> None:
    ask(page, "What does the pdf say?")
    open_marker(page)
    page.locator(f"{IDLE} .fn-page-mark").first.wait_for()


def show_row(page: Page) -> None:
    ask(page, "What does the workbook say?")
    open_marker(page)
    page.locator(f"{IDLE} mark").wait_for()


def search_text(page: Page) -> None:
    show_text(page)
    page.locator(".fn-search-field").fill("tide was")
    page.locator(f"{IDLE} .fn-current").wait_for()


def search_page(page: Page) -> None:
    show_page(page)
    page.locator(".fn-search-field").fill("head 1")
    page.locator(f"{IDLE} .fn-page-current").first.wait_for()


def show_note(page: Page) -> None:
    ask(page, "What has changed?")
    open_marker(page)
    page.locator(".fn-viewer-note", has_text="Its file has changed").wait_for()


STATES = (show_text, show_headings, show_page, show_row, search_text, search_page, show_note)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("visit", LOOKS[:3], indirect=True)  # a dark phone shows nothing new
def test_axe_finds_nothing_serious_in_the_viewer(page: Page, state: Callable[[Page], None]) -> None:
    state(page)
    assert check(page) == []
