"""PDF: text page by page, as the pages are laid out; that of scanned pages is recognised."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

from index.errors import RefusedFileError
from index.loaders.dates import pdf_day, stated_day
from index.loaders.encoding import as_valid_unicode, is_blank
from index.loaders.limits import Limits
from index.loaders.lines import Bounds, Line, join_lines, join_pages, words_of
from index.loaders.ocr import FindRecognise, Picture, find_tesseract, recognise_all
from index.loaders.pdf_fields import Field, Placed, fields_of, place_fields
from index.loaders.raised import RAISED, resolve
from index.loaders.refusal import refusing, too_long
from index.loaders.signature import kind_of
from index.loaders.titles import meaningful_title
from index.values import Extract, Page

# pypdfium2 has types, but hands out ctypes objects that mypy knows nothing of.
TextPage = Any

# PDFium keeps global state: two threads inside it at once crash the process.
ONE_AT_A_TIME = threading.Lock()
_HEADER_WITHIN_BYTES = 1_024
_TRAILER_WITHIN_BYTES = 4_096
# PDFium's marks for a hyphen that a line break put into a word; it drops the line break itself.
_BROKEN_WORD = frozenset("\x02\ufffe")
_LINE_END = frozenset("\r\n\f\v") | _BROKEN_WORD
_USUAL_SIZE = 12.0
_SIGNS = frozenset("+-\u2212")
# Shares of the height of what stands before: how far a raised character stands above it at least,
# and how high it is at most.
_RAISED_BY, _RAISED_HEIGHT = 0.15, 0.9
# Shares of a line's height: what is beside the last character overlaps it, and lies no further.
_BESIDE, _WORD_GAP, _LINE_GAP = 0.3, 0.15, 1.0
_NUMBERING = frozenset({"page", "p", "of", ""})
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
PDF_DAMAGED = "the PDF is damaged; open and save it again in a PDF program and add that"
_CUT_OFF = "the PDF is cut off: its end is missing; copy or download it again"
_PROTECTED = "the PDF is protected by a password; save a copy without one and add that"
_PICTURES = (
    "the PDF holds pictures of text only; run it through text recognition (OCR) and add the "
    "result, or install Tesseract and add it again"
)
_UNREADABLE = "the PDF holds only pictures, in which no text can be recognised"
_DOTS_PER_INCH = 300
_POINTS_PER_INCH = 72
_MOST_PIXELS = 20_000_000
# PDFium unpacks a picture whole, however small it is to be drawn.
_MAX_PICTURE_PIXELS = 150_000_000
_MAX_PICTURES = 1_000


def extract(
    data: bytes, *, limits: Limits, find_recognise: FindRecognise = find_tesseract
) -> Extract:
    """Return a PDF's text with the range of each page.

    Lines stay lines; a blank line parts paragraphs where the layout shows them, and pages,
    unless a sentence runs on. Where Tesseract is installed, it reads the pages that have
    pictures, but no text besides their number.

    Raises:
        RefusedFileError: It is no PDF, cut off, damaged, protected, without text or too long.
    """
    if b"%PDF-" not in data[:_HEADER_WITHIN_BYTES]:
        raise RefusedFileError(f"it isn't a PDF but {kind_of(data) or 'something else'}")
    tail = data[-_TRAILER_WITHIN_BYTES:]
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise RefusedFileError(_CUT_OFF)
    with ONE_AT_A_TIME, refusing(PDF_DAMAGED):
        pages, scanned, properties = _read(data, limits)
    words = words_of(pages)
    texts = [join_lines(lines, words=words) for lines in pages]
    recognise = find_recognise() if scanned else None
    if recognise is not None:
        _check_number(scanned, limits)
        drawn = (_render(data, number) for number in scanned)
        for number, found in zip(scanned, recognise_all(drawn, recognise), strict=True):
            texts[number] = found
    elif len(scanned) == len(pages):
        raise RefusedFileError(_PICTURES)
    text, ranges = join_pages(texts)
    if len(text) > limits.max_text_characters:
        raise too_long(len(text), limits)
    if is_blank(text):
        raise RefusedFileError(_UNREADABLE if recognise else _PICTURES)
    title = meaningful_title(as_valid_unicode(properties.get("Title", "")))
    day = stated_day(text) or pdf_day(properties.get("CreationDate", ""))
    numbered = (Page(number, start, end) for number, (start, end) in enumerate(ranges, start=1))
    return Extract(text, title, day, tuple(numbered), "text")


def _check_number(scanned: Sequence[int], limits: Limits) -> None:
    if len(scanned) > limits.max_scanned_pages:
        raise RefusedFileError(
            f"the PDF has {len(scanned):,} scanned pages, where {limits.max_scanned_pages:,} are "
            "read; split it into several files, or run it through text recognition (OCR)"
        )


def _read(data: bytes, limits: Limits) -> tuple[list[list[Line]], tuple[int, ...], dict[str, str]]:
    """Return the lines of every page, which pages are scanned, and the document's properties."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        protected = error.err_code in (
            pypdfium2.raw.FPDF_ERR_PASSWORD,
            pypdfium2.raw.FPDF_ERR_SECURITY,
        )
        raise RefusedFileError(_PROTECTED if protected else PDF_DAMAGED) from error
    with closing(document):
        if len(document) > limits.max_pages:
            raise RefusedFileError(
                f"the PDF has {len(document):,} pages, where {limits.max_pages:,} are allowed; "
                f"split it into several files"
            )
        if document.get_formtype() != pypdfium2.raw.FORMTYPE_NONE:
            document.init_forms()
        pages = list(_pages(document, limits))
        empty = (number for number, (printed, _) in enumerate(pages) if _is_numbering(printed))
        scanned = tuple(number for number in empty if _is_scanned(document, number))
        return [filled for _, filled in pages], scanned, document.get_metadata_dict()


