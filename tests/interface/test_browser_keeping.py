"""What the server keeps for people, as they meet it, in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from interface.keeping.judgements import Judgements, Opinion
from interface.keeping.store import Store
from retrieval.receipts import load_receipt
from tests.interface.conftest import Visit
from tests.interface.fakes import BANK_QUOTE
from tests.interface.serving import find_free_port, serve_fakes
from tests.interface.test_browser import PHONE, ask, open_citation, overflow, read_mark

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Download, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.enable_socket]

ACCOUNTS = "How many accounts were closed?"


def kept_items(page: Page) -> Locator:
    return page.locator(".fn-history-item")


def wait_for_titles(page: Page, *titles: str) -> None:
    page.wait_for_function(
        """titles => {
            const shown = [...document.querySelectorAll('.fn-history-title')];
            return JSON.stringify(shown.map(node => node.textContent)) === JSON.stringify(titles);
        }""",
        arg=list(titles),
    )


def act_on(page: Page, title: str, action: str) -> None:
    row = page.locator(".fn-history-row", has_text=title)
    row.get_by_role("button", name=f"Actions for {title}").click()
    row.get_by_role("button", name=action, exact=True).click()


def saved_text(download: Download, folder: Path) -> str:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path.read_text("utf-8")


@contextmanager
def visiting(browser: Browser, address: str) -> Iterator[Visit]:
    """Visit as somebody else, with a browser that has never been there."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    visit = Visit(context, address)
    yield visit
    context.close()
    assert visit.external_requests() == []
    assert visit.failures == []


def test_a_conversation_is_there_again_after_the_server_was_restarted(
    browser: Browser, tmp_path: Path
) -> None:
    port = find_free_port()
    with visiting(browser, f"http://127.0.0.1:{port}/") as visit:
        with serve_fakes(tmp_path, port=port):
            page = visit.open()
            ask(page, ACCOUNTS)
            ask(page, "How many accounts were in that?")
            wait_for_titles(page, ACCOUNTS)
            page.close()
        with serve_fakes(tmp_path, port=port):
            page = visit.open()
            wait_for_titles(page, ACCOUNTS)
            expect(kept_items(page)).to_contain_text("2 questions")
            kept_items(page).click()
            page.locator(".fn-turn").nth(1).wait_for()
            expect(kept_items(page)).to_have_attribute("aria-current", "true")
            assert open_citation(page) == BANK_QUOTE
            ask(page, "Which lines?")
            page.locator(".fn-history-facts", has_text="3 questions").wait_for()
            expect(kept_items(page)).to_have_count(1)
            page.close()


def test_conversations_are_found_renamed_and_deleted(page: Page) -> None:
    ask(page, ACCOUNTS)
    page.get_by_role("button", name="New").click()
    page.locator(".fn-welcome").wait_for()
    ask(page, "Which <b>lines</b>?")
    wait_for_titles(page, "Which <b>lines</b>?", ACCOUNTS)
    page.get_by_label("Search conversations").fill("REGULATOR")
    wait_for_titles(page, ACCOUNTS)
    page.get_by_label("Search conversations").fill("nothing like this")
    page.locator(".fn-history-note", has_text="Nothing found.").wait_for()
    page.get_by_label("Search conversations").fill("")
    wait_for_titles(page, "Which <b>lines</b>?", ACCOUNTS)
    act_on(page, ACCOUNTS, "Rename")
    page.get_by_label("Title of the conversation").fill("Closed accounts")
    page.keyboard.press("Enter")
    wait_for_titles(page, "Which <b>lines</b>?", "Closed accounts")
    act_on(page, "Which <b>lines</b>?", "Delete")
    page.get_by_role("button", name="Keep").click()
    act_on(page, "Which <b>lines</b>?", "Delete")
    page.get_by_role("button", name="Delete for good").click()
    wait_for_titles(page, "Closed accounts")
    page.locator(".fn-welcome").wait_for()
    expect(page.locator(".fn-turn")).to_have_count(0)


