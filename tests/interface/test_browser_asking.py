"""Asking in a real Chromium: steps, stopping, editing, follow-ups, previews, keys and looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.interface.fakes import BANK_QUOTE
from tests.interface.test_browser import DARK, ask, open_citation

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.interface.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.enable_socket]

WATCH_SHIFTS = """() => {
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((e) => e.value)))
        .observe({type: 'layout-shift', buffered: false});
}"""


def send(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")


def questions(page: Page) -> list[str]:
    return page.locator(".fn-question").all_inner_texts()


def test_steps_are_shown_while_they_happen_and_nothing_moves(page: Page) -> None:
    page.locator("#question textarea").focus()
    page.evaluate(WATCH_SHIFTS)
    send(page, "wait, how many accounts?")
    page.locator(".fn-running", has_text="Reading").wait_for()
    expect(page.locator(".fn-steps")).to_contain_text("Searched 2 ms")
    before = page.locator(".fn-steps").bounding_box()
    page.wait_for_function(
        "() => / [1-9]\\d\\d ms/.test(document.querySelector('.fn-running').innerText)"
    )
    page.locator(".fn-answered").wait_for()
    assert page.locator(".fn-steps").bounding_box() == before
    expect(page.locator(".fn-running")).to_have_count(0)
    expect(page.locator(".fn-steps")).to_contain_text("42 ms in all")
    expect(page.locator(".fn-answer-text")).to_contain_text(BANK_QUOTE)
    page.wait_for_timeout(100)
    assert page.evaluate("() => window.shifts") == []


@pytest.mark.parametrize("by_key", [True, False])
def test_a_question_stands_there_before_the_server_has_it(page: Page, by_key: bool) -> None:
    held: list[Route] = []
    page.route("**/queue/join*", lambda route: held.append(route), times=1)
    field = page.locator("#question textarea")
    field.fill(" How many accounts were closed?\n")
    if by_key:
        field.press("Enter")
    else:
        page.locator("#question .submit-button").click()
    page.locator(".fn-running").wait_for()
    assert questions(page) == ["How many accounts were closed?"]
    expect(page.locator(".fn-welcome")).to_be_hidden()
    (route,) = held
    route.continue_()
    page.locator(".fn-answered").wait_for()
    assert questions(page) == ["How many accounts were closed?"]


@pytest.mark.parametrize("selector", [".fn-example", ".fn-followup"])
def test_a_question_that_is_clicked_stands_there_at_once(page: Page, selector: str) -> None:
    if selector == ".fn-followup":
        ask(page, "What is the weather?", reply=".fn-abstained")
    before = questions(page)
    held: list[Route] = []
    page.route("**/queue/join*", lambda route: held.append(route), times=1)
    clicked = page.locator(selector).first.inner_text()
    page.locator(selector).first.click()
    page.locator(".fn-running").wait_for()
    assert questions(page) == [*before, clicked]
    (route,) = held
    route.continue_()
    page.locator(".fn-running").wait_for(state="detached")
    assert questions(page) == [*before, clicked]


def test_a_question_that_reaches_no_server_is_taken_back(page: Page) -> None:
    page.evaluate("""() => {
        const wait = setTimeout;
        window.setTimeout = (action, ms) => wait(action, ms === 30000 ? 200 : ms);
    }""")
    page.route("**/queue/join*", lambda route: route.abort())
    send(page, "How many accounts were closed?")
    page.locator(".fn-running").wait_for()
    page.locator(".fn-welcome").wait_for()
    assert questions(page) == []


@pytest.mark.parametrize("key", ["Shift+Enter", "a"])
def test_what_is_not_sent_does_not_stand_there(page: Page, key: str) -> None:
    page.locator("#question textarea").fill("How many")
    page.locator("#question textarea").press(key)
    send(page, "  ")
    assert questions(page) == []


def test_what_is_typed_while_a_question_is_on_its_way_stays(page: Page) -> None:
    field = page.locator("#question textarea")
    field.fill("How many accounts were closed?")
    field.press("Enter")
    page.keyboard.type("And then?")

    page.locator(".fn-answered").wait_for()
    expect(field).to_have_value("And then?")
    expect(page.locator(".fn-question")).to_have_text(["How many accounts were closed?"])


def test_a_running_question_is_stopped_and_asked_again(page: Page) -> None:
    send(page, "wait for the accounts")
    page.locator(".fn-running", has_text="Reading").wait_for()
    page.get_by_role("button", name="Stop this answer").click()
    page.locator(".fn-failed").wait_for(timeout=1500)
    expect(page.locator(".fn-failed")).to_contain_text("You stopped this question.")
    page.get_by_role("button", name="Ask again").click()
    page.locator(".fn-answered").wait_for()
    assert questions(page) == ["wait for the accounts"]


def test_escape_stops_a_running_question(page: Page) -> None:
    send(page, "wait for the accounts")
    page.locator(".fn-running", has_text="Reading").wait_for()
    page.keyboard.press("Escape")
    page.locator(".fn-failed").wait_for(timeout=1500)


def test_escape_elsewhere_is_not_for_the_running_question(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    open_citation(page)
    page.get_by_role("button", name="Bad answer").click()
    page.get_by_role("button", name="Actions for").click()
    page.get_by_role("button", name="Rename").click()
    send(page, "wait for the accounts")
    page.locator(".fn-running", has_text="Reading").wait_for()
    page.get_by_label("Title of the conversation").press("Escape")
    expect(page.locator(".fn-history-edit")).to_have_count(0)
    page.locator(".fn-send").press("Escape")
    expect(page.locator(".fn-judging")).to_have_count(0)
    sought = page.locator(".fn-search-field")
    sought.fill("bank")
    sought.press("Escape")
    expect(sought).to_have_value("")
    page.get_by_role("tab", name="Library").click()
    page.keyboard.press("Escape")
    page.locator(".fn-find").press("Escape")
    page.get_by_role("tab", name="Ask").click()
    page.locator(".fn-turn").nth(1).locator(".fn-answered").wait_for()
    page.locator(".fn-followup").first.wait_for()  # no other test gets any before


def test_stop_keeps_the_focus_from_stage_to_stage(page: Page) -> None:
    held: list[Route] = []
    page.route("**/queue/join*", lambda route: held.append(route), times=1)
    send(page, "wait for the accounts")
    page.locator(".fn-stop").focus()
    page.wait_for_timeout(200)
    for route in held:
        route.continue_()
    page.locator(".fn-running", has_text="Reading").wait_for()
    expect(page.locator(".fn-stop:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    page.locator(".fn-failed", has_text="You stopped this question.").wait_for()
    expect(page.locator("#question textarea:focus")).to_have_count(1)


@pytest.mark.parametrize("pressed", [".fn-example", ".fn-followup", ".fn-redo", ".fn-editor-field"])
def test_what_asks_and_goes_leaves_the_focus_to_the_next_question(page: Page, pressed: str) -> None:
    if pressed != ".fn-example":
        ask(page, "What is the weather?", reply=".fn-abstained")
    if pressed == ".fn-editor-field":
        page.get_by_role("button", name="Edit question").click()
    page.locator(pressed).first.press("Enter")
    page.locator("#question textarea:focus").wait_for(timeout=1500)


@pytest.mark.parametrize("how", ["button", "Escape"])
def test_a_question_that_waits_for_its_turn_is_stopped_when_it_begins(page: Page, how: str) -> None:
    held: list[Route] = []
    page.route("**/queue/join*", lambda route: held.append(route), times=1)
    send(page, "wait for the accounts")
    if how == "button":
        page.get_by_role("button", name="Stop this answer").click()
    else:
        page.keyboard.press(how)
    page.wait_for_timeout(200)
    expect(page.locator(".fn-running", has_text="Waiting")).to_be_visible()
    for route in held:
        route.continue_()
    page.locator(".fn-failed", has_text="You stopped this question.").wait_for()


def test_an_earlier_question_is_edited_and_asked_again_from_there(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    ask(page, "Which lines?")
    page.get_by_role("button", name="Edit question").first.click()
    editor = page.locator(".fn-editor")
    expect(editor).to_contain_text("The question after it will be replaced.")
    field = page.get_by_role("textbox", name="Edit the question")
    expect(field).to_have_value("How many accounts were closed?")
    field.press("Escape")
    expect(editor).to_have_count(0)
    page.get_by_role("button", name="Edit question").first.click()
    field.fill("Where is the needle?")
    field.press("Enter")
    page.locator(".fn-answer-text", has_text="The needle lies on page two.").wait_for()
    assert questions(page) == ["Where is the needle?"]


def test_what_is_asked_again_stands_there_at_once_and_is_asked_once(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    ask(page, "Which lines?")
    bodies: list[str] = []
    page.on("request", lambda request: bodies.append(request.post_data or ""))
    shown = page.get_by_role("button", name="Ask again").first.evaluate(
        "node => { node.click(); node.click();"
        " return [...document.querySelectorAll('.fn-question')].map((each) => each.textContent); }"
    )
    assert shown == ["How many accounts were closed?"]
    page.locator(".fn-answered").wait_for()
    page.wait_for_timeout(500)
    assert questions(page) == shown
    assert len([body for body in bodies if '"turn":0' in body]) == 1


def test_follow_ups_come_from_the_passages_and_are_asked_with_a_click(page: Page) -> None:
    ask(page, "What is the weather?", reply=".fn-abstained")
    page.locator(".fn-followup", has_text="Who is Ada Bridge?").click()
    page.locator(".fn-answer-text", has_text="Ada Bridge, a clerk").wait_for()
    assert questions(page) == ["What is the weather?", "Who is Ada Bridge?"]
    expect(page.locator(".fn-turn").first.locator(".fn-followup")).to_have_count(0)


def test_follow_ups_are_looked_for_once_after_an_answer_of_several_sentences(page: Page) -> None:
    bodies: list[str] = []
    page.on("request", lambda request: bodies.append(request.post_data or ""))
    ask(page, "How many accounts were closed?")
    assert page.locator(".fn-sentence").count() > 1
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    assert len([body for body in bodies if '"suggest"' in body]) == 1


def test_a_marker_previews_its_quote_to_the_pointer(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    preview = page.get_by_role("tooltip")
    page.locator(".fn-answer-text .fn-marker").first.hover()
    preview.wait_for()
    assert preview.locator("blockquote").evaluate("node => node.textContent") == BANK_QUOTE
    preview.locator("blockquote").hover()
    page.wait_for_timeout(400)
    expect(preview).to_be_visible()
    page.keyboard.press("Escape")
    preview.wait_for(state="hidden")
    page.locator(".fn-answer-text .fn-marker").nth(1).hover()
    preview.locator("blockquote", has_text="The regulator counts 117.").wait_for()
    page.locator("#question textarea").hover()
    preview.wait_for(state="hidden")


def test_a_marker_previews_its_quote_to_the_keyboard(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    page.locator(".fn-conversation").focus()
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.locator(".fn-marker:focus").count():
            break
    marker = page.locator(".fn-marker:focus")
    expect(page.get_by_role("tooltip")).to_be_visible()
    expect(marker).to_have_attribute("aria-describedby", "fn-preview")
    page.keyboard.press("Escape")
    page.get_by_role("tooltip").wait_for(state="hidden")
    expect(marker).to_have_count(1)


def test_sentences_say_their_support_and_sides_stand_beside_each_other(page: Page) -> None:
    ask(page, "How many accounts were closed?")
    expect(page.locator(".fn-sentence[data-support=verbatim]")).to_have_count(2)
    expect(page.locator(".fn-support")).to_contain_text("quoted word for word")
    sides = page.locator(".fn-side")
    assert [text.split("\n")[:2] for text in sides.all_inner_texts()] == [
        ["115", "the bank"],
        ["117", "the regulator"],
    ]
    expect(sides.nth(0)).to_contain_text("2025-03-31")
    expect(sides.nth(1)).to_contain_text("undated")
    first, second = (sides.nth(number).bounding_box() for number in (0, 1))
    assert first is not None
    assert second is not None
    assert first["y"] == second["y"]
    assert first["x"] < second["x"]


def test_keys_are_enough_and_are_listed(page: Page) -> None:
    field = page.locator("#question textarea")
    field.fill("How many accounts")
    field.press("Shift+Enter")
    field.press_sequentially("were closed?")
    expect(field).to_have_value("How many accounts\nwere closed?")
    field.press("Enter")
    page.locator(".fn-answered").wait_for()
    page.locator(".fn-conversation").focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Send the question")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.locator(".fn-conversation").focus()
    page.keyboard.press("e")
    expect(page.locator(".fn-editor-field:focus")).to_have_count(1)


def test_single_keys_can_be_switched_off(page: Page) -> None:
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_role("checkbox", name="Single keys are shortcuts").uncheck()
    page.get_by_role("button", name="Close", exact=True).click()
    page.reload()
    page.locator(".fn-conversation").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_look_is_switched_and_remembered(page: Page) -> None:
    dark = "() => document.body.classList.contains('dark')"
    assert not page.evaluate(dark)
    page.get_by_role("button", name="Change to the Dark look").click()
    assert page.evaluate(dark)
    page.reload()
    page.locator(".fn-example").first.wait_for()
    assert page.evaluate(dark)
    page.get_by_role("button", name="Change to the Light look").click()
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(50)
    assert not page.evaluate(dark)


@pytest.mark.parametrize("visit", [DARK], indirect=True)
def test_without_a_choice_the_look_is_the_systems(page: Page) -> None:
    assert page.evaluate("() => document.body.classList.contains('dark')")


def test_the_page_says_its_language_and_direction(page: Page, visit: Visit) -> None:
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    ask(page, "מה שלום? accounts")
    assert (
        page.locator(".fn-question").evaluate("node => getComputedStyle(node).direction") == "rtl"
    )
