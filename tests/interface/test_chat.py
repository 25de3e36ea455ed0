from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import gradio as gr
import pytest

from index.errors import NotFoundError
from index.values import DocumentSummary
from interface.chat import WELCOME_EMPTY, ChatTab
from interface.endpoints import UNEXPECTED
from retrieval.values import Turn
from tests.interface.fakes import BANK_QUOTE, FakeAssistant, FakeLibrary

EMPTY: dict[str, Any] = {"turns": []}


def make_chat(
    library: FakeLibrary, assistant: FakeAssistant, examples: Sequence[str] = ()
) -> ChatTab:
    return ChatTab(cast("Any", library), cast("Any", assistant), examples)


@pytest.fixture
def chat(library: FakeLibrary, assistant: FakeAssistant) -> ChatTab:
    return make_chat(library, assistant)


def click(example: object) -> gr.EventData:
    return gr.EventData(None, example)


def test_an_empty_conversation_welcomes_and_suggests(
    library: FakeLibrary, assistant: FakeAssistant
) -> None:
    view = make_chat(library, assistant, ["How many?"]).load()
    assert view["turns"] == []
    assert view["examples"] == ["How many?"]
    assert view["welcome"].startswith("3 documents to ask.")


def test_an_empty_library_asks_for_files() -> None:
    library = FakeLibrary()
    view = make_chat(library, FakeAssistant(library)).load()
    assert view == {
        "id": None,
        "shared": "",
        "turns": [],
        "welcome": WELCOME_EMPTY,
        "examples": [],
    }


def test_one_document_is_not_several(library: FakeLibrary, assistant: FakeAssistant) -> None:
    for summary in library.documents()[1:]:
        library.remove(summary.id)
    assert make_chat(library, assistant).load()["welcome"].startswith("1 document to ask.")


def test_a_library_without_an_index_says_so(assistant: FakeAssistant) -> None:
    class Unmade(FakeLibrary):
        def documents(self, collection: str | None = None) -> tuple[DocumentSummary, ...]:
            raise NotFoundError("there is no index yet")

    assert make_chat(Unmade(), assistant).load()["welcome"] == "there is no index yet"


def test_a_question_is_shown_at_once_and_then_answered(chat: ChatTab) -> None:
    (first, emptied), (last, left) = chat.submit(" How many accounts? ", EMPTY)
    assert first["turns"] == [{"state": "working", "question": "How many accounts?"}]
    assert emptied == ""
    assert left == gr.skip()
    assert last["turns"][0]["state"] == "answered"
    assert last["turns"][0]["citations"][0]["quote"] == BANK_QUOTE
    assert last["examples"] == []


@pytest.mark.parametrize("question", ["", "  \n", None, 5])
def test_nothing_asked_changes_nothing(chat: ChatTab, question: object) -> None:
    assert list(chat.submit(question, EMPTY)) == [(gr.skip(), gr.skip())]


def test_a_follow_up_is_asked_with_the_conversation(
    chat: ChatTab, assistant: FakeAssistant
) -> None:
    conversation = list(chat.submit("How many accounts?", EMPTY))[-1][0]
    last = list(chat.submit("When was that?", conversation))[-1][0]
    assert assistant.histories[1][0] == Turn("user", "How many accounts?")
    assert [turn["state"] for turn in last["turns"]] == ["answered", "abstained"]


def test_a_known_error_becomes_the_reply(chat: ChatTab) -> None:
    last = list(chat.submit("x" * 5000, EMPTY))[-1][0]
    assert last["turns"][0]["state"] == "failed"
    assert last["turns"][0]["message"].startswith("the question has 5000 characters")


def test_an_unknown_error_tells_the_page_nothing(
    chat: ChatTab, caplog: pytest.LogCaptureFixture
) -> None:
    last = list(chat.submit("crash", EMPTY))[-1][0]
    assert last["turns"][0]["message"] == UNEXPECTED
    assert "/srv/secret" in caplog.text


def test_a_lost_conversation_is_said_to_be_lost(chat: ChatTab) -> None:
    views = [view for view, _ in chat.submit("How many accounts?", None)]
    assert [view["turns"][0]["state"] for view in views] == ["failed"]


def test_a_clicked_example_is_answered(chat: ChatTab) -> None:
    views = list(chat.submit_example(EMPTY, click({"question": "How many accounts?"})))
    assert [view["turns"][0]["state"] for view in views] == ["working", "answered"]


@pytest.mark.parametrize("sent", [None, "text", {}, {"question": 5}])
def test_an_example_that_is_none_is_refused(chat: ChatTab, sent: object) -> None:
    (view,) = chat.submit_example(EMPTY, click(sent))
    assert "question must be a string" in view["turns"][0]["message"]


def test_a_changed_library_keeps_the_conversation(chat: ChatTab, library: FakeLibrary) -> None:
    conversation = list(chat.submit("How many accounts?", EMPTY))[-1][0]
    assert chat.refresh(conversation) == conversation
    library.remove(library.documents()[0].id)
    assert chat.refresh(EMPTY)["welcome"].startswith("2 documents")
    assert chat.refresh(None)["turns"] == []
