"""What a Word document's styles and paragraphs say of headings and lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.loaders.body import Element
from index.loaders.numbering import Numbering
from index.loaders.word_values import W, number_of, value_of

_HEADING = re.compile(r"heading ([1-9])")
_LIST = re.compile(r"list (?:bullet|number)(?: ([2-5]))?")
_UNLISTED = "0"  # the list of what takes itself out of its style's list


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph is, or a style makes of its paragraphs.

    Attributes:
        heading: Level of a heading from 1, or 0.
        number_id: The list that numbers them, or None.
        depth: Which level of a list they are on from 0, or None outside lists.
    """

    heading: int = 0
    number_id: str | None = None
    depth: int | None = None

    def inheriting(self, base: Style) -> Style:
        """Return the style with what it doesn't say itself from the one that it is based on."""
        heading = self.heading or base.heading
        if self.number_id == _UNLISTED:
            return Style(heading, self.number_id, None)
        number_id = base.number_id if self.number_id is None else self.number_id
        return Style(heading, number_id, base.depth if self.depth is None else self.depth)


class Styles:
    """Which of a document's styles make headings and lists, by id.

    Args:
        element: The `w:styles` element.
        numbering: The document's lists.
    """

    def __init__(self, element: Element, numbering: Numbering) -> None:
        self._elements = {style.get(f"{W}styleId"): style for style in element.iter(f"{W}style")}
        self._numbering = numbering
        self._known: dict[str | None, Style] = {}

    def of_paragraph(self, paragraph: Element) -> Style:
        """Return what a paragraph is by its own properties and by its style."""
        properties = paragraph.find(f"{W}pPr")
        named = properties.find(f"{W}pStyle") if properties is not None else None
        own = Style(_outline_level(properties), *_list_place(properties))
        style = own.inheriting(self.of(value_of(named)))
        listed = style.number_id not in (None, _UNLISTED)
        return replace(style, depth=0) if listed and style.depth is None else style

    def of(self, style_id: str | None) -> Style:
        """Return what a style makes of its paragraphs, by itself or by those it is based on."""
        if style_id not in self._known:
            self._known[style_id] = self._looked_up(style_id)
        return self._known[style_id]

    def _looked_up(self, style_id: str | None) -> Style:
        seen: set[str | None] = set()
        style = Style()
        # A style may be based on itself, through others.
        while style_id in self._elements and style_id not in seen:
            seen.add(style_id)
            element = self._elements[style_id]
            style = style.inheriting(self._own(style_id, element))
            style_id = value_of(element.find(f"{W}basedOn"))
        return style

    def _own(self, style_id: str | None, element: Element) -> Style:
        name = (value_of(element.find(f"{W}name")) or "").lower()
        properties = element.find(f"{W}pPr")
        number_id, depth = _list_place(properties)
        if number_id and depth is None and number_id != _UNLISTED:
            depth = self._numbering.depth_of(number_id, style_id)
        if heading := _HEADING.fullmatch(name):
            return Style(int(heading[1]), number_id, depth)
        if name == "title":
            return Style(1, number_id, depth)
        if level := _outline_level(properties):
            return Style(level, number_id, depth)
        if listed := _LIST.fullmatch(name):
            return Style(0, number_id, int(listed[1] or 1) - 1)
        return Style(0, number_id, depth)


def _outline_level(properties: Element | None) -> int:
    """Return a paragraph's outline level from 1, or 0 for body text (which Word calls level 9)."""
    level = number_of(properties, "outlineLvl", 9)
    return level + 1 if level < 9 else 0


def _list_place(properties: Element | None) -> tuple[str | None, int | None]:
    """Return the list that a paragraph or style names, and the level; None for what it doesn't."""
    numbering = properties.find(f"{W}numPr") if properties is not None else None
    if numbering is None:
        return None, None
    number_id = value_of(numbering.find(f"{W}numId"))
    if number_id == _UNLISTED:
        return number_id, None
    level = numbering.find(f"{W}ilvl")
    return number_id, None if level is None else number_of(numbering, "ilvl", 0)
