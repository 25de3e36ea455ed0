"""The page: a conversation beside the document that it cites, and the library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from interface.answer_actions import AnswerActions, connect_actions
from interface.asking import Runs
from interface.chat import ChatTab, build_chat
from interface.endpoints import Endpoints, publish
from interface.environment import UPLOADS_KEPT_SECONDS
from interface.feedback import FeedbackEndpoint, publish_feedback
from interface.handouts import Targets, build_handouts
from interface.history import HistoryPanel, build_history, connect_history
from interface.keeping.kept import open_kept
from interface.library import LibraryParts, LibraryTab, build_library
from interface.static import read_static
from interface.strings import read_script, translate
from interface.viewer import build_viewer
from interface.visitors import make_browser_state

if TYPE_CHECKING:
    from index.library import Library
    from retrieval.assistant import Assistant


class Page(gr.Blocks):
    """A Gradio page that fetches nothing and hands out no files.

    It has optional arguments over plain HTTP too.
    """

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], *arguments: Any, **keywords: Any
    ) -> Any:
        """Fill in the defaults of missing trailing arguments, as gradio_client does by itself.

        Raises:
            gradio.Error: A file is named by its address, from which Gradio would fetch it.
        """
        if any(map(_names_address, _mappings_in(inputs))):
            complaint = "files aren't fetched from addresses; upload the file itself"
            raise gr.Error(complaint, print_exception=False)
        missing = block_fn.inputs[len(inputs) :]
        if block_fn.api_visibility == "public":
            inputs = [*inputs, *(block.value for block in missing)]
        return await super().preprocess_data(block_fn, inputs, *arguments, **keywords)

    async def postprocess_data(
        self, block_fn: Any, predictions: Any, *arguments: Any, **keywords: Any
    ) -> Any:
        """Let out values alone.

        Raises:
            RuntimeError: What Gradio takes for more is among them: a file to hand out, properties
                of a component. No callback makes such; a client's own words that come back might.
        """
        several = isinstance(predictions, list | tuple)
        for value in predictions if several else [predictions]:
            if any(map(_is_file, _mappings_in(value))) or _sets_properties(value):
                raise RuntimeError("a callback returned a file or a component's properties")
        return await super().postprocess_data(block_fn, predictions, *arguments, **keywords)


def _mappings_in(value: object) -> Iterator[Mapping[Any, Any]]:
    if isinstance(value, Mapping):
        yield value
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(inner, Iterable) and not isinstance(inner, str):
        for each in inner:
            yield from _mappings_in(each)


def _names_address(value: Mapping[Any, Any]) -> bool:
    path = value.get("path")
    return isinstance(path, str) and path.startswith(("http://", "https://"))


def _is_file(value: Mapping[Any, Any]) -> bool:
    return {"path", "meta"} <= value.keys()


def _sets_properties(value: object) -> bool:
    return isinstance(value, Mapping) and "__type__" in value and value != gr.skip()


def build_page(
    library: Library,
    assistant: Assistant,
    *,
    examples: Sequence[str] = (),
    sources: Sequence[Path] = (),
) -> gr.Blocks:
    """Build the page with its public endpoints.

    Args:
        library: The documents.
        assistant: What answers from them.
        examples: Questions to suggest while a conversation is empty.
        sources: The folders and files that the library page can look at again.
    """
    page = Page(
        title="Footnote",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(UPLOADS_KEPT_SECONDS, UPLOADS_KEPT_SECONDS),
    )
    t = translate()
    with page:
        kept, browser = open_kept(library.data_dir), make_browser_state()
        runs = Runs()
        chat = ChatTab(library, assistant, examples, kept.conversations, runs)
        documents = LibraryTab(library, sources)
        build_header()
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(t("tab_ask"), elem_id="ask"), gr.Row(elem_id="panes"):
                history = build_history()
                with gr.Column(scale=6, elem_id="chat"):
                    conversation = build_chat(chat, browser)
                with gr.Column(scale=5, elem_id="reader"):
                    build_viewer(library)
            with gr.Tab(t("tab_library"), elem_id="library"):
                parts = build_library(documents)
        _connect(page, chat, documents, conversation, parts)
        targets = Targets(conversation, build_handouts(), browser)
        connect_history(page, HistoryPanel(library, chat, kept), history=history, targets=targets)
        connect_actions(AnswerActions(kept), targets)
        publish(Endpoints(library, assistant, runs))
        publish_feedback(FeedbackEndpoint(kept.judgements))
    return page


def build_header() -> None:
    """Add the page's name and the switch of its look."""
    gr.HTML(
        html_template=read_static("header.html"),
        js_on_load=read_script("header.js"),
        apply_default_css=False,
        elem_id="header",
    )


def _connect(
    page: gr.Blocks,
    chat: ChatTab,
    documents: LibraryTab,
    conversation: gr.HTML,
    parts: LibraryParts,
) -> None:
    options: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    page.load(documents.load, outputs=parts.documents, **options)
    for change in parts.changes:
        change.then(chat.refresh, inputs=conversation, outputs=conversation, **options)
