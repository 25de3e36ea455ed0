from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.structure import Block, find_blocks, trim
from tests.index.texts import texts

MARKUPS = st.sampled_from(["text", "markdown", "rows"])
TABLE = "| name | height |\n| --- | --- |\n| Ben Nevis | 1345 |\n| Snowdon | 1085 |"


def blocks(text: str, markup: str = "markdown") -> list[tuple[str, tuple[str, ...]]]:
    return [(text[b.start : b.end], b.heading) for b in find_blocks(text, markup)]


def only(text: str) -> Block:
    (block,) = find_blocks(text, "markdown")
    return block


def test_paragraphs_of_plain_text_lie_between_blank_lines() -> None:
    text = "one\nmore of it\n\n two \n \t\n\n# three\n"
    assert blocks(text, "text") == [("one\nmore of it", ()), ("two", ()), ("# three", ())]


@pytest.mark.parametrize("markup", ["text", "markdown", "rows"])
def test_blank_text_has_no_blocks(markup: str) -> None:
    assert blocks(" \n\n\t\n", markup) == []


def test_rows_stand_under_the_name_of_their_sheet() -> None:
    text = (
        "No.: 1\nNo.: 2\n\n# Prices\n\n# of items: 3\n# of items: 4\n\n# of items: 5\n\n"
        "# Costs\n\nx"
    )
    assert blocks(text, "rows") == [
        ("No.: 1\nNo.: 2", ()),
        ("# Prices", ("Prices",)),
        ("# of items: 3\n# of items: 4", ("Prices",)),
        ("# of items: 5", ("Prices",)),
        ("# Costs", ("Costs",)),
        ("x", ("Costs",)),
    ]
    assert all(block.lines for block in find_blocks(text, "rows"))


def test_markdown_stands_under_its_headings() -> None:
    text = "intro\n\n# A\n\none\n\n## B\n\ntwo\n\n## C ##\n\nthree\n\n# D\n\nfour"
    assert blocks(text) == [
        ("intro", ()),
        ("# A", ("A",)),
        ("one", ("A",)),
        ("## B", ("A", "B")),
        ("two", ("A", "B")),
        ("## C ##", ("A", "C")),
        ("three", ("A", "C")),
        ("# D", ("D",)),
        ("four", ("D",)),
    ]


def test_a_deeper_heading_may_come_first() -> None:
    assert blocks("### A\n\n# B\n\nend")[-1] == ("end", ("B",))


def test_an_underlined_heading_counts_without_its_line() -> None:
    assert blocks("Title\n=====\n\ntext")[-1] == ("text", ("Title",))


def test_a_heading_within_a_code_block_is_code() -> None:
    block = only("```\n# not a heading\n```")
    assert (block.heading, block.lines) == ((), True)


def test_a_table_keeps_its_header_row() -> None:
    assert only(TABLE).header == "| name | height |"
    assert only(TABLE).lines


def test_a_paragraph_is_no_table() -> None:
    block = only("name | height")
    assert (block.header, block.lines) == ("", False)


def test_front_matter_is_kept_but_is_no_heading() -> None:
    text = "---\ntitle: A\n# comment\n---\n# B\n\ntext"
    assert blocks(text) == [
        ("---\ntitle: A\n# comment\n---", ()),
        ("# B", ("B",)),
        ("text", ("B",)),
    ]


def test_what_markdown_doesnt_show_is_kept() -> None:
    text = "one\n\n[link]: http://example.com\n\n<!-- note -->\n\ntwo"
    assert [part for part, _ in blocks(text)] == [
        "one\n\n[link]: http://example.com",
        "<!-- note -->",
        "two",
    ]


def test_a_carriage_return_ends_no_line() -> None:
    text = "a\r\rb\r\n\r\n# c\r\n\r\nd"
    assert blocks(text) == [("a\r\rb", ()), ("# c", ("c",)), ("d", ("c",))]


@given(texts, MARKUPS)
def test_blocks_hold_everything_but_space_in_order(text: str, markup: str) -> None:
    found = list(find_blocks(text, markup))
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(trim(text, b.start, b.end) == (b.start, b.end) != (b.end, b.end) for b in found)
    held = "".join(text[b.start : b.end] for b in found)
    assert "".join(held.split()) == "".join(text.split())


PIECES = [
    *("# a\n", "b\n", "\n", "- c\n", "    d\n", "> e\n", "```\n", "---\n", TABLE),
    *("[f]: g\n", "'h\n", "i'\n", "<!--\n", "-->\n", "| j | k |\n", "| --- | --- |\n"),
]
# The tokens of all that lies within a block take several hundred.
MOST_BYTES_A_CHARACTER = 100
NESTED = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)


@given(NESTED)
def test_blocks_of_nested_markdown_dont_overlap(text: str) -> None:
    found = list(find_blocks(text, "markdown"))
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert sum(len(text[b.start : b.end].split()) for b in found) == len(text.split())


@given(NESTED, st.integers(1, 40))
def test_a_text_parsed_in_portions_has_the_same_blocks(text: str, portion: int) -> None:
    whole = list(find_blocks(text, "markdown"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.structure._PORTION_CHARACTERS", portion)
        assert list(find_blocks(text, "markdown")) == whole


@pytest.mark.parametrize("lines", ["| a | b | c |\n| - | - | - |\n", "- a\n"])
def test_a_long_block_takes_little_memory(lines: str) -> None:
    assert peak_bytes(lines * 10_000) < MOST_BYTES_A_CHARACTER * len(lines) * 10_000


def test_many_blocks_take_no_more_memory_than_those_of_a_portion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("index.structure._PORTION_CHARACTERS", 5_000)

    assert peak_bytes("a\n\n" * 30_000) < MOST_BYTES_A_CHARACTER * 90_000


def peak_bytes(text: str) -> int:
    """Return how much memory is taken at most while the blocks are met one by one."""
    list(find_blocks("# a", "markdown"))  # imports the parser
    tracemalloc.start()
    try:
        assert sum(1 for _ in find_blocks(text, "markdown"))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_trimming_stops_where_nothing_is_left() -> None:
    assert trim("  \n ", 0, 4) == (4, 4)
    assert trim(" ab ", 0, 4) == (1, 3)
