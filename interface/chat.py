"""The conversation: its callbacks, and its part of the page."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import FootnoteError
from interface.arguments import read_text
from interface.conversation import (
    failed_turn,
    finished_turn,
    history_of,
    read_turns,
    working_turn,
)
from interface.endpoints import READERS, UNEXPECTED
from interface.events import read_event
from interface.examples import suggest_questions
from interface.keeping.conversations import Conversations
from interface.keeping.recorder import conversation_id_of, keep_turn
from interface.static import read_static
from interface.visitors import owner_of

if TYPE_CHECKING:
    from index.library import Library
    from retrieval.assistant import Assistant

WELCOME = "Every sentence of an answer links to the place that says so."
WELCOME_EMPTY = "Nothing is indexed yet. Add files in the library, then ask about them here."

logger = logging.getLogger(__name__)

ConversationView = dict[str, Any]
# `id` names the kept conversation, `shared` is when a shared answer's link was made.
EMPTY: ConversationView = {"id": None, "shared": "", "turns": [], "welcome": "", "examples": []}


class ChatTab:
    """The conversation's callbacks; what they return is drawn by `conversation.js`."""

    def __init__(
        self,
        library: Library,
        assistant: Assistant,
        examples: Sequence[str],
        conversations: Conversations | None = None,
    ) -> None:
        self._library = library
        self._assistant = assistant
        self._examples = tuple(examples)
        self._conversations = conversations

    def load(self) -> ConversationView:
        """Return an empty conversation with its welcome and example questions."""
        try:
            return self._view([])
        except FootnoteError as error:
            return {**EMPTY, "welcome": str(error)}

    def refresh(self, conversation: object) -> ConversationView:
        """Return the same conversation after the library has changed."""
        try:
            turns = read_turns(conversation)
            if turns and isinstance(conversation, Mapping):
                return {**EMPTY, **conversation, "turns": turns}
            return self._view([])
        except FootnoteError:
            return self.load()

    def submit(
        self,
        question: object,
        conversation: object,
        browser: object = None,
        request: gr.Request | None = None,
    ) -> Iterator[tuple[ConversationView, object]]:
        """Answer the question in the text box: first show it, then its answer."""
        if not isinstance(question, str) or not question.strip():
            yield gr.skip(), gr.skip()
            return
        emptied: object = ""
        owner = owner_of(browser, request)
        for view in self._answer(question.strip(), conversation, owner):
            yield view, emptied
            emptied = gr.skip()  # the next question may be in it by then

    def submit_example(
        self,
        conversation: object,
        event: gr.EventData,
        browser: object = None,
        request: gr.Request | None = None,
    ) -> Iterator[ConversationView]:
        """Answer an example question that was clicked."""
        owner = owner_of(browser, request)
        yield from self._answer(read_event(event, "question"), conversation, owner)

    def _answer(
        self, question: object, conversation: object, owner: str | None
    ) -> Iterator[ConversationView]:
        turns: list[dict[str, Any]] = []
        kept_as = conversation_id_of(conversation)
        asked = question if isinstance(question, str) else ""
        try:
            turns = read_turns(conversation)
            asked = read_text(question, name="question")
            history = history_of(turns)
            yield self._view([*turns, working_turn(asked)], kept_as)
            answer = self._assistant.ask(asked, history=history)
            view = finished_turn(answer)
            kept_as, turn = keep_turn(
                self._conversations, owner, conversation, answer=answer, view=view
            )
        except FootnoteError as error:
            turn = failed_turn(asked, str(error))
        except Exception:
            logger.exception("a question could not be answered")
            turn = failed_turn(asked, UNEXPECTED)
        yield self._view([*turns, turn], kept_as)

    def _view(self, turns: list[dict[str, Any]], kept_as: str | None = None) -> ConversationView:
        if turns:
            return {**EMPTY, "id": kept_as, "turns": turns}
        summaries = self._library.documents()
        count = len(summaries)
        documents = "1 document" if count == 1 else f"{count} documents"
        return {
            **EMPTY,
            "welcome": f"{documents} to ask. {WELCOME}" if count else WELCOME_EMPTY,
            "examples": list(suggest_questions(self._examples, summaries)),
        }


def build_chat(chat: ChatTab, browser: gr.BrowserState) -> gr.HTML:
    """Add the conversation and the field to ask in; returns the conversation."""
    conversation = gr.HTML(
        html_template=read_static("conversation.html"),
        js_on_load=read_static("answer_actions.js") + read_static("conversation.js"),
        apply_default_css=False,
        elem_id="conversation",
    )
    question = gr.Textbox(
        placeholder="Ask about your documents",
        label="Question",
        show_label=False,
        container=False,
        lines=1,
        max_lines=6,
        submit_btn=True,
        autofocus=True,
        elem_id="question",
    )
    options: dict[str, Any] = {
        "show_progress": "hidden",
        "concurrency_id": "read",
        "concurrency_limit": READERS,
        "api_visibility": "private",
    }
    question.submit(
        chat.submit,
        inputs=[question, conversation, browser],
        outputs=[conversation, question],
        **options,
    )
    conversation.example(
        chat.submit_example, inputs=[conversation, browser], outputs=conversation, **options
    )
    return conversation
