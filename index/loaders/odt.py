"""ODT: headings, paragraphs, lists and tables of an OpenDocument text as Markdown."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from index.errors import RefusedFileError
from index.loaders.archive import Package, check_package, protected
from index.loaders.body import Body, Element
from index.loaders.dates import iso_day, stated_day
from index.loaders.encoding import as_valid_unicode, is_blank
from index.loaders.grid import Grid
from index.loaders.limits import Limits
from index.loaders.markup import MarkdownWriter
from index.loaders.raised import RAISED, resolve
from index.loaders.refusal import refusing
from index.loaders.titles import meaningful_title, tidy_title
from index.loaders.xml import local_name, parse_xml
from index.values import Extract

_TEXT = Package(
    "OpenDocument text",
    "an",
    "LibreOffice",
    "ODT",
    ("content.xml", "META-INF/manifest.xml"),
)
_DAMAGED = "the OpenDocument text is damaged; open it in LibreOffice, save it again and add that"
_MANIFEST = "META-INF/manifest.xml"
_O = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
# What was deleted, remarks, and what says again what stands elsewhere.
_UNREAD = frozenset(
    "tracked-changes annotation annotation-end sequence-decls forms table-of-content "
    "alphabetical-index illustration-index table-index bibliography ruby-text".split()
)
# Drawn shapes have words of their own, which are no part of the sentence that they stand in.
_SHAPES = frozenset(
    f"{_DRAW}{name}" for name in "custom-shape rect ellipse circle polygon path line".split()
)
# What says of a picture what those who can't see it are told.
_DESCRIPTIONS = frozenset({f"{_SVG}title", f"{_SVG}desc"})
_SPACES = {"tab": "\t", "line-break": "\n"}
_MAX_SPACES = 100


def extract(data: bytes, *, limits: Limits) -> Extract:
    """Return the body of an OpenDocument text as Markdown, notes last.

    Raises:
        RefusedFileError: It is no such text, damaged, protected, empty, or built to do harm.
    """
    check_package(data, _TEXT, limits=limits)
    with refusing(_DAMAGED), zipfile.ZipFile(io.BytesIO(data)) as archive:
        if next(parse_xml(archive.read(_MANIFEST)).iter("{*}encryption-data"), None) is not None:
            raise RefusedFileError(protected(_TEXT.name))
        root = parse_xml(archive.read("content.xml"))
        content = root.find(f"{_O}body/{_O}text")
        if content is None:
            raise RefusedFileError(
                "it is an OpenDocument file, but not a text; save it as ODT, XLSX or PPTX"
            )
        body = _Body(MarkdownWriter(limits), _Styles(root))
        body.write(content)
        body.write_notes()
        title, day = _properties(archive)
    text = as_valid_unicode(body.writer.text())
    if is_blank(text):
        raise RefusedFileError("the OpenDocument text holds no text")
    title = title or tidy_title(body.first_heading)
    return Extract(text, title, stated_day(text) or day, (), "markdown")


def _properties(archive: zipfile.ZipFile) -> tuple[str | None, str | None]:
    """Return the title and the day of making that the document's properties give."""
    if "meta.xml" not in archive.namelist():
        return None, None
    meta = parse_xml(archive.read("meta.xml"))
    title = next(("".join(item.itertext()) for item in meta.iter("{*}title")), "")
    made = next(("".join(item.itertext()) for item in meta.iter("{*}creation-date")), "")
    return meaningful_title(as_valid_unicode(title)), iso_day(made[:10])


class _Styles:
    """Which of a document's own styles hide or raise their words, by name."""

    def __init__(self, root: Element) -> None:
        self.hidden: set[str] = set()
        self.raised: set[str] = set()
        for style in root.iterfind(f"{_O}automatic-styles/{_STYLE}style"):
            name = style.get(f"{_STYLE}name") or ""
            for properties in style.iterchildren(f"{_STYLE}text-properties"):
                if properties.get(f"{_T}display") == "none":
                    self.hidden.add(name)
                if _is_raised(properties.get(f"{_STYLE}text-position") or ""):
                    self.raised.add(name)


def _is_raised(position: str) -> bool:
    """Tell whether a position such as `super 58%` or `33% 58%` is above the line."""
    return position.startswith("super") or (position[:1].isdigit() and position[:1] != "0")


class _Body(Body):
    def __init__(self, writer: MarkdownWriter, styles: _Styles) -> None:
        super().__init__(writer)
        self._styles = styles
        self._notes: list[Element] = []

    def write(self, container: Element, depth: int = -1) -> None:
        """Write every block in `container`, however wrapped; `depth` is that of its list."""
        for child in container:
            name = local_name(child)
            if self._is_unread(child):
                continue
            if name == "h":
                level = _number(child, f"{_T}outline-level", 1)
                self.write_heading(self._text(child), level)
                self.write_boxes()
            elif name == "p":
                self._write_paragraph(child, depth)
            elif name == "list":
                self.write(child, depth + 1)
            elif name == "table":
                self._write_table(child)
            else:
                self.write(child, depth)

    def write_notes(self) -> None:
        """Write the footnotes and endnotes that were met on the way."""
        notes, self._notes = self._notes, []
        for note in notes:
            self.write(note)

    def _write_paragraph(self, element: Element, depth: int) -> None:
        text = self._text(element)
        if depth >= 0:
            self.writer.item(text, depth=depth)
        else:
            self.writer.paragraph(text)
        self.write_boxes()

    def _write_table(self, table: Element) -> None:
        grid = Grid(self.repeats_left)
        for row in _rows(table):
            grid.start_row()
            for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                columns = _number(cell, f"{_TABLE}number-columns-repeated", 1)
                grid.add(self._text(cell).strip(), columns=columns)
        self.write_grid(grid, _rows(table))

    def _text(self, element: Element) -> str:
        """Return an element's words; text boxes and notes are put by for later."""
        return resolve("".join(self._pieces(element)))

    def _pieces(self, element: Element) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            yield from self._child(child, local_name(child))
            yield child.tail or ""

    def _child(self, child: Element, name: str) -> Iterator[str]:
        if name in _SPACES:
            yield _SPACES[name]
        elif name == "s":
            yield " " * min(_number(child, f"{_T}c", 1), _MAX_SPACES)
        elif name == "note":
            self._notes += child.iterchildren(f"{_T}note-body")
        elif name == "text-box" or child.tag in _SHAPES:
            self.boxes.append(child)
        elif not self._is_unread(child):
            yield RAISED if child.get(f"{_T}style-name") in self._styles.raised else ""
            yield from self._pieces(child)
            # Paragraphs of a cell, which holds its text on one line.
            yield " " if name == "p" else ""

    def _is_unread(self, element: Element) -> bool:
        hidden = (
            element.get(f"{_T}display") == "none"
            or element.get(f"{_T}is-hidden") == "true"
            or element.get(f"{_T}style-name") in self._styles.hidden
        )
        return hidden or element.tag in _DESCRIPTIONS or local_name(element) in _UNREAD


def _rows(table: Element) -> Iterator[Element]:
    """Yield the rows of a table, but not those of a table inside a cell."""
    for child in table:
        name = local_name(child)
        if name == "table-row":
            yield child
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(child)


def _number(element: Element, name: str, default: int) -> int:
    value = element.get(name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default