def test_another_browser_sees_nothing_of_it(page: Page, browser: Browser, address: str) -> None:
    ask(page, ACCOUNTS)
    wait_for_titles(page, ACCOUNTS)
    with visiting(browser, address) as visit:
        stranger = visit.open()
        stranger.locator(".fn-history-note").wait_for()
        expect(kept_items(stranger)).to_have_count(0)


def test_a_conversation_is_saved_as_markdown_and_as_json(page: Page, tmp_path: Path) -> None:
    ask(page, ACCOUNTS)
    wait_for_titles(page, ACCOUNTS)
    with page.expect_download() as markdown:
        act_on(page, ACCOUNTS, "Markdown")
    assert f"> {BANK_QUOTE}\n" in saved_text(markdown.value, tmp_path)
    with page.expect_download() as exported:
        page.get_by_role("button", name="JSON").click()
    value = json.loads(saved_text(exported.value, tmp_path))
    assert value["title"] == ACCOUNTS
    assert value["answers"][0]["citations"][0]["quote"] == BANK_QUOTE


def test_a_colleague_opens_a_link_to_an_answer_and_checks_its_source(
    page: Page, browser: Browser, address: str
) -> None:
    ask(page, ACCOUNTS)
    page.get_by_role("button", name="Copy link").click()
    field = page.get_by_label("Link to this answer")
    field.wait_for()
    link = field.input_value()
    assert link.startswith(f"{address}?answer=")
    with visiting(browser, address) as visit:
        colleague = visit.context.new_page()
        colleague.set_default_timeout(15_000)
        colleague.goto(link)
        colleague.locator(".fn-shared-note").wait_for()
        assert open_citation(colleague) == BANK_QUOTE
        assert colleague.locator("#question").is_hidden()
        expect(colleague.locator(".fn-actions")).to_have_count(0)
        colleague.locator(".fn-conversation").focus()
        colleague.keyboard.press("e")
        expect(colleague.locator(".fn-editor")).to_have_count(0)
        expect(kept_items(colleague)).to_have_count(0)
        colleague.get_by_role("link", name="Ask a question of your own").click()
        colleague.locator(".fn-example").first.wait_for()
        expect(colleague.locator("#question")).to_be_visible()


def test_feedback_is_given_with_reasons_and_the_right_answer(page: Page, data_dir: Path) -> None:
    before = len(Judgements(Store(data_dir)).all())
    ask(page, ACCOUNTS)
    page.get_by_role("button", name="Bad answer").click()
    page.get_by_label("Wrong answer").check()
    page.get_by_label("Wrong citation").check()
    page.get_by_label("The right answer, if you know it").fill("117")
    page.get_by_role("button", name="Send").click()
    page.locator(".fn-actions-status", has_text="Thank you, noted.").wait_for()
    expect(page.locator(".fn-judging")).to_have_count(0)
    expect(page.locator(".fn-action[aria-pressed=true]")).to_have_attribute(
        "aria-label", "Bad answer"
    )
    kept = Judgements(Store(data_dir)).all()
    assert len(kept) == before + 1
    assert kept[-1].opinion == Opinion("down", ("wrong answer", "wrong citation"), "117")
    page.get_by_role("button", name="Good answer").click()
    page.locator("[aria-label='Good answer'][aria-pressed=true]").wait_for()
    kept = Judgements(Store(data_dir)).all()
    assert [judgement.opinion.verdict for judgement in kept[before:]] == ["up"]


def test_an_abstention_can_be_said_to_be_wrong_with_the_keyboard_alone(
    page: Page, data_dir: Path
) -> None:
    ask(page, "What is the weather?", reply=".fn-abstained")
    page.get_by_role("button", name="Bad answer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Wrong answer")).to_have_count(0)
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Sunny")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".fn-actions-status", has_text="noted").wait_for()
    expected = Opinion("down", ("should have answered",), "Sunny")
    assert Judgements(Store(data_dir)).all()[-1].opinion == expected


