"""PPTX: titles, text, tables and notes of each slide of a presentation as Markdown."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from index.errors import RefusedFileError
from index.loaders.archive import Package, check_package
from index.loaders.charts import read_chart, read_diagram
from index.loaders.encoding import as_valid_unicode, is_blank
from index.loaders.formulas import read_office_formula
from index.loaders.grid import Grid
from index.loaders.limits import Limits
from index.loaders.markup import MarkdownWriter
from index.loaders.parts import join_parts
from index.loaders.raised import RAISED, resolve
from index.loaders.refusal import refusing
from index.loaders.titles import meaningful_title, tidy_title
from index.values import Extract

# python-pptx hands out objects without types.
Shape = Any

_PRESENTATION = Package(
    "PowerPoint presentation", "a", "PowerPoint", "PPTX", ("ppt/", "[Content_Types].xml"), ".ppt"
)
_DAMAGED = (
    "the PowerPoint presentation is damaged; open it in PowerPoint, save it again and add that"
)
# What a slide's layout puts on every slide.
_REPEATED = frozenset({"DATE", "FOOTER", "HEADER", "SLIDE_NUMBER"})
_MAX_DEPTH = 20
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SHAPES = frozenset(
    f"{{http://schemas.openxmlformats.org/presentationml/2006/main}}{name}"
    for name in ("sp", "grpSp", "graphicFrame", "pic")
)
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_FORMULA = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
# python-pptx's own template carries this date into every presentation made from it.
_TEMPLATE_DATE = datetime(2013, 1, 27, 9, 14, 16)
_SPACES = str.maketrans({"\v": "\n", "\xa0": " "})


@dataclass(frozen=True, slots=True)
class _Deck:
    """What a presentation says, slide by slide, and of itself."""

    slides: tuple[str, ...]
    title: str | None
    day: str | None


def extract(data: bytes, *, limits: Limits) -> Extract:
    """Return the slides, hidden ones too: the title as a heading, then the rest, notes last.

    Raises:
        RefusedFileError: It is no presentation, damaged, protected, empty, or built to do harm.
    """
    check_package(data, _PRESENTATION, limits=limits)
    with refusing(_DAMAGED):
        deck = _read(data, limits)
    text, pages = join_parts(
        [(f"slide {number}", slide) for number, slide in enumerate(deck.slides, start=1)],
        limits=limits,
    )
    if is_blank(text):
        raise RefusedFileError(
            "the PowerPoint presentation holds no text; if its slides are pictures, save it as PDF "
            "with a text layer and add that"
        )
    return Extract(text, deck.title, deck.day, pages, "markdown")


def _read(data: bytes, limits: Limits) -> _Deck:
    import pptx

    presentation = pptx.Presentation(io.BytesIO(data))
    slides = list(presentation.slides)
    if len(slides) > limits.max_pages:
        raise RefusedFileError(
            f"the presentation has {len(slides):,} slides, where {limits.max_pages:,} are allowed"
        )
    properties = presentation.core_properties
    title = meaningful_title(as_valid_unicode(properties.title))
    if title is None and slides:
        title = tidy_title(_title(slides[0]))
    created = properties.created
    dated = isinstance(created, datetime) and created.replace(tzinfo=None) != _TEMPLATE_DATE
    day = created.date().isoformat() if dated else None
    return _Deck(tuple(_slide(slide, limits) for slide in slides), title, day)


def _slide(slide: Any, limits: Limits) -> str:
    writer = MarkdownWriter(limits)
    _unwrap(slide.shapes._spTree)
    heading = slide.shapes.title
    writer.heading(_title(slide), level=1)
    for shape in _leaves(slide.shapes, 0):
        # python-pptx makes a new object each time that it is asked for a shape.
        if heading is None or shape.shape_id != heading.shape_id:
            _write(shape, writer)
    if slide.has_notes_slide:
        frame = slide.notes_slide.notes_text_frame
        notes = _text(frame.text) if frame is not None else ""
        writer.paragraph(f"Notes: {notes}" if notes else "")
    return as_valid_unicode(writer.text())


def _unwrap(tree: Any) -> None:
    """Put shapes in place of what offers them in two forms: python-pptx passes it over.

    PowerPoint wraps a whole box as soon as there is an equation in it.
    """
    for wrapped in list(tree.iter(f"{_COMPATIBILITY}AlternateContent")):
        forms = ([each for each in form if each.tag in _SHAPES] for form in wrapped)
        for shape in next(filter(None, forms), []):
            wrapped.addprevious(shape)


def _title(slide: Any) -> str:
    shape = slide.shapes.title
    paragraphs = shape.text_frame.paragraphs if shape is not None else ()
    return " ".join(" ".join(_words(item._p) for item in paragraphs).split())


def _leaves(shapes: Iterable[Shape], depth: int) -> Iterator[Shape]:
    """Yield the shapes that aren't groups, also from within groups; hidden ones are left out."""
    from pptx.shapes.group import GroupShape

    for shape in shapes:
        if shape._element._nvXxPr.cNvPr.get("hidden") in ("1", "true"):
            continue
        if not isinstance(shape, GroupShape):
            yield shape
        elif depth < _MAX_DEPTH:
            yield from _leaves(shape.shapes, depth + 1)


