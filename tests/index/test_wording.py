from __future__ import annotations

import pytest

from index.wording import edits, segmented, without_asking


@pytest.mark.parametrize("text", ["", "Plain words, as they are.\n", "é"])
def test_a_text_without_such_letters_stays_as_it_is(text: str) -> None:
    assert segmented(text) == text


def test_an_accent_that_is_a_character_of_its_own_is_composed() -> None:
    assert segmented("e\u0301te\u0301") == "été"


def test_letters_of_scripts_without_spaces_are_paired() -> None:
    assert segmented("a文書検索b").split() == ["a", "文書", "書検", "検索", "b"]
    assert segmented("文 a").split() == ["文", "a"]


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Who built the mill?", "built the mill"),
        ("WHERE ARE THE KEYS?", "the keys"),
        ("When did The Who play in May?", "The Who play in May"),
        ("Who'd know a how-to of may 1968?", "know a how-to of may 1968"),
    ],
)
def test_words_that_only_ask_are_left_out(question: str, left: str) -> None:
    assert without_asking(question).rstrip("?").split() == left.split()


def test_an_edit_is_one_letter_more_less_changed_or_swapped() -> None:
    made = edits("ab")
    assert {"a", "b", "ba", "cb", "ac", "cab", "acb", "abc"} <= made
    assert all(1 <= len(word) <= 3 for word in made)
