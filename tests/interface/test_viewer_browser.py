"""The document viewer in a real Chromium, in every format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from benchmarks.pdf_quotes_corpus import letters_of
from tests.interface.conftest import Visit
from tests.interface.serving import serve_fakes
from tests.interface.test_browser import PHONE, ask, is_in_view, overflow, read_mark
from tests.interface.viewer_documents import (
    DECK_QUOTE,
    DOCX_QUOTE,
    HEBREW_QUOTE,
    HTML_QUOTE,
    MARKDOWN_QUOTE,
    OTHER_QUOTE,
    PICTURE_QUOTE,
    TEXT_QUOTE,
    WORKBOOK_QUOTE,
    changed_quote,
    make_report,
    report_quote,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.enable_socket]

IDLE = "#viewer:not(:has(.fn-busy))"
CLIPBOARD = {
    "viewport": {"width": 1280, "height": 800},
    "permissions": ["clipboard-read", "clipboard-write"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("viewer")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serve_fakes(folder, module="tests.interface.serve_viewer") as served:
        yield served


def open_marker(page: Page, number: int = 1) -> None:
    last = page.locator(".fn-turn").last
    last.locator(".fn-answer-text .fn-marker", has_text=str(number)).click()
    page.locator(f"{IDLE} .fn-viewer-tools").wait_for()


def button(page: Page, name: str) -> Any:
    return page.locator("#viewer").get_by_role("button", name=name, exact=True)


def quoted_on_page(page: Page) -> str:
    page.locator(f"{IDLE} .fn-page-picture").wait_for()
    return str(page.locator(".fn-page-said q").evaluate("node => node.textContent"))


def words_under_marks(page: Page, number: int) -> str:
    """Return the words of the report whose middle lies under a mark, as its maker knows them."""
    boxes = page.evaluate(
        """() => {
            const sheet = document.querySelector('.fn-page-sheet').getBoundingClientRect();
            return [...document.querySelectorAll('.fn-page-mark')].map((node) => {
                const box = node.getBoundingClientRect();
                return [(box.left - sheet.left) / sheet.width, (box.top - sheet.top) / sheet.height,
                        (box.right - sheet.left) / sheet.width,
                        (box.bottom - sheet.top) / sheet.height];
            });
        }"""
    )
    report = make_report()
    wide, high = report.size
    under = []
    for word in report.words:
        across, down = (word.left + word.right) / 2 / wide, (word.top + word.bottom) / 2 / high
        marked = any(box[0] < across < box[2] and box[1] < down < box[3] for box in boxes)
        if word.page == number and marked:
            under.append(word.text)
    return "".join(under)


@pytest.mark.parametrize(
    ("kind", "quote"),
    [
        ("text", TEXT_QUOTE),
        ("markdown", MARKDOWN_QUOTE),
        ("html", HTML_QUOTE),
        ("docx", DOCX_QUOTE),
        ("hebrew", HEBREW_QUOTE),
    ],
)
def test_what_is_highlighted_is_the_quote(page: Page, kind: str, quote: str) -> None:
    ask(page, f"What does the {kind} say?")
    open_marker(page)
    assert read_mark(page) == quote
    assert is_in_view(page, "mark", ".fn-viewer-body")
    assert page.locator(".fn-switch").is_hidden()


@pytest.mark.parametrize(
    ("kind", "quote", "place"),
    [
        ("deck", DECK_QUOTE, "slide 2"),
        ("workbook", WORKBOOK_QUOTE, "sheet Mooring fees, row 3"),
    ],
)
def test_a_quote_is_marked_on_its_slide_or_in_its_row(
    page: Page, kind: str, quote: str, place: str
) -> None:
    ask(page, f"What does the {kind} say?")
    named = page.locator(".fn-turn").last.locator(".fn-source-place")
    assert named.inner_text().split(" · ")[-1] == place
    open_marker(page)
    assert read_mark(page) == quote
    assert is_in_view(page, "mark", ".fn-viewer-body")
    assert place in page.locator(".fn-viewer-meta").inner_text().split(" · ")


def test_a_quote_is_marked_on_the_page_of_its_pdf(page: Page) -> None:
    ask(page, "What does the pdf say?")
    open_marker(page)
    assert quoted_on_page(page) == report_quote(1)
    assert letters_of(words_under_marks(page, 1)) == letters_of(report_quote(1))
    assert is_in_view(page, ".fn-page-mark", ".fn-page-pane")
    assert page.locator(".fn-page-picture").evaluate("node => node.naturalWidth") >= 600
    expect(page.locator(".fn-page-picture")).to_have_attribute("alt", "Page 1 of 3 of report.pdf")
    open_marker(page, 2)
    assert quoted_on_page(page) == report_quote(2)
    assert letters_of(words_under_marks(page, 2)) == letters_of(report_quote(2))


def test_pages_are_turned_and_zoomed(page: Page) -> None:
    ask(page, "What does the pdf say?")
    open_marker(page)
    width = page.locator(".fn-page-sheet").evaluate("node => node.clientWidth")
    button(page, "Next page").click()
    page.locator(f"{IDLE} .fn-page-count", has_text="Page 2 of 3").wait_for()
    expect(page.locator(".fn-page-mark")).to_have_count(0)
    assert page.locator(".fn-page-said").is_hidden()
    page.locator(".fn-page-pane").focus()
    page.keyboard.press("PageUp")
    page.locator(f"{IDLE} .fn-page-count", has_text="Page 1 of 3").wait_for()
    assert button(page, "Previous page").is_disabled()
    button(page, "Larger").click()
    page.locator(f"{IDLE} .fn-page-mark").first.wait_for()
    assert page.locator(".fn-page-sheet").evaluate("node => node.clientWidth") > width * 1.2
    assert letters_of(words_under_marks(page, 1)) == letters_of(report_quote(1))
    button(page, "Fit width").click()
    page.locator(f"{IDLE} .fn-page-mark").first.wait_for()
    assert page.locator(".fn-page-sheet").evaluate("node => node.clientWidth") == width


def test_the_text_of_a_page_can_be_read_instead(page: Page) -> None:
    ask(page, "What does the pdf say?")
    open_marker(page, 2)
    button(page, "Text").click()
    assert read_mark(page) == report_quote(2)
    assert page.locator(".fn-pages").is_hidden()
    open_marker(page)  # what the reader prefers stays preferred
    assert read_mark(page) == report_quote(1)
    button(page, "Page").click()
    assert quoted_on_page(page) == report_quote(1)


def test_where_the_place_is_not_certain_the_page_says_so(page: Page) -> None:
    ask(page, "What does the picture say?")
    open_marker(page)
    assert quoted_on_page(page) == PICTURE_QUOTE
    expect(page.locator(".fn-viewer-note")).to_contain_text("The quote is on this page.")
    expect(page.locator(".fn-page-mark")).to_have_count(0)


def test_a_file_that_changed_is_shown_as_the_text_that_was_indexed(page: Page) -> None:
    ask(page, "What has changed?")
    open_marker(page)
    assert read_mark(page) == changed_quote()
    assert (
        "Its file has changed since it was indexed" in page.locator(".fn-viewer-note").inner_text()
    )


def test_headings_look_like_headings(page: Page) -> None:
    ask(page, "What does the markdown say?")
    open_marker(page)
    headings = page.locator("#viewer .fn-viewer-text").get_by_role("heading")
    expect(headings).to_have_text(["Manual of the harbour", "The crane", "Upkeep"])
    sizes = headings.evaluate_all(
        "nodes => nodes.map((node) => parseFloat(getComputedStyle(node).fontSize))"
    )
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3
    assert page.locator(".fn-syntax").first.bounding_box()["width"] == 0  # type: ignore[index]


def test_the_citations_of_an_answer_follow_one_another(page: Page) -> None:
    ask(page, "What does the text say?")
    ask(page, "What does the pdf say?")
    open_marker(page)
    count = page.locator(".fn-tool-count")
    expect(count).to_have_text("1 of 3")
    assert button(page, "Previous citation").is_disabled()
    button(page, "Next citation").click()
    page.locator(f"{IDLE} .fn-page-count", has_text="Page 2").wait_for()
    assert quoted_on_page(page) == report_quote(2)
    page.keyboard.press("n")
    assert read_mark(page) == TEXT_QUOTE
    expect(count).to_have_text("3 of 3")
    assert button(page, "Next citation").is_disabled()
    page.keyboard.press("p")
    page.locator(f"{IDLE} .fn-page-count", has_text="Page 2").wait_for()
    page.locator(".fn-turn").first.locator(".fn-answer-text .fn-marker").first.focus()
    page.keyboard.press("Enter")
    assert read_mark(page) == TEXT_QUOTE
    page.keyboard.press("n")
    page.locator("mark", has_text=OTHER_QUOTE).wait_for()
    assert page.evaluate("() => document.activeElement.textContent") == "2"


def test_a_document_is_searched(page: Page) -> None:
    ask(page, "What does the text say?")
    open_marker(page)
    page.locator("mark").wait_for()
    page.locator(".fn-viewer-body").focus()
    page.keyboard.press("/")
    page.keyboard.type("TIDE  was")
    count = page.locator(".fn-search-count")
    page.locator(".fn-search-count", has_text="1 of 300").wait_for()
    page.locator(f"{IDLE} .fn-current").wait_for()
    expect(page.locator(".fn-current")).to_have_text("tide was")
    expect(page.locator(".fn-found")).to_have_count(299)
    page.keyboard.press("Shift+Enter")
    page.locator(".fn-search-count", has_text="300 of 300").wait_for()
    page.locator(f"{IDLE} .fn-current").wait_for()
    assert is_in_view(page, ".fn-current", ".fn-viewer-body")
    page.keyboard.press("Enter")
    page.locator(".fn-search-count", has_text="1 of 300").wait_for()
    page.keyboard.press("Escape")
    page.locator("#viewer:not(:has(.fn-found))").wait_for()
    expect(count).to_have_text("")
    assert read_mark(page) == TEXT_QUOTE
    page.keyboard.type("dragon")
    page.locator(".fn-search-count", has_text="none found").wait_for()
    assert button(page, "Next match").is_disabled()


def test_a_pdf_is_searched_page_by_page(page: Page) -> None:
    ask(page, "What does the pdf say?")
    open_marker(page)
    page.locator(".fn-search-field").fill("head 3")
    page.locator(f"{IDLE} .fn-page-count", has_text="Page 3").wait_for()
    page.locator(f"{IDLE} .fn-page-current").first.wait_for()
    expect(page.locator(".fn-search-count")).to_have_text("1 of 1")
    assert is_in_view(page, ".fn-page-current", ".fn-page-pane")


@pytest.mark.parametrize("visit", [CLIPBOARD], indirect=True)
def test_a_quote_is_copied_with_its_reference(page: Page) -> None:
    ask(page, "What does the pdf say?")
    open_marker(page, 2)
    button(page, "Copy quote").click()
    page.locator(".fn-viewer-said", has_text="Copied").wait_for(state="attached")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == f"“{report_quote(2)}”\n— report.pdf, page 2"


def test_the_source_is_downloaded(page: Page, folder: Path) -> None:
    ask(page, "What does the pdf say?")
    open_marker(page)
    with page.expect_download() as caught:
        button(page, "Download").click()
    assert caught.value.suggested_filename == "report.pdf"
    assert Path(caught.value.path()).read_bytes() == (folder / "report.pdf").read_bytes()


def test_a_source_that_is_gone_or_changed_is_not_downloaded(page: Page) -> None:
    ask(page, "What is gone?")
    open_marker(page)
    assert button(page, "Download").is_hidden()
    ask(page, "What has changed?")
    open_marker(page)
    button(page, "Download").click()
    page.locator(".fn-viewer-note", has_text="the source can't be downloaded").wait_for()


def test_a_server_that_forbids_downloads_offers_none(browser: Browser, tmp_path: Path) -> None:
    with serve_fakes(tmp_path, "closed", module="tests.interface.serve_viewer") as closed:
        visit = Visit(browser.new_context(), closed)
        page = visit.open()
        ask(page, "What does the pdf say?")
        open_marker(page)
        expect(button(page, "Copy quote")).to_be_visible()
        assert button(page, "Download").is_hidden()
        visit.context.close()


@pytest.mark.parametrize("visit", [PHONE], indirect=True)
def test_a_phone_shows_pages_and_tools(page: Page) -> None:
    ask(page, "What does the pdf say?")
    open_marker(page)
    assert quoted_on_page(page) == report_quote(1)
    assert letters_of(words_under_marks(page, 1)) == letters_of(report_quote(1))
    assert overflow(page) == 0
    for box in page.locator("#viewer button:visible").all():
        place = box.bounding_box()
        assert place is not None
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 360
    button(page, "Next citation").click()
    page.locator(f"{IDLE} .fn-page-count", has_text="Page 2").wait_for()
