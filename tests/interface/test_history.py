from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

from interface import history
from interface.chat import ChatTab
from interface.conversation import seal
from interface.history import UNKNOWN_VISITOR, HistoryPanel
from interface.keeping.kept import Kept, open_kept
from interface.keeping.sources import REMOVED_SINCE
from interface.strings import UNEXPECTED
from interface.visitors import owner_of
from tests.interface.fakes import BANK_QUOTE, FakeAssistant, FakeLibrary, send, turns_of

BROWSER, OTHER = "b" * 32, "c" * 32
NOBODY: Any = SimpleNamespace(username=None, query_params={})
EMPTY: dict[str, Any] = {"turns": []}


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return open_kept(tmp_path)


@pytest.fixture
def chat(library: FakeLibrary, assistant: FakeAssistant, kept: Kept) -> ChatTab:
    return ChatTab(cast("Any", library), cast("Any", assistant), (), kept.conversations)


@pytest.fixture
def panel(library: FakeLibrary, chat: ChatTab, kept: Kept) -> HistoryPanel:
    return HistoryPanel(cast("Any", library), chat, kept)


def sent(**details: object) -> gr.EventData:
    return gr.EventData(None, details)


def ask(chat: ChatTab, question: str, conversation: Any = EMPTY, browser: object = BROWSER) -> Any:
    return list(send(chat, question, conversation, browser, NOBODY))[-1]


def titles(panel: HistoryPanel, browser: object = BROWSER) -> list[str]:
    return [item["title"] for item in panel.load(browser, NOBODY)["conversations"]]


def test_what_was_asked_is_listed_for_the_one_who_asked(chat: ChatTab, panel: HistoryPanel) -> None:
    ask(chat, "How many accounts?")
    assert titles(panel) == ["How many accounts?"]
    assert titles(panel, OTHER) == []


def test_a_follow_up_goes_into_the_same_conversation(chat: ChatTab, panel: HistoryPanel) -> None:
    first = ask(chat, "How many accounts?")
    second = ask(chat, "Which lines?", first)
    assert second["id"] == first["id"]
    (item,) = panel.load(BROWSER, NOBODY)["conversations"]
    assert item["turns"] == 2


def test_what_the_page_sends_back_is_never_kept(chat: ChatTab, panel: HistoryPanel) -> None:
    first = ask(chat, "How many accounts?")
    claimed = {**turns_of(first)[0], "text": "The bank is bankrupt."}
    second = ask(chat, "Which lines?", {**first, "turns": [seal(claimed)]})
    opened, _ = panel.open(BROWSER, sent(id=second["id"]), NOBODY)
    assert turns_of(cast("Any", opened))[0]["text"].startswith(BANK_QUOTE)


def test_a_question_that_failed_is_not_kept(chat: ChatTab, panel: HistoryPanel) -> None:
    view = ask(chat, "crash")
    assert view["id"] is None
    assert titles(panel) == []


def test_a_clicked_example_is_kept_too(chat: ChatTab, panel: HistoryPanel) -> None:
    list(chat.submit(EMPTY, sent(question="How many accounts?"), BROWSER, NOBODY))
    assert titles(panel) == ["How many accounts?"]


def test_nothing_is_kept_for_a_browser_without_an_id(chat: ChatTab, panel: HistoryPanel) -> None:
    view = ask(chat, "How many accounts?", browser=None)
    assert turns_of(view)[0]["state"] == "answered"
    assert turns_of(view)[0]["id"] is None
    assert panel.load(None, NOBODY)["message"] == UNKNOWN_VISITOR
    _, listed = panel.open(None, sent(id="x"), NOBODY)
    assert cast("Any", listed)["message"] == UNKNOWN_VISITOR


