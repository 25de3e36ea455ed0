"""The values that the index is made of: documents, pages and chunks."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Page:
    """One page, slide, sheet or chapter of a document, as a range of its text.

    Attributes:
        number: Its number among the document's pages as a reader program counts them, from 1.
        start: Offset of the page's first character in the document's text.
        end: Offset after its last character.
        label: What it is called where that isn't `page 3`: `slide 2`, `sheet Prices`.
        first_row: Number of the row on its first line where each line is a row, else 0.
    """

    number: int
    start: int
    end: int
    label: str = ""
    first_row: int = 0

    def place(self, line: int = 0) -> str:
        """Return what a line of this page, counted from 0, is cited as: `sheet Prices, row 12`."""
        if not self.first_row:
            return self.label or f"page {self.number}"
        row = f"row {self.first_row + line}"
        return f"{self.label}, {row}" if self.label else row


@dataclass(frozen=True, slots=True)
class Extract:
    """What a loader makes of a file's bytes.

    Attributes:
        text: The document's text; all offsets refer to it.
        title: What the document calls itself, or None.
        date: What the document says of its own date, ISO 8601 (`2020-02-21`), or None.
        pages: Pages in order, empty where the format has none.
        markup: `text` where a line is a line, `markdown` where lines follow Markdown's rules,
            `rows` where each line is a row of a table that names its columns.
    """

    text: str
    title: str | None
    date: str | None
    pages: tuple[Page, ...]
    markup: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is indexed and cited.

    Attributes:
        id: Derived from collection and source, so that an edit keeps it.
        collection: Name of the collection that it belongs to.
        source: The path below the folder that was added, or the name of an uploaded file.
        title: What the document calls itself, else its source's name.
        date: What the document says of its own date, ISO 8601, or None.
        text: The whole text, in Unicode code points.
        pages: Pages in order, empty where the format has none.
        content_hash: SHA-256 of the file's bytes, hexadecimal.
        modified: When the file was last changed, ISO 8601 in UTC.
    """

    id: str
    collection: str
    source: str
    title: str
    date: str | None
    text: str
    pages: tuple[Page, ...]
    content_hash: str
    modified: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document: `text == document.text[start:end]`.

    Attributes:
        id: Derived from the document's id, the range and the text.
        document_id: The document that it is a slice of.
        ordinal: Position among the document's chunks, from 0.
        start: Offset of its first character in the document's text.
        end: Offset after its last character.
        text: The slice.
        heading: The headings (and the header row of a table) that it stands under, or "".
        page: Number of the page on which it starts, or None.
    """

    id: str
    document_id: str
    ordinal: int
    start: int
    end: int
    text: str
    heading: str
    page: int | None


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A line of the list of documents: everything but the text.

    Attributes:
        id: The document's id.
        source: The path below the folder that was added, or the name of an uploaded file.
        title: What the document calls itself, else its source's name.
        date: What the document says of its own date, ISO 8601, or None.
        size: Length of its text in characters.
        chunks: How many chunks it was cut into.
        modified: When the file was last changed, ISO 8601 in UTC.
        collection: Name of the collection that it belongs to.
    """

    id: str
    source: str
    title: str
    date: str | None
    size: int
    chunks: int
    modified: str
    collection: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: its document's id (None where refused), source and reason.

    The reason says why it was refused or removed, or what else its owner should know, or is "".
    """

    id: str | None
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of every file that was to be added.

    Attributes:
        added: New or changed documents, now searchable.
        unchanged: Documents whose file is as it was.
        refused: Files that could not be indexed, each with its reason.
        removed: Documents whose file vanished from a folder that was added again, or has another
            document too.
    """

    added: tuple[Outcome, ...]
    unchanged: tuple[Outcome, ...]
    refused: tuple[Outcome, ...]
    removed: tuple[Outcome, ...]


def page_at(pages: Sequence[Page], offset: int) -> int | None:
    """Return the number of the page that holds `offset`, or None where there is none."""
    page = _page_with(pages, offset)
    return None if page is None else page.number


def place_at(document: Document, offset: int) -> str | None:
    """Return what `offset` is cited as (`page 3`, `slide 2`, `row 12`), or None without pages."""
    page = _page_with(document.pages, offset)
    if page is None:
        return None
    # Rows are counted here because a page for each of a hundred thousand rows costs too much.
    return page.place(document.text.count("\n", page.start, offset) if page.first_row else 0)


def _page_with(pages: Sequence[Page], offset: int) -> Page | None:
    place = bisect_right(pages, offset, key=lambda page: page.start) - 1
    return pages[place] if place >= 0 and offset < pages[place].end else None


def digest(*parts: str) -> str:
    """Return 16 hexadecimal digits that stand for `parts`, in their order."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:16]


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