def test_a_receipt_is_saved(page: Page, tmp_path: Path) -> None:
    ask(page, ACCOUNTS)
    with page.expect_download() as download:
        page.get_by_role("button", name="Receipt").click()
    saved_text(download.value, tmp_path)
    receipt = load_receipt(tmp_path / download.value.suggested_filename)
    assert receipt["question"] == ACCOUNTS
    assert receipt["provenance"]["index_hash"] == "0" * 16


def test_a_source_that_was_removed_since_is_marked(browser: Browser, tmp_path: Path) -> None:
    with serve_fakes(tmp_path) as address, visiting(browser, address) as visit:
        page = visit.open()
        ask(page, ACCOUNTS)
        page.get_by_role("tab", name="Library").click()
        row = page.locator(".fn-document", has_text="Notice to")
        row.get_by_role("button", name="Remove").click()
        row.get_by_role("button", name="Remove from the library").click()
        page.locator(".fn-message", has_text="Removed").wait_for()
        page.get_by_role("tab", name="Ask").click()
        kept_items(page).click()
        page.locator(".fn-since", has_text="This source has been removed since.").wait_for()


def sign_in(page: Page, name: str) -> None:
    page.locator("input").first.wait_for()
    page.locator("input").nth(0).fill(name)
    page.locator("input").nth(1).fill(f"{name}s password")
    page.get_by_role("button", name="Login").click()


def test_who_signs_in_finds_their_own_in_every_browser_and_links_ask_to_sign_in(
    browser: Browser, tmp_path: Path
) -> None:
    users = tmp_path / "users.txt"
    users.write_text("anna:annas password\nben:bens password\n")
    with serve_fakes(tmp_path / "data", str(users)) as address:
        with visiting(browser, address) as visit:
            page = visit.context.new_page()
            page.goto(address)
            sign_in(page, "anna")
            page.locator(".fn-example").first.wait_for()
            ask(page, ACCOUNTS)
            page.get_by_role("button", name="Copy link").click()
            link = page.get_by_label("Link to this answer")
            link.wait_for()
            shared = link.input_value()
        with visiting(browser, address) as visit:
            page = visit.context.new_page()
            page.goto(address)
            sign_in(page, "anna")
            wait_for_titles(page, ACCOUNTS)
        with visiting(browser, address) as visit:
            page = visit.context.new_page()
            page.goto(shared)
            page.get_by_role("button", name="Login").wait_for()
            assert BANK_QUOTE not in page.content()
            sign_in(page, "ben")
            page.locator(".fn-shared-note").wait_for()
            assert open_citation(page) == BANK_QUOTE
            expect(kept_items(page)).to_have_count(0)


@pytest.mark.parametrize("visit", [PHONE], indirect=True)
def test_on_a_phone_the_conversations_are_a_drawer(page: Page) -> None:
    ask(page, ACCOUNTS)
    assert page.locator(".fn-history-panel").is_hidden()
    page.get_by_role("button", name="New").click()
    page.locator(".fn-welcome").wait_for()
    page.get_by_role("button", name="Conversations").click()
    wait_for_titles(page, ACCOUNTS)
    page.keyboard.press("Escape")
    assert page.locator(".fn-history-panel").is_hidden()
    expect(page.locator(":focus")).to_have_attribute("aria-controls", "fn-history-panel")
    page.get_by_role("button", name="Conversations").click()
    kept_items(page).click()
    page.locator(".fn-answered").wait_for()
    assert page.locator(".fn-history-panel").is_hidden()
    assert overflow(page) == 0
    page.locator(".fn-answer-text .fn-marker").first.click()
    assert read_mark(page) == BANK_QUOTE


def test_the_panel_stays_closed_for_who_closed_it(page: Page) -> None:
    expect(page.locator(".fn-history-panel")).to_be_visible()
    page.get_by_role("button", name="Conversations").click()
    assert page.locator(".fn-history-panel").is_hidden()
    page.reload()
    page.locator(".fn-example").first.wait_for()
    assert page.locator(".fn-history-panel").is_hidden()
