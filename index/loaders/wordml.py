"""Walks WordprocessingML: what python-docx opens but doesn't read in full.

python-docx leaves out content controls, tracked insertions, text boxes, fields and notes, and
its merged cells take quadratic time, so the elements are read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from index.loaders.body import Body, Element
from index.loaders.charts import read_chart, read_diagram
from index.loaders.formulas import read_office_formula
from index.loaders.grid import Grid, repeatable
from index.loaders.markup import MarkdownWriter, with_label
from index.loaders.numbering import Numbering
from index.loaders.raised import RAISED, resolve
from index.loaders.symbols import meaning
from index.loaders.word_styles import Style, Styles
from index.loaders.word_values import W, number_of, value_of
from index.loaders.xml import local_name

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DRAWN = frozenset(
    f"{{http://schemas.openxmlformats.org/drawingml/2006/{name}"
    for name in ("chart}chart", "diagram}relIds")
)
# Deleted, moved away, only instructions to Word, or (Fallback) there twice.
_UNREAD = frozenset(
    "pPr rPr tblPr trPr tcPr sectPr sdtPr del moveFrom delText instrText Fallback binData "
    "footnoteRef endnoteRef annotationRef commentReference separator continuationSeparator".split()
)
_SPACES = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_VERTICAL = f"{W}rPr/{W}vertAlign"
_GONE = ("del", "vanish")
_HIDDEN = f"{W}rPr/{W}vanish"
_OFF = frozenset({"0", "false", "off"})
_NOTES = ("/footnotes", "/endnotes")
_NUMBERING = ("/numbering",)
_DRAWINGS = ("/chart", "/diagramData")


def notes_of(part: Any) -> Iterator[Element]:
    """Yield the roots of a document's footnotes and endnotes, where it has any."""
    return _related(part, _NOTES)


def numbering_of(part: Any) -> Numbering:
    """Return a document's lists."""
    return Numbering(next(_related(part, _NUMBERING), None))


def drawn_in(part: Any) -> dict[str, bytes]:
    """Return the content of a document's charts and diagrams, by the names that it has for them."""
    return {
        name: relation.target_part.blob
        for name, relation in part.rels.items()
        if not relation.is_external and relation.reltype.endswith(_DRAWINGS)
    }


def _related(part: Any, kinds: tuple[str, ...]) -> Iterator[Element]:
    """Yield the roots of a document's parts of some kinds."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.endswith(kinds):
            yield etree.fromstring(relation.target_part.blob, parser)


class WordBody(Body):
    """Writes the blocks of a Word document's body.

    Attributes:
        styles: The document's styles.
        numbering: Its lists, which count the paragraphs as they are written.
        drawn: The content of its charts and diagrams, see `drawn_in`.
    """

    def __init__(
        self,
        writer: MarkdownWriter,
        styles: Styles,
        numbering: Numbering,
        drawn: Mapping[str, bytes],
    ) -> None:
        super().__init__(writer)
        self.styles = styles
        self.numbering = numbering
        self.drawn = drawn

    def write(self, container: Element) -> None:
        """Write every paragraph and table in `container`, in order, however wrapped."""
        if container.tag in _DRAWN:
            self._write_drawing(container)
        for child in container:
            name = local_name(child)
            if name == "p":
                self._write_paragraph(child)
            elif name == "tbl":
                self._write_table(child)
            elif name not in _UNREAD:
                self.write(child)

    def _write_paragraph(self, paragraph: Element) -> None:
        text = self._text(paragraph)
        style = self.styles.of_paragraph(paragraph)
        label = self._count(paragraph, style)
        if style.heading:
            self.write_heading(text, style.heading, label=label)
        elif style.depth is not None:
            self.writer.numbered_item(text, depth=style.depth, label=label)
        else:
            self.writer.paragraph(text)
        self.write_boxes()

    def _write_drawing(self, element: Element) -> None:
        """Write what a chart or a diagram says; its words are in a part of its own."""
        title, rows = read_chart(self.drawn.get(element.get(f"{_R}id")))
        self.writer.paragraph(title)
        self.writer.table(rows)
        for words in read_diagram(self.drawn.get(element.get(f"{_R}dm"))):
            self.writer.item(words, depth=0)

    def _count(self, paragraph: Element, style: Style) -> str:
        """Return a paragraph's number; one that is deleted or hidden has none."""
        gone = any(paragraph.find(f"{W}pPr/{W}rPr/{W}{name}") is not None for name in _GONE)
        if gone or style.number_id is None or style.depth is None:
            return ""
        return self.numbering.count(style.number_id, style.depth)

    def _write_table(self, table: Element) -> None:
        grid, counted = Grid(self.repeats_left), self.numbering.state()
        reach: dict[int, str] = {}
        for row in _descendants(table, "tr"):
            grid.start_row()
            column = 0
            for cell in _descendants(row, "tc"):
                properties = cell.find(f"{W}tcPr")
                columns = number_of(properties, "gridSpan", 1)
                text = self._merged_text(cell, properties, reach, column)
                grid.add(text, columns=columns)
                column += columns
        if not grid.is_table():  # its paragraphs are yet to be written
            self.numbering.restore(counted)
        rows = _descendants(table, "tr")
        self.write_grid(grid, (cell for row in rows for cell in _descendants(row, "tc")))

    def _merged_text(
        self, cell: Element, properties: Element, reach: dict[int, str], column: int
    ) -> str:
        """Return a cell's text, or that of the cell above which it continues."""
        merge = properties.find(f"{W}vMerge") if properties is not None else None
        if merge is not None and value_of(merge) != "restart":
            return reach.get(column, "")
        text = self._text(cell)
        reach[column] = repeatable(text)
        return text

    def _text(self, element: Element) -> str:
        """Return the words of an element's runs; text boxes are put by for later."""
        return resolve("".join(self._pieces(element)))

    def _pieces(self, element: Element) -> Iterator[str]:
        for child in element:
            name = local_name(child)
            said = _said(child, name)
            if said is not None:
                yield said
            elif name == "r":
                yield from self._run(child)
            elif name == "txbxContent" or child.tag in _DRAWN:
                self.boxes.append(child)
            elif name == "p":  # of a cell, which holds its text on one line
                label = self._count(child, self.styles.of_paragraph(child))
                yield f"{with_label(''.join(self._pieces(child)), label)} "
            elif name not in _UNREAD:
                yield from self._pieces(child)

    def _run(self, run: Element) -> Iterator[str]:
        hidden = run.find(_HIDDEN)
        if hidden is not None and value_of(hidden) not in _OFF:
            return
        if value_of(run.find(_VERTICAL)) == "superscript":
            yield RAISED
        yield from self._pieces(run)


def _said(element: Element, name: str) -> str | None:
    """Return what an element says by itself, or None where what it says is in those within."""
    if name == "t":
        return element.text or ""
    if name == "sym":
        return meaning(element.get(f"{W}font") or "", element.get(f"{W}char") or "")
    return read_office_formula(element) if name == "oMath" else _SPACES.get(name)


def _descendants(element: Element, name: str) -> Iterator[Element]:
    """Yield rows of a table or cells of a row, also from within content controls."""
    for child in element:
        found = local_name(child)
        if found == name:
            yield child
        elif found in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _descendants(child, name)
