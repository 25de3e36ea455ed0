from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import CitationError
from index.values import Page
from retrieval.values import Citation, cite
from tests.retrieval.fakes import make_chunk, make_document

TEXT = "Naïve café, 12 € – e\u0301té 👩‍🚒 done.\nSecond line."


def cite_range(text: str, start: int, end: int, quote: str) -> Citation:
    document = make_document(text, source="a/b.txt", title="B")
    chunk = make_chunk(document)
    return cite(document, chunk, marker=1, start=start, end=end, quote=quote, score=0.5)


def test_a_citation_carries_all_that_is_needed_to_find_the_place() -> None:
    pages = (Page(1, 0, 10), Page(2, 10, 60))
    document = make_document(TEXT, source="a/b.txt", title="B", pages=pages)
    chunk = make_chunk(document)
    citation = cite(document, chunk, marker=2, start=12, end=16, quote=TEXT[12:16], score=0.25)
    assert citation == Citation(
        2, document.id, "a/b.txt", "B", 2, 12, 16, TEXT[12:16], chunk.id, 0.25, "page 2"
    )


@pytest.mark.parametrize(
    ("start", "end", "quote"),
    [
        (0, 5, "naïve"),  # another case
        (0, 5, "Naïve "),  # longer than its range
        (0, 5, "Naïv"),  # shorter
        (1, 6, "Naïve"),  # shifted
        (0, 5, "Nai\u0308ve"),  # the same letters, composed otherwise
        (12, 16, "12 €"[:3]),
        (0, 9_999, TEXT + " "),  # beyond the end
    ],
)
def test_a_quote_that_differs_in_anything_is_no_citation(start: int, end: int, quote: str) -> None:
    with pytest.raises(CitationError, match=rf"is not at {start}:{end} of 'a/b.txt'; run"):
        cite_range(TEXT, start, end, quote)


@pytest.mark.parametrize(("start", "end"), [(3, 3), (5, 2), (900, 950)])
def test_an_empty_quote_is_no_citation(start: int, end: int) -> None:
    with pytest.raises(CitationError, match=r"quote '' is not at"):
        cite_range(TEXT, start, end, "")


def test_a_refused_quote_is_told_in_one_line_and_in_part_only() -> None:
    with pytest.raises(CitationError) as refused:
        cite_range("text", 0, 4, "line\n" * 100)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


@given(st.text(max_size=40), st.integers(0, 45), st.integers(0, 45), st.text(max_size=5))
def test_a_citation_exists_exactly_for_verbatim_slices(
    text: str, start: int, end: int, quote: str
) -> None:
    for tried in {quote, text[start:end]}:
        if tried and text[start:end] == tried:
            assert cite_range(text, start, end, tried).quote == text[start:end]
        else:
            with pytest.raises(CitationError, match="is not at"):
                cite_range(text, start, end, tried)


def test_a_document_without_pages_is_cited_without_a_page() -> None:
    assert cite_range(TEXT, 0, 5, TEXT[:5]).page is None
