"""DOCX: headings, paragraphs, lists and tables of a Word document as Markdown, in its order."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Container
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
from index.loaders.word_styles import Styles
from index.loaders.wordml import WordBody, drawn_in, notes_of, numbering_of
from index.loaders.xml import parse_xml
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
    document = _opened(data)
    writer = MarkdownWriter(limits)
    numbering = numbering_of(document.part)
    styles = Styles(document.styles.element, numbering)
    body = WordBody(writer, styles, numbering, drawn_in(document.part))
    body.write(document.element.body)
    for notes in notes_of(document.part):
        body.write(notes)
    properties = document.core_properties
    title = meaningful_title(as_valid_unicode(properties.title)) or tidy_title(body.first_heading)
    return as_valid_unicode(writer.text()), title, _day(properties)


def _opened(data: bytes) -> Any:
    import docx

    try:
        return docx.Document(io.BytesIO(data))
    except KeyError:
        # Programs leave relations to nothing behind, and python-docx looks all of them up.
        return docx.Document(io.BytesIO(_without_loose_ends(data)))


def _without_loose_ends(data: bytes) -> bytes:
    """Return a document without relations to parts that it hasn't got."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        names = dict.fromkeys(old.namelist())
        for name in names:
            part = old.read(name)
            new.writestr(name, _kept(part, name, names) if name.endswith(".rels") else part)
    return file.getvalue()


def _kept(relations: bytes, name: str, names: Container[str]) -> bytes:
    from lxml import etree

    root = parse_xml(relations)
    # `word/_rels/document.xml.rels` counts from `word/`.
    folder = posixpath.dirname(posixpath.dirname(f"/{name}"))
    for relation in list(root):
        path = posixpath.abspath(posixpath.join(folder, relation.get("Target", "")))
        if relation.get("TargetMode") != "External" and path[1:] not in names:
            root.remove(relation)
    return bytes(etree.tostring(root))


def _day(properties: Any) -> str | None:
    created = properties.created
    if not isinstance(created, datetime) or created.replace(tzinfo=None) == _TEMPLATE_DATE:
        return None
    return created.date().isoformat()
