"""DOCX: headings, paragraphs, lists and tables of a Word document as Markdown, in its order."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from index.errors import RefusedFileError
from index.loaders.archive import Package, check_package
from index.loaders.dates import stated_day
from index.loaders.encoding import as_valid_unicode, is_blank
from index.loaders.limits import Limits
from index.loaders.markup import MarkdownWriter
from index.loaders.refusal import refusing
from index.loaders.titles import meaningful_title, tidy_title
from index.loaders.wordml import Styles, WordBody, notes_of
from index.values import Extract

_WORD = Package("Word document", "a", "Word", "DOCX", ("word/", "[Content_Types].xml"), old=".doc")
_DAMAGED = "the Word document is damaged; open it in Word, save it again and add that"
# python-docx's own template carries this date into every document made from it.
_TEMPLATE_DATE = datetime(2013, 12, 23, 23, 15)


def extract(data: bytes, *, limits: Limits) -> Extract:
    """Return the body of a Word document as Markdown, footnotes and endnotes last.

    Text that tracked changes deleted is left out; headers and footers of pages are, too.

    Raises:
        RefusedFileError: It is no Word document, damaged, protected, empty, or built to do harm.
    """
    check_package(data, _WORD, limits=limits)
    with refusing(_DAMAGED):
        text, title, day = _read(data, limits)
    if is_blank(text):
        raise RefusedFileError("the Word document holds no text")
    return Extract(text, title, stated_day(text) or day, (), "markdown")


def _read(data: bytes, limits: Limits) -> tuple[str, str | None, str | None]:
    """Return the text, and the title and day from the document's properties and headings."""
    import docx

    document = docx.Document(io.BytesIO(data))
    writer = MarkdownWriter(limits)
    body = WordBody(writer, Styles(document.styles.element))
    body.write(document.element.body)
    for notes in notes_of(document.part):
        body.write(notes)
    properties = document.core_properties
    title = meaningful_title(as_valid_unicode(properties.title)) or tidy_title(body.first_heading)
    return as_valid_unicode(writer.text()), title, _day(properties)


def _day(properties: Any) -> str | None:
    created = properties.created
    if not isinstance(created, datetime) or created.replace(tzinfo=None) == _TEMPLATE_DATE:
        return None
    return created.date().isoformat()
