"""Writes formulas on one line, as people type them: 1/2, 10^6, x_1, √(a+b)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from index.loaders.xml import local_name

# lxml's elements have no types of their own.
Element = Any

_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_TERM = f"{_OFFICE}e"
_SINGLE = re.compile(r"[+\u2212-]?[\w.,]+|\([^()]*\)")
# What stands before each part of a fraction, a power or an index; `e` is what they are of.
_OFFICE_MARKS = {"num": "", "den": "/", "sup": "^", "sub": "_"}
# By a MathML element's name, what stands before its second and third part.
_MARKS = {
    "msup": ("^",),
    "msub": ("_",),
    "msubsup": ("_", "^"),
    "mover": ("^",),
    "munder": ("_",),
    "munderover": ("_", "^"),
}
# The same formula in another language, and what only takes up room.
_UNREAD = frozenset({"annotation", "annotation-xml", "mphantom"})
_ROWS = frozenset({"mtr", "mtd"})
_INVISIBLE = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064"))
_MAX_DEPTH = 60


def read_office_formula(formula: Element) -> str:
    """Return a formula of Office's markup (`m:oMath`) on one line."""
    return " ".join(_inside(formula).split())


def read_mathml(formula: Element) -> str:
    """Return a formula in MathML on one line; what nests deeper than people do is run together."""
    return " ".join(_mathml(formula, 0).split())


def _mathml(element: Element, depth: int) -> str:
    if depth > _MAX_DEPTH:
        return "".join(element.itertext())
    name = local_name(element)
    parts = [_mathml(child, depth + 1) for child in element if local_name(child) not in _UNREAD]
    if name == "mfrac" and element.get("linethickness") in ("0", "0px", "0pt"):
        return f"({' over '.join(parts)})"
    if name == "mfrac":
        return f" {'/'.join(map(_grouped, parts))} "
    if name in _MARKS:
        pairs = zip(_MARKS[name], map(_grouped, parts[1:]), strict=False)
        return "".join([*parts[:1], *(mark + part for mark, part in pairs if part)])
    if name == "msqrt":
        return "√" + _grouped("".join(parts))
    if name == "mroot":  # what the root is of, and which root
        return f"{_grouped(''.join(parts[:1]))}^(1/{''.join(parts[1:])})"
    if name == "mfenced":
        return f"({', '.join(parts)})"
    words = " ".join((element.text or "").split())
    text = (words + "".join(parts)).translate(_INVISIBLE)
    return f"{text} " if name in _ROWS else text


def _inside(element: Element) -> str:
    return "".join(map(_office, element))


def _office(element: Element) -> str:
    name = local_name(element)
    if name in _OFFICE_MARKS:
        part = _grouped(_inside(element))
        return _OFFICE_MARKS[name] + part if part else ""
    return _OFFICE_FORMS.get(name, _inside)(element)


def _rooted(element: Element) -> str:
    degree, term = (
        "".join(map(_inside, element.iterchildren(f"{_OFFICE}{name}"))).strip()
        for name in ("deg", "e")
    )
    return f"{_grouped(term)}^(1/{degree})" if degree else f"√{_grouped(term)}"


def _delimited(element: Element) -> str:
    """Return terms between brackets, and the brackets."""
    terms = map(_inside, element.iterchildren(_TERM))
    between = _value(element, "dPr/sepChr", "|").join(terms)
    return _value(element, "dPr/begChr", "(") + between + _value(element, "dPr/endChr", ")")


_OFFICE_FORMS: Mapping[str, Callable[[Element], str]] = {
    "t": lambda element: element.text or "",
    "del": lambda _: "",
    "f": lambda element: f" {_inside(element)} ",  # a number beside it isn't one of its own
    "fName": lambda element: f"{_inside(element)} ",
    "mr": lambda element: f"{_inside(element)} ",
    "rad": _rooted,
    "d": _delimited,
    "naryPr": lambda element: _value(element, "chr", "∫"),
}


def _value(element: Element, path: str, default: str) -> str:
    found = element.find("/".join(f"{_OFFICE}{name}" for name in path.split("/")))
    return default if found is None else str(found.get(f"{_OFFICE}val") or "")


def _grouped(text: str) -> str:
    text = text.strip()
    return text if not text or _SINGLE.fullmatch(text) else f"({text})"
