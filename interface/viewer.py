"""The document viewer: a passage in its surroundings, as text or on its page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import FootnoteError
from interface.document_pages import PageViewer, has_pages
from interface.document_search import search_document
from interface.originals import download_source, may_download
from interface.passages import view_passage
from interface.static import read_static
from interface.strings import read_script

if TYPE_CHECKING:
    from index.library import Library

UNAVAILABLE = "told_unavailable"
SCRIPTS = ("viewer.js", "viewer_page.js", "viewer_tools.js")

logger = logging.getLogger(__name__)
Answer = Callable[[object], dict[str, Any]]


def build_viewer(library: Library) -> gr.HTML:
    """Add the viewer to the page; its scripts ask the server for what they show."""
    answers: dict[str, Answer] = {
        "open_passage": partial(open_passage, library),
        "open_page": PageViewer(library).open_page,
        "search_document": partial(search_document, library),
        "download_source": partial(download_source, library),
    }
    return gr.HTML(
        html_template=read_static("viewer.html"),
        js_on_load=read_script(*SCRIPTS),
        server_functions=[_telling(name, answer) for name, answer in answers.items()],
        apply_default_css=False,
        elem_id="viewer",
    )


def open_passage(library: Library, request: object) -> dict[str, Any]:
    """Return what `view_passage` does, and what can be done with the document.

    Raises:
        InvalidInputError: The request isn't as it should be.
        NotFoundError: There is no such document, or no longer.
    """
    view = view_passage(library, request)
    assert isinstance(request, Mapping)
    document = library.document(str(request["document_id"]))
    return {
        **view,
        "paged": has_pages(document),
        "downloadable": may_download(library, document),
    }


def _telling(name: str, answer: Answer) -> Answer:
    """Return a server function of this name that tells errors instead of raising them."""

    def tell(request: object) -> dict[str, Any]:
        try:
            return answer(request)
        except FootnoteError as error:
            return {"error": str(error)}
        except Exception:
            logger.exception("%s: a document could not be shown", name)
            return {"error": UNAVAILABLE}

    tell.__name__ = name
    return tell
