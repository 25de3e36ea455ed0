"""The conversation: its callbacks, and its part of the page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import FootnoteError
from interface.arguments import read_text
from interface.asking import READERS, Runs
from interface.choosing import (
    Scope,
    find_choosable,
    read_chosen,
    restore_scope,
    settle_scope,
    was_lost,
)
from interface.conversation import (
    begun,
    failed_turn,
    finished_turn,
    going_on,
    growing_turns,
    history_of,
    read_collection,
    read_turns,
    replaced_by,
    run_of,
    seal,
    working_turn,
)
from interface.events import read_event
from interface.examples import suggest_questions
from interface.keeping.conversations import Conversations
from interface.keeping.recorder import conversation_id_of, keep_turn
from interface.static import read_static
from interface.strings import UNEXPECTED, read_script, translate
from interface.suggesting import Suggester
from interface.visitors import owner_of
from retrieval.composing import Composition
from retrieval.values import Answer

if TYPE_CHECKING:
    from index.library import Library
    from retrieval.assistant import Assistant

logger = logging.getLogger(__name__)

ConversationView = dict[str, Any]
GOES_ON = ("collection", "chosen", "collections", "documents", "problem")  # from turn to turn


class ChatTab:
    """The conversation's callbacks; what they return is drawn by `conversation.js`."""

    def __init__(
        self,
        library: Library,
        assistant: Assistant,
        examples: Sequence[str],
        conversations: Conversations | None = None,
        runs: Runs | None = None,
    ) -> None:
        self._library = library
        self._assistant = assistant
        self._examples = tuple(examples)
        self._conversations = conversations
        self._runs = runs or Runs()
        self.suggester = Suggester(library, assistant, self._runs)

    def load(self) -> ConversationView:
        """Return an empty conversation with what can be asked and example questions."""
        return self.show([])

    def refresh(self, conversation: object) -> ConversationView:
        """Return the same conversation after the library has changed.

        One that shows a question as being answered stays as it is: the answer's turn is on its way,
        or came after the page had sent this, and what would be shown without it would wipe it out.
        """
        if run_of(conversation) is not None:
            unchanged: ConversationView = gr.skip()
            return unchanged
        try:
            shown = self.show(
                read_turns(conversation),
                collection=read_collection(conversation),
                documents=read_chosen(conversation),
            )
            carried = conversation if isinstance(conversation, Mapping) else {}
            lost = shown["lost"] or was_lost(conversation)
            return {**shown, **{name: carried.get(name) for name in ("id", "shared")}, "lost": lost}
        except FootnoteError:
            return self.load()

    def submit(
        self,
        conversation: object,
        event: gr.EventData,
        browser: object = None,
        request: gr.Request | None = None,
    ) -> Iterator[ConversationView]:
        """Answer a question that the page sends: show how it is worked out, then its answer.

        One that comes with its turn is answered in place of that turn and of what followed it; one
        that comes while another is being answered isn't.
        """
        question = read_event(event, "question")
        asked = question.strip() if isinstance(question, str) else question
        if asked == "" or self._is_answering(conversation):
            yield gr.skip()
            return
        turn = read_event(event, "turn")
        kept = turn if isinstance(turn, int) and turn >= 0 else None
        owner = owner_of(browser, request)
        yield from self._answer(asked, conversation, owner=owner, kept=kept)

    def stop(self, token: object) -> bool:
        """Stop the question that is being answered under this token; says whether there is one."""
        return self._runs.stop(token)

    def find_documents(self, request: object) -> dict[str, Any]:
        """Return documents to tick, see `find_choosable`."""
        return find_choosable(self._library, request)

    def _is_answering(self, conversation: object) -> bool:
        return self._runs.has(run_of(conversation))

    def _answer(
        self,
        question: object,
        conversation: object,
        *,
        owner: str | None,
        kept: int | None = None,
    ) -> Iterator[ConversationView]:
        """Yield the conversation while the question is answered, after the first `kept` turns."""
        turns: list[dict[str, Any]] = []
        replaced: list[str] = []
        asked = question if isinstance(question, str) else ""
        view = partial(self._go_on, conversation)
        try:
            everything = read_turns(conversation)
            turns = everything[:kept]
            replaced = replaced_by(everything, len(turns))
            asked = read_text(question, name="question")
            scope = settle_scope(self._library, conversation)
            view = partial(self._go_on, conversation, scope=scope.view())
            ask = partial(
                self._assistant.ask,
                asked,
                history=history_of(turns),
                collection=scope.collection,
                documents=scope.ids,
            )
            keep = partial(
                keep_turn,
                self._conversations,
                owner,
                conversation,
                replaced=replaced,
            )
            known = conversation_id_of(conversation)
            for kept_as, turn in self._work_out(asked, ask, known, keep):
                yield view([*turns, turn], kept_as)
        except FootnoteError as error:
            yield view([*turns, failed_turn(asked, str(error), replaced=replaced)])
        except Exception:
            logger.exception("a question could not be answered")
            yield view([*turns, failed_turn(asked, UNEXPECTED, replaced=replaced)])

    def _work_out(
        self,
        asked: str,
        ask: Callable[..., Answer],
        kept_as: str | None,
        keep: Callable[..., tuple[str | None, dict[str, Any]]],
    ) -> Iterator[tuple[str | None, dict[str, Any]]]:
        """Yield the question's turn: its stages, then its answer sentence by sentence.

        Each with the id of the conversation that it is kept in.
        """
        with self._runs.start(ask) as run:
            working = working_turn(asked, run.token)
            for event in run.events():
                if isinstance(event, Answer):
                    finished = finished_turn(event)
                    for grown in growing_turns(working, finished):
                        yield kept_as, grown
                    yield keep(answer=event, view=finished)
                else:
                    shown = begun(event) if isinstance(event, Composition) else going_on(event)
                    working = {**working, **shown}
                    yield kept_as, working

    def show(
        self,
        turns: Sequence[Mapping[str, Any]],
        *,
        kept_as: str | None = None,
        shared: str = "",
        collection: str | None = None,
        documents: Sequence[str] = (),
    ) -> ConversationView:
        """Return a conversation as the page shows it.

        Args:
            turns: As `interface.conversation` makes them.
            kept_as: Id of the kept conversation.
            shared: When a shared answer's link was made, or "".
            collection: The collection that is asked, or None for all.
            documents: Ids of the documents in it that are asked, none for all.
        """
        return {
            "id": kept_as,
            "shared": shared,
            "turns": [seal(turn) for turn in turns],
            **self._describe_library(turns, collection, documents),
        }

    def _go_on(
        self,
        conversation: object,
        turns: Sequence[Mapping[str, Any]],
        kept_as: str | None = None,
        scope: Mapping[str, Any] | None = None,
    ) -> ConversationView:
        """Return a conversation that goes on as it was, with these turns.

        It isn't a shared answer any more: its label would stand above what was never shared.
        """
        if not isinstance(conversation, Mapping):
            return self.show(turns, kept_as=kept_as)
        known = kept_as or conversation_id_of(conversation)
        sealed = [seal(turn) for turn in turns]
        changed = {"id": known, "shared": "", "turns": sealed, "lost": False}  # told by now
        # Nothing else that a client sends comes back.
        same = {name: conversation[name] for name in GOES_ON if name in conversation}
        return {**same, **(scope or {}), **changed, "examples": []}

    def _describe_library(
        self, turns: Sequence[object], collection: str | None, documents: Sequence[str]
    ) -> ConversationView:
        try:
            summaries = self._library.documents()
        except FootnoteError as error:
            nothing = {"documents": 0, "collections": [], "examples": [], "problem": str(error)}
            return {**Scope(None).view(), **nothing}
        examples = () if turns else suggest_questions(self._examples, summaries)
        return {
            **restore_scope(summaries, collection, documents).view(),
            "documents": len(summaries),
            "collections": sorted({summary.collection for summary in summaries}),
            "examples": list(examples),
            "problem": "",
        }


def build_chat(chat: ChatTab, browser: gr.BrowserState) -> gr.HTML:
    """Add the conversation and the field to ask in; returns the conversation."""

    def stop(token: object) -> bool:
        return chat.stop(token)

    def suggest(conversation: object) -> list[str]:
        return chat.suggester.suggest(conversation)

    def find_documents(request: object) -> dict[str, Any]:
        return chat.find_documents(request)

    t = translate()
    conversation = gr.HTML(
        html_template=read_static("conversation.html"),
        js_on_load=read_script(
            "answer_actions.js", "preview.js", "conversation.js", "choosing.js", "asking.js"
        ),
        server_functions=[stop, suggest, find_documents],
        apply_default_css=False,
        elem_id="conversation",
    )
    gr.Textbox(
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
    shown: dict[str, Any] = {"inputs": [conversation, browser], "outputs": conversation, **options}
    conversation.example(chat.submit, **shown)
    conversation.again(chat.submit, **shown)
    return conversation
