"""Markdown: the raw source, with the title and date of its front matter or first heading."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise

from index.loaders.dates import iso_day, stated_day
from index.loaders.limits import Limits
from index.loaders.text import plain_text
from index.loaders.titles import tidy_title
from index.values import Extract

_FRONT_MATTER = re.compile(
    r"(?P<fence>---|\+\+\+)[ \t]*\n(?P<matter>.*?)^(?:(?P=fence)|\.\.\.)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_MAX_FRONT_MATTER_CHARACTERS = 20_000
# A title stands near the top; parsing ten million characters to find none would take a minute.
_MAX_SEARCHED_CHARACTERS = 200_000


def extract(data: bytes, *, limits: Limits) -> Extract:
    """Return the raw source (LF line ends, no byte order mark) and what it says of itself.

    Raises:
        RefusedFileError: The bytes aren't text, or are more than one document may have.
    """
    text = plain_text(data, limits=limits)
    properties, body_start = _front_matter(text)
    body = text[body_start : body_start + _MAX_SEARCHED_CHARACTERS]
    title = tidy_title(_as_text(properties.get("title"))) or tidy_title(_first_heading(body))
    day = iso_day(_as_text(properties.get("date"))) or stated_day(body)
    return Extract(text, title, day, (), "markdown")


def _front_matter(text: str) -> tuple[Mapping[str, object], int]:
    """Return the properties before the text proper, and where that starts."""
    found = _FRONT_MATTER.match(text[:_MAX_FRONT_MATTER_CHARACTERS])
    if not found:
        return {}, 0
    properties = _toml(found["matter"]) if found["fence"] == "+++" else _yaml(found["matter"])
    return properties, found.end()


def _toml(matter: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(matter)
    except (ValueError, RecursionError):  # an integer of 4,301 digits is no TOMLDecodeError
        return {}


def _yaml(matter: str) -> Mapping[str, object]:
    import yaml

    try:
        # BaseLoader makes nothing but strings, lists and mappings: `title: 007` stays "007".
        properties = yaml.load(matter, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return properties if isinstance(properties, dict) else {}


def _as_text(value: object) -> str:
    """Return a property as text; lists and mappings, which may nest without end, are no text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str) else ""


def _first_heading(source: str) -> str | None:
    """Return the first level-1 heading without its markup."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    # Inline markup of the whole document is of no interest, and the slow part.
    tokens = parser.disable("inline").parse(source)
    parser.enable("inline")
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == "h1" and content.content.strip():
            inline = parser.parseInline(content.content)[0].children or []
            return "".join(token.content or " " * (token.type == "softbreak") for token in inline)
    return None