def _write(shape: Shape, writer: MarkdownWriter) -> None:
    kind = shape.placeholder_format.type if shape.is_placeholder else None
    if kind is not None and kind.name in _REPEATED:
        return
    if getattr(shape, "has_table", False):
        _write_table(shape.table, writer)
    elif getattr(shape, "has_chart", False):
        title, rows = read_chart(_blob(shape, shape._element.chart_rId))
        writer.paragraph(title)
        writer.table(rows)
    elif shape.has_text_frame:
        _write_paragraphs(shape.text_frame, writer)
    else:
        _write_diagram(shape, writer)


def _write_paragraphs(frame: Any, writer: MarkdownWriter) -> None:
    """Write a box's paragraphs, as a list where there are several: that is how slides speak."""
    _write_items([(_words(item._p), item.level) for item in frame.paragraphs], writer)


def _write_items(items: Iterable[tuple[str, int]], writer: MarkdownWriter) -> None:
    filled = [(text, level) for text, level in items if text]
    for text, level in filled:
        if len(filled) == 1:
            writer.paragraph(text)
        else:
            writer.item(text, depth=level)


def _write_diagram(shape: Shape, writer: MarkdownWriter) -> None:
    """Write the boxes of a diagram, whose words are in a part of its own."""
    for reference in shape._element.iter(_DIAGRAM):
        words = read_diagram(_blob(shape, reference.get(f"{_RELATIONS}dm")))
        _write_items([(text, 0) for text in words], writer)


def _blob(shape: Shape, name: str | None) -> bytes | None:
    """Return the part that a shape has a name for, or None where it is missing."""
    relation = shape.part.rels.get(name)
    missing = relation is None or relation.is_external
    return None if missing else bytes(relation.target_part.blob)


def _write_table(table: Any, writer: MarkdownWriter) -> None:
    grid = Grid()
    for row in table._tbl.tr_lst:  # asking the table for its cells takes quadratic time
        grid.start_row()
        for cell in row.tc_lst:
            # A cell hidden under a merged one is still there, and empty.
            if not (cell.hMerge or cell.vMerge):
                grid.add(_cell_text(cell), columns=cell.gridSpan, rows=cell.rowSpan)
    if grid.is_table():
        writer.table(grid.rows)
    else:
        for row in grid.rows:
            writer.paragraph(" ".join(cell for cell in row if cell))


def _cell_text(cell: Any) -> str:
    body = cell.txBody
    return "\n".join(map(_words, body.p_lst)).strip() if body is not None else ""


def _words(paragraph: Any) -> str:
    """Return a paragraph's words; of what stands in two forms, such as formulas, the first."""
    parts = []
    for child in paragraph:
        if child.tag in (f"{_A}r", f"{_A}fld"):
            properties = child.find(f"{_A}rPr")
            shift = "0" if properties is None else properties.get("baseline", "0")
            raised = shift[:1] not in "-0"  # thousandths of a percent, or with a sign: 30%
            parts.append(RAISED * raised + (child.findtext(f"{_A}t") or ""))
        elif child.tag == f"{_A}br":
            parts.append("\n")
        else:
            parts += map(read_office_formula, child.iter(_FORMULA))
    return _text(resolve("".join(parts)))


def _text(text: str) -> str:
    return text.translate(_SPACES).strip()
