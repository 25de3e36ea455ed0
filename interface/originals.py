"""The files that documents were made of, as long as they are what they were then."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from index.errors import InvalidInputError, NotFoundError, RefusedFileError
from index.loaders import Limits, read_bytes
from index.values import Document
from interface.arguments import read_text

if TYPE_CHECKING:
    from index.library import Library

MOST_BYTES = 50_000_000  # a download travels as one reply
GONE = "told_file_gone"
CHANGED_SINCE = "told_file_changed"


def read_original(library: Library, document: Document) -> bytes:
    """Return the bytes of a document's file.

    The file is found by what the catalogue knows, never by what a request says, and only the very
    bytes that were indexed are let out: whatever else lies there now, nobody asked to share it.

    Raises:
        NotFoundError: The file is gone, or is another one by now.
    """
    path = library.original(document.id)
    if path is None:
        raise NotFoundError(GONE)
    limits = Limits(max_file_bytes=library.settings.max_file_bytes)
    try:
        data = read_bytes(path, limits=limits)
    except RefusedFileError as error:
        raise NotFoundError(GONE) from error
    if hashlib.sha256(data).hexdigest() != document.content_hash:
        raise NotFoundError(CHANGED_SINCE)
    return data


def may_download(library: Library, document: Document) -> bool:
    """Tell whether the setting allows downloads and there is a file to download."""
    return library.settings.downloads and library.original(document.id) is not None


def download_source(library: Library, request: object) -> dict[str, Any]:
    """Return `{name, data}` for `{document_id}`: the file's bare name and its bytes in base 64.

    Raises:
        InvalidInputError: The request isn't like that, the setting says no, or it is too large.
        NotFoundError: The document or its file is gone, or the file is another one by now.
    """
    if not isinstance(request, Mapping):
        raise InvalidInputError("a download is asked for by document_id")
    if not library.settings.downloads:
        raise InvalidInputError("downloads are switched off on this server (setting downloads)")
    document = library.document(read_text(request.get("document_id"), name="document_id"))
    try:
        data = read_original(library, document)
    except NotFoundError as error:
        raise NotFoundError(
            "the source can't be downloaded: its file is gone or changed"
        ) from error
    if len(data) > MOST_BYTES:
        raise InvalidInputError(
            f"the source has {len(data):,} bytes, where {MOST_BYTES:,} can be downloaded here; "
            f"ask for it the person who runs this server"
        )
    name = PurePosixPath(document.source.replace("\\", "/")).name or "document"
    return {"name": name, "data": base64.b64encode(data).decode("ascii")}
