from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import gradio as gr
import pytest

from index.errors import NotFoundError
from index.values import DocumentSummary
from interface.arguments import MAX_DOCUMENTS
from interface.asking import STOPPED
from interface.chat import ChatTab
from interface.choosing import CHOICE_GONE
from interface.conversation import seal
from interface.keeping.kept import open_kept
from interface.strings import UNEXPECTED
from interface.visitors import owner_of
from retrieval.values import Turn
from tests.interface.fakes import BANK_QUOTE, FakeAssistant, FakeLibrary, send, turns_of

EMPTY: dict[str, Any] = {"turns": []}
BROWSER = "b" * 32


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
    assert turns_of(view) == []
    assert view["examples"] == ["How many?"]
    assert (view["documents"], view["collections"], view["problem"]) == (3, ["default"], "")


def test_an_empty_library_asks_for_files() -> None:
    library = FakeLibrary()
    view = make_chat(library, FakeAssistant(library)).load()
    assert (turns_of(view), view["documents"], view["examples"]) == ([], 0, [])


def test_a_library_without_an_index_says_so(assistant: FakeAssistant) -> None:
    class Unmade(FakeLibrary):
        def documents(
            self, collection: str | None = None, *, ids: Sequence[str] | None = None
        ) -> tuple[DocumentSummary, ...]:
            raise NotFoundError("there is no index yet")

    assert make_chat(Unmade(), assistant).load()["problem"] == "there is no index yet"


def test_a_question_shows_its_stages_while_it_takes_a_while_then_its_answer(
    chat: ChatTab, assistant: FakeAssistant
) -> None:
    going = send(chat, " wait: How many accounts? ", EMPTY)
    views = [next(going)]
    assert turns_of(views[0])[0]["question"] == "wait: How many accounts?"
    reading = [{"stage": "search", "ms": 1.5}, {"stage": "read", "ms": None}]
    while turns_of(views[-1])[0]["steps"] != reading:
        views.append(next(going))
    assistant.go_on.set()
    views += going
    turns = [turns_of(view)[0] for view in views]
    assert [turn["state"] for turn in turns[:-1]] == ["working"] * (len(turns) - 1)
    assert turns[-1]["state"] == "answered"
    assert turns[-1]["citations"][0]["quote"] == BANK_QUOTE
    assert views[-1]["examples"] == []


def test_sentences_come_one_after_the_other(chat: ChatTab) -> None:
    turns = [turns_of(view)[0] for view in send(chat, "How many accounts?", EMPTY)]
    growing = [turn["parts"] for turn in turns if "parts" in turn]
    assert growing[0][0] == {"text": BANK_QUOTE, "support": "verbatim"}
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(growing))
    assert [len(parts) for parts in growing] == [3, 4, 7, 7]


def test_a_question_can_be_stopped_by_its_token(
    chat: ChatTab, library: FakeLibrary, assistant: FakeAssistant
) -> None:
    views = send(chat, "wait", EMPTY)
    token = turns_of(next(views))[0]["run"]
    assert not chat.stop("another")
    assert chat.stop(token)
    last = turns_of(list(views)[-1])[0]
    assert (last["state"], last["message"]) == ("failed", STOPPED)
    assistant.go_on.set()


@pytest.mark.parametrize("question", ["", "  \n"])
def test_nothing_asked_changes_nothing(chat: ChatTab, question: object) -> None:
    assert list(send(chat, question, EMPTY)) == [gr.skip()]


def test_while_a_question_is_answered_nothing_takes_its_place(
    chat: ChatTab, assistant: FakeAssistant
) -> None:
    views = send(chat, "wait", EMPTY)
    shown = next(views)
    assert list(send(chat, "How many accounts?", shown)) == [gr.skip()]
    assert list(chat.submit(shown, click({"question": "Which lines?"}))) == [gr.skip()]
    assert chat.refresh(shown) == gr.skip()
    assistant.go_on.set()
    assert turns_of(list(views)[-1])[0]["state"] != "working"
    assert turns_of(list(send(chat, "How many accounts?", shown))[-1])[0]["state"] == "answered"


def test_an_answer_that_came_meanwhile_is_not_wiped_out(chat: ChatTab) -> None:
    views = list(send(chat, "How many accounts?", EMPTY))
    assert turns_of(views[0])[0]["state"] == "working"
    assert chat.refresh(views[0]) == gr.skip()


