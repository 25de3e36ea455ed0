"""What a web page states about itself: its title and the day it was published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.loaders.dates import iso_day
from index.loaders.encoding import as_valid_unicode
from index.loaders.page import Block
from index.loaders.titles import tidy_title

# lxml's elements have no types of their own.
Element = Any

_DAY_NAMES = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "citation_publication_date",
    "citation_date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
    "dcterms.created",
    "pubdate",
    "publish-date",
    "publication_date",
    "date",
)
_TITLE_NAMES = ("og:title", "citation_title", "dc.title", "dcterms.title", "twitter:title")
_LINKED_DAY = re.compile(r'"datePublished"\s*:\s*"([^"]{4,40})"')
_SITE_NAME = re.compile(r"\s+[|·•–—»«:-]+\s+|\s*[|»«]\s*")
_MAX_NAME_CHARACTERS = 1_000
_MAX_SCRIPT_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Stated:
    """What a page's head says.

    Attributes:
        name: The content of `<title>`, which often ends with the site's name.
        offered: Titles meant for other sites.
        day: When it was published, ISO 8601, or None.
    """

    name: str
    offered: tuple[str, ...]
    day: str | None

    def title(self, blocks: Sequence[Block]) -> str | None:
        """Return the page's title, given the blocks of its text.

        Best is a heading that `<title>` repeats, because that has no site name; then the title
        meant for other sites; then `<title>` without the site's name; then the main heading.
        """
        headings = [block for block in blocks if block.kind == "heading" and block.level <= 2]
        name = self.name.casefold()
        places = {block.text: name.find(block.text.casefold()) for block in headings}
        # The site's name comes last in `<title>`, and may be a heading too.
        repeated = sorted((place, text) for text, place in places.items() if place >= 0)
        candidates = [
            *(text for _, text in repeated[:1]),
            *self.offered,
            *(part for part in _SITE_NAME.split(self.name, maxsplit=1)[:1]),
            *(block.text for block in headings if block.level == 1),
        ]
        titles = (tidy_title(as_valid_unicode(candidate)) for candidate in candidates)
        return next((title for title in titles if title), None)


def stated_by(tree: Element) -> Stated:
    """Read what a page says of itself, before anything in the tree is changed."""
    element = next(tree.iter("title"), None)
    name = " ".join("".join(element.itertext()).split()) if element is not None else ""
    days = (iso_day(value) for value in _stated_days(tree))
    day = next((day for day in days if day), None)
    return Stated(name[:_MAX_NAME_CHARACTERS], tuple(_properties(tree, _TITLE_NAMES)), day)


def _stated_days(tree: Element) -> Iterator[str]:
    yield from _properties(tree, _DAY_NAMES)
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json":
            yield from _LINKED_DAY.findall((script.text or "")[:_MAX_SCRIPT_CHARACTERS])
    for element in tree.iter("time"):
        if element.get("pubdate") is not None or element.get("itemprop") == "datePublished":
            yield element.get("datetime") or "".join(element.itertext())


def _properties(tree: Element, names: Sequence[str]) -> Iterator[str]:
    """Yield the contents of `<meta>` elements with these names, in the order of the names."""
    contents: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        contents.setdefault(name.strip().lower(), element.get("content") or "")
    yield from (contents[name] for name in names if contents.get(name))
