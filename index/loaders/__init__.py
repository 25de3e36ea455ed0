"""Loaders: a file's bytes to its text, title, date and pages, one module a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from index.errors import RefusedFileError
from index.loaders import (
    delimited,
    docx,
    eml,
    epub,
    html,
    markdown,
    odt,
    pdf,
    picture,
    pptx,
    rtf,
    text,
    xlsx,
)
from index.loaders.contents import read_bytes
from index.loaders.encoding import is_blank
from index.loaders.limits import Limits
from index.loaders.refusal import refusing, too_long
from index.values import Extract

__all__ = ["SUFFIXES", "Limits", "extract", "load", "read_bytes", "unsupported"]

_Loader = Callable[..., Extract]
_LOADERS: Mapping[str, _Loader] = {
    ".txt": text.extract,
    ".text": text.extract,
    ".md": markdown.extract,
    ".markdown": markdown.extract,
    ".html": html.extract,
    ".htm": html.extract,
    ".xhtml": html.extract,
    ".pdf": pdf.extract,
    ".docx": docx.extract,
    ".pptx": pptx.extract,
    ".xlsx": xlsx.extract,
    ".xlsm": xlsx.extract,
    ".csv": delimited.extract,
    ".tsv": delimited.extract,
    ".eml": eml.extract,
    ".epub": epub.extract,
    ".odt": odt.extract,
    ".rtf": rtf.extract,
    ".png": picture.extract,
    ".jpg": picture.extract,
    ".jpeg": picture.extract,
    ".tif": picture.extract,
    ".tiff": picture.extract,
}
SUFFIXES: frozenset[str] = frozenset(_LOADERS)


def load(path: Path, *, limits: Limits) -> Extract:
    """Return what a file says: its text, title, date and pages.

    Args:
        path: The file; its suffix, in either case, names the format.
        limits: Bounds on the file and on its text.

    Raises:
        RefusedFileError: The file can't be indexed; the message is the reason, without its name.
    """
    _loader(path.suffix)
    return extract(read_bytes(path, limits=limits), path.suffix, limits=limits)


def extract(data: bytes, suffix: str, *, limits: Limits) -> Extract:
    """Return what a file's bytes say; raises RefusedFileError as `load` does.

    The text is valid Unicode without NULs or lone surrogates, and holds more than white space.
    """
    if not data.strip():
        raise RefusedFileError("the file holds only white space" if data else "the file is empty")
    with refusing("it can't be read; it may be damaged, or be of another type than its name says"):
        found = _loader(suffix)(data, limits=limits)
    if is_blank(found.text):
        raise RefusedFileError("the file holds only white space")
    if len(found.text) > limits.max_text_characters:
        raise too_long(len(found.text), limits)
    return found


def unsupported(suffix: str) -> str:
    """Return the reason for which files with this suffix are refused."""
    kind = f"files of type {suffix.lower()}" if suffix else "files without a suffix"
    return f"{kind} can't be indexed, only {' '.join(sorted(SUFFIXES))}"


def _loader(suffix: str) -> _Loader:
    loader = _LOADERS.get(suffix.lower())
    if loader is None:
        raise RefusedFileError(unsupported(suffix))
    return loader
