"""Cuts a document's text into passages along its structure, with exact offsets.

A text is divided into blocks (`structure`), a block into pieces (sentences, table rows, lines), a
piece that is too long into runs of whole grapheme clusters. Pieces are then packed into chunks that
keep to two budgets: the one counted with tiktoken, and what the embedder can see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.structure import Block, find_blocks, trim
from index.values import Chunk, Document, digest, page_at

CountTokens = Callable[[Sequence[str]], list[int]]

# A sentence longer than this is cut before it is counted: tokenizers take quadratic time over long
# runs without a space.
LONGEST_PIECE = 600
HEADING_SHARE = 0.25  # of the embedder's window, at most
_WINDOW = 20_000  # characters given to the sentence splitter at once


@dataclass(frozen=True, slots=True)
class ChunkingSettings:
    """How large chunks may be.

    Attributes:
        chunk_tokens: Budget in cl100k_base tokens.
        version: Raised when the same settings would cut differently.
    """

    chunk_tokens: int = 224
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
    for start, end, heading in _pack(text, markup, settings=settings, counters=counters):
        chunks.append(
            Chunk(
                id=digest(document.id, str(start), str(end), text[start:end]),
                document_id=document.id,
                ordinal=len(chunks),
                start=start,
                end=end,
                text=text[start:end],
                heading=heading,
                page=page_at(document.pages, start),
            )
        )
    return tuple(chunks)


def _pack(
    text: str, markup: str, *, settings: ChunkingSettings, counters: Counters
) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, heading) of each chunk."""
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
        for number, group in enumerate(_balance(_pieces(text, block, counters), room)):
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

    def close(self) -> Iterator[tuple[int, int, str]]:
        if self.pieces:
            yield self.pieces[0].start, self.pieces[-1].end, self.heading


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


def _fits(pieces: Sequence[_Piece], room: _Room) -> bool:
    # One token is added for each seam: a tokenizer may split differently where pieces meet.
    seams = len(pieces)
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


def _pieces(text: str, block: Block, counters: Counters) -> list[_Piece]:
    if block.lines:
        ranges = line_ranges(text, block.start, block.end)
    else:
        ranges = sentence_ranges(text, block.start, block.end)
    short = [part for start, end in ranges for part in _split_long(text, start, end)]
    parts = [text[start:end] for start, end in short]
    counts = zip(short, counters.budget(parts), counters.embedder(parts), strict=True)
    return [_Piece(start, end, tokens, own) for (start, end), tokens, own in counts]


def line_ranges(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the range of each line of `text[start:end]` that isn't blank."""
    for line in text[start:end].split("\n"):
        first, last = trim(text, start, start + len(line))
        if first < last:
            yield first, last
        start += len(line) + 1


def sentence_ranges(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the range of each sentence of `text[start:end]`, without the space around it."""
    import sentencex

    while start < end:
        stop = min(start + _WINDOW, end)
        bounds = sentencex.get_sentence_boundaries("en", text[start:stop])
        # The last sentence of a window may go on in the next one.
        kept = bounds if stop == end or len(bounds) < 2 else bounds[:-1]
        for bound in kept:
            first, last = trim(text, start + bound["start_index"], start + bound["end_index"])
            if first < last:
                yield first, last
        start = start + kept[-1]["end_index"] if kept else stop


def _split_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the range in parts of at most LONGEST_PIECE characters, cut at spaces if possible."""
    while end - start > LONGEST_PIECE:
        cut = _last_space(text, start, start + LONGEST_PIECE) or _cluster_start(
            text, start, start + LONGEST_PIECE
        )
        yield trim(text, start, cut)
        start, _ = trim(text, cut, end)
    if start < end:
        yield start, end


def _last_space(text: str, start: int, stop: int) -> int | None:
    for position in range(stop, start + LONGEST_PIECE // 2, -1):
        if text[position].isspace():
            return position
    return None


def _cluster_start(text: str, start: int, stop: int) -> int:
    """Return the last place up to `stop` that doesn't lie within a grapheme cluster."""
    import regex

    place = start
    for cluster in regex.finditer(r"\X", text, pos=start, endpos=min(stop + 100, len(text))):
        if cluster.end() > stop:
            break
        place = cluster.end()
    return place if place > start else stop
