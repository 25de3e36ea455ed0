from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sentences import end_of_unit, find_list, quotable_ranges

PIECES = st.sampled_from(
    [
        *("One. ", "Is it? ", "Dr. Who ", "J. R. R. ", "12.5 ", "“Yes.” ", "…", "! ", "(a) "),
        *("\n", "\n\n", "- item", "# Title", "1. first", "| cell |", "|---|", "*", "  ", "\t"),
        *("e\u0301", "👩‍🚒 ", "これは文。", "\u2028"),
    ]
)


def quotes(text: str) -> list[str]:
    return [text[start:end] for start, end in quotable_ranges(text)]


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map("".join)))
def test_ranges_are_in_order_apart_trimmed_and_leave_no_letter_out(text: str) -> None:
    covered = set[int]()
    reached = 0
    for start, end in quotable_ranges(text):
        assert reached <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered |= set(range(start, end))
        reached = end
    assert {place for place, sign in enumerate(text) if sign.isalnum()} <= covered


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        (
            "Dr. Smith met J. R. Jones at 3.15 p.m. in St. Ives. He left.",
            ["Dr. Smith met J. R. Jones at 3.15 p.m. in St. Ives.", "He left."],
        ),
        (
            "Ms. Berg paid approx. 12 crowns, max. two a day. The end, approx. Next.",
            ["Ms. Berg paid approx. 12 crowns, max. two a day.", "The end, approx.", "Next."],
        ),
        ("it rained. they left. nobody came.", ["it rained.", "they left.", "nobody came."]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        ("🙂 Hi. 👩‍🚒 ok?", ["🙂 Hi.", "👩‍🚒 ok?"]),
    ],
)
def test_running_text_is_divided_into_sentences(text: str, expected: list[str]) -> None:
    assert quotes(text) == expected


def test_a_sentence_runs_on_over_the_lines_of_a_paragraph_that_was_wrapped() -> None:
    text = (
        "The first line of this text was wrapped at a width. The\n"
        "second sentence goes on in the next line, and it ends\n"
        "here. Last."
    )
    assert quotes(text) == [
        "The first line of this text was wrapped at a width.",
        "The\nsecond sentence goes on in the next line, and it ends\nhere.",
        "Last.",
    ]


def test_a_wrapped_item_of_a_list_is_not_cut_at_its_lines() -> None:
    text = (
        "1. The treasurer told the members that the club has 228 members and\n"
        "   a balance of 17,340 crowns. All were glad.\n"
        "2. Visitors pay 3 crowns; children\n"
        "   enter free.\n"
        "b) Dogs stay out."
    )
    assert [" ".join(quote.split()) for quote in quotes(text)] == [
        "1. The treasurer told the members that the club has 228 members and a balance of 17,340 "
        "crowns.",
        "All were glad.",
        "2. Visitors pay 3 crowns; children enter free.",
        "b) Dogs stay out.",
    ]


@pytest.mark.parametrize(
    ("text", "place", "unit"),
    [
        ("1. Meals: 35.\n2. Hotels: 145.", "35", "1. Meals: 35."),
        ("| Ann | 2020 |\n| Bo | 2021 |", "Ann", "| Ann"),
        ("| Ann | 2020 |\n| Bo | 2021 |", "2021", "| Ann | 2020 |\n| Bo | 2021"),
        ("One. Two.\n\nThree.", "One", "One. Two."),
        ("One.", "", "One."),
    ],
)
def test_a_unit_ends_with_its_item_cell_or_paragraph(text: str, place: str, unit: str) -> None:
    assert text[: end_of_unit(text, text.index(place))] == unit


def test_a_lists_items_end_where_another_line_begins() -> None:
    text = "You need:\n- a pen, or\n  a pencil\n- paper\nCome at nine."
    items = [text[start:end] for start, end in find_list(text, text.index("paper"))]
    assert items == ["a pen, or\n  a pencil", "paper"]
    assert find_list(text, text.index("nine")) == []
    hanging = "You need:\n- a pen, or\na pencil\n- paper, or\na slate\n\nCome at nine."
    items = [hanging[start:end] for start, end in find_list(hanging, hanging.index("paper"))]
    assert items == ["a pen, or\na pencil", "paper, or\na slate"]


def test_lines_of_unlike_length_are_units_of_their_own() -> None:
    text = (
        "A caption without an end\n"
        "A paragraph that is one long line, as a word processor writes it. It has two sentences.\n"
        "Another caption"
    )
    assert quotes(text) == [
        "A caption without an end",
        "A paragraph that is one long line, as a word processor writes it.",
        "It has two sentences.",
        "Another caption",
    ]


def test_lines_that_are_longer_than_anybody_wraps_are_units_of_their_own() -> None:
    line = "word " * 26 + "end"
    assert len(line) > 130
    assert quotes(f"{line}\n{line}") == [line, line]


def test_a_sentence_never_reaches_into_the_next_paragraph() -> None:
    assert quotes("No end here\n\nNor here") == ["No end here", "Nor here"]


def test_each_row_of_a_table_is_one_quote_and_its_rule_is_none() -> None:
    table = "| Name | Says |\n|:---|---:|\n| Ann | Yes. No. |\n| Bob | 14 |"
    assert quotes(table) == ["| Name | Says |", "| Ann | Yes. No. |", "| Bob | 14 |"]


@pytest.mark.parametrize(
    ("sign", "kept"),
    [("-", ""), ("*", ""), ("+", ""), ("•", ""), ("1.", "1. "), ("12)", "12) ")],
)
def test_each_item_of_a_list_is_a_quote_and_keeps_its_number(sign: str, kept: str) -> None:
    text = f"{sign} the first item is here.\n{sign} the second item is here"
    assert quotes(text) == [f"{kept}the first item is here.", f"{kept}the second item is here"]


def test_a_long_item_is_divided_like_any_other_text() -> None:
    assert quotes("1. It is open. Dogs pay 2.5 crowns.") == [
        "1. It is open.",
        "Dogs pay 2.5 crowns.",
    ]


def test_a_list_is_told_from_the_paragraph_above_it() -> None:
    text = (
        "These are the two things to know:\n- the first thing is long\n- the second thing is, too"
    )
    assert quotes(text) == text.replace("- ", "").split("\n")


def test_a_heading_is_a_quote_of_its_own() -> None:
    text = "## The second part\nIts text is just as long."
    assert quotes(text) == ["The second part", "Its text is just as long."]


def test_a_row_that_names_its_columns_is_a_quote_of_its_own() -> None:
    text = (
        "Region | Quarter | Sales | Remark\n"
        "Region: North | Quarter: Q1 | Sales: 120 | Remark: Up. Good.\n"
        "Region: South | Quarter: Q1 | Sales: 990 | Remark: Down. Sad."
    )
    assert quotes(text) == text.split("\n")


@pytest.mark.parametrize("text", ["", " \n\n\t ", "---", "***\n===\n---", "| | |\n|---|"])
def test_what_says_nothing_can_not_be_quoted(text: str) -> None:
    assert quotes(text) == []
