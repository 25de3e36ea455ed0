"""Titles: what a document calls itself, and what only looks like it."""

from __future__ import annotations

import re

_MAX_CHARACTERS = 300
_MAX_HEADING_CHARACTERS = 150
_FIRST_CHARACTERS = 20_000
_NEXT_LINES = 5
_SUBJECT = re.compile(r"(?:subject|re)\s*[:\uff1a]\s*(?P<title>\S.*)", re.IGNORECASE)
_SUBJECT_WITHIN_LINES = 12
_LABEL = re.compile(r"title\s*[:\uff1a]\s*(?P<title>\S.*)", re.IGNORECASE)
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,}|~{3,}|\*{3,})\s*")
_SENTENCE_END = re.compile(r"[.,;:…。，；：、।]['\"”’)\]]*$")
_CRUMB = re.compile(r"[\s>›»/|·:–—-]$")
_PROGRAM = re.compile(r"(?:microsoft (?:word|powerpoint|excel)|powerpoint|word) - ", re.IGNORECASE)
_FILE_NAME = re.compile(
    r"\S+\.[A-Za-z][A-Za-z0-9]{1,4}|.*\.(?:docx?|pptx?|xlsx?|pdf|tex|dvi|indd|qxp)", re.IGNORECASE
)
# What programs write when nobody gave a title.
_EMPTY_TITLES = re.compile(
    r"(?:\(?(?:untitled|unspecified|anonymous|no title|none|null|unknown)\)?(?: document)?[\s\d-]*"
    r"|document ?\d*|new document|word document|microsoft word(?: document)?|slide \d+"
    r"|powerpoint presentation|presentation ?\d*|title|titel|scan(?:ned)?[\s_\d-]*|layout \d+)",
    re.IGNORECASE,
)


def tidy_title(title: str | None) -> str | None:
    """Return the title on one line, or None where nothing is left that could be read aloud."""
    line = " ".join((title or "").split())
    if not any(character.isalnum() for character in line) or len(line) > _MAX_CHARACTERS:
        return None
    return line if line.isprintable() else "".join(c for c in line if c.isprintable())


def meaningful_title(title: str | None) -> str | None:
    """Return a title from a file's properties, or None for a default or a file's name."""
    line = _PROGRAM.sub("", tidy_title(title) or "", count=1)
    if _EMPTY_TITLES.fullmatch(line) or _FILE_NAME.fullmatch(line):
        return None
    return tidy_title(line)


def heading_of_text(text: str) -> str | None:
    """Return the heading that a plain text begins with, or None.

    The first line counts where it is short, ends no sentence and stands apart (a blank line or
    an underline follows, and then more text). Where one of the next lines repeats its end, as
    under a breadcrumb ("Home News TITLE"), the title is that line. "Title: ..." is also one,
    and so is the "Subject: ..." of a letter without a heading.
    """
    lines = [line.strip() for line in text[:_FIRST_CHARACTERS].split("\n")]
    filled = [position for position, line in enumerate(lines) if line]
    if not filled:
        return None
    following = [lines[position] for position in filled[: _NEXT_LINES + 1]]
    for line in following:
        if label := _LABEL.fullmatch(line):
            return tidy_title(label["title"])
    return tidy_title(_heading(lines, filled, following) or _subject(lines, filled))


def _heading(lines: list[str], filled: list[int], following: list[str]) -> str | None:
    first = following[0]
    if not _is_heading(first):
        return None
    repeated = _repeated_end(first, following[1:])
    return repeated or (first if _stands_apart(lines, filled) else None)


def _subject(lines: list[str], filled: list[int]) -> str | None:
    head = (lines[position] for position in filled[:_SUBJECT_WITHIN_LINES])
    found = (_SUBJECT.fullmatch(line) for line in head)
    return next((subject["title"] for subject in found if subject), None)


def _is_heading(line: str) -> bool:
    return len(line) <= _MAX_HEADING_CHARACTERS and not _SENTENCE_END.search(line)


def _stands_apart(lines: list[str], filled: list[int]) -> bool:
    if len(filled) == 1:
        return False
    after = lines[filled[0] + 1]
    return not after or (_UNDERLINE.fullmatch(after) is not None and len(filled) > 2)


def _repeated_end(first: str, following: list[str]) -> str | None:
    """Return the line among `following` that is a proper suffix of `first` and a title itself."""
    for line in following:
        if len(line) < len(first) and first.endswith(line) and _is_heading(line):
            crumb = first[: -len(line)]
            several_words = " " in line or len(line) >= len(crumb)
            if several_words and _CRUMB.search(crumb):
                return line
    return None
