"""The library tab: what is indexed, what became of uploaded files, and removing documents."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import FootnoteError
from interface.arguments import read_text
from interface.endpoints import UNEXPECTED
from interface.events import read_event
from interface.static import read_static
from retrieval.wire import report_object, summary_object

if TYPE_CHECKING:
    from index.library import Library

DOCUMENTS_SHOWN = 1000  # more rows would make the page slow; the endpoint lists them all

logger = logging.getLogger(__name__)

LibraryView = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LibraryParts:
    """What the rest of the page needs of the library tab.

    Attributes:
        documents: The component that shows the list of documents.
        changes: The events after which there may be other documents.
    """

    documents: gr.HTML
    changes: tuple[Any, ...]


class LibraryTab:
    """The library tab's callbacks; `view` and what they return is drawn by `library.js`."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def view(self, **news: object) -> LibraryView:
        """Return the list of documents with `news` of the last action: message, failed, report."""
        summaries = self._library.documents()
        shown = [summary_object(summary) for summary in summaries[:DOCUMENTS_SHOWN]]
        return {"documents": shown, "total": len(summaries), **news}

    def load(self) -> LibraryView:
        """Return the list of documents as the page opens."""
        return self.view()

    def add(
        self,
        paths: Sequence[str] | None,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio finds it by this default
    ) -> tuple[LibraryView, None]:
        """Index uploaded files, showing progress, and empty the upload field."""

        def show(stage: str, done: int, total: int) -> None:
            progress((done, max(total, 1)), desc=stage)

        try:
            report = self._library.add_uploads([Path(path) for path in paths or ()], progress=show)
        except FootnoteError as error:
            return self.view(message=str(error), failed=True), None
        except Exception:
            logger.exception("uploaded files could not be added")
            return self.view(message=UNEXPECTED, failed=True), None
        return self.view(report=report_object(report)), None

    def remove(self, event: gr.EventData) -> LibraryView:
        """Remove the document whose id the page sends."""
        try:
            document_id = read_text(read_event(event, "id"), name="id")
            removed = self._library.remove(self._library.document(document_id).id)[0]
        except FootnoteError as error:
            return self.view(message=str(error), failed=True)
        except Exception:
            logger.exception("a document could not be removed")
            return self.view(message=UNEXPECTED, failed=True)
        return self.view(message=f"Removed {removed.title} ({removed.source}).")


def build_library(tab: LibraryTab) -> LibraryParts:
    """Add the library tab's contents and events to the page that is being built.

    Returns:
        The list of documents, and the events that change it.
    """
    files = gr.File(
        label="Add documents: text, web pages, PDF, Word, PowerPoint, Excel, e-mail, e-books",
        file_count="multiple",
        height=150,
        elem_id="upload",
    )
    documents = gr.HTML(
        html_template=read_static("library.html"),
        js_on_load=read_static("library.js"),
        apply_default_css=False,
        elem_id="documents",
    )
    added = files.upload(
        tab.add,
        inputs=files,
        outputs=[documents, files],
        show_progress_on=documents,
        concurrency_id="write",
        concurrency_limit=1,
        api_visibility="private",
    )
    removed = documents.remove(
        tab.remove,
        outputs=documents,
        show_progress="hidden",
        concurrency_id="write",
        concurrency_limit=1,
        api_visibility="private",
    )
    return LibraryParts(documents, (added, removed))
