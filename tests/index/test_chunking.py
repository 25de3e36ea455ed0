from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunking import ChunkingSettings, Counters, chunk_document
from index.tokens import count_tokens
from index.values import Chunk, Document, Page
from tests.fakes import FakeEmbedder
from tests.index.texts import FAMILY, cluster_starts, texts

MARKUPS = st.sampled_from(["text", "markdown", "rows"])
SENTENCE = "The quick brown fox jumps over the lazy dog again."


def make_document(text: str, pages: tuple[Page, ...] = ()) -> Document:
    return Document("d" * 16, "default", "a.txt", "A", None, text, pages, "0" * 64, "2020-01-01")


def cut(
    text: str,
    markup: str = "text",
    *,
    tokens: int = 64,
    window: int = 64,
    pages: tuple[Page, ...] = (),
) -> tuple[Chunk, ...]:
    counters = Counters(count_tokens, FakeEmbedder().count_tokens, window)
    settings = ChunkingSettings(tokens)
    return chunk_document(make_document(text, pages), markup, settings=settings, counters=counters)


def passages(text: str, *, window: int = 64) -> list[str]:
    return [chunk.text for chunk in cut(text, window=window)]


@given(texts, MARKUPS, st.integers(64, 300), st.integers(16, 99))
def test_any_text_is_cut_exactly(text: str, markup: str, tokens: int, window: int) -> None:
    chunks = cut(text, markup, tokens=tokens, window=window)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(chunk.text == text[chunk.start : chunk.end] for chunk in chunks)
    assert all(one.end <= other.start for one, other in pairwise(chunks))
    held = "".join(chunk.text for chunk in chunks)
    assert "".join(held.split()) == "".join(text.split())


@given(texts, MARKUPS, st.integers(64, 300), st.integers(16, 99))
def test_no_budget_is_exceeded(text: str, markup: str, tokens: int, window: int) -> None:
    chunks = cut(text, markup, tokens=tokens, window=window)
    seen = [f"{chunk.heading}\n{chunk.text}" for chunk in chunks]
    assert max(count_tokens([chunk.text for chunk in chunks]), default=0) <= tokens
    assert max(FakeEmbedder().count_tokens(seen), default=0) <= window


@given(texts, MARKUPS, st.integers(64, 300))
def test_no_letter_is_divided(text: str, markup: str, tokens: int) -> None:
    chunks = cut(text, markup, tokens=tokens)
    assert {place for c in chunks for place in (c.start, c.end)} <= cluster_starts(text)


def test_rows_of_a_table_are_not_divided_while_they_fit() -> None:
    rows = [f"Town: Orlen {number} | Note: {SENTENCE} Twice. | Fee: 5" for number in range(20)]
    chunks = cut("# Fees\n\n" + "\n".join(rows), "rows")

    assert [line for chunk in chunks for line in chunk.text.split("\n") if line][2:] == rows[1:]
    assert {chunk.heading for chunk in chunks} == {"Fees"}


def test_a_short_text_is_one_chunk() -> None:
    (chunk,) = cut("  One.\n\nTwo.\n")
    assert (chunk.start, chunk.end, chunk.text) == (2, 12, "One.\n\nTwo.")
    assert (chunk.heading, chunk.page, chunk.document_id) == ("", None, "d" * 16)


def test_a_blank_text_has_no_chunks() -> None:
    assert cut(" \n\n ") == ()


def test_paragraphs_are_packed_while_they_fit() -> None:
    # Eleven tokens each and one for the seam: five fit into 64, not six.
    text = "\n\n".join([SENTENCE] * 7)
    assert passages(text) == ["\n\n".join([SENTENCE] * 5), "\n\n".join([SENTENCE] * 2)]


def test_a_long_paragraph_is_divided_evenly_between_sentences() -> None:
    assert passages(" ".join([SENTENCE] * 6)) == [" ".join([SENTENCE] * 3)] * 2


def test_a_paragraph_is_counted_whole_before_its_sentences_are() -> None:
    # Eleven tokens each: added up with a seam after each sentence, six would be 71.
    text = " ".join([SENTENCE] * 6)
    assert [chunk.text for chunk in cut(text, tokens=66)] == [text]


def test_a_section_is_counted_whole_before_its_paragraphs_are() -> None:
    text = "\n\n".join(["One."] * 20)
    assert [chunk.text for chunk in cut(text, tokens=count_tokens([text])[0])] == [text]


