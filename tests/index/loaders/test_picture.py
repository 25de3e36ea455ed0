from __future__ import annotations

import io
import re
import shutil
import struct
import zlib

import pytest

from index.errors import RefusedFileError
from index.loaders import Limits, extract, picture
from index.loaders.ocr import Picture
from index.values import Extract
from tests.documents import draw, drawn

LINES = ("The lighthouse at Orlen", "was lit in 1907.")
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="needs the program tesseract"
)


def read(data: bytes, *texts: str, limits: Limits | None = None) -> Extract:
    """Read with a recogniser that says these texts in turn."""
    remaining = list(texts)

    def recognise(shown: Picture) -> str:
        assert len(shown.pixels) == shown.width * shown.height
        return remaining.pop(0)

    return picture.extract(data, limits=limits or Limits(), find_recognise=lambda: recognise)


@needs_tesseract
@pytest.mark.parametrize(("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("TIFF", ".tif")])
def test_the_text_of_a_picture_is_read(kind: str, suffix: str) -> None:
    found = extract(drawn(kind, LINES), suffix, limits=Limits())

    assert found.text == "\n".join(LINES)
    assert (found.pages, found.markup) == ((), "text")


def test_the_pictures_of_a_tiff_are_its_pages() -> None:
    found = read(drawn("TIFF", ("a",), ("b",), ("c",)), "First.", "", "Third.")

    assert found.text == "First.\n\nThird."
    assert [(page.number, page.place()) for page in found.pages] == [(1, "page 1"), (3, "page 3")]


def test_white_stands_behind_what_is_transparent() -> None:
    from PIL import Image

    ink = Image.new("RGBA", (1500, 1500), (0, 0, 0, 0))
    ink.paste((0, 0, 0, 255), (0, 0, 750, 1500))
    file = io.BytesIO()
    ink.save(file, "PNG")
    seen: list[Picture] = []

    def recognise(shown: Picture) -> str:
        seen.append(shown)
        return "words"

    picture.extract(file.getvalue(), limits=Limits(), find_recognise=lambda: recognise)

    assert (seen[0].pixels[0], seen[0].pixels[1499]) == (0, 255)


@pytest.mark.parametrize(("side", "expected"), [(100, 200), (2_000, 2_000), (6_000, 4_472)])
def test_pictures_are_brought_to_a_useful_size(side: int, expected: int) -> None:
    file = io.BytesIO()
    draw("x").resize((side, side)).save(file, "PNG")
    sizes: list[tuple[int, int]] = []

    def recognise(shown: Picture) -> str:
        sizes.append((shown.width, shown.height))
        return "words"

    picture.extract(file.getvalue(), limits=Limits(), find_recognise=lambda: recognise)

    assert sizes == [(expected, expected)]


def test_refuses_a_picture_without_text() -> None:
    with pytest.raises(RefusedFileError, match="no text can be recognised"):
        read(drawn("PNG", ("x",)), " \n")


def test_refuses_an_icon_without_asking(png: bytes) -> None:
    with pytest.raises(RefusedFileError, match="no text can be recognised"):
        read(png)


def test_names_the_program_that_is_missing() -> None:
    with pytest.raises(RefusedFileError, match="Tesseract, which isn't installed; install it"):
        picture.extract(drawn("PNG", LINES), limits=Limits(), find_recognise=lambda: None)


def test_refuses_more_pages_than_are_read() -> None:
    data = drawn("TIFF", ("a",), ("b",), ("c",))

    with pytest.raises(RefusedFileError, match="has 3 pages, where 2 are read"):
        read(data, "a", "b", "c", limits=Limits(max_scanned_pages=2))


def with_size(data: bytes, width: int, height: int) -> bytes:
    """Return a PNG that claims to be this large."""
    header = b"IHDR" + struct.pack(">II", width, height) + data[24:29]
    return data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("side", [15_000, 60_000])
def test_refuses_a_bomb_before_unpacking_it(side: int) -> None:
    with pytest.raises(RefusedFileError, match="more than 150,000,000 pixels"):
        read(with_size(drawn("PNG", ("x",)), side, side))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (drawn("PNG", LINES)[:2_000], "picture is damaged or cut off"),
        (drawn("JPEG", LINES)[:2_000], "picture is damaged or cut off"),
        (drawn("TIFF", LINES)[:9_000], "picture is damaged or cut off"),
        (b"GIF89a" + bytes(50), "isn't a PNG, JPEG or TIFF picture but a GIF picture"),
        (b"hello", "isn't a PNG, JPEG or TIFF picture but something else"),
    ],
)
def test_refuses_what_is_no_whole_picture_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedFileError, match=re.escape(reason)):
        read(data, "words")
