"""Walks WordprocessingML: what python-docx opens but doesn't read in full.

python-docx leaves out content controls, tracked insertions, text boxes, fields and notes, and
its merged cells take quadratic time, so the elements are read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.loaders.body import Body, Element
from index.loaders.grid import Grid, repeatable
from index.loaders.markup import MarkdownWriter
from index.loaders.raised import RAISED, resolve

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading ([1-9])")
_LIST = re.compile(r"list (?:bullet|number)(?: ([2-5]))?")
# Deleted, moved away, only instructions to Word, or (Fallback) there twice.
_UNREAD = frozenset(
    "pPr rPr tblPr trPr tcPr sectPr sdtPr del moveFrom delText instrText Fallback binData "
    "footnoteRef endnoteRef annotationRef commentReference separator continuationSeparator".split()
)
_SPACES = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_VERTICAL = f"{_W}rPr/{_W}vertAlign"
_NOTES = ("/footnotes", "/endnotes")


@dataclass(frozen=True, slots=True)
class _Style:
    heading: int = 0
    list_depth: int | None = None


class Styles:
    """Which of a document's styles make headings and lists, by id.

    Args:
        element: The `w:styles` element.
    """

    def __init__(self, element: Element) -> None:
        self._elements = {style.get(f"{_W}styleId"): style for style in element.iter(f"{_W}style")}
        self._known: dict[str | None, _Style] = {}

    def of(self, style_id: str | None) -> _Style:
        """Return what a style makes of its paragraphs, by itself or by those it is based on."""
        if style_id not in self._known:
            self._known[style_id] = self._looked_up(style_id)
        return self._known[style_id]

    def _looked_up(self, style_id: str | None) -> _Style:
        seen: set[str | None] = set()
        # A style may be based on itself, through others.
        while style_id in self._elements and style_id not in seen:
            seen.add(style_id)
            element = self._elements[style_id]
            style = _style_of(element)
            if style != _Style():
                return style
            style_id = _value(element.find(f"{_W}basedOn"))
        return _Style()


def _style_of(element: Element) -> _Style:
    name = (_value(element.find(f"{_W}name")) or "").lower()
    properties = element.find(f"{_W}pPr")
    if heading := _HEADING.fullmatch(name):
        return _Style(heading=int(heading[1]))
    if name == "title":
        return _Style(heading=1)
    if level := _outline_level(properties):
        return _Style(heading=level)
    if listed := _LIST.fullmatch(name):
        return _Style(list_depth=int(listed[1] or 1) - 1)
    return _Style(list_depth=_list_depth(properties))


def notes_of(part: Any) -> Iterator[Element]:
    """Yield the roots of a document's footnotes and endnotes, where it has any."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.endswith(_NOTES):
            yield etree.fromstring(relation.target_part.blob, parser)


class WordBody(Body):
    """Writes the blocks of a Word document's body.

    Attributes:
        styles: The document's styles.
    """

    def __init__(self, writer: MarkdownWriter, styles: Styles) -> None:
        super().__init__(writer)
        self.styles = styles

    def write(self, container: Element) -> None:
        """Write every paragraph and table in `container`, in order, however wrapped."""
        for child in container:
            name = _name(child)
            if name == "p":
                self._write_paragraph(child)
            elif name == "tbl":
                self._write_table(child)
            elif name not in _UNREAD:
                self.write(child)

    def _write_paragraph(self, paragraph: Element) -> None:
        text = self._text(paragraph)
        properties = paragraph.find(f"{_W}pPr")
        style_element = properties.find(f"{_W}pStyle") if properties is not None else None
        style = self.styles.of(_value(style_element))
        level = _outline_level(properties) or style.heading
        depth = _list_depth(properties)
        if depth is None and not _is_unlisted(properties):
            depth = style.list_depth
        if level:
            self.write_heading(text, level)
        elif depth is not None:
            self.writer.item(text, depth=depth)
        else:
            self.writer.paragraph(text)
        self.write_boxes()

    def _write_table(self, table: Element) -> None:
        grid = Grid(self.repeats_left)
        reach: dict[int, str] = {}
        for row in _descendants(table, "tr"):
            grid.start_row()
            column = 0
            for cell in _descendants(row, "tc"):
                properties = cell.find(f"{_W}tcPr")
                columns = _number(properties, "gridSpan", 1)
                text = self._merged_text(cell, properties, reach, column)
                grid.add(text, columns=columns)
                column += columns
        rows = _descendants(table, "tr")
        self.write_grid(grid, (cell for row in rows for cell in _descendants(row, "tc")))

    def _merged_text(
        self, cell: Element, properties: Element, reach: dict[int, str], column: int
    ) -> str:
        """Return a cell's text, or that of the cell above which it continues."""
        merge = properties.find(f"{_W}vMerge") if properties is not None else None
        if merge is not None and _value(merge) != "restart":
            return reach.get(column, "")
        text = self._text(cell)
        reach[column] = repeatable(text)
        return text

    def _text(self, element: Element) -> str:
        """Return the words of an element's runs; text boxes are put by for later."""
        return resolve("".join(self._pieces(element)))

    def _pieces(self, element: Element) -> Iterator[str]:
        for child in element:
            name = _name(child)
            if name == "r" and _value(child.find(_VERTICAL)) == "superscript":
                yield RAISED
            if name == "t":
                yield child.text or ""
            elif name in _SPACES:
                yield _SPACES[name]
            elif name == "txbxContent":
                self.boxes.append(child)
            elif name not in _UNREAD:
                yield from self._pieces(child)
                # Paragraphs of a cell, which holds its text on one line.
                yield " " if name == "p" else ""


def _name(element: Element) -> str:
    tag = element.tag
    # Comments and processing instructions have a function for a tag.
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _value(element: Element | None) -> str | None:
    return element.get(f"{_W}val") if element is not None else None


def _number(parent: Element | None, name: str, default: int) -> int:
    value = _value(parent.find(f"{_W}{name}")) if parent is not None else None
    return (
        int(value) if value and value.isascii() and value.isdigit() and len(value) < 6 else default
    )


def _outline_level(properties: Element | None) -> int:
    """Return a paragraph's outline level from 1, or 0 for body text (which Word calls level 9)."""
    level = _number(properties, "outlineLvl", 9)
    return level + 1 if level < 9 else 0


def _list_depth(properties: Element | None) -> int | None:
    numbering = properties.find(f"{_W}numPr") if properties is not None else None
    if numbering is None or _number(numbering, "numId", 0) == 0:
        return None
    return _number(numbering, "ilvl", 0)


def _is_unlisted(properties: Element | None) -> bool:
    """Tell whether a paragraph takes itself out of its style's list (`numId` 0)."""
    numbering = properties.find(f"{_W}numPr") if properties is not None else None
    return numbering is not None and _number(numbering, "numId", 1) == 0


def _descendants(element: Element, name: str) -> Iterator[Element]:
    """Yield rows of a table or cells of a row, also from within content controls."""
    for child in element:
        found = _name(child)
        if found == name:
            yield child
        elif found in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _descendants(child, name)
