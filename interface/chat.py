"""The conversation: its callbacks, and its part of the page."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
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
from interface.static import read_static

if TYPE_CHECKING:
    from index.library import Library
    from retrieval.assistant import Assistant

WELCOME = "Every sentence of an answer links to the place that says so."
WELCOME_EMPTY = "Nothing is indexed yet. Add files in the library, then ask about them here."

logger = logging.getLogger(__name__)

ConversationView = dict[str, Any]


class ChatTab:
    """The conversation's callbacks; what they return is drawn by `conversation.js`."""

    def __init__(self, library: Library, assistant: Assistant, examples: Sequence[str]) -> None:
        self._library = library
        self._assistant = assistant
        self._examples = tuple(examples)

    def load(self) -> ConversationView:
        """Return an empty conversation with its welcome and example questions."""
        try:
            return self._view([])
        except FootnoteError as error:
            return {"turns": [], "welcome": str(error), "examples": []}

    def refresh(self, conversation: object) -> ConversationView:
        """Return the same conversation after the library has changed."""
        try:
            return self._view(read_turns(conversation))
        except FootnoteError:
            return self.load()

    def submit(
        self, question: object, conversation: object
    ) -> Iterator[tuple[ConversationView, object]]:
        """Answer the question in the text box: first show it, then its answer."""
        if not isinstance(question, str) or not question.strip():
            yield gr.skip(), gr.skip()
            return
        emptied: object = ""
        for view in self._answer(question.strip(), conversation):
            yield view, emptied
            emptied = gr.skip()  # the next question may be in it by then

    def submit_example(
        self, conversation: object, event: gr.EventData
    ) -> Iterator[ConversationView]:
        """Answer an example question that was clicked."""
        yield from self._answer(read_event(event, "question"), conversation)

    def _answer(self, question: object, conversation: object) -> Iterator[ConversationView]:
        turns: list[dict[str, Any]] = []
        asked = question if isinstance(question, str) else ""
        try:
            turns = read_turns(conversation)
            asked = read_text(question, name="question")
            history = history_of(turns)
            yield self._view([*turns, working_turn(asked)])
            turn = finished_turn(self._assistant.ask(asked, history=history))
        except FootnoteError as error:
            turn = failed_turn(asked, str(error))
        except Exception:
            logger.exception("a question could not be answered")
            turn = failed_turn(asked, UNEXPECTED)
        yield self._view([*turns, turn])

    def _view(self, turns: list[dict[str, Any]]) -> ConversationView:
        if turns:
            return {"turns": turns, "welcome": "", "examples": []}
        summaries = self._library.documents()
        count = len(summaries)
        documents = "1 document" if count == 1 else f"{count} documents"
        return {
            "turns": [],
            "welcome": f"{documents} to ask. {WELCOME}" if count else WELCOME_EMPTY,
            "examples": list(suggest_questions(self._examples, summaries)),
        }


def build_chat(chat: ChatTab) -> gr.HTML:
    """Add the conversation and the field to ask in; returns the conversation."""
    conversation = gr.HTML(
        html_template=read_static("conversation.html"),
        js_on_load=read_static("conversation.js"),
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
        chat.submit, inputs=[question, conversation], outputs=[conversation, question], **options
    )
    conversation.example(chat.submit_example, inputs=conversation, outputs=conversation, **options)
    return conversation
