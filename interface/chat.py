"""The conversation: its callbacks, and its part of the page."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import FootnoteError, StoppedError
from interface.arguments import read_text
from interface.asking import Runs, Stage
from interface.conversation import (
    failed_turn,
    finished_turn,
    growing_turns,
    history_of,
    read_collection,
    read_turns,
    working_turn,
)
from interface.endpoints import READERS, UNEXPECTED
from interface.events import read_event
from interface.examples import suggest_questions
from interface.static import read_static
from interface.strings import read_script, translate
from retrieval.followups import suggest_followups

if TYPE_CHECKING:
    from index.library import Library
    from retrieval.assistant import Assistant

logger = logging.getLogger(__name__)

ConversationView = dict[str, Any]


class ChatTab:
    """The conversation's callbacks; what they return is drawn by `conversation.js`."""

    def __init__(self, library: Library, assistant: Assistant, examples: Sequence[str]) -> None:
        self._library = library
        self._assistant = assistant
        self._examples = tuple(examples)
        self._runs = Runs()
        self._suggesting = Lock()

    def load(self) -> ConversationView:
        """Return an empty conversation with what can be asked and example questions."""
        return self._view([])

    def refresh(self, conversation: object) -> ConversationView:
        """Return the same conversation after the library has changed."""
        try:
            return self._view(read_turns(conversation), collection=read_collection(conversation))
        except FootnoteError:
            return self.load()

    def submit(
        self, question: object, conversation: object
    ) -> Iterator[tuple[ConversationView, object]]:
        """Answer the question in the text box: show how it is worked out, then its answer."""
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
        """Answer a question that was clicked: an example or a follow-up."""
        yield from self._answer(read_event(event, "question"), conversation)

    def submit_again(self, conversation: object, event: gr.EventData) -> Iterator[ConversationView]:
        """Answer an earlier turn's question, as it was or changed, in place of what followed."""
        turn = read_event(event, "turn")
        kept = turn if isinstance(turn, int) and turn >= 0 else None
        yield from self._answer(read_event(event, "question"), conversation, kept=kept)

    def stop(self, token: object) -> bool:
        """Stop the question that is being answered under this token; says whether there is one."""
        return self._runs.stop(token)

    def suggest(self, conversation: object) -> list[str]:
        """Return what to ask after the last turn; nothing while questions are being answered."""
        if not self._suggesting.acquire(blocking=False):
            return []
        try:
            return list(self._suggest(conversation))
        except FootnoteError:
            return []  # suggestions are a courtesy
        except Exception:
            logger.exception("no follow-ups could be suggested")
            return []
        finally:
            self._suggesting.release()

    def _suggest(self, conversation: object) -> tuple[str, ...]:
        *before, last = read_turns(conversation) or [{}]
        collection = read_collection(conversation)
        ask = partial(self._assistant.ask, collection=collection, observer=self._give_way)
        question = read_text(last.get("question"), name="question")
        answer = ask(question, history=history_of(before))  # remembered since it was shown
        return suggest_followups(answer, ask, go_on=lambda: not self._runs.busy)

    def _give_way(self, _stage: str, _taken_ms: float | None) -> None:
        if self._runs.busy:
            raise StoppedError("somebody asks; suggestions can wait")

    def _answer(
        self, question: object, conversation: object, *, kept: int | None = None
    ) -> Iterator[ConversationView]:
        """Yield the conversation while the question is answered, after the first `kept` turns."""
        turns: list[dict[str, Any]] = []
        asked = question if isinstance(question, str) else ""
        view = partial(self._view, before=conversation)
        try:
            turns = read_turns(conversation)[:kept]
            asked = read_text(question, name="question")
            for turn in self._work_out(asked, turns, read_collection(conversation)):
                yield view([*turns, turn])
        except FootnoteError as error:
            yield view([*turns, failed_turn(asked, str(error))])
        except Exception:
            logger.exception("a question could not be answered")
            yield view([*turns, failed_turn(asked, UNEXPECTED)])

    def _work_out(
        self, asked: str, turns: Sequence[Mapping[str, Any]], collection: str | None
    ) -> Iterator[dict[str, Any]]:
        """Yield the question's turn: its stages, then its answer sentence by sentence."""
        history = history_of(turns)
        ask = partial(self._assistant.ask, asked, history=history, collection=collection)
        stages: list[Stage] = []
        with self._runs.start(lambda observer: ask(observer=observer)) as run:
            working = working_turn(asked, run.token)
            yield working
            for event in run.events():
                if isinstance(event, Stage):
                    stages.append(event)
                    working = working_turn(asked, run.token, stages)
                    yield working
                else:
                    finished = finished_turn(event)
                    yield from growing_turns(working, finished)
                    yield finished

    def _view(
        self,
        turns: list[dict[str, Any]],
        *,
        before: object = None,
        collection: str | None = None,
    ) -> ConversationView:
        """Return what the page shows; `before` gives what goes on as it was while answering."""
        if turns and isinstance(before, Mapping):
            return {**before, "turns": turns, "examples": []}
        return {"turns": turns, "collection": collection, **self._describe_library(turns)}

    def _describe_library(self, turns: Sequence[object]) -> ConversationView:
        try:
            summaries = self._library.documents()
        except FootnoteError as error:
            return {"documents": 0, "collections": [], "examples": [], "problem": str(error)}
        examples = () if turns else suggest_questions(self._examples, summaries)
        return {
            "documents": len(summaries),
            "collections": sorted({summary.collection for summary in summaries}),
            "examples": list(examples),
            "problem": "",
        }


def build_chat(chat: ChatTab) -> gr.HTML:
    """Add the conversation and the field to ask in; returns the conversation."""

    def stop(token: object) -> bool:
        return chat.stop(token)

    def suggest(conversation: object) -> list[str]:
        return chat.suggest(conversation)

    t = translate()
    conversation = gr.HTML(
        html_template=read_static("conversation.html"),
        js_on_load=read_script("preview.js", "conversation.js", "asking.js"),
        server_functions=[stop, suggest],
        apply_default_css=False,
        elem_id="conversation",
    )
    question = gr.Textbox(
        placeholder=t("question_placeholder"),
        label=t("question_label"),
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
    conversation.again(chat.submit_again, inputs=conversation, outputs=conversation, **options)
    return conversation
