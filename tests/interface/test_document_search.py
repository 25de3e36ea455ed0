from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InvalidInputError, NotFoundError
from interface.document_search import MOST_MATCHES, find_matches, search_document
from tests.interface.fakes import FakeLibrary, make_document, make_long_document

if TYPE_CHECKING:
    from index.library import Library


def search(library: FakeLibrary, **request: object) -> dict[str, Any]:
    return search_document(cast("Library", library), request)


def test_case_and_line_breaks_count_for_nothing() -> None:
    text = "The Bank closed. the\nbank opened; THE  BANK."

    assert [text[start:end] for start, end in find_matches(text, " the bank ")] == [
        "The Bank",
        "the\nbank",
        "THE  BANK",
    ]


@pytest.mark.parametrize("query", ["(a+)+$", "[", "a|b", ".*", "\\"])
def test_a_query_is_no_pattern(query: str) -> None:
    assert find_matches(f"aaaaab {query} x", query) == [(7, 7 + len(query))]


def test_nothing_is_found_for_nothing() -> None:
    assert find_matches("a b", "  ") == []


@given(text=st.text(max_size=100))
def test_every_word_of_a_text_is_found_in_it(text: str) -> None:
    for word in text.split():
        assert word in [text[start:end] for start, end in find_matches(text, word)]


def test_matches_come_with_their_pages() -> None:
    document = make_long_document()

    reply = search(FakeLibrary([document]), document_id=document.id, query="needle lies")

    ((start, end, page),) = reply["matches"]
    assert (document.text[start:end], page, reply["more"]) == ("needle lies", 2, False)


def test_no_more_than_so_many_are_counted() -> None:
    document = make_document("a.txt", "tide " * (MOST_MATCHES + 1))

    reply = search(FakeLibrary([document]), document_id=document.id, query="tide")

    assert (len(reply["matches"]), reply["more"]) == (MOST_MATCHES, True)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"document_id": "x"}, "there is no document 'x'"),
        ({"query": 5}, "query must be a string"),
        ({"query": "x" * 201}, "the query has 201 characters, where 200 are allowed"),
        ({"query": "\ud800"}, "half of a surrogate pair"),
    ],
)
def test_a_request_of_another_shape_is_refused(change: dict[str, Any], complaint: str) -> None:
    document = make_document("a.txt", "tide")
    request = {"document_id": document.id, "query": "tide", **change}

    with pytest.raises((InvalidInputError, NotFoundError), match=complaint):
        search(FakeLibrary([document]), **request)


def test_what_is_no_request_at_all_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="a search is asked for by"):
        search_document(cast("Library", FakeLibrary()), None)