def test_what_fits_is_counted_once() -> None:
    counted: list[str] = []

    def count(texts: Sequence[str]) -> list[int]:
        counted.extend(texts)
        return count_tokens(texts)

    paragraphs = [" ".join([SENTENCE] * 10)] * 30
    document = make_document("\n\n".join(paragraphs))
    counters = Counters(count, FakeEmbedder().count_tokens, 256)
    chunks = chunk_document(document, "text", settings=ChunkingSettings(256), counters=counters)
    assert len(chunks) == 15
    assert counted == paragraphs


def test_the_embedders_window_limits_chunks_too() -> None:
    assert passages("\n\n".join([SENTENCE] * 4), window=20) == ["\n\n".join([SENTENCE] * 2)] * 2


def test_a_word_longer_than_the_budget_is_divided() -> None:
    chunks = passages("pneumono" * 500)
    assert "".join(chunks) == "pneumono" * 500
    assert max(count_tokens(chunks)) <= 64


@pytest.mark.parametrize(
    "text", ["文書検索装置" * 300, "ค้นหาเอกสาร" * 200, FAMILY * 300, "نص" * 900, "1" * 4000]
)
def test_scripts_without_spaces_keep_to_the_budget(text: str) -> None:
    chunks = cut(text, tokens=100)
    assert "".join(chunk.text for chunk in chunks) == text
    assert max(count_tokens([chunk.text for chunk in chunks])) <= 100
    assert {place for c in chunks for place in (c.start, c.end)} <= cluster_starts(text)


def test_much_white_space_keeps_to_the_budget() -> None:
    text = ("One word here." + "\n \t \n" * 40) * 30
    chunks = passages(text)
    assert max(count_tokens(chunks)) <= 64
    assert "".join(chunks).count("One") == 30


def test_a_letter_that_exceeds_the_budget_is_cut() -> None:
    text = "a" + "\u0301" * 300
    chunks = passages(text)
    assert "".join(chunks) == text
    assert max(count_tokens(chunks)) <= 64


def test_headings_begin_new_chunks_and_are_remembered() -> None:
    chunks = cut("intro\n\n# A\n\none\n\n## B\n\ntwo\n\n# C\n\nthree", "markdown")
    assert [(chunk.text, chunk.heading) for chunk in chunks] == [
        ("intro", ""),
        ("# A\n\none", "A"),
        ("## B\n\ntwo", "A > B"),
        ("# C\n\nthree", "C"),
    ]


def test_a_long_section_repeats_its_heading() -> None:
    chunks = cut("# A\n\n" + "\n\n".join([SENTENCE] * 12), "markdown")
    assert len(chunks) == 3
    assert {chunk.heading for chunk in chunks} == {"A"}


def test_a_long_heading_leaves_room_for_its_text() -> None:
    chunks = cut(f"# {'much ado ' * 50}\n\n" + "\n\n".join([SENTENCE] * 8), "markdown", window=40)
    assert {len(chunk.heading.split()) for chunk in chunks} == {10}  # a quarter of the window
    assert sum(chunk.text.count(SENTENCE) for chunk in chunks) == 8
    seen = FakeEmbedder().count_tokens([f"{chunk.heading}\n{chunk.text}" for chunk in chunks])
    assert max(seen) == 40  # ten words of heading, three sentences


def test_rows_of_a_long_table_keep_its_header() -> None:
    rows = [f"| Station {number} | {number} metres above sea level |" for number in range(40)]
    table = "\n".join(["| name | height |", "| --- | --- |", *rows])
    chunks = cut(f"# Peaks\n\n{table}\n\nAfter the table.", "markdown", tokens=100)
    first, *others, last = chunks
    assert first.heading == "Peaks"
    assert "| name | height |" in first.text
    assert {chunk.heading for chunk in others} == {"Peaks > | name | height |"}
    assert (last.text, last.heading) == ("After the table.", "Peaks")
    held = [line for chunk in chunks for line in chunk.text.split("\n")]
    assert [line for line in held if line in rows] == rows


def test_a_short_table_stays_with_the_text_around_it() -> None:
    text = "Before.\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\nAfter."
    (chunk,) = cut(text, "markdown")
    assert (chunk.text, chunk.heading) == (text, "")


def test_a_chunk_knows_the_page_on_which_it_starts() -> None:
    text = "\n\n".join([SENTENCE] * 10)
    chunks = cut(text, pages=(Page(7, 0, 100), Page(8, 100, len(text))))
    assert [chunk.page for chunk in chunks] == [7, 8]


def test_the_space_between_pages_belongs_to_none() -> None:
    assert cut("a text", pages=(Page(1, 1, 6),))[0].page is None


def test_ids_differ_between_places_and_documents_and_stay_otherwise() -> None:
    text = "\n\n".join([SENTENCE] * 10)
    one, other = cut(text)
    assert one.text == other.text
    assert one.id != other.id
    assert cut(text) == (one, other)
