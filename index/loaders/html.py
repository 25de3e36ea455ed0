"""HTML: the main text of a page as Markdown, without navigation, scripts and comment forms."""

from __future__ import annotations

import logging
import re
from typing import Any

from index.errors import RefusedFileError
from index.loaders.boilerplate import HEADINGS
from index.loaders.dates import stated_day
from index.loaders.encoding import as_valid_unicode, decode, is_blank, with_plain_newlines
from index.loaders.limits import Limits
from index.loaders.page import read_page
from index.loaders.page_properties import stated_by
from index.loaders.refusal import refusing, too_long
from index.loaders.subject import as_markdown, subject_blocks
from index.values import Extract

# lxml's elements have no types of their own.
Element = Any

_DECLARED = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_XML_DECLARED = re.compile(rb"\s*<\?xml[^<>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})")
_XML_DECLARATION = re.compile(r"\s*<\?xml[^<>]*\?>")
_DECLARED_WITHIN_BYTES = 4_096
# Browsers read these names as windows-1252, and so do the people who write pages.
LATIN_1 = frozenset({"iso-8859-1", "iso8859-1", "latin-1", "latin1"})
_WESTERN = LATIN_1 | {"us-ascii", "ascii"}
# What pages declare; Python knows further "encodings" (punycode, unicode_escape) that aren't any.
_CODECS = re.compile(
    r"(?:utf-?8|windows-|cp|iso-?8859|iso-2022|latin|koi8|mac|gb|hz|big5|euc|shift|s-?jis|tis|ms)[\w-]*"
)
# More bytes than this for each allowed character of text is no page that anybody wrote.
_MAX_BYTES_A_CHARACTER = 4
_MAX_DEPTH = 1_000
# libxml2 takes quadratic time to attach attributes to one element.
_MAX_ATTRIBUTES = 1_000
_UNCLOSED = frozenset("area base br col embed hr img input link meta source track wbr".split())
# trafilatura takes a second for every megabyte or 20,000 blocks, and cubic time over nested
# tables; pages beyond these bounds are taken whole.
_MAX_SEARCHED_CHARACTERS = 5_000_000
_MAX_SEARCHED_BLOCKS = 20_000
_MAX_SEARCHED_DEPTH = 60
# Its second opinions take quadratic time.
_MAX_COMPARED_BLOCKS = 2_000
_DAMAGED = "the web page is damaged in a way that can't be read around; save it again and add that"
_NO_TEXT = (
    "the web page holds no text of its own (a script may fill it in); "
    "save it from a browser, or print it to PDF, and add that"
)


