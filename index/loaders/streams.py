"""Looks into a PDF's packed streams for one that unpacks to more than a page can hold."""

from __future__ import annotations

import re
import zlib

from index.errors import RefusedFileError
from index.loaders.limits import Limits

_STREAM = re.compile(rb"stream\r?\n")
_HEAD_BYTES = 2_048
_PIECE_BYTES = 1_048_576
# PDFium needs a hundred bytes of memory for each byte of a page's drawing instructions.
_MAX_BYTES_A_CHARACTER = 2
# Pictures and fonts are no instructions; PDFium doesn't unpack them to read text.
_OTHERS = (b"/Image", b"/FontFile", b"/Length1", b"/Metadata", b"/ICCBased")


def check_streams(data: bytes, *, limits: Limits) -> None:
    """Refuse a PDF in which one stream of instructions is larger than any page's.

    Raises:
        RefusedFileError: There is such a stream.
    """
    most = _MAX_BYTES_A_CHARACTER * limits.max_text_characters
    place = 0
    while found := _STREAM.search(data, place):
        start = found.end()
        end = data.find(b"endstream", start)
        end = len(data) if end < 0 else end
        head = data[max(place, found.start() - _HEAD_BYTES) : found.start()]
        head = head[head.rfind(b" obj") + 1 :]
        if b"Flate" in head and not any(mark in head for mark in _OTHERS):
            _check_stream(memoryview(data)[start:end], most)
        place = end + len(b"endstream")


def _check_stream(packed: memoryview, most: int) -> None:
    unpacker = zlib.decompressobj()
    size = 0
    rest: bytes | memoryview = packed
    try:
        while rest and not unpacker.eof:
            size += len(unpacker.decompress(rest, _PIECE_BYTES))
            if size > most:
                raise RefusedFileError(
                    f"one page of the PDF unpacks to more than {most:,} bytes; "
                    f"print it to a new PDF, or split it, and add that"
                )
            rest = unpacker.unconsumed_tail
    except zlib.error:
        # Damaged, or packed in another way: PDFium will tell.
        return