def _pages(document: Any, limits: Limits) -> Iterator[tuple[list[Line], list[Line]]]:
    """Yield the lines of each page as they are printed, and with what was filled in."""
    characters = 0
    for number in range(len(document)):
        with closing(document[number]) as page, closing(page.get_textpage()) as text_page:
            characters += text_page.count_chars()
            if characters > limits.max_text_characters:
                raise too_long(characters, limits)
            printed, fields = list(_lines(text_page)), list(fields_of(page))
            yield printed, list(_lines(text_page, fields)) if fields else printed


def _is_numbering(lines: Sequence[Line]) -> bool:
    """Tell whether a page says no more than "3", "Page 3 of 12" or "ACME-000123"."""
    words = (word.strip("-–—.,/|()[]") for line in lines for word in line.text.casefold().split())
    return all(word in _NUMBERING or any(map(str.isdigit, word)) for word in words)


def _is_scanned(document: Any, number: int) -> bool:
    """Tell whether a page has pictures, none of them too large to be drawn."""
    from pypdfium2 import raw

    with closing(document[number]) as page:
        found = page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,))
        sizes = [picture.get_px_size() for picture in islice(found, _MAX_PICTURES)]
    return bool(sizes) and all(width * height <= _MAX_PICTURE_PIXELS for width, height in sizes)


def _render(data: bytes, number: int) -> Picture:
    """Draw a page as a scanner would see it."""
    import pypdfium2

    with (
        ONE_AT_A_TIME,
        refusing(PDF_DAMAGED),
        closing(pypdfium2.PdfDocument(data)) as document,
        closing(document[number]) as page,
    ):
        width, height = page.get_size()
        largest = (_MOST_PIXELS / max(width * height, 1)) ** 0.5
        scale = min(_DOTS_PER_INCH / _POINTS_PER_INCH, largest)
        pixels = page.render(scale=scale, grayscale=True).to_numpy()
        return Picture(pixels.shape[1], pixels.shape[0], pixels.tobytes())


