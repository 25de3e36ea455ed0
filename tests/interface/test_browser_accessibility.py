"""WCAG 2.2 AA as axe checks it, in both looks: nothing serious or critical may be found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.interface.test_browser import DARK, PHONE, ask, open_citation

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.enable_socket]

LIGHT = {"viewport": {"width": 1280, "height": 800}}
DARK_PHONE = {**PHONE, "color_scheme": "dark"}
LOOKS = [
    pytest.param(LIGHT, id="light"),
    pytest.param(DARK, id="dark"),
    pytest.param(PHONE, id="phone"),
    pytest.param(DARK_PHONE, id="dark phone"),
]
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def stay_empty(page: Page) -> None:
    page.locator(".fn-example").first.wait_for()


def answer(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    if not page.locator(".fn-close").is_visible():
        open_citation(page)


def abstain(page: Page) -> None:
    ask(page, "What is the weather?", reply=".fn-abstained")
    page.locator(".fn-followup").first.wait_for()


def work(page: Page) -> None:
    page.locator("#question textarea").fill("wait for the accounts")
    page.locator("#question textarea").press("Enter")
    page.locator(".fn-running", has_text="Reading").wait_for()


def list_shortcuts(page: Page) -> None:
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_role("dialog").wait_for()


def edit(page: Page) -> None:
    answer(page)
    if page.locator(".fn-close").is_visible():
        page.locator(".fn-close").click()
    page.get_by_role("button", name="Edit question").click()


def open_library(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.locator("#upload .fn-files").set_input_files(
        {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""}
    )
    page.locator(".fn-file.fn-refused").wait_for()
    page.locator(".fn-document").first.wait_for()


def disagree(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    page.locator(".fn-side").nth(1).wait_for()


def judge(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    page.get_by_role("button", name="Bad answer").click()
    page.get_by_label("Wrong citation").check()


def share(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_label("Link to this answer").wait_for()


def list_conversations(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    if not page.locator(".fn-history-panel").is_visible():
        page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="Actions for How many accounts were closed?").click()
    page.locator(".fn-history-actions").wait_for()


def delete_conversation(page: Page) -> None:
    list_conversations(page)
    page.locator(".fn-history-actions").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete for good").wait_for()


def rename_conversation(page: Page) -> None:
    list_conversations(page)
    page.locator(".fn-history-actions").get_by_role("button", name="Rename").click()
    page.get_by_label("Title of the conversation").wait_for()


STATES = (
    stay_empty,
    work,
    answer,
    disagree,
    abstain,
    edit,
    judge,
    share,
    list_conversations,
    rename_conversation,
    delete_conversation,
    list_shortcuts,
    open_library,
)


def check(page: Page) -> list[str]:
    """Return what axe finds that is serious or critical, a line each."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_timeout(300)  # for transitions
    results = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": RULES})
    found: list[dict[str, Any]] = results.response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in found
        for node in rule["nodes"]
        if rule["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("visit", LOOKS, indirect=True)
def test_axe_finds_nothing_serious(page: Page, state: Callable[[Page], None]) -> None:
    state(page)
    assert check(page) == []


def test_axe_would_find_what_cannot_be_read(page: Page) -> None:
    page.add_style_tag(content=".fn-welcome-text { color: #ccc !important; }")
    assert any("color-contrast" in line for line in check(page))