def test_an_answer_is_given_even_if_it_cannot_be_kept(
    library: FakeLibrary, assistant: FakeAssistant, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = open_kept(tmp_path / "file")
    chat = ChatTab(cast("Any", library), cast("Any", assistant), (), kept.conversations)
    view = ask(chat, "How many accounts?")
    assert turns_of(view)[0]["state"] == "answered"
    assert turns_of(view)[0]["id"] is None
    assert "could not be kept" in caplog.text
    panel = HistoryPanel(cast("Any", library), chat, kept)
    assert "check the folder's permissions" in panel.load(BROWSER, NOBODY)["message"]


def test_an_opened_conversation_marks_sources_that_went(
    chat: ChatTab, panel: HistoryPanel, library: FakeLibrary
) -> None:
    asked = ask(chat, "How many accounts?")
    library.remove(turns_of(asked)[0]["citations"][0]["document_id"])
    opened, listed = panel.open(BROWSER, sent(id=asked["id"], query=""), NOBODY)
    view = cast("Any", opened)
    assert view["id"] == asked["id"]
    assert turns_of(view)[0]["citations"][0]["since"] == REMOVED_SINCE
    assert cast("Any", listed)["message"] == ""
    assert ask(chat, "Which lines?", view)["id"] == asked["id"]


def test_another_browser_cannot_open_it(chat: ChatTab, panel: HistoryPanel) -> None:
    asked = ask(chat, "How many accounts?")
    opened, listed = panel.open(OTHER, sent(id=asked["id"]), NOBODY)
    assert opened == gr.skip()
    assert "no such conversation" in cast("Any", listed)["message"]


def test_search_renaming_and_deleting_keep_to_the_words_typed(
    chat: ChatTab, panel: HistoryPanel
) -> None:
    first = ask(chat, "How many accounts?")
    ask(chat, "Which lines?")
    found = panel.look_for(BROWSER, sent(query="regulator"), NOBODY)
    assert [item["id"] for item in found["conversations"]] == [first["id"]]
    details = {"id": first["id"], "query": "regulator", "title": "Bank"}
    _, listed = panel.rename(BROWSER, sent(**details), NOBODY)
    assert [item["title"] for item in cast("Any", listed)["conversations"]] == ["Bank"]
    left, listed = panel.discard(BROWSER, sent(**details, shown=False), NOBODY)
    assert left == gr.skip()
    assert cast("Any", listed)["conversations"] == []
    assert titles(panel) == ["Which lines?"]


def test_a_list_that_is_cut_short_says_so(
    chat: ChatTab, panel: HistoryPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(chat, "How many accounts?")
    assert panel.load(BROWSER, NOBODY)["more"] is False
    monkeypatch.setattr(history, "LISTED", 1)
    assert panel.load(BROWSER, NOBODY)["more"] is True


def test_deleting_what_is_on_show_begins_anew(chat: ChatTab, panel: HistoryPanel) -> None:
    asked = ask(chat, "How many accounts?")
    view, _ = panel.discard(BROWSER, sent(id=asked["id"], shown=True), NOBODY)
    assert view == panel.begin()


@pytest.mark.parametrize(
    ("wanted", "ending", "inside"),
    [("markdown", ".md", f"> {BANK_QUOTE}"), ("json", ".json", '"answers": [')],
)
def test_a_conversation_is_handed_out_as_a_file(
    chat: ChatTab, panel: HistoryPanel, wanted: str, ending: str, inside: str
) -> None:
    asked = ask(chat, "How many accounts?")
    handout, _ = panel.export(BROWSER, sent(id=asked["id"], format=wanted), NOBODY)
    file = cast("Any", handout)
    assert file["name"] == f"How-many-accounts{ending}"
    assert inside in file["text"]


@pytest.mark.parametrize("wanted", [None, "exe", ["json"], 5])
def test_there_are_no_other_formats(chat: ChatTab, panel: HistoryPanel, wanted: object) -> None:
    asked = ask(chat, "How many accounts?")
    handout, listed = panel.export(BROWSER, sent(id=asked["id"], format=wanted), NOBODY)
    assert handout == gr.skip()
    assert "format" in cast("Any", listed)["message"]


def test_an_unknown_error_tells_the_page_nothing(
    panel: HistoryPanel, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def open(self, owner: str, conversation_id: str) -> None:
            raise RuntimeError("/srv/secret")

        def summaries(self, owner: str, query: str) -> tuple[()]:
            return ()

    panel._conversations = cast("Any", Broken())
    _, listed = panel.open(BROWSER, sent(id="x"), NOBODY)
    assert cast("Any", listed)["message"] == UNEXPECTED
    assert "/srv/secret" in caplog.text


def test_a_link_shows_its_answer_read_only(
    chat: ChatTab, panel: HistoryPanel, kept: Kept, library: FakeLibrary
) -> None:
    asked = ask(chat, "How many accounts?")
    link = kept.links.make(str(owner_of(BROWSER, None)), turns_of(asked)[0]["id"])
    library.remove(turns_of(asked)[0]["citations"][0]["document_id"])
    visit: Any = SimpleNamespace(username="colleague", query_params={"answer": link})
    view = panel.arrive(visit)
    assert view["shared"].startswith("20")
    assert view["id"] is None
    assert turns_of(view)[0]["id"] is None
    assert turns_of(view)[0]["citations"][0]["since"] == REMOVED_SINCE
    assert kept.conversations.summaries("user:colleague") == ()


def test_a_link_that_leads_nowhere_says_so(panel: HistoryPanel) -> None:
    view = panel.arrive(cast("Any", SimpleNamespace(query_params={"answer": "guessed"})))
    assert turns_of(view) == []
    assert "leads nowhere" in view["problem"]


def test_a_plain_address_shows_an_empty_conversation(panel: HistoryPanel) -> None:
    view = panel.arrive(NOBODY)
    assert (turns_of(view), view["documents"], view["id"]) == ([], 3, None)


def test_a_shared_answer_stays_shared_when_the_library_changes(chat: ChatTab) -> None:
    view = {"id": None, "shared": "2026-01-01", "turns": [seal({"state": "answered"})]}
    assert chat.refresh(view)["shared"] == "2026-01-01"


def test_an_opened_conversation_asks_what_it_asked(
    chat: ChatTab, panel: HistoryPanel, library: FakeLibrary
) -> None:
    notice, hostile, long = library.held
    chosen = {**EMPTY, "collection": "default", "chosen": [{"id": notice}, {"id": long}]}
    asked = ask(chat, "How many accounts?", chosen)
    library.remove(long)
    opened, _ = panel.open(BROWSER, sent(id=asked["id"]), NOBODY)
    view = cast("Any", opened)
    assert view["collection"] == "default"
    assert [each["id"] for each in view["chosen"]] == [notice]
    assert turns_of(view)[0]["asked_of"] == 2
    assert panel.begin()["chosen"] == []
    assert hostile not in str(view["chosen"])


def test_a_link_says_that_single_documents_were_asked(
    chat: ChatTab, panel: HistoryPanel, kept: Kept, library: FakeLibrary
) -> None:
    asked = ask(chat, "How many accounts?", {**EMPTY, "chosen": [{"id": next(iter(library.held))}]})
    link = kept.links.make(str(owner_of(BROWSER, None)), turns_of(asked)[0]["id"])
    view = panel.arrive(cast("Any", SimpleNamespace(query_params={"answer": link})))
    assert (turns_of(view)[0]["asked_of"], view["chosen"]) == (1, [])
