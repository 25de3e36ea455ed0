"""RTF: headings, paragraphs, lists and tables of a rich text as Markdown."""

from __future__ import annotations

from datetime import date

from index.errors import RefusedFileError
from index.loaders.dates import stated_day
from index.loaders.encoding import as_valid_unicode, is_blank
from index.loaders.limits import Limits
from index.loaders.markup import MarkdownWriter
from index.loaders.refusal import refusing
from index.loaders.rtf_blocks import RtfBlocks
from index.loaders.rtf_reader import RtfReader
from index.loaders.signature import kind_of
from index.loaders.titles import meaningful_title, tidy_title
from index.values import Extract

_DAMAGED = "the RTF document is damaged; open it in a word processor, save it again and add that"
_CUT_OFF = "the RTF document is cut off: its end is missing; copy it again"


def extract(data: bytes, *, limits: Limits) -> Extract:
    """Return the body of an RTF document as Markdown, footnotes last.

    Headers and footers of pages, hidden and deleted text, pictures and objects are left out.

    Raises:
        RefusedFileError: It is no RTF document, cut off, damaged, empty or too long.
    """
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(b"{\\rtf"):
        raise RefusedFileError(f"it isn't an RTF document but {kind_of(data) or 'something else'}")
    blocks = RtfBlocks(MarkdownWriter(limits))
    reader = RtfReader(blocks)
    with refusing(_DAMAGED):
        if not reader.read(start):
            raise RefusedFileError(_CUT_OFF)
        text = as_valid_unicode(blocks.writer.text())
        title = meaningful_title(as_valid_unicode(reader.title)) or tidy_title(blocks.first_heading)
        day = stated_day(text) or _day(reader.made)
    if is_blank(text):
        raise RefusedFileError("the RTF document holds no text")
    return Extract(text, title, day, (), "markdown")


def _day(made: dict[str, int]) -> str | None:
    try:
        return date(made["yr"], made["mo"], made["dy"]).isoformat()
    except (KeyError, ValueError, OverflowError):
        return None
