"""Cuts a document's text into passages along its structure, with exact offsets.

A text is divided into sections (what stands under the same headings), a section into blocks
(`structure`), a block into pieces (sentences, table rows, lines), a piece into runs of whole
grapheme clusters; nothing that fits into a chunk is divided. The parts are then packed into chunks
that keep to two budgets: the one counted with tiktoken, and what the embedder can see. Only a
cluster that exceeds a budget by itself is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from index.pieces import line_ranges, sentence_ranges, split_long
from index.structure import Block, find_blocks
from index.values import Chunk, Document, digest, page_at

CountTokens = Callable[[Sequence[str]], list[int]]
Range = tuple[int, int]

HEADING_SHARE = 0.25  # of the embedder's window, at most
# A text with more for each token of the budget isn't counted whole: of SQuAD's paragraphs and
# SciFact's abstracts that fit into a chunk, one in 40 has more.
_CHARACTERS_PER_TOKEN = 5
_COUNTED_AT_ONCE = 64  # blocks


@dataclass(frozen=True, slots=True)
class ChunkingSettings:
    """How large chunks may be.

    Attributes:
        chunk_tokens: Budget in cl100k_base tokens.
        version: Raised when the same settings would cut differently.
    """

    chunk_tokens: int = 256
    version: int = 2


@dataclass(frozen=True, slots=True)
class Counters:
    """The two tokenizers that a chunk has to satisfy, and the embedder's limit."""

    budget: CountTokens
    embedder: CountTokens
    embedder_limit: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a text, in the ranges it was put together from, with its numbers of tokens."""

    ranges: tuple[Range, ...]
    tokens: int
    embedder_tokens: int


@dataclass(frozen=True, slots=True)
class _Room:
    """What a chunk under a heading may hold."""

    heading: str
    tokens: int
    embedder_tokens: int

    def fits(self, piece: _Piece) -> bool:
        return piece.tokens <= self.tokens and piece.embedder_tokens <= self.embedder_tokens


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
    for _, section in groupby(find_blocks(text, markup), attrgetter("heading")):
        for packed, room in _pack(text, list(section), settings, counters):
            for start, end in _spans(text, packed, room, counters):
                held = text[start:end]
                chunks.append(
                    Chunk(
                        id=digest(document.id, str(start), str(end), held),
                        document_id=document.id,
                        ordinal=len(chunks),
                        start=start,
                        end=end,
                        text=held,
                        heading=room.heading,
                        page=page_at(document.pages, start),
                    )
                )
    return tuple(chunks)


def _pack(
    text: str, section: Sequence[Block], settings: ChunkingSettings, counters: Counters
) -> list[tuple[_Piece, _Room]]:
    """Return what each chunk consists of, as far as adding up its pieces' tokens can tell."""
    room = _make_room(section[0].heading, settings, counters)
    if len(section) > 1:
        whole = _fitting(text, [(section[0].start, section[-1].end)], room, counters)
        if whole:
            return [(piece, room) for piece in whole.values()]
    packed: list[tuple[_Piece, _Room]] = []
    for block, piece in _count_blocks(text, section, room, counters):
        resumed = room
        if block.header and not piece:
            # Where a table goes on in a further chunk, its header row counts among the headings.
            resumed = _make_room((*block.heading, block.header), settings, counters)
        groups = [piece] if piece else _divide(text, block, resumed, counters)
        last = packed[-1] if packed else None
        # Room by identity: nothing joins what stands under a table's header.
        if last and last[1] is room and room.fits(joined := _join((last[0], groups[0]))):
            packed[-1] = joined, room
        else:
            packed.append((groups[0], room))
        packed += [(group, resumed) for group in groups[1:]]
    return packed


