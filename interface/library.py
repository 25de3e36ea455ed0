"""The library tab: adding files one by one, what became of each, and what is indexed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.utils import get_upload_folder

from index.errors import FootnoteError, InvalidInputError, StoppedError
from index.loaders import SUFFIXES
from index.values import AddReport, DocumentSummary
from interface.arguments import read_text, read_uploads
from interface.choosing import find_named
from interface.events import read_event
from interface.jobs import Job, Jobs
from interface.static import read_static
from interface.strings import UNEXPECTED, read_script
from retrieval.wire import summary_object

if TYPE_CHECKING:
    from index.library import Library

DOCUMENTS_SHOWN = 1000  # more rows would make the page slow; the endpoint lists them all

logger = logging.getLogger(__name__)

LibraryView = dict[str, Any]
Outcomes = dict[str, Any]


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

    def __init__(self, library: Library, sources: Sequence[Path] = ()) -> None:
        self._library = library
        self._sources = tuple(sources)
        self._jobs = Jobs()

    def view(self, **news: object) -> LibraryView:
        """Return the list of documents with news of the last action: message, failed, removed."""
        summaries = self._library.documents()
        return {
            **self._list(summaries),
            "collections": sorted({summary.collection for summary in summaries}),
            "folders": len(self._sources),
            "suffixes": sorted(SUFFIXES),
            "max_file_bytes": self._library.settings.max_file_bytes,
            **news,
        }

    def load(self) -> LibraryView:
        """Return the list of documents as the page opens or after files were added."""
        return self.view()

    def find_documents(self, request: object) -> LibraryView:
        """Return the documents of `{query, collection}`; `error` says why there are none, or "".

        All are looked through, so that those can be found for which the list has no room.
        """
        try:
            return {**self._list(find_named(self._library, request)), "error": ""}
        except FootnoteError as error:
            return {**self._list(()), "error": str(error)}

    def add_file(self, request: object) -> Outcomes:
        """Index one uploaded file: `{file, name, collection, token}`."""
        sent = request if isinstance(request, Mapping) else {}

        def add(job: Job) -> AddReport:
            files = read_uploads([sent.get("file")], upload_dir=Path(get_upload_folder()))
            return self._library.add_uploads(
                files,
                names=[read_text(sent.get("name"), name="name")],
                collection=read_text(sent.get("collection"), name="collection").strip(),
                progress=job.progress,
            )

        return self._work(sent.get("token"), add)

    def reindex(self, request: object) -> Outcomes:
        """Read one document's file again: `{id, token}`."""
        sent = request if isinstance(request, Mapping) else {}
        return self._work(
            sent.get("token"),
            lambda job: self._library.reindex(
                read_text(sent.get("id"), name="id"), progress=job.progress
            ),
        )

    def rescan(self, token: object) -> Outcomes:
        """Look at the source folders again: new, changed and vanished files."""

        def add(job: Job) -> AddReport:
            if not self._sources:
                raise InvalidInputError("no folder was named when Footnote was started")
            return self._library.add(self._sources, progress=job.progress)

        return self._work(token, add)

    def describe_job(self, token: object) -> dict[str, Any] | None:
        """Return how far the work with this token is."""
        return self._jobs.describe(token)

    def stop_job(self, token: object) -> bool:
        """Stop the work with this token; says whether there is any."""
        return self._jobs.stop(token)

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
        return self.view(removed={"title": removed.title, "source": removed.source})

    def _list(self, summaries: Sequence[DocumentSummary]) -> LibraryView:
        """Return the first documents of these, and how many there are."""
        shown = summaries[:DOCUMENTS_SHOWN]
        gone = self._library.without_file([summary.id for summary in shown])
        documents = [{**summary_object(each), "has_file": each.id not in gone} for each in shown]
        return {"documents": documents, "total": len(summaries)}

    def _work(self, token: object, work: Callable[[Job], AddReport]) -> Outcomes:
        """Return `{outcomes: [{state, source, reason}]}`; whatever fails is an outcome, too."""
        try:
            with self._jobs.start(token) as job:
                return {"outcomes": _outcomes(work(job))}
        except StoppedError as error:
            return _failure("stopped", str(error))
        except FootnoteError as error:
            return _failure("refused", str(error))
        except Exception:
            logger.exception("the library could not be changed")
            return _failure("refused", UNEXPECTED)


def build_library(tab: LibraryTab) -> LibraryParts:
    """Add the library tab's contents and events to the page that is being built.

    Returns:
        The list of documents, and the events that change it.
    """

    def find_documents(request: object) -> LibraryView:
        return tab.find_documents(request)

    def add_file(request: object) -> Outcomes:
        return tab.add_file(request)

    def reindex(request: object) -> Outcomes:
        return tab.reindex(request)

    def rescan(token: object) -> Outcomes:
        return tab.rescan(token)

    def describe_job(token: object) -> dict[str, Any] | None:
        return tab.describe_job(token)

    def stop_job(token: object) -> bool:
        return tab.stop_job(token)

    documents = gr.HTML(
        html_template=read_static("library.html"),
        js_on_load=read_script("queue.js", "library.js"),
        server_functions=[find_documents, add_file, reindex, rescan, describe_job, stop_job],
        apply_default_css=False,
        elem_id="documents",
    )
    options: dict[str, Any] = {
        "outputs": documents,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    added = documents.renew(tab.load, **options)
    removed = documents.remove(tab.remove, concurrency_id="write", concurrency_limit=1, **options)
    return LibraryParts(documents, (added, removed))


def _outcomes(report: AddReport) -> list[dict[str, str]]:
    groups = {
        "added": report.added,
        "unchanged": report.unchanged,
        "refused": report.refused,
        "removed": report.removed,
    }
    return [
        {"state": state, "source": outcome.source, "reason": outcome.reason}
        for state, outcomes in groups.items()
        for outcome in outcomes
    ]


def _failure(state: str, reason: str) -> Outcomes:
    return {"outcomes": [{"state": state, "source": "", "reason": reason}]}