def test_what_goes_on_from_a_shared_answer_is_not_shared(chat: ChatTab) -> None:
    asked = list(send(chat, "How many accounts?", EMPTY))[-1]
    shared = {**asked, "id": None, "shared": "2026-01-02T03:04:05+00:00"}
    assert chat.refresh(shared)["shared"] == shared["shared"]
    assert {view["shared"] for view in send(chat, "Which lines?", shared)} == {""}


def test_a_follow_up_is_asked_with_the_conversation(
    chat: ChatTab, assistant: FakeAssistant
) -> None:
    conversation = list(send(chat, "How many accounts?", EMPTY))[-1]
    last = list(send(chat, "When was that?", conversation))[-1]
    assert assistant.histories[1][0] == Turn("user", "How many accounts?")
    assert [turn["state"] for turn in turns_of(last)] == ["answered", "abstained"]


def test_a_known_error_becomes_the_reply(chat: ChatTab) -> None:
    last = list(send(chat, "x" * 5000, EMPTY))[-1]
    assert turns_of(last)[0]["state"] == "failed"
    assert turns_of(last)[0]["message"].startswith("the question has 5000 characters")


def test_an_unknown_error_tells_the_page_nothing(
    chat: ChatTab, caplog: pytest.LogCaptureFixture
) -> None:
    last = list(send(chat, "crash", EMPTY))[-1]
    assert turns_of(last)[0]["message"] == UNEXPECTED
    assert "/srv/secret" in caplog.text


def test_a_question_may_come_before_the_page_has_its_conversation(chat: ChatTab) -> None:
    views = list(send(chat, "How many accounts?", None))
    assert turns_of(views[-1])[0]["state"] == "answered"


def test_a_lost_conversation_is_said_to_be_lost(chat: ChatTab) -> None:
    views = list(send(chat, "How many accounts?", {}))
    assert [turns_of(view)[0]["state"] for view in views] == ["failed"]


def test_a_clicked_example_is_answered(chat: ChatTab) -> None:
    views = list(chat.submit(EMPTY, click({"question": "How many accounts?"})))
    assert turns_of(views[-1])[0]["state"] == "answered"


def test_a_turn_that_is_asked_again_replaces_what_followed(chat: ChatTab) -> None:
    conversation: Any = EMPTY
    for question in ("How many accounts?", "Which lines?", "What is hostile?"):
        conversation = list(send(chat, question, conversation))[-1]
    changed = click({"question": "Where is the needle?", "turn": 1})
    last = list(chat.submit(conversation, changed))[-1]
    assert [turn["question"] for turn in turns_of(last)] == [
        "How many accounts?",
        "Where is the needle?",
    ]


def test_what_a_failed_question_was_to_replace_goes_with_the_next_answer(
    library: FakeLibrary, assistant: FakeAssistant, tmp_path: Path
) -> None:
    kept = open_kept(tmp_path)
    chat = ChatTab(cast("Any", library), cast("Any", assistant), (), kept.conversations)
    conversation: Any = EMPTY
    for question in ("How many accounts?", "Which lines?"):
        conversation = list(send(chat, question, conversation, BROWSER))[-1]
    changed = click({"question": "crash", "turn": 0})
    failed = list(chat.submit(conversation, changed, BROWSER))[-1]
    assert [turn["state"] for turn in turns_of(failed)] == ["failed"]
    owner = owner_of(BROWSER, None)
    assert owner is not None
    assert len(kept.conversations.open(owner, conversation["id"]).turns) == 2  # until another comes
    last = list(send(chat, "Where is the needle?", failed, BROWSER))[-1]
    turns = kept.conversations.open(owner, last["id"]).turns
    assert last["id"] == conversation["id"]
    assert [turn["question"] for turn in turns] == ["Where is the needle?"]


@pytest.mark.parametrize("turn", [None, -1, "0"])
def test_asking_again_without_a_turn_adds_one(chat: ChatTab, turn: object) -> None:
    conversation = list(send(chat, "How many accounts?", EMPTY))[-1]
    again = click({"question": "Which lines?", "turn": turn})
    assert len(turns_of(list(chat.submit(conversation, again))[-1])) == 2


def test_the_chosen_collection_is_asked_and_stays_chosen(chat: ChatTab) -> None:
    chosen = {**EMPTY, "collection": "default", "collections": ["default", "other"]}
    last = list(send(chat, "How many accounts?", chosen))[-1]
    assert turns_of(last)[0]["state"] == "answered"
    assert (last["collection"], last["collections"]) == ("default", ["default", "other"])
    refused = list(send(chat, "How many accounts?", {**EMPTY, "collection": "none"}))[-1]
    assert "there is no collection 'none'" in turns_of(refused)[0]["message"]


