"""The page as people meet it, in a real Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.interface.fakes import BANK_QUOTE, HOSTILE_QUOTE, TWO_LINE_QUOTE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.interface.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.enable_socket]

PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True}
DARK = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"}


def ask(page: Page, question: str, *, reply: str = ".fn-answered") -> None:
    turns = page.locator(".fn-turn").count()
    field = page.locator("#question textarea")
    field.fill(question)
    field.press("Enter")
    page.locator(".fn-turn").nth(turns).locator(reply).wait_for()


def open_citation(page: Page, number: int = 1) -> str:
    """Click a marker of the last answer and return what is highlighted."""
    last = page.locator(".fn-turn").last
    last.locator(".fn-answer-text .fn-marker", has_text=str(number)).click()
    return read_mark(page)


def read_mark(page: Page) -> str:
    page.locator("#viewer:not(:has(.fn-busy)) mark").wait_for()
    return str(page.locator("mark").evaluate("mark => mark.textContent"))


def is_in_view(page: Page, inner: str, outer: str) -> bool:
    return bool(
        page.evaluate(
            """([inner, outer]) => {
                const part = document.querySelector(inner).getBoundingClientRect();
                const whole = document.querySelector(outer).getBoundingClientRect();
                return part.top >= whole.top && part.bottom <= whole.bottom && part.height > 0;
            }""",
            [inner, outer],
        )
    )


def overflow(page: Page) -> int:
    return int(
        page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )


def test_a_citation_opens_its_document_with_the_exact_quote_marked(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    expect(page.locator(".fn-answer-text")).to_contain_text(BANK_QUOTE)
    assert open_citation(page) == BANK_QUOTE
    expect(page.locator(".fn-viewer-title")).to_have_text("Notice to <i>customers</i>")
    assert open_citation(page, 2) == "The regulator counts 117."
    expect(page.locator(".fn-sources li .fn-marker")).to_have_count(2)
    expect(page.locator(".fn-sources li")).to_have_count(1)
    expect(page.locator(".fn-disagreement")).to_contain_text("The documents give different")
    expect(page.locator("#question textarea")).to_have_value("")


def test_a_quote_over_two_lines_is_marked_to_the_character(page: Page) -> None:
    ask(page, "Which lines?")
    assert open_citation(page) == TWO_LINE_QUOTE
    selected = page.evaluate(
        """() => {
            getSelection().selectAllChildren(document.querySelector('mark'));
            return getSelection().toString();
        }"""
    )
    assert selected == TWO_LINE_QUOTE


def test_a_quote_that_turns_round_turns_no_other(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    first, second = page.locator(".fn-sentence").all()
    first.evaluate("node => { node.textContent = 'Closed. \u202e'; }")
    places = [part.bounding_box() for part in (first, second)]
    assert all(places)
    left, right = (place["x"] for place in places if place)
    assert left < right
    assert second.evaluate(
        """node => {
            const range = document.createRange();
            const side = (place) => {
                range.setStart(node.firstChild, place);
                range.setEnd(node.firstChild, place + 1);
                return range.getBoundingClientRect().left;
            };
            return side(0) < side(1);
        }"""
    )


def test_hostile_text_stays_text(page: Page, visit: Visit) -> None:
    ask(page, "What is hostile?")
    answer = page.locator(".fn-answer-text")
    assert str(answer.evaluate("node => node.textContent")).startswith(HOSTILE_QUOTE)
    assert open_citation(page) == HOSTILE_QUOTE
    ask(page, "<img src=x onerror='window.hacked=9'> accounts")
    expect(page.locator(".fn-question").last).to_contain_text("<img src=x")
    page.get_by_role("tab", name="Library").click()
    page.locator(".fn-document-title", has_text="hostile <img src=x onerror=alert(1)>").wait_for()
    assert page.evaluate("() => window.hacked") is None
    inside = "#conversation img, #conversation a, #viewer img, #viewer a, #viewer script"
    expect(page.locator(inside)).to_have_count(0)
    assert not any("evil" in url for url in visit.requests)


def test_a_quote_deep_in_a_long_document_is_scrolled_into_view(page: Page) -> None:
    ask(page, "Where is the needle?")
    expect(page.locator(".fn-source-place")).to_contain_text("page 2")
    assert open_citation(page) == "The needle lies on page two."
    assert is_in_view(page, "mark", ".fn-viewer-body")
    expect(page.locator(".fn-viewer-meta")).to_contain_text("page 2")
    before = page.locator("mark").bounding_box()
    length = len(page.locator(".fn-viewer-text").inner_text())
    page.locator("[data-side=before]").evaluate("button => button.click()")
    page.wait_for_function(
        "length => document.querySelector('.fn-viewer-text').innerText.length > length * 2",
        arg=length,
    )
    after = page.locator("mark").bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2
    page.locator("[data-side=before]").evaluate("button => button.click()")
    page.locator("[data-side=before]").wait_for(state="hidden")


def test_an_abstention_looks_different_and_shows_the_nearest_passages(page: Page) -> None:
    ask(page, "What is the weather on Mars?", reply=".fn-abstained")
    reply = page.locator(".fn-abstained")
    expect(reply).to_contain_text("The documents don't answer this.")
    expect(reply).to_contain_text("these are not an answer")
    expect(reply.locator(".fn-nearest-link")).to_have_count(3)
    expect(page.locator(".fn-answered")).to_have_count(0)
    reply.locator(".fn-nearest-link").first.click()
    assert "All is well with 𝔘nicode." in read_mark(page)


def test_a_follow_up_says_what_was_searched_for(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    ask(page, "How many accounts were in that?")
    assert (
        "Searched for: How many accounts were in the notice?"
        in page.locator(".fn-footing").last.inner_text()
    )
    assert is_in_view(page, ".fn-turn:last-child .fn-question", ".fn-conversation")


def test_an_example_is_asked_with_a_click(page: Page) -> None:
    page.get_by_role("button", name="How many accounts were closed?").click()
    page.locator(".fn-answered").wait_for()
    assert page.locator(".fn-welcome").is_hidden()


def test_a_question_that_fails_says_why(page: Page) -> None:
    ask(page, "x" * 5000, reply=".fn-failed")
    expect(page.locator(".fn-failed")).to_contain_text("the question has 5000 characters")
    ask(page, "crash", reply=".fn-failed")
    assert "/srv" not in page.content()


def test_the_keyboard_is_enough(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    marker = page.locator(".fn-answer-text .fn-marker").first
    marker.focus()
    page.keyboard.press("Enter")
    assert read_mark(page) == BANK_QUOTE
    expect(page.locator(".fn-active")).to_have_count(1)


@pytest.mark.parametrize("visit", [PHONE], indirect=True)
def test_a_phone_shows_the_document_over_the_conversation(page: Page) -> None:
    assert overflow(page) == 0
    ask(page, "How many accounts were closed?")
    assert open_citation(page) == BANK_QUOTE
    assert is_in_view(page, "mark", ".fn-viewer-body")
    assert overflow(page) == 0
    page.get_by_role("button", name="Close the document").click()
    assert page.locator("#viewer").is_hidden()
    expect(page.locator("#question textarea")).to_be_visible()
    page.get_by_role("tab", name="Library").click()
    page.locator(".fn-document").first.wait_for()
    assert overflow(page) == 0


@pytest.mark.parametrize("visit", [DARK], indirect=True)
def test_the_dark_page_is_dark(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    assert open_citation(page) == BANK_QUOTE
    light = """selector => {
        const node = document.querySelector(selector);
        const channels = getComputedStyle(node).backgroundColor.match(/\\d+/g).slice(0, 3);
        return Math.max(...channels.map(Number));
    }"""
    assert page.evaluate(light, "body") < 60
    assert page.evaluate(light, ".fn-viewer") < 60
    assert page.evaluate(light, "mark") < 140


def test_nothing_is_fetched_from_elsewhere_and_fonts_are_the_systems(
    page: Page, visit: Visit
) -> None:
    ask(page, "What is hostile?")
    open_citation(page)
    assert visit.requests
    assert visit.external_requests() == []
    assert not any(".woff" in url for url in visit.requests)
