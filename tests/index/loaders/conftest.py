"""Files made on the spot: PDFs, Word documents and pictures under wrong names."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence

import pytest

from index.loaders import Limits

MakePdf = Callable[..., bytes]


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def png() -> bytes:
    """A picture of one pixel."""

    def part(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\0")
    parts = (part(b"IHDR", header), part(b"IDAT", pixels), part(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.fixture
def make_pdf() -> MakePdf:
    """Returns a PDF with the given lines on each page, 14 points apart; "" leaves a gap."""

    def make(
        *pages: Sequence[str],
        title: str | None = None,
        password: str | None = None,
        invariant: bool = False,
    ) -> bytes:
        from reportlab.pdfgen.canvas import Canvas

        packed = io.BytesIO()
        canvas = Canvas(packed, encrypt=password, invariant=invariant)
        if title is not None:
            canvas.setTitle(title)
        for lines in pages:
            for position, line in enumerate(lines):
                canvas.drawString(72, 760 - 14 * position, line)
            canvas.showPage()
        canvas.save()
        return packed.getvalue()

    return make
