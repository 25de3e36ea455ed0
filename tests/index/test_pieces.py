from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.pieces import LONGEST_PIECE, line_ranges, sentence_ranges, split_long
from tests.index.texts import FAMILY, cluster_starts, texts


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_ranges(text, 0, len(text))]


def lines(text: str) -> list[str]:
    return [text[start:end] for start, end in line_ranges(text, 0, len(text))]


def parts(text: str, longest: int) -> list[str]:
    return [text[start:end] for start, end in split_long(text, 0, len(text), longest=longest)]


def letters(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("space", ["\u0085", "\u00a0", "\u2003", "\u2028", "\u202f", "\u3000"])
def test_a_wide_space_before_a_full_stop_is_space_as_any(space: str) -> None:
    assert sentences(f"Plan B{space}. Then C.") == [f"Plan B{space}.", "Then C."]


def test_a_paragraph_is_cut_at_its_sentences_without_the_space_between_them() -> None:
    assert sentences("One came.  Two went!\nDid three?") == ["One came.", "Two went!", "Did three?"]


def test_an_abbreviation_ends_no_sentence() -> None:
    assert sentences("Dr. Smith went. He was late.") == ["Dr. Smith went.", "He was late."]


def test_sentences_without_spaces_between_them_are_told_apart() -> None:
    assert sentences("これは文です。次の文です。") == ["これは文です。", "次の文です。"]


def test_a_sentence_ends_after_the_variation_selector_of_its_mark() -> None:
    assert sentences("Wow‼\ufe0f Really") == ["Wow‼\ufe0f", "Really"]


def test_only_the_range_that_is_asked_for_is_cut() -> None:
    text = "Before. Inside one. Inside two. After."
    ranges = list(sentence_ranges(text, 8, 31))
    assert [text[start:end] for start, end in ranges] == ["Inside one.", "Inside two."]


def test_a_sentence_across_two_windows_stays_whole() -> None:
    text = "A short one here. " * 1200
    assert set(sentences(text)) == {"A short one here."}
    assert len(sentences(text)) == 1200


def test_an_endless_sentence_isnt_cut_within_an_emoji() -> None:
    text = "x" + FAMILY * 6000
    ranges = list(sentence_ranges(text, 0, len(text)))
    assert len(ranges) > 1
    assert {place for span in ranges for place in span} <= cluster_starts(text)


@given(texts)
def test_sentences_hold_everything_but_space_in_order(text: str) -> None:
    ranges = list(sentence_ranges(text, 0, len(text)))
    assert all(one[1] <= other[0] for one, other in pairwise(ranges))
    assert letters("".join(text[start:end] for start, end in ranges)) == letters(text)
    assert {place for span in ranges for place in span} <= cluster_starts(text)


def test_lines_are_trimmed_and_blank_ones_left_out() -> None:
    assert lines("one\n\n  two \r\n \t\nthree") == ["one", "two", "three"]


@given(texts)
def test_lines_hold_everything_but_space_in_order(text: str) -> None:
    ranges = list(line_ranges(text, 0, len(text)))
    assert all(start < end for start, end in ranges)
    assert all("\n" in text[one[1] : other[0]] for one, other in pairwise(ranges))
    assert letters("".join(text[start:end] for start, end in ranges)) == letters(text)


def test_what_is_short_enough_isnt_split() -> None:
    assert parts("just right", 10) == ["just right"]


def test_a_long_sentence_is_split_at_its_last_space() -> None:
    assert parts("aaaa bbbb cccc dddd", 10) == ["aaaa bbbb", "cccc dddd"]


def test_a_space_in_the_first_half_is_too_early_to_split_at() -> None:
    assert parts("aa bbbbbbbbbbbb", 10) == ["aa bbbbbbb", "bbbbb"]


def test_a_long_word_is_split_between_clusters() -> None:
    assert parts("e\u0301" * 5, 5) == ["e\u0301e\u0301", "e\u0301e\u0301", "e\u0301"]


def test_a_cluster_longer_than_asked_for_stays_whole_among_others() -> None:
    assert parts("ab" + FAMILY + "cd", 4) == ["ab", FAMILY, "cd"]


def test_a_cluster_that_is_all_there_is_can_be_cut() -> None:
    assert parts(FAMILY, 4) == [FAMILY[:4], FAMILY[4:]]


def test_an_endless_cluster_is_cut_all_the_same() -> None:
    pieces = parts("a" + "\u0301" * 5000, LONGEST_PIECE)
    assert max(map(len, pieces)) == LONGEST_PIECE
    assert sum(map(len, pieces)) == 5001


@given(texts.map(str.strip), st.integers(1, 50))
def test_parts_hold_everything_but_space_in_order(text: str, longest: int) -> None:
    assert letters("".join(parts(text, longest))) == letters(text)
    assert all(piece and piece == piece.strip() for piece in parts(text, longest))
