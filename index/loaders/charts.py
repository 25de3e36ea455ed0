"""Reads what Office draws: the table behind a chart, the words of a diagram."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from index.loaders.cells import shown
from index.loaders.xml import parse_xml

# lxml's elements have no types of their own.
Element = Any

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MAX_POINTS = 2_000
_MAX_FORMAT_CHARACTERS = 200
# A format that shows a year or a day is that of a date, which is kept as the days since the first
# of these or, where a chart says so, the second.
_DAY = re.compile(r"[yd]", re.IGNORECASE)
_BESIDE_DAY = re.compile(r'\[[^\]]*\]|"[^"]*"|\\.')
_FIRST_DAY, _MAC_DAY = datetime(1899, 12, 30), datetime(1904, 1, 1)


def read_chart(data: bytes | None) -> tuple[str, list[list[str]]]:
    """Return a chart's title and the table that it draws: a column for each series.

    Args:
        data: The chart's part, with the values that the chart last showed. Where it is missing or
            damaged, nothing is read: the text around it is whole.
    """
    root = _parsed(data)
    if root is None:
        return "", []
    title = root.find(f"{_C}chart/{_C}title")
    paragraphs = () if title is None else list(title.iter(f"{_A}p")) or [title]
    since = root.find(f"{_C}date1904")
    first_day = _FIRST_DAY if since is None or since.get("val") in ("0", "false") else _MAC_DAY
    series = list(root.iter(f"{_C}ser"))
    columns = [_column(each, first_day) for each in series]
    labels = dict.fromkeys(label for column in columns for label in column)
    header = ["", *(_words(each.iterchildren(f"{_C}tx")) for each in series)]
    rows = [[label[0], *(column.get(label, "") for column in columns)] for label in labels]
    return _words(paragraphs), [header, *rows[:_MAX_POINTS]] if rows else []


def read_diagram(data: bytes | None) -> Sequence[str]:
    """Return the texts of a diagram's boxes (SmartArt), in their order; see `read_chart`."""
    root = _parsed(data)
    boxes = () if root is None else root.iter("{*}pt")
    return list(filter(None, (_words(box.iter(f"{_A}p")) for box in boxes)))


def _parsed(data: bytes | None) -> Element | None:
    from lxml import etree

    try:
        return None if data is None else parse_xml(data)
    except etree.XMLSyntaxError:
        return None


def _column(series: Element, first_day: datetime) -> dict[tuple[str, int], str]:
    """Return a series' values by what they stand above; of equal labels each has its number."""
    labels: dict[int, str] = {}
    values: dict[int, str] = {}
    for name, points in (("cat", labels), ("xVal", labels), ("val", values), ("yVal", values)):
        points.update(_points(series.find(f"{_C}{name}"), first_day))
    column: dict[tuple[str, int], str] = {}
    seen: Counter[str] = Counter()
    for place, value in values.items():
        label = labels.get(place, "")
        column[label, seen[label]] = value
        seen[label] += 1
    return column


def _points(element: Element | None, first_day: datetime) -> dict[int, str]:
    """Return the values in a series' part by their place; of several levels the innermost."""
    found: dict[int, str] = {}
    if element is None:
        return found
    number_format = next((each.text for each in element.iter(f"{_C}formatCode")), "") or "General"
    numbers = element.find(f".//{_C}numCache") is not None
    for place, point in enumerate(element.iter(f"{_C}pt")):
        value = (point.findtext(f"{_C}v") or "").strip()
        index = point.get("idx") or ""
        key = int(index) if index.isascii() and index.isdigit() and len(index) < 9 else place
        found.setdefault(key, _shown(value, number_format, first_day) if numbers else value)
    return found


def _shown(value: str, number_format: str, first_day: datetime) -> str:
    try:
        number = float(value)
        if _DAY.search(_BESIDE_DAY.sub("", number_format[:_MAX_FORMAT_CHARACTERS])):
            return shown(first_day + timedelta(days=number))
    except (ValueError, OverflowError):
        return value
    return shown(int(number) if number.is_integer() else number, number_format)


def _words(elements: Iterable[Element]) -> str:
    """Return the words of paragraphs, and of what a cell gave a title."""
    words = (
        "".join(each.text or "" for each in element.iter(f"{_A}t", f"{_C}v"))
        for element in elements
    )
    return " ".join(" ".join(words).split())
