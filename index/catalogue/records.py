"""What the catalogue holds besides documents and chunks themselves."""

from __future__ import annotations

from dataclasses import dataclass

from index.values import Chunk


@dataclass(frozen=True, slots=True)
class FileState:
    """What was known of a document's file when it was indexed.

    Attributes:
        document_id: The document made of it.
        source: The document's source.
        path: Absolute, or relative to the data folder for an upload, or None for a text.
        device: Number of the device that its folder was on.
        stamp: Size and times of the file; the same stamp means the same content.
        content_hash: SHA-256 of its bytes.
    """

    document_id: str
    source: str
    path: str | None
    device: int
    stamp: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as it is indexed.

    Attributes:
        chunk: The chunk.
        faint: Ranges of its text that count for little in ranking.
        vector: Hash of what is embedded for it, which finds its vector.
    """

    chunk: Chunk
    faint: tuple[tuple[int, int], ...]
    vector: str


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk that was looked up, with what is shown of its document."""

    chunk: Chunk
    source: str
    title: str