def _make_room(headings: Sequence[str], settings: ChunkingSettings, counters: Counters) -> _Room:
    """Return the room that is left under headings, which are put in one line of their share."""
    limit = int(counters.embedder_limit * HEADING_SHARE)
    heading, taken = " > ".join(headings)[: 8 * limit].strip(), 0
    while heading and (taken := counters.embedder([heading])[0]) > limit:
        heading = heading[: len(heading) * limit // (taken + 1)].strip()
    left = counters.embedder_limit - (taken if heading else 0)
    return _Room(heading, settings.chunk_tokens, left)


def _count_blocks(
    text: str, section: Sequence[Block], room: _Room, counters: Counters
) -> Iterator[tuple[Block, _Piece | None]]:
    """Yield each block with its tokens, None where it doesn't fit into a chunk as it is."""
    for first in range(0, len(section), _COUNTED_AT_ONCE):
        blocks = section[first : first + _COUNTED_AT_ONCE]
        fitting = _fitting(text, [(block.start, block.end) for block in blocks], room, counters)
        for block in blocks:
            yield block, fitting.get(block.start)


def _fitting(
    text: str, ranges: Sequence[Range], room: _Room, counters: Counters
) -> dict[int, _Piece]:
    """Return those of the ranges that fit into a chunk as they are, by their starts."""
    longest = _CHARACTERS_PER_TOKEN * room.tokens
    short = [(start, end) for start, end in ranges if end - start <= longest]
    pieces = zip(short, _measure(text, short, counters), strict=True)
    return {start: piece for (start, _), piece in pieces if room.fits(piece)}


def _divide(text: str, block: Block, room: _Room, counters: Counters) -> list[_Piece]:
    ranges = line_ranges if block.lines else sentence_ranges
    short = [
        part
        for start, end in ranges(text, block.start, block.end)
        for part in split_long(text, start, end)
    ]
    pieces = [
        part
        for piece in _measure(text, short, counters)
        for part in _break_up(text, piece, room, counters)
    ]
    return _balance(pieces, room)


def _balance(pieces: Sequence[_Piece], room: _Room) -> list[_Piece]:
    """Return the pieces of one block in groups of about the same size, each within the budget."""
    if room.fits(whole := _join(pieces)):
        return [whole]
    shares = [
        max(piece.tokens / room.tokens, piece.embedder_tokens / room.embedder_tokens)
        for piece in pieces
    ]
    total = sum(shares)
    groups = int(total) + 1
    balanced: list[_Piece] = []
    number, filled = -1, 0.0
    for piece, share in zip(pieces, shares, strict=True):
        place = int((filled + share / 2) / total * groups)
        if place == number and room.fits(joined := _join((balanced[-1], piece))):
            balanced[-1] = joined
        else:
            balanced.append(piece)
        number, filled = place, filled + share
    return balanced


def _join(pieces: Sequence[_Piece]) -> _Piece:
    return _Piece(
        tuple([span for piece in pieces for span in piece.ranges]),
        # One token is added for each seam: a tokenizer may split differently where pieces meet.
        sum([piece.tokens for piece in pieces]) + len(pieces) - 1,
        sum([piece.embedder_tokens for piece in pieces]),
    )


def _spans(text: str, packed: _Piece, room: _Room, counters: Counters) -> Iterator[Range]:
    """Yield what the ranges of `packed` span, divided where the space between costs too much."""
    start, end = packed.ranges[0][0], packed.ranges[-1][1]
    # A seam costs a token at most, and so does each white space: where there is room for all of
    # that, the whole needn't be counted.
    seams = len(packed.ranges) - 1
    spaces = end - start - sum(last - first for first, last in packed.ranges)
    most = _Piece(packed.ranges, packed.tokens + spaces, packed.embedder_tokens + seams + spaces)
    if not seams or room.fits(most):
        yield start, end
    else:
        yield from _tighten(text, packed.ranges, room, counters)


def _tighten(
    text: str, ranges: Sequence[Range], room: _Room, counters: Counters
) -> Iterator[Range]:
    span = ranges[0][0], ranges[-1][1]
    if len(ranges) == 1 or room.fits(*_measure(text, [span], counters)):
        yield span
        return
    middle = len(ranges) // 2
    yield from _tighten(text, ranges[:middle], room, counters)
    yield from _tighten(text, ranges[middle:], room, counters)


def _measure(text: str, ranges: Sequence[Range], counters: Counters) -> list[_Piece]:
    parts = [text[start:end] for start, end in ranges]
    counts = zip(ranges, counters.budget(parts), counters.embedder(parts), strict=True)
    return [_Piece((span,), tokens, own) for span, tokens, own in counts]


def _break_up(text: str, piece: _Piece, room: _Room, counters: Counters) -> Iterator[_Piece]:
    """Yield a piece in parts that fit; scripts without spaces take a token or more a character."""
    ((start, end),) = piece.ranges
    if end - start < 2 or room.fits(piece):
        yield piece
        return
    halves = list(split_long(text, start, end, longest=(end - start) // 2))
    for half in _measure(text, halves, counters):
        yield from _break_up(text, half, room, counters)
