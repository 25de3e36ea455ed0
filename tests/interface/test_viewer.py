from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InvalidInputError, NotFoundError
from index.values import Page
from interface.passages import CHANGED, MOVED, locate_quote, view_passage
from interface.segments import Shown, cut_segments
from interface.viewer import UNAVAILABLE, build_viewer
from tests.interface.fakes import BANK_QUOTE, HOSTILE, NOTICE, FakeLibrary, make_document
from tests.interface.serving import build_in_event_loop

if TYPE_CHECKING:
    from index.library import Library


def view(library: FakeLibrary, **request: object) -> dict[str, Any]:
    return view_passage(cast("Library", library), request)


def request_for(library: FakeLibrary, source: str, quote: str) -> dict[str, object]:
    document = next(held for held in library.held.values() if held.source == source)
    start = document.text.index(quote)
    return {
        "document_id": document.id,
        "start": start,
        "end": start + len(quote),
        "quote": quote,
    }


def join(segments: list[dict[str, Any]], *, quoted: bool = False) -> str:
    return "".join(piece["text"] for piece in segments if piece["quote"] or not quoted)


def test_the_marked_segments_are_the_quote_and_all_of_them_the_text(library: FakeLibrary) -> None:
    shown = view(library, **request_for(library, "notice.txt", BANK_QUOTE))
    assert join(shown["segments"], quoted=True) == BANK_QUOTE
    assert join(shown["segments"]) == NOTICE
    assert (shown["title"], shown["source"]) == ("Notice to <i>customers</i>", "notice.txt")
    assert (shown["date"], shown["page"], shown["note"]) == ("2025-03-31", None, "")
    assert not shown["more_before"]
    assert not shown["more_after"]


def test_a_long_document_is_shown_around_the_quote_in_whole_lines(library: FakeLibrary) -> None:
    request = request_for(library, "long.pdf", "The needle lies on page two.")
    shown = view(library, **request)
    text = join(shown["segments"])
    assert 40_000 < len(text) < 41_000
    assert text.startswith("Line ")
    assert text.endswith(".")
    assert shown["more_before"]
    assert shown["more_after"]
    assert (shown["page"], shown["place"]) == (2, "page 2")
    assert [piece["page"] for piece in shown["segments"] if piece["page"]] == [2]
    assert [piece["place"] for piece in shown["segments"] if piece["place"]] == ["page 2"]
    wider = view(library, **request, reach=200_000)
    assert len(join(wider["segments"])) > 200_000
    assert not wider["more_before"]


def test_headings_of_markdown_are_marked_as_such(library: FakeLibrary) -> None:
    source = next(held.source for held in library.held.values() if held.text == HOSTILE)
    shown = view(library, **request_for(library, source, "The end."))
    headings = [
        (piece["level"], piece["syntax"], piece["text"])
        for piece in shown["segments"]
        if piece["level"]
    ]
    assert headings == [
        (1, True, "# "),
        (1, False, "Heading <b>bold</b>"),
        (2, True, "## "),
        (2, False, "After"),
    ]


def test_a_quote_that_moved_is_found_at_its_new_place(library: FakeLibrary) -> None:
    request = request_for(library, "notice.txt", BANK_QUOTE)
    library.held[str(request["document_id"])] = make_document("notice.txt", "New. " + NOTICE)
    shown = view(library, **request)
    assert shown["note"] == MOVED
    assert join(shown["segments"], quoted=True) == BANK_QUOTE


def test_a_quote_that_is_gone_marks_nothing(library: FakeLibrary) -> None:
    request = request_for(library, "notice.txt", BANK_QUOTE)
    library.held[str(request["document_id"])] = make_document("notice.txt", "Nothing.")
    shown = view(library, **request)
    assert shown["note"] == CHANGED
    assert join(shown["segments"], quoted=True) == ""
    assert join(shown["segments"]) == "Nothing."


def test_of_several_places_the_nearest_counts() -> None:
    text = "ab...ab.....ab"
    assert locate_quote(text, "ab", 4) == (5, MOVED)
    assert locate_quote(text, "ab", 9) == (12, MOVED)
    assert locate_quote(text, "ab", 99) == (12, MOVED)
    assert locate_quote(text, "ab", 12) == (12, "")


@given(data=st.data(), text=st.text(min_size=1, max_size=300), markdown=st.booleans())
def test_segments_always_join_to_text_and_quote(
    data: st.DataObject, text: str, markdown: bool
) -> None:
    offsets = st.integers(0, len(text))
    low, start, end, high = sorted(data.draw(st.tuples(offsets, offsets, offsets, offsets)))
    breaks = sorted(data.draw(st.sets(offsets, max_size=4)) | {0})
    pages = tuple(Page(number, at, len(text)) for number, at in enumerate(breaks, start=1))
    document = make_document("a.md" if markdown else "a.txt", text, pages=pages)
    pairs = [sorted(data.draw(st.tuples(offsets, offsets))) for _ in range(2)]
    found = [(pair[0], pair[1]) for pair in pairs]
    shown = Shown(low, high, (start, end), found, found[0])
    segments = cut_segments(document, shown)
    assert join(segments) == text[low:high]
    assert join(segments, quoted=True) == text[start:end]


def test_an_endless_line_is_cut_where_the_reach_ends() -> None:
    document = make_document("line.txt", "x" * 200_000 + "QUOTE" + "y" * 200_000)
    library = FakeLibrary([document])
    shown = view(library, **request_for(library, "line.txt", "QUOTE"))
    assert len(join(shown["segments"])) == 40_005
    assert join(shown["segments"], quoted=True) == "QUOTE"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"document_id": None}, "document_id must be a string"),
        ({"quote": 5}, "quote must be a string"),
        ({"start": -1}, "an offset must be a whole number from 0, not -1"),
        ({"start": "0"}, "an offset must be a whole number"),
        ({"reach": True}, "an offset must be a whole number"),
    ],
)
def test_a_request_of_another_shape_is_refused(
    library: FakeLibrary, change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        view(library, **{**request_for(library, "notice.txt", BANK_QUOTE), **change})


def test_what_is_no_request_at_all_is_refused(library: FakeLibrary) -> None:
    with pytest.raises(InvalidInputError, match="a passage is asked for by document_id"):
        view_passage(cast("Library", library), ["notice.txt"])


def test_a_document_that_is_gone_is_said_to_be_gone(library: FakeLibrary) -> None:
    with pytest.raises(NotFoundError, match="there is no document 'x'"):
        view(library, document_id="x", start=0, quote="")


def test_the_page_is_told_what_failed_but_no_path(
    library: FakeLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    from gradio import Blocks

    def build() -> Any:
        with Blocks(analytics_enabled=False):
            return build_viewer(cast("Library", library))

    viewer = build_in_event_loop(build)
    good = request_for(library, "notice.txt", BANK_QUOTE)
    assert viewer.open_passage(good)["title"] == "Notice to <i>customers</i>"
    assert "there is no document" in viewer.open_passage({**good, "document_id": "x"})["error"]
    assert viewer.open_passage({**good, "document_id": "broken"}) == {"error": UNAVAILABLE}
    assert "a document could not be shown" in caplog.text
