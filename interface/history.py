"""The conversations panel: what its owner asked before, to look through and go on with."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import FootnoteError, InvalidInputError
from interface.arguments import read_text
from interface.chat import ChatTab, ConversationView
from interface.events import read_event
from interface.handouts import Targets, hand_out_file
from interface.keeping.conversations import LISTED
from interface.keeping.exporting import as_json, as_markdown, file_name
from interface.keeping.kept import Kept
from interface.keeping.sources import mark_changes
from interface.static import read_static
from interface.strings import UNEXPECTED, read_script
from interface.visitors import identify, owner_of
from retrieval.receipts import asked_of

if TYPE_CHECKING:
    from index.library import Library

UNKNOWN_VISITOR = "told_unknown_visitor"
FORMATS: dict[str, tuple[Callable[..., str], str, str]] = {
    "markdown": (as_markdown, ".md", "text/markdown"),
    "json": (as_json, ".json", "application/json"),
}

logger = logging.getLogger(__name__)

HistoryView = dict[str, Any]
NOTHING: HistoryView = {"conversations": [], "more": False, "query": "", "message": ""}


class HistoryPanel:
    """The panel's callbacks; what they return is drawn by `history.js` and `conversation.js`."""

    def __init__(self, library: Library, chat: ChatTab, kept: Kept) -> None:
        self._library = library
        self._chat = chat
        self._conversations = kept.conversations
        self._links = kept.links

    def arrive(self, request: gr.Request) -> ConversationView:
        """Return what the page shows first: the answer that its address links to, or nothing."""
        link = dict(request.query_params).get("answer")
        if link is None:
            return self._chat.load()
        try:
            shared = self._links.follow(read_text(link, name="answer"))
            turns = mark_changes(self._library, [{**shared.view, "id": None}])
        except FootnoteError as error:
            return {**self._chat.load(), "problem": str(error)}
        return self._chat.show(turns, shared=shared.made)

    def begin(self) -> ConversationView:
        """Return an empty conversation."""
        return self._chat.load()

    def load(self, browser: object, request: gr.Request) -> HistoryView:
        """Return the list as the page opens."""
        return self._list(owner_of(browser, request), "")

    def look_for(self, browser: object, event: gr.EventData, request: gr.Request) -> HistoryView:
        """Return the conversations that hold the words that were typed."""
        return self._list(owner_of(browser, request), _read_query(event))

    def open(
        self, browser: object, event: gr.EventData, request: gr.Request
    ) -> tuple[object, object]:
        """Return a conversation, with a mark at each source that has changed since."""

        def act(owner: str) -> ConversationView:
            found = self._conversations.open(owner, _read_id(event))
            turns = mark_changes(self._library, found.turns)
            collection, documents = asked_of(found.answers[-1])
            return self._chat.show(
                turns, kept_as=found.id, collection=collection, documents=documents or ()
            )

        return self._act(browser, event, request, act)

    def rename(
        self, browser: object, event: gr.EventData, request: gr.Request
    ) -> tuple[object, object]:
        """Give a conversation another title."""

        def act(owner: str) -> object:
            title = read_text(read_event(event, "title"), name="title")
            self._conversations.rename(owner, _read_id(event), title)
            return gr.skip()

        return self._act(browser, event, request, act)

    def discard(
        self, browser: object, event: gr.EventData, request: gr.Request
    ) -> tuple[object, object]:
        """Delete a conversation; where it is the one on show, begin another."""

        def act(owner: str) -> object:
            self._conversations.delete(owner, _read_id(event))
            return self._chat.load() if read_event(event, "shown") is True else gr.skip()

        return self._act(browser, event, request, act)

    def export(
        self, browser: object, event: gr.EventData, request: gr.Request
    ) -> tuple[object, object]:
        """Hand out a conversation as a file."""

        def act(owner: str) -> object:
            wanted = read_text(read_event(event, "format"), name="format")
            if wanted not in FORMATS:
                raise InvalidInputError(f"there is no format {wanted!r:.60}")
            write, suffix, kind = FORMATS[wanted]
            found = self._conversations.open(owner, _read_id(event))
            return hand_out_file(file_name(found, suffix), kind, write(found))

        return self._act(browser, event, request, act)

    def _act(
        self,
        browser: object,
        event: gr.EventData,
        request: gr.Request,
        act: Callable[[str], object],
    ) -> tuple[object, object]:
        """Return what `act` gives, or nothing where it fails, and the list after it."""
        owner = owner_of(browser, request)
        given: object = gr.skip()
        message = ""
        try:
            if owner is None:
                raise InvalidInputError(UNKNOWN_VISITOR)
            given = act(owner)
        except FootnoteError as error:
            message = str(error)
        except Exception:
            logger.exception("a conversation could not be shown or changed")
            message = UNEXPECTED
        return given, self._list(owner, _read_query(event), message)

    def _list(self, owner: str | None, query: str, message: str = "") -> HistoryView:
        if owner is None:
            return {**NOTHING, "query": query, "message": UNKNOWN_VISITOR}
        try:
            found = self._conversations.summaries(owner, query)
        except FootnoteError as error:
            return {**NOTHING, "query": query, "message": str(error)}
        return {
            "conversations": [asdict(summary) for summary in found],
            "more": len(found) == LISTED,
            "query": query,
            "message": message,
        }


def build_history() -> gr.HTML:
    """Add the panel to the page."""
    return gr.HTML(
        html_template=read_static("history.html"),
        js_on_load=read_script("history.js"),
        apply_default_css=False,
        elem_id="history",
    )


def connect_history(
    page: gr.Blocks, panel: HistoryPanel, *, history: gr.HTML, targets: Targets
) -> None:
    """Connect the page's opening and the panel's events to the panel's callbacks."""
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    browser, conversation = targets.browser, targets.conversation
    page.load(panel.arrive, outputs=conversation, **quiet)
    known = page.load(identify, inputs=browser, outputs=browser, **quiet)
    known.then(panel.load, inputs=browser, outputs=history, **quiet)
    history.search(
        panel.look_for, inputs=browser, outputs=history, trigger_mode="always_last", **quiet
    )
    history.fresh(panel.begin, outputs=conversation, **quiet)
    shows: dict[str, Any] = {"inputs": browser, "outputs": [conversation, history], **quiet}
    history.open(panel.open, **shows)
    history.rename(panel.rename, **shows)
    history.discard(panel.discard, **shows)
    history.export(panel.export, inputs=browser, outputs=[targets.handouts, history], **quiet)


def _read_id(event: gr.EventData) -> str:
    return read_text(read_event(event, "id"), name="id")


def _read_query(event: gr.EventData) -> str:
    query = read_event(event, "query")
    return read_text(query, name="query") if isinstance(query, str) else ""