def extract(data: bytes, *, limits: Limits) -> Extract:
    """Return a page's main text as Markdown: `#` headings, `-` lists and pipe tables.

    Where trafilatura finds no main text, or so little that it must have missed it, everything
    that can be read on the page is taken, without what calls itself navigation or comments.

    Raises:
        RefusedFileError: The bytes aren't a page, or it is empty, too long or built to do harm.
    """
    if len(data) > _MAX_BYTES_A_CHARACTER * limits.max_text_characters:
        raise too_long(len(data) // _MAX_BYTES_A_CHARACTER, limits)
    source = _XML_DECLARATION.sub("", with_plain_newlines(decode_page(data)), count=1)
    if is_blank(source):
        raise RefusedFileError("the file holds only white space")
    with refusing(_DAMAGED):
        depth = _checked_depth(source)
        tree = _parse(source)
        body = tree.find("body")
        page = read_page(body if body is not None else tree)
        stated = stated_by(tree)
        count = len(page.blocks)
        searchable = (
            len(source) <= _MAX_SEARCHED_CHARACTERS
            and count <= _MAX_SEARCHED_BLOCKS
            and depth <= _MAX_SEARCHED_DEPTH
        )
        main = _main_text(tree, fast=count > _MAX_COMPARED_BLOCKS) if searchable else None
        blocks = subject_blocks(page, main)
        text = as_valid_unicode(as_markdown(blocks, limits=limits))
    if is_blank(text):
        raise RefusedFileError(_NO_TEXT)
    return Extract(text, stated.title(blocks), stated.day or stated_day(text), (), "markdown")


def whole_text(source: str, *, limits: Limits) -> str:
    """Return everything that a page without a site around it says, as Markdown.

    Chapters of books and e-mails are such pages. The result is "" where there is nothing to read.

    Raises:
        RefusedFileError: The page is too long or built to do harm.
    """
    if len(source) > _MAX_BYTES_A_CHARACTER * limits.max_text_characters:
        raise too_long(len(source) // _MAX_BYTES_A_CHARACTER, limits)
    plain = _XML_DECLARATION.sub("", with_plain_newlines(source), count=1)
    if is_blank(plain):
        return ""
    from lxml import etree

    with refusing(_DAMAGED):
        _checked_depth(plain)
        try:
            tree = _build(plain)
        except etree.ParserError:
            return ""
        body = tree.find("body")
        page = read_page(body if body is not None else tree)
        return as_valid_unicode(as_markdown(list(page.blocks), limits=limits))


def decode_page(data: bytes) -> str:
    """Decode by the page's own word where that holds, else like any text."""
    head = data[:_DECLARED_WITHIN_BYTES]
    declared = _XML_DECLARED.match(head) or _DECLARED.search(head)
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"))
    if marked or b"\0" in data or name.startswith(("utf-16", "utf16", "ucs")):
        return decode(data)
    for codec in ("utf-8", "cp1252" if name in _WESTERN else name):
        # Seven-bit encodings would pass for UTF-8.
        if codec == "utf-8" and name.startswith(("iso-2022", "hz")):
            continue
        try:
            return data.decode(codec if _CODECS.fullmatch(codec) else "utf-8")
        except (UnicodeError, LookupError):
            continue
    return decode(data)


class _Watch:
    """Reads a page without building it, and stops at what would take hours to build."""

    def __init__(self) -> None:
        self._depth = 0
        self._deepest = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += tag not in _UNCLOSED
        self._deepest = max(self._depth, self._deepest)
        if self._depth > _MAX_DEPTH or len(attributes) > _MAX_ATTRIBUTES:
            raise RefusedFileError(_DAMAGED)

    def end(self, tag: str) -> None:
        self._depth -= tag not in _UNCLOSED

    def close(self) -> int:
        return self._deepest


def _checked_depth(source: str) -> int:
    """Return how deep the page nests, having made sure that it can be built in time."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, target=_Watch())
    return int(etree.fromstring(source.encode("utf-8", "replace"), parser))


def _parse(source: str) -> Element:
    from lxml import etree

    try:
        return _build(source)
    except etree.ParserError as error:
        raise RefusedFileError(_NO_TEXT) from error


def _build(source: str) -> Element:
    from lxml import html

    # huge_tree: without it, everything after a long line or deep nesting vanishes silently.
    parser = html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    tree = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    for button in tree.iter("button"):
        if _is_readable(button):
            button.tag = "span"
    return tree


def _is_readable(button: Element) -> bool:
    """Tell whether a button's words belong to the text: it unfolds a section, or holds one."""
    if button.get("aria-expanded") or button.getparent().tag in HEADINGS:
        return True
    return next(button.iterdescendants("p", "div", "ul", "table", *HEADINGS), None) is not None


def _main_text(tree: Element, *, fast: bool) -> Element:
    """Ask trafilatura for the main text; None for a page that it can make nothing of.

    The tree is of no use afterwards. `fast` does without the opinions of other algorithms.
    """
    import trafilatura

    for cell in tree.iter("td", "th"):
        # trafilatura takes quadratic time over merged cells, and we only ask it where to look.
        cell.attrib.clear()
    # It warns about every such page.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        found = trafilatura.bare_extraction(
            tree, fast=fast, include_comments=False, include_formatting=True
        )
    except Exception:  # noqa: BLE001 - RecursionError, AttributeError ...: we can do without
        return None
    return None if found is None or isinstance(found, dict) else found.body
