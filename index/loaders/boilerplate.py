"""Tells the parts of a page that serve the site rather than the page's own subject."""

from __future__ import annotations

import re
from typing import Any

# lxml's elements have no types of their own.
Element = Any

_TAGS = frozenset({"nav", "footer", "aside"})
_ROLES = frozenset(
    "navigation banner contentinfo search complementary dialog alertdialog menu menubar".split()
)
# The notes of a publication, which pandoc puts into an aside.
_NOTES = frozenset({"doc-footnote", "doc-footnotes", "doc-endnote", "doc-endnotes"})
_NAMES = re.compile(
    r"(?:main-|site-|top-)?(?:nav|navbar|navigation|menu|footer)|breadcrumbs?|side-?bar"
    r"|comments?(?:-?(?:list|area|form|respond|section|wrapper))?|respond|disqus_thread"
    r"|(?:cookie|share|sharing|social|related|newsletter|advert|popup|modal)(?:[-_]\w+)*"
    r"|ads?|skip-link",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_MAX_STYLE_CHARACTERS = 1_000
_INVISIBLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE
)
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}  # the level of each
_NEVER = frozenset({"html", "body", "main", "article", *HEADINGS})
_SHOWN = _NEVER | {"td", "th"}
_SUBJECT = ("main", "article", "h1")


def is_boilerplate(element: Element) -> bool:
    """Tell whether an element holds navigation, a page footer, comments or their like.

    Its tag, role, id or class has to say so, and it must not hold the page's main heading.
    """
    if element.tag in _NEVER or not _says_so(element):
        return False
    return next(element.iterdescendants(*_SUBJECT), None) is None


def is_hidden(element: Element) -> bool:
    """Tell whether an element says of itself that it isn't shown.

    Only where nothing unfolds it, as in e-mails: a page's script may. Formulas are hidden where a
    picture is shown of them, and a hidden cell still takes its place.
    """
    if element.tag in _SHOWN:
        return False
    style = (element.get("style") or "")[:_MAX_STYLE_CHARACTERS]
    hidden = element.get("hidden", "until-found").lower() != "until-found"
    # What is in it is looked at last: few elements are hidden.
    return (hidden or _INVISIBLE.search(style) is not None) and (
        next(element.iter("math"), None) is None
    )


def _says_so(element: Element) -> bool:
    role = element.get("role") or ""
    if role in _NOTES:
        return False
    if element.tag == "footer" and element.getparent().tag == "blockquote":  # says whose words
        return False
    if element.tag in _TAGS or role in _ROLES:
        return True
    if any(map(_NAMES.fullmatch, (element.get("class") or "")[:500].split())):
        return True
    name = (element.get("id") or "")[:500].strip()
    return bool(_NAMES.fullmatch(name)) and not _is_named_after_its_heading(name, element)


def _is_named_after_its_heading(name: str, element: Element) -> bool:
    """Whether an id is what Sphinx, pandoc and MkDocs make of a section's heading."""
    heading = next(element.iterdescendants(*HEADINGS), None)
    words = [] if heading is None else _WORD.findall("".join(heading.itertext()).lower())
    return bool(words) and _WORD.findall(re.sub(r"[-_]\d+\Z", "", name.lower())) == words
