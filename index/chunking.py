"""Cuts a document's text into passages along its structure, with exact offsets.

A text is divided into blocks (`structure`), a block into pieces (sentences, table rows, lines), a
piece that is too long into runs of whole grapheme clusters. Pieces are then packed into chunks that
keep to two budgets: the one counted with tiktoken, and what the embedder can see. Only a cluster
that exceeds a budget by itself is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.pieces import line_ranges, sentence_ranges, split_long
from index.structure import Block, find_blocks
from index.values import Chunk, Document, digest, page_at

CountTokens = Callable[[Sequence[str]], list[int]]

HEADING_SHARE = 0.25  # of the embedder's window, at most


@dataclass(frozen=True, slots=True)
class ChunkingSettings:
    """How large chunks may be.

    Attributes:
        chunk_tokens: Budget in cl100k_base tokens.
        version: Raised when the same settings would cut differently.
    """

    chunk_tokens: int = 256
    version: int = 1


@dataclass(frozen=True, slots=True)
class Counters:
    """The two tokenizers that a chunk has to satisfy, and the embedder's limit."""

    budget: CountTokens
    embedder: CountTokens
    embedder_limit: int


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    tokens: int
    embedder_tokens: int


def chunk_document(
    document: Document, markup: str, *, settings: ChunkingSettings, counters: Counters
) -> tuple[Chunk, ...]:
    """Return the chunks of a document, in order; together they hold all of its text.

    Args:
        document: The document to cut.
        markup: `markdown` or `text`, see `structure.find_blocks`.
        settings: The budget.
        counters: The tokenizers.
    """
    text = document.text
    chunks: list[Chunk] = []
    for packed in _pack(text, markup, settings=settings, counters=counters):
        room = _room(settings, counters, packed.heading)
        for start, end in _tighten(text, packed.pieces, room, counters):
            chunks.append(
                Chunk(
                    id=digest(document.id, str(start), str(end), text[start:end]),
                    document_id=document.id,
                    ordinal=len(chunks),
                    start=start,
                    end=end,
                    text=text[start:end],
                    heading=packed.heading,
                    page=page_at(document.pages, start),
                )
            )
    return tuple(chunks)


def _pack(
    text: str, markup: str, *, settings: ChunkingSettings, counters: Counters
) -> Iterator[_OpenChunk]:
    """Yield what each chunk consists of, as far as adding up its pieces' tokens can tell."""
    path: tuple[str, ...] = ()
    open_chunk = _OpenChunk("", [])
    for block in find_blocks(text, markup):
        if block.heading != path:
            yield from open_chunk.close()
            path = block.heading
            open_chunk = _OpenChunk(_shorten(path, counters), [])
        heading = open_chunk.heading
        # Where a table goes on in a further chunk, its header row counts among the headings.
        resumed = _shorten((*path, block.header), counters) if block.header else heading
        room = _room(settings, counters, resumed)
        for number, group in enumerate(_balance(_pieces(text, block, room, counters), room)):
            if number or not _fits([*open_chunk.pieces, *group], room):
                yield from open_chunk.close()
                open_chunk = _OpenChunk(resumed if number else heading, [])
            open_chunk.pieces.extend(group)
        if open_chunk.heading != heading:
            yield from open_chunk.close()
            open_chunk = _OpenChunk(heading, [])
    yield from open_chunk.close()


@dataclass(frozen=True, slots=True)
class _OpenChunk:
    heading: str
    pieces: list[_Piece]

    def close(self) -> Iterator[_OpenChunk]:
        if self.pieces:
            yield self


@dataclass(frozen=True, slots=True)
class _Room:
    tokens: int
    embedder_tokens: int


def _room(settings: ChunkingSettings, counters: Counters, heading: str) -> _Room:
    taken = counters.embedder([heading])[0] if heading else 0
    return _Room(settings.chunk_tokens, counters.embedder_limit - taken)


def _shorten(heading: tuple[str, ...], counters: Counters) -> str:
    """Return the headings in one line within their share of the embedder's window."""
    limit = int(counters.embedder_limit * HEADING_SHARE)
    line = " > ".join(heading)[: 8 * limit]
    while line and (taken := counters.embedder([line])[0]) > limit:
        line = line[: len(line) * limit // (taken + 1)]
    return line.strip()


def _fits(pieces: Sequence[_Piece], room: _Room, *, seams: int | None = None) -> bool:
    # One token is added for each seam: a tokenizer may split differently where pieces meet.
    seams = len(pieces) if seams is None else seams
    return (
        sum(piece.tokens for piece in pieces) + seams <= room.tokens
        and sum(piece.embedder_tokens for piece in pieces) <= room.embedder_tokens
    )


def _balance(pieces: Sequence[_Piece], room: _Room) -> Iterator[list[_Piece]]:
    """Yield the pieces of one block in groups of about the same size, each within the budget."""
    if _fits(pieces, room):
        yield list(pieces)
        return
    shares = [
        max(piece.tokens / room.tokens, piece.embedder_tokens / room.embedder_tokens)
        for piece in pieces
    ]
    total = sum(shares)
    groups = int(total) + 1
    group: list[_Piece] = []
    number, filled = 0, 0.0
    for piece, share in zip(pieces, shares, strict=True):
        place = int((filled + share / 2) / total * groups)
        if group and (place > number or not _fits([*group, piece], room)):
            yield group
            group = []
        group.append(piece)
        number, filled = place, filled + share
    yield group


def _tighten(
    text: str, pieces: Sequence[_Piece], room: _Room, counters: Counters
) -> Iterator[tuple[int, int]]:
    """Yield the range of `pieces`, in parts where the space between them costs too much."""
    start, end = pieces[0].start, pieces[-1].end
    if len(pieces) == 1 or _fits(_measure(text, [(start, end)], counters), room, seams=0):
        yield start, end
        return
    middle = len(pieces) // 2
    yield from _tighten(text, pieces[:middle], room, counters)
    yield from _tighten(text, pieces[middle:], room, counters)


def _pieces(text: str, block: Block, room: _Room, counters: Counters) -> list[_Piece]:
    if block.lines:
        ranges = line_ranges(text, block.start, block.end)
    else:
        ranges = sentence_ranges(text, block.start, block.end)
    short = [part for start, end in ranges for part in split_long(text, start, end)]
    whole = _measure(text, short, counters)
    return [part for piece in whole for part in _break_up(text, piece, room, counters)]


def _measure(text: str, ranges: Sequence[tuple[int, int]], counters: Counters) -> list[_Piece]:
    parts = [text[start:end] for start, end in ranges]
    counts = zip(ranges, counters.budget(parts), counters.embedder(parts), strict=True)
    return [_Piece(start, end, tokens, own) for (start, end), tokens, own in counts]


def _break_up(text: str, piece: _Piece, room: _Room, counters: Counters) -> Iterator[_Piece]:
    """Yield a piece in parts that fit; scripts without spaces take a token or more a character."""
    length = piece.end - piece.start
    if length < 2 or _fits([piece], room):
        yield piece
        return
    halves = list(split_long(text, piece.start, piece.end, longest=length // 2))
    for half in _measure(text, halves, counters):
        yield from _break_up(text, half, room, counters)
