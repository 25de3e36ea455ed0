"""EPUB: the chapters of an e-book as Markdown, in its reading order."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from index.errors import RefusedFileError
from index.loaders.archive import Package, check_package
from index.loaders.dates import iso_day
from index.loaders.encoding import as_valid_unicode, is_blank
from index.loaders.html import decode_page, whole_text
from index.loaders.limits import Limits
from index.loaders.parts import join_parts
from index.loaders.refusal import refusing
from index.loaders.titles import tidy_title
from index.loaders.xml import parse_xml
from index.values import Extract

# lxml's elements have no types of their own.
Element = Any

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_BOOK = Package("e-book", "an", "its program", "EPUB", (_CONTAINER,), of_pages=True)
_DAMAGED = "the e-book is damaged; download or export it again"
_PROTECTED = "the e-book is protected against copying; add a copy without protection"
# These scramble fonts alone, which nobody reads here.
_OF_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
_HEADING = re.compile(r"^#{1,3} (.+)$", re.MULTILINE)
_MAX_LABEL_CHARACTERS = 60
_CHAPTER = re.compile(r"(?:chapter|part|section|appendix)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Book:
    """What an e-book says of itself, and the names of its chapters' files in their order."""

    title: str | None
    day: str | None
    chapters: tuple[str, ...]


def extract(data: bytes, *, limits: Limits) -> Extract:
    """Return an e-book's chapters, each of them a page.

    Raises:
        RefusedFileError: It is no e-book, damaged, protected, empty, or built to do harm.
    """
    check_package(data, _BOOK, limits=limits)
    with refusing(_DAMAGED), zipfile.ZipFile(io.BytesIO(data)) as archive:
        _check_protection(archive)
        book = _read_book(archive)
        if len(book.chapters) > limits.max_pages:
            raise RefusedFileError(
                f"the e-book has {len(book.chapters):,} chapters, where {limits.max_pages:,} are "
                "allowed"
            )
        text, pages = join_parts(_chapters(archive, book, limits), limits=limits)
    if is_blank(text):
        raise RefusedFileError("the e-book holds no text, only pictures of pages")
    return Extract(text, book.title, book.day, pages, "markdown")


def _check_protection(archive: zipfile.ZipFile) -> None:
    if _ENCRYPTION not in archive.namelist():
        return
    methods = _named(parse_xml(archive.read(_ENCRYPTION)), "EncryptionMethod")
    if any(method.get("Algorithm") not in _OF_FONTS for method in methods):
        raise RefusedFileError(_PROTECTED)


def _read_book(archive: zipfile.ZipFile) -> _Book:
    container = parse_xml(archive.read(_CONTAINER))
    path = next(root.get("full-path") for root in _named(container, "rootfile"))
    package = parse_xml(archive.read(path))
    folder = posixpath.dirname(path)
    files = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in _named(package, "item")
        if item.get("media-type", _PAGES[0]) in _PAGES
    }
    order = [files.get(item.get("idref")) for item in _named(package, "itemref")]
    # A file may be named twice, and would be read twice.
    chapters = tuple(dict.fromkeys(name for name in order if name))
    titles = (tidy_title(as_valid_unicode(title)) for title in _texts(package, "title"))
    days = (iso_day(day) for day in _texts(package, "date"))
    return _Book(next(filter(None, titles), None), next(filter(None, days), None), chapters)


def _chapters(archive: zipfile.ZipFile, book: _Book, limits: Limits) -> Iterator[tuple[str, str]]:
    """Yield what each chapter is called, and its text."""
    for number, name in enumerate(book.chapters, start=1):
        text = whole_text(decode_page(archive.read(name)), limits=limits)
        heading = _HEADING.search(text)
        yield _label(heading[1] if heading else "", number), text


def _label(heading: str, number: int) -> str:
    title = heading[:_MAX_LABEL_CHARACTERS].strip()
    if not title:
        return f"part {number}"
    return title if _CHAPTER.match(title) else f"chapter {title}"


def _named(tree: Element, name: str) -> Iterator[Element]:
    # Old books leave out the namespaces.
    return (element for element in tree.iter("{*}" + name))


def _texts(tree: Element, name: str) -> Iterator[str]:
    return ("".join(element.itertext()) for element in _named(tree, name))
