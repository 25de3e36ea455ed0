from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from PIL import Image

from benchmarks.pdf_quotes_corpus import letters_of
from index.errors import InvalidInputError, NotFoundError
from index.loaders.isolation import DRAWING
from index.loaders.pdf_pages import draw_page
from interface import document_pages
from interface.document_pages import ON_THIS_PAGE, WIDTHS_PX, PageViewer
from interface.originals import CHANGED_SINCE, GONE
from tests.interface.fakes import make_document
from tests.interface.viewer_documents import (
    TEXT_QUOTE,
    FiledLibrary,
    changed_quote,
    make_report,
    report_quote,
)

if TYPE_CHECKING:
    from index.library import Library


@pytest.fixture
def filed(tmp_path: Path) -> FiledLibrary:
    return FiledLibrary(tmp_path)


@pytest.fixture
def open_page(filed: FiledLibrary) -> Callable[..., dict[str, Any]]:
    viewer = PageViewer(cast("Library", filed))
    return lambda **request: viewer.open_page({"width": 600, **request})


def asked(filed: FiledLibrary, source: str, quote: str) -> dict[str, Any]:
    document = next(held for held in filed.held.values() if held.source == source)
    start = document.text.index(quote)
    end = start + len(quote)
    return {"document_id": document.id, "start": start, "end": end, "quote": quote}


def words_under(boxes: list[list[float]], number: int) -> str:
    """Return the letters of the report's words whose middle lies in one of the boxes."""
    report = make_report()
    under = []
    for word in report.words:
        across = (word.left + word.right) / 2 / report.size[0]
        down = (word.top + word.bottom) / 2 / report.size[1]
        marked = any(
            left < across < left + width and top < down < top + height
            for left, top, width, height in boxes
        )
        if word.page == number and marked:
            under.append(word.text)
    return letters_of("".join(under))


@pytest.mark.parametrize("number", [1, 2])
def test_the_page_of_a_quote_is_opened_with_its_words_marked(
    filed: FiledLibrary, open_page: Callable[..., dict[str, Any]], number: int
) -> None:
    shown = open_page(**asked(filed, "report.pdf", report_quote(number)))

    assert (shown["number"], shown["count"], shown["note"]) == (number, 3, "")
    assert shown["quoted"] == report_quote(number)
    assert words_under(shown["boxes"], number) == letters_of(report_quote(number))
    kind, data = shown["picture"].split(";base64,")
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    assert kind == "data:image/webp"
    assert picture.width == 600
    assert picture.width / picture.height == pytest.approx(shown["ratio"], rel=0.01)


def test_another_page_has_nothing_marked(
    filed: FiledLibrary, open_page: Callable[..., dict[str, Any]]
) -> None:
    shown = open_page(**asked(filed, "report.pdf", report_quote(1)), number=3)

    assert (shown["number"], shown["quoted"], shown["boxes"], shown["note"]) == (3, "", [], "")


def test_a_quote_over_two_pages_is_marked_on_both(
    filed: FiledLibrary, open_page: Callable[..., dict[str, Any]]
) -> None:
    document = next(held for held in filed.held.values() if held.source == "report.pdf")
    turn = document.pages[0].end
    request = asked(filed, "report.pdf", document.text[turn - 60 : turn + 60])

    first, second = open_page(**request), open_page(**request, number=2)

    assert letters_of(first["quoted"] + second["quoted"]) == letters_of(request["quote"])
    assert words_under(first["boxes"], 1).endswith(letters_of(first["quoted"])[-30:])
    assert words_under(second["boxes"], 2).startswith(letters_of(second["quoted"])[:30])


def test_matches_of_a_search_are_marked_beside_the_quote(
    filed: FiledLibrary, open_page: Callable[..., dict[str, Any]]
) -> None:
    document = next(held for held in filed.held.values() if held.source == "report.pdf")
    start = document.text.index("head 2")
    request = asked(filed, "report.pdf", report_quote(1))

    shown = open_page(**request, query="PAGE head", focus=[start - 5, start + 4])

    assert shown["number"] == 2
    assert [match["current"] for match in shown["found"]] == [True]
    assert words_under(shown["found"][0]["boxes"], 2) == "Pagehead"


def test_where_the_place_is_not_certain_the_page_alone_is_shown(
    filed: FiledLibrary, open_page: Callable[..., dict[str, Any]]
) -> None:
    request = asked(filed, "report.pdf", report_quote(1))
    document = filed.held[request["document_id"]]
    recognised = document.text.replace(report_quote(1), "What was read from a picture of it.")
    filed.held[document.id] = replace(document, text=recognised)
    quote = "What was read from a picture of it."

    shown = open_page(**asked(filed, "report.pdf", quote))

    assert (shown["number"], shown["boxes"]) == (1, [])
    assert (shown["quoted"], shown["note"]) == (quote, ON_THIS_PAGE)


def test_a_quote_that_is_gone_is_marked_nowhere(
    filed: FiledLibrary, open_page: Callable[..., dict[str, Any]]
) -> None:
    request = asked(filed, "report.pdf", report_quote(1))

    shown = open_page(**{**request, "quote": "Nobody wrote this."})

    assert (shown["boxes"], shown["quoted"], shown["note"]) == ([], "", "")


def test_a_file_that_changed_since_is_not_shown(
    filed: FiledLibrary, open_page: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(NotFoundError, match=CHANGED_SINCE):
        open_page(**asked(filed, "changed.pdf", changed_quote()))


def test_a_file_that_is_gone_is_not_shown(
    filed: FiledLibrary, open_page: Callable[..., dict[str, Any]]
) -> None:
    request = asked(filed, "report.pdf", report_quote(1))
    filed.files[request["document_id"]].unlink()

    with pytest.raises(NotFoundError, match=GONE):
        open_page(**request)


def test_a_document_without_pages_is_refused(
    filed: FiledLibrary, open_page: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(InvalidInputError, match=r"'notes.txt' has no pages that can be drawn"):
        open_page(**asked(filed, "notes.txt", TEXT_QUOTE))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"number": 4}, "there is no page 4 in a document of 3"),
        ({"number": "../1"}, r"there is no page '../1' in"),
        ({"width": -1}, "an offset must be a whole number from 0"),
        ({"focus": "ab"}, "a focus must be a pair of offsets"),
        ({"focus": [1, "x"]}, "an offset must be a whole number from 0, not 'x'"),
        ({"query": "x" * 201}, "the query has 201 characters"),
    ],
)
def test_a_request_of_another_shape_is_refused(
    filed: FiledLibrary,
    open_page: Callable[..., dict[str, Any]],
    change: dict[str, Any],
    complaint: str,
) -> None:
    with pytest.raises((InvalidInputError, NotFoundError), match=complaint):
        open_page(**{**asked(filed, "report.pdf", report_quote(1)), **change})


def test_a_page_is_drawn_once_for_similar_widths(
    filed: FiledLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    widths: list[int] = []

    def call(function: Callable[..., Any], data: bytes, number: int, **named: int) -> object:
        if function is not draw_page:
            return function(data, number)
        widths.append(named["width_px"])
        return b"picture"

    monkeypatch.setattr(DRAWING, "call", call)
    viewer = PageViewer(cast("Library", filed))
    request = asked(filed, "report.pdf", report_quote(1))

    for width in (590, 600, 610, 600, 1_000_000):
        viewer.open_page({**request, "width": width})

    assert widths == [600, 900, WIDTHS_PX[-1]]


def test_a_text_document_has_no_pages_to_draw() -> None:
    assert not document_pages.has_pages(make_document("notes.pdf", "Without pages."))
