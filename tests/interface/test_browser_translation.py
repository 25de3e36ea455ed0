"""The page in another language, one that is written from right to left, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from interface.strings import read_translations
from tests.interface.serving import serve_fakes
from tests.interface.test_browser import ask, overflow, read_mark
from tests.interface.translated import LANGUAGE, spell
from tests.interface.viewer_documents import ARABIC_QUOTE, ARABIC_TITLE

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.enable_socket]

DESKTOP = {"viewport": {"width": 1280, "height": 800}, "locale": LANGUAGE}
PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "locale": LANGUAGE}
SIZES = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]
# What the page says and shows by itself: all text but that of documents, questions and answers.
OWN_WORDS = """() => {
    const theirs = 'bdi, [dir=auto], .fn-example, .fn-question, .fn-answer-text, .fn-excerpt, '
        + '.fn-drop-types, .fn-disagreement, option:not(:first-child), kbd, script, style';
    const walker = document.createTreeWalker(document.querySelector('.gradio-container'), 4);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (parent.closest(theirs) || !parent.checkVisibility()) continue;
        if (parent.closest('footer')) continue;  // Gradio's own
        found.push(node.data.trim());
    }
    for (const name of ['aria-label', 'title', 'placeholder']) {
        for (const node of document.querySelectorAll('#header *, #tabs *')) {
            const ours = '.fn-header, .fn-chat, .fn-history, .fn-viewer, .fn-documents';
            if (node.closest(ours) && node.checkVisibility() && node.hasAttribute(name)) {
                found.push(node.getAttribute(name).replace(/\\u2068[^\\u2069]*\\u2069/g, ''));
            }
        }
    }
    return found.filter((text) => /[A-Za-z]{2}/.test(text));
}"""

# What lies beyond the side of its panel, or of the window: what runs from right to left can't be
# scrolled to at the right, so that a page isn't wider for it.
STICKING_OUT = """() => {
    const panels = '.fn-header, .fn-history-bar, .fn-history-panel, .fn-chat, .fn-viewer, '
        + '.fn-documents, dialog';
    const found = [];
    for (const node of document.querySelectorAll('button, h1, h2, h3, p, li, label, input, span')) {
        const panel = node.closest(panels);
        if (!panel || !node.checkVisibility() || node.closest('.fn-unseen, .fn-steps')) continue;
        const [inner, outer] = [node.getBoundingClientRect(), panel.getBoundingClientRect()];
        if (inner.width < 2) continue;
        const left = Math.max(0, outer.left), right = Math.min(innerWidth, outer.right);
        if (inner.left < left - 1 || inner.right > right + 1) {
            found.push(`${node.tagName}.${node.className}: ${inner.left} to ${inner.right}`);
        }
    }
    return found;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("translated")
    with serve_fakes(folder, module="tests.interface.serve_translated") as served:
        yield served


def said(name: str) -> str:
    return spell(read_translations()["en"][name])


def check_layout(page: Page, *panels: str) -> None:
    """Check that panels run from right to left, and that nothing sticks out of them."""
    assert {panel: direction(page, panel) for panel in panels} == dict.fromkeys(panels, "rtl")
    assert overflow(page) == 0
    assert page.evaluate(STICKING_OUT) == []


def bounding_box(node: Locator) -> FloatRect:
    box = node.bounding_box()
    assert box is not None
    return box


def direction(page: Page, selector: str) -> str:
    node = page.locator(selector).first
    return str(node.evaluate("node => getComputedStyle(node).direction"))


def runs(page: Page, selector: str) -> str:
    """Return the direction in which a node's text runs: that of the side where it begins."""
    return str(
        page.locator(selector).first.evaluate(
            """node => {
                const range = document.createRange();
                const text = document.createTreeWalker(node, 4).nextNode();
                range.setStart(text, 0);
                range.setEnd(text, 1);
                const first = range.getBoundingClientRect();
                range.setStart(text, Math.min(3, text.length - 1));
                range.setEnd(text, Math.min(4, text.length));
                return range.getBoundingClientRect().left < first.left ? 'rtl' : 'ltr';
            }"""
        )
    )


@pytest.mark.parametrize("visit", SIZES, indirect=True)
def test_the_page_runs_from_right_to_left_and_nothing_sticks_out(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("lang", LANGUAGE)
    check_layout(page, ".fn-header", ".fn-history", ".fn-welcome", ".fn-bar", "#question textarea")
    ask(page, "What does the arabic say?")
    check_layout(page, ".fn-conversation", ".fn-sources", ".fn-actions-bar")
    page.locator(".fn-answer-text .fn-marker").first.click()
    assert read_mark(page) == ARABIC_QUOTE
    check_layout(page, ".fn-viewer", ".fn-viewer-tools")
    if page.locator(".fn-close").is_visible():
        page.locator(".fn-close").click()
    page.locator(".fn-choose").click()
    page.locator(".fn-chooser-list li").first.wait_for()
    check_layout(page, ".fn-chooser")
    page.locator(".fn-chooser-done").click()
    if page.locator(".fn-history-panel").is_hidden():
        page.locator(".fn-history-toggle").click()
    page.locator(".fn-history-more").first.click()
    check_layout(page, ".fn-history-panel", ".fn-history-actions")
    page.locator(".fn-history-toggle").evaluate("node => node.click()")
    page.get_by_role("tab", name=said("tab_library")).click()
    page.locator(".fn-document").first.wait_for()
    check_layout(page, ".fn-documents")
    titles = page.locator(".fn-document-title")
    edges = {round(box["x"] + box["width"]) for box in map(bounding_box, titles.all())}
    assert len(edges) == 1  # whatever their own direction is


@pytest.mark.parametrize("visit", [DESKTOP], indirect=True)
def test_the_first_of_two_panes_is_at_the_right(page: Page) -> None:
    chat, reader = (bounding_box(page.locator(name)) for name in ("#chat", "#reader"))
    assert chat["x"] > reader["x"] + reader["width"]


@pytest.mark.parametrize("visit", [DESKTOP], indirect=True)
def test_titles_and_quotes_keep_their_own_direction(page: Page) -> None:
    ask(page, "What does the arabic say?")
    page.locator(".fn-answer-text .fn-marker").first.click()
    read_mark(page)
    page.locator(".fn-viewer-title", has_text=ARABIC_TITLE).wait_for()
    for selector in (".fn-viewer-title", ".fn-viewer-text mark", ".fn-source-title"):
        assert runs(page, selector) == "rtl"
    assert direction(page, ".fn-viewer-title") == "rtl"
    assert direction(page, ".fn-answer-text") == "rtl"
    assert runs(page, ".fn-source-place bdi") == "ltr"  # its file's name is Latin
    ask(page, "What does the text say?")
    assert direction(page, ".fn-turn:last-child .fn-question") == "ltr"
    page.locator(".fn-turn").last.locator(".fn-answer-text .fn-marker").first.click()
    page.locator(".fn-viewer-title", has_text="notes").wait_for()
    assert direction(page, ".fn-viewer-title") == "ltr"
    assert runs(page, ".fn-turn:last-child .fn-source-title") == "ltr"


@pytest.mark.parametrize("visit", [{"viewport": {"width": 1280, "height": 800}}], indirect=True)
def test_an_arabic_document_keeps_its_direction_in_an_english_page(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    ask(page, "What does the arabic say?")
    assert direction(page, ".fn-answer-text") == "rtl"
    assert runs(page, ".fn-source-title") == "rtl"
    page.locator(".fn-answer-text .fn-marker").first.click()
    read_mark(page)
    page.locator(".fn-viewer-title", has_text=ARABIC_TITLE).wait_for()
    assert direction(page, ".fn-viewer-title") == "rtl"
    assert runs(page, ".fn-viewer-text mark") == "rtl"


@pytest.mark.parametrize("visit", [DESKTOP], indirect=True)
def test_no_word_of_the_page_is_left_in_english(page: Page) -> None:
    assert page.evaluate(OWN_WORDS) == []
    ask(page, "What does the pdf say?")
    page.locator(".fn-answer-text .fn-marker").first.click()
    page.locator("#viewer:not(:has(.fn-busy)) .fn-page-picture").wait_for()
    page.locator(".fn-search-field").fill("the")
    page.locator(".fn-search-count:not(:empty)").wait_for()
    assert page.evaluate(OWN_WORDS) == []
    ask(page, "What is the weather?", reply=".fn-abstained")
    page.get_by_role("button", name=said("judge_bad")).last.click()
    page.locator(".fn-judging").wait_for()
    page.get_by_role("button", name=said("copy_link")).last.click()
    page.locator(".fn-link-field").wait_for()
    page.locator(".fn-history-item").first.wait_for()
    page.locator(".fn-history-more").first.click()
    assert page.evaluate(OWN_WORDS) == []
    page.locator(".fn-help").click()
    assert page.evaluate(OWN_WORDS) == []
    page.keyboard.press("Escape")
    page.locator(".fn-choose").click()
    page.locator(".fn-chooser-list input").first.check()
    assert page.evaluate(OWN_WORDS) == []
    page.keyboard.press("Escape")
    page.get_by_role("tab", name=said("tab_library")).click()
    page.locator("#upload .fn-files").set_input_files(
        {"name": "plain.txt", "mimeType": "text/plain", "buffer": b"Something."}
    )
    page.locator(".fn-file.fn-added").wait_for()
    assert page.evaluate(OWN_WORDS) == []


@pytest.mark.parametrize("visit", [DESKTOP], indirect=True)
def test_gradios_own_progress_is_not_there_to_be_read(page: Page) -> None:
    trackers = page.get_by_test_id("status-tracker")
    expect(trackers).not_to_have_count(0)
    for tracker in trackers.all():
        expect(tracker).to_be_hidden()