@pytest.mark.parametrize("sent", [None, "text", {}, {"question": 5}])
def test_an_example_that_is_none_is_refused(chat: ChatTab, sent: object) -> None:
    (view,) = chat.submit(EMPTY, click(sent))
    assert "question must be a string" in turns_of(view)[0]["message"]


def test_a_changed_library_keeps_the_conversation(chat: ChatTab, library: FakeLibrary) -> None:
    conversation = list(send(chat, "How many accounts?", EMPTY))[-1]
    assert turns_of(chat.refresh(conversation)) == turns_of(conversation)
    library.remove(library.documents()[0].id)
    assert chat.refresh(EMPTY)["documents"] == 2
    assert turns_of(chat.refresh(None)) == []


def choose(library: FakeLibrary, *places: int) -> dict[str, Any]:
    """Return an empty conversation in which the documents at these places are ticked."""
    held = list(library.held.values())
    return {**EMPTY, "chosen": [{"id": held[place].id, "title": "x"} for place in places]}


def test_ticked_documents_are_asked_alone_and_stay_ticked(
    chat: ChatTab, library: FakeLibrary
) -> None:
    hostile = list(library.held)[1]
    last = list(send(chat, "How many accounts?", choose(library, 1)))[-1]
    turn = turns_of(last)[0]
    assert (turn["state"], turn["asked_of"]) == ("abstained", 1)
    assert [hit["document_id"] for hit in turn["nearest"]] == [hostile]
    assert [each["id"] for each in last["chosen"]] == [hostile]
    assert last["chosen"][0]["title"] == library.held[hostile].title
    assert chat.suggester.suggest(last) == []  # what would follow is in another document
    asked = turns_of(list(send(chat, "How many accounts?", choose(library, 0, 1)))[-1])[0]
    assert (asked["state"], asked["asked_of"]) == ("answered", 2)
    assert turns_of(list(send(chat, "Which lines?", EMPTY))[-1])[0]["asked_of"] is None


def test_a_removed_document_drops_out_of_the_choice(chat: ChatTab, library: FakeLibrary) -> None:
    conversation = choose(library, 0, 2)
    notice, _, long = library.held
    library.remove(long)
    last = list(send(chat, "How many accounts?", conversation))[-1]
    assert turns_of(last)[0]["state"] == "answered"
    assert [each["id"] for each in last["chosen"]] == [notice]
    assert [each["id"] for each in chat.refresh(conversation)["chosen"]] == [notice]


def test_where_all_ticked_documents_are_gone_it_is_said_once_and_all_are_asked_then(
    chat: ChatTab, library: FakeLibrary
) -> None:
    conversation = choose(library, 2)
    library.remove(list(library.held)[2])
    assert chat.suggester.suggest({**conversation, "turns": [seal({"question": "a"})]}) == []
    last = list(send(chat, "How many accounts?", conversation))[-1]
    assert (turns_of(last)[0]["message"], last["chosen"]) == (CHOICE_GONE, [])
    again = list(send(chat, "How many accounts?", last))[-1]
    assert turns_of(again)[-1]["state"] == "answered"
    assert chat.refresh(conversation)["chosen"] == []


def test_that_all_ticked_documents_are_gone_is_said_after_the_library_was_looked_at_too(
    chat: ChatTab, library: FakeLibrary
) -> None:
    conversation = choose(library, 2)
    library.remove(list(library.held)[2])
    refreshed = chat.refresh(chat.refresh(conversation))
    last = list(send(chat, "How many accounts?", refreshed))[-1]
    assert turns_of(last)[0]["message"] == CHOICE_GONE
    again = list(send(chat, "How many accounts?", last))[-1]
    assert turns_of(again)[-1]["state"] == "answered"


def test_a_choice_that_is_none_is_refused(chat: ChatTab) -> None:
    choices: list[object] = ["x", 5, [5], [{"id": 5}], [{}], ["x"] * (MAX_DOCUMENTS + 1)]
    for chosen in choices:
        view = list(send(chat, "How many accounts?", {**EMPTY, "chosen": chosen}))[-1]
        assert turns_of(view)[0]["state"] == "failed"


def test_a_collection_that_is_gone_is_forgotten_when_the_library_changes(chat: ChatTab) -> None:
    view = chat.refresh({**EMPTY, "collection": "gone"})
    assert (view["collection"], view["documents"]) == (None, 3)
