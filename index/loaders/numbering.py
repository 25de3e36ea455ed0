"""Counts the numbered paragraphs of a Word document, whose numbers its text doesn't hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from index.loaders.body import Element
from index.loaders.word_values import W, number_of, value_of, whole

_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_MAX_LABEL_CHARACTERS = 40
_LARGEST_ROMAN = 3_999
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is numbered: `%1.%2` stands for the numbers of two levels."""

    kind: str = "none"
    text: str = ""
    start: int = 1
    legal: bool = False  # all numbers in it are decimal
    goes_on: bool = False  # whatever stands above it
    style_id: str | None = None


@dataclass(slots=True)
class _List:
    """A list, with the number that each level has reached, which lists of one definition share.

    Attributes:
        levels: How its levels are numbered.
        reached: The number of the last paragraph on each level.
        restarts: Numbers that levels begin at the first time, where they don't go on.
    """

    levels: dict[int, _Level]
    reached: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)
    restarts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Gives paragraphs their numbers, in the order of the document.

    Args:
        element: The `w:numbering` element, or None where the document has none.
    """

    def __init__(self, element: Element | None) -> None:
        self._lists: dict[str, _List] = {}
        if element is None:
            return
        defined: dict[str | None, _List] = {}
        linked: dict[str | None, _List] = {}  # by the style that others refer to them by
        links: dict[str | None, str | None] = {}
        for each in element.iter(f"{W}abstractNum"):
            key = each.get(f"{W}abstractNumId")
            defined[key] = _List(dict(map(_level_of, each.iter(f"{W}lvl"))))
            linked[value_of(each.find(f"{W}styleLink"))] = defined[key]
            links[key] = value_of(each.find(f"{W}numStyleLink"))
        for each in element.iter(f"{W}num"):
            key, number_id = value_of(each.find(f"{W}abstractNumId")), each.get(f"{W}numId")
            if key in defined and number_id:
                link = links[key]
                base = linked.get(link, defined[key]) if link else defined[key]
                levels = base.levels | dict(map(_level_of, each.iter(f"{W}lvl")))
                self._lists[number_id] = _List(levels, base.reached, _restarts_of(each))

    def depth_of(self, number_id: str, style_id: str | None) -> int:
        """Return which level of a list a style's paragraphs are on."""
        levels = self._lists[number_id].levels if number_id in self._lists else {}
        return next((n for n, level in levels.items() if level.style_id == style_id), 0)

    def state(self) -> dict[str, tuple[list[int | None], dict[int, int]]]:
        """Return how far it has counted, to go back to by `restore`."""
        return {key: ([*each.reached], {**each.restarts}) for key, each in self._lists.items()}

    def restore(self, state: Mapping[str, tuple[list[int | None], dict[int, int]]]) -> None:
        """Forget what was counted since it had a state."""
        for key, (reached, restarts) in state.items():
            self._lists[key].reached[:] = reached
            self._lists[key].restarts = {**restarts}

    def count(self, number_id: str, depth: int) -> str:
        """Count one more paragraph, and return its number as it is shown: `2.1`, `(a)` or ""."""
        counted = self._lists.get(number_id)
        level = counted.levels.get(depth) if counted else None
        if counted is None or level is None or not 0 <= depth < _LEVELS:
            return ""
        reached, before = counted.reached, counted.reached[depth]
        following = level.start if before is None else before + 1
        reached[depth] = counted.restarts.pop(depth, following)
        for deeper in range(depth + 1, _LEVELS):
            if not counted.levels.get(deeper, _Level()).goes_on:
                reached[deeper] = None
        if level.kind in ("bullet", "none"):
            return ""

        def number(place: re.Match[str]) -> str:
            other = int(place[1]) - 1
            shown = counted.levels.get(other, _Level("decimal"))
            value = reached[other]
            return _spelled(shown.start if value is None else value, shown, legal=level.legal)

        return _PLACE.sub(number, level.text).strip()[:_MAX_LABEL_CHARACTERS]


def _level_of(element: Element) -> tuple[int, _Level]:
    level = _Level(
        kind=value_of(element.find(f"{W}numFmt")) or "decimal",
        text=value_of(element.find(f"{W}lvlText")) or "",
        start=number_of(element, "start", 0),
        legal=element.find(f"{W}isLgl") is not None,
        goes_on=value_of(element.find(f"{W}lvlRestart")) == "0",
        style_id=value_of(element.find(f"{W}pStyle")),
    )
    return whole(element.get(f"{W}ilvl"), 0), level


def _restarts_of(element: Element) -> dict[int, int]:
    """Return at which numbers a list's levels begin where it doesn't go on with another's."""
    overrides = (
        (whole(each.get(f"{W}ilvl"), 0), value_of(each.find(f"{W}startOverride")))
        for each in element.iter(f"{W}lvlOverride")
    )
    return {depth: whole(start, 1) for depth, start in overrides if start is not None}


def _spelled(number: int, level: _Level, *, legal: bool) -> str:
    if legal or number < 1:
        return str(number)
    if level.kind in ("lowerLetter", "upperLetter"):
        # After z comes aa, then bb.
        repeated = chr(ord("a") + (number - 1) % 26) * min(1 + (number - 1) // 26, 10)
        return repeated.upper() if level.kind == "upperLetter" else repeated
    if level.kind in ("lowerRoman", "upperRoman") and number <= _LARGEST_ROMAN:
        roman = _roman(number)
        return roman.upper() if level.kind == "upperRoman" else roman
    return f"{number:02}" if level.kind == "decimalZero" else str(number)


def _roman(number: int) -> str:
    letters = []
    for value, spelled in _ROMAN:
        count, number = divmod(number, value)
        letters.append(spelled * count)
    return "".join(letters)
