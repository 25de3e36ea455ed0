from __future__ import annotations

from index.values import Document, Page, page_at, place_at


def make_document(text: str, *pages: Page) -> Document:
    return Document("d", "default", "a.xlsx", "A", None, text, pages, "0", "2026-01-01")


def test_a_page_is_cited_by_its_number() -> None:
    document = make_document("one two", Page(1, 0, 4), Page(2, 4, 7))

    assert [place_at(document, offset) for offset in (0, 4, 7)] == ["page 1", "page 2", None]


def test_a_slide_is_cited_by_its_name() -> None:
    assert place_at(make_document("one", Page(2, 0, 3, "slide 2")), 1) == "slide 2"


def test_a_row_is_cited_by_counting_lines_from_the_first_one() -> None:
    document = make_document("a\nb\n\nd\n", Page(3, 0, 7, "sheet Prices", 5))

    places = [place_at(document, document.text.index(row)) for row in "abd"]

    assert places == [f"sheet Prices, row {number}" for number in (5, 6, 8)]
    assert page_at(document.pages, 4) == 3


def test_a_row_of_a_file_without_sheets_needs_no_name() -> None:
    assert place_at(make_document("a\nb", Page(1, 0, 3, first_row=1)), 2) == "row 2"


def test_a_document_without_pages_has_no_places() -> None:
    assert place_at(make_document("one"), 0) is None