def _lines(text_page: TextPage, fields: Sequence[Field] = ()) -> Iterator[Line]:
    """Cut a page's characters into lines, with the place and size of each."""
    characters = _characters(text_page)
    above: list[Placed] = []
    if fields:
        boxes = list(_boxes(text_page, *range(len(characters))))
        placed = place_fields(characters, boxes, fields)
        above = [each for each in placed if each.where == "above"]
        _fill_in(characters, placed)
    start = 0
    for place, character in enumerate([*characters, "\n"]):
        if character in _LINE_END:
            while above and above[0].place <= place:
                yield _own_line(above.pop(0).field)
            broken = character in _BROKEN_WORD
            yield from _line(text_page, characters, start, place, broken=broken)
            start = place + 1


def _fill_in(characters: list[str], placed: Sequence[Placed]) -> None:
    """Add what stands beside characters to them, in its order."""
    for each in placed:
        if each.where == "behind":
            characters[each.place] += f" {each.field.text} "
    for each in reversed(placed):
        if each.where == "before":
            characters[each.place] = f" {each.field.text} {characters[each.place]}"


def _own_line(field: Field) -> Line:
    left, bottom, right, top = field.bounds
    return Line(field.text, left, right, bottom, min(top - bottom, _USUAL_SIZE))


def _characters(text_page: TextPage) -> list[str]:
    """Return a page's characters, `RAISED` before numbers that are raised behind a number.

    PDFium ends a line where a raised or lowered character does: there it is made to go on.
    """
    from pypdfium2 import raw

    count = text_page.count_chars()
    # A glyph without a character is 0 there, which would be taken for the mark.
    codes = [raw.FPDFText_GetUnicode(text_page, place) for place in range(count)]
    characters = [chr(code) if code else "\x01" for code in codes]
    for place in range(1, count):
        before, here = characters[place - 1], characters[place]
        if before[-1:].isdigit() and (here.isdigit() or here in _SIGNS):
            if _is_raised(*_boxes(text_page, place - 1, place)):
                characters[place] = RAISED + here
        elif here == "\r" and place + 2 < count and not before.isspace():
            following = characters[place + 2]
            boxes = tuple(_boxes(text_page, place - 1, place + 2))
            gap = _gap_in_line(*boxes)
            if gap == "" and before[-1:].isdigit() and following.isdigit():
                gap = RAISED if _is_raised(*boxes) else " "
            if gap is not None:
                characters[place : place + 2] = [gap, ""]
    return characters


def _boxes(text_page: TextPage, *places: int) -> Iterator[Bounds]:
    """Yield the left, bottom, right and top of characters, each as high as its font."""
    return (text_page.get_charbox(place, loose=True) for place in places)


def _is_raised(before: Bounds, here: Bounds) -> bool:
    height = before[3] - before[1]
    raised = here[1] - before[1] >= _RAISED_BY * height
    return raised and here[3] - here[1] <= _RAISED_HEIGHT * height


def _gap_in_line(before: Bounds, following: Bounds) -> str | None:
    """Return what lies between two characters of one line, or None where a line ends."""
    heights = before[3] - before[1], following[3] - following[1]
    overlap = min(before[3], following[3]) - max(before[1], following[1])
    gap = (following[0] - before[2]) / (max(heights) or 1.0)
    if overlap < _BESIDE * min(heights) or not -_BESIDE <= gap <= _LINE_GAP:
        return None
    return " " if gap > _WORD_GAP else ""


def _line(
    text_page: TextPage, characters: Sequence[str], start: int, end: int, *, broken: bool
) -> Iterator[Line]:
    """Yield the line between two places, or nothing where only white space lies there."""
    text = _CONTROL.sub("", as_valid_unicode(resolve("".join(characters[start:end]))))
    seen = [place for place in range(start, end) if not characters[place].isspace()]
    if not seen or is_blank(text):
        return
    from pypdfium2 import raw

    first, last = seen[0], seen[-1]
    left, bottom, _, _ = text_page.get_charbox(first, loose=True)
    _, _, right, _ = text_page.get_charbox(last, loose=True)
    size = raw.FPDFText_GetFontSize(text_page, first)
    yield Line(" ".join(text.split()), left, right, bottom, size, broken)
