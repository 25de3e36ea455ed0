"""The SQuAD measures against cases worked out by hand and an independent implementation."""

from __future__ import annotations

import random
import string
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.answers import contains, exact_match, f1, normalise, without_markers

THIRD, HALF = 1 / 3, 1 / 2

# prediction, gold answers, exact match, F1; F1 = 2 * shared / (words predicted + words of the gold)
BY_HAND: list[tuple[str, list[str], int, float]] = [
    # identical but for case, punctuation, articles and white space
    ("1843", ["1843"], 1, 1),
    ("Ada Lovelace", ["ada lovelace"], 1, 1),
    ("ADA LOVELACE", ["Ada Lovelace"], 1, 1),
    ("the Eiffel Tower", ["Eiffel Tower"], 1, 1),
    ("Eiffel Tower", ["The Eiffel Tower."], 1, 1),
    ("an apple", ["apple"], 1, 1),
    ("a apple", ["the apple"], 1, 1),
    ("  Eiffel   Tower \n", ["Eiffel Tower"], 1, 1),
    ("Eiffel\tTower", ["Eiffel Tower"], 1, 1),
    ("Eiffel\u00a0Tower", ["Eiffel Tower"], 1, 1),
    ("Eiffel Tower!", ["Eiffel Tower"], 1, 1),
    ("(Eiffel) Tower", ["Eiffel Tower"], 1, 1),
    ('"Eiffel Tower"', ["Eiffel Tower"], 1, 1),
    ("U.S.", ["US"], 1, 1),
    ("U.S.", ["U S"], 0, 0),
    ("1,000", ["1000"], 1, 1),
    ("$5", ["5"], 1, 1),
    ("50%", ["50"], 1, 1),
    ("3.5", ["35"], 1, 1),
    ("don't", ["dont"], 1, 1),
    ("well-known", ["wellknown"], 1, 1),
    ("well-known", ["well known"], 0, 0),
    ("rock & roll", ["rock roll"], 1, 1),
    ("snake_case", ["snakecase"], 1, 1),
    ("Beyoncé", ["beyoncé"], 1, 1),
    ("ÉCOLE", ["école"], 1, 1),
    # articles are words of their own, and are removed after the punctuation
    ("theater", ["ater"], 0, 0),
    ("anna", ["nna"], 0, 0),
    ("a-b", ["b"], 0, 0),
    ("A.", ["the"], 1, 1),
    ("the the the cat", ["cat"], 1, 1),
    ("cat the", ["a cat"], 1, 1),
    ("vitamin A", ["vitamin"], 1, 1),
    ("A B C", ["B C"], 1, 1),
    ("a—b", ["—b"], 1, 1),  # an em dash is no ASCII punctuation, but bounds a word
    ("l’an", ["l’"], 1, 1),  # nor is a curly apostrophe
    ("l'an", ["lan"], 1, 1),
    # only ASCII punctuation is removed
    ("“Tower”", ["Tower"], 0, 0),
    ("5 €", ["5"], 0, 2 * 1 / 3),
    ("Lovelace…", ["Lovelace"], 0, 0),
    ("東京", ["東京"], 1, 1),
    ("東京。", ["東京"], 0, 0),
    ("été", ["e\u0301te\u0301"], 0, 0),  # composed and decomposed differ
    ("straße", ["STRASSE"], 0, 0),  # lower case, not case folding
    ("İ", ["i"], 0, 0),
    # partly right
    ("in 1843", ["1843"], 0, 2 * 1 / 3),
    ("1843", ["in the year 1843"], 0, 2 * 1 / 4),
    ("Ada", ["Ada Lovelace"], 0, 2 * 1 / 3),
    ("Lovelace Ada", ["Ada Lovelace"], 0, 1),
    ("Ada King Lovelace", ["Ada Lovelace"], 0, 2 * 2 / 5),
    ("Ada Ada", ["Ada"], 0, 2 * 1 / 3),
    ("Ada Ada", ["Ada Ada Ada"], 0, 2 * 2 / 5),
    ("Babbage", ["Ada"], 0, 0),
    ("one two three four", ["three four five six"], 0, 2 * 2 / 8),
    ("one two", ["one two three four five six"], 0, 2 * 2 / 8),
    ("the first of the two", ["first two"], 0, 2 * 2 / 5),
    # the best of several gold answers
    ("1843", ["1842", "1843"], 1, 1),
    ("in 1843", ["1843", "in 1843"], 1, 1),
    ("Ada Lovelace", ["Ada", "Countess of Lovelace", "Ada King"], 0, 2 * 1 / 3),
    ("Ada Lovelace", ["Babbage", "Menabrea"], 0, 0),
    ("Ada", ["Ada", "Ada"], 1, 1),
    # no gold answer: declining is right
    ("", [], 1, 1),
    ("1843", [], 0, 0),
    ("the", [], 1, 1),
    ("...", [], 1, 1),
    ("", [""], 1, 1),
    ("Ada", [""], 0, 0),
    # declining a question that has an answer
    ("", ["1843"], 0, 0),
    (" ", ["1843"], 0, 0),
    ("The", ["1843"], 0, 0),
    # a gold answer without words counts only where no other has any
    ("", ["the", "1843"], 0, 0),
    ("", ["the", "..."], 1, 1),
    ("1843", ["the", "1843"], 1, 1),
    ("Ada", ["the"], 0, 0),
    ("?", ["!"], 1, 1),
]


@pytest.mark.parametrize(("answer", "golds", "exact", "overlap"), BY_HAND)
def test_exact_match_and_f1_are_as_worked_out_by_hand(
    answer: str, golds: list[str], exact: int, overlap: float
) -> None:
    assert exact_match(answer, golds) == exact
    assert f1(answer, golds) == pytest.approx(overlap, abs=1e-12)


# An independent implementation of the published definition: by hand over characters, and with
# exact fractions, where the one under test uses regular expressions and counters.


def words_by_hand(text: str) -> list[str]:
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    without_articles, word = "", ""
    for character in bare + " ":
        if character.isalnum():
            word += character
            continue
        without_articles += (" " if word in {"a", "an", "the"} else word) + character
        word = ""
    return without_articles.split()


def scores_by_hand(answer: str, golds: list[str]) -> tuple[int, Fraction]:
    said = words_by_hand(answer)
    wanted = [words for words in map(words_by_hand, golds) if words] or [[]]
    best = Fraction(0)
    for gold in wanted:
        left = list(gold)
        shared = 0
        for word in said:
            if word in left:
                left.remove(word)
                shared += 1
        if not said or not gold:
            best = max(best, Fraction(int(said == gold)))
        else:
            best = max(best, Fraction(2 * shared, len(said) + len(gold)))
    return int(any(said == gold for gold in wanted)), best


@pytest.mark.parametrize(("answer", "golds", "exact", "overlap"), BY_HAND)
def test_the_independent_implementation_agrees_with_the_cases_by_hand(
    answer: str, golds: list[str], exact: int, overlap: float
) -> None:
    by_hand = scores_by_hand(answer, golds)
    assert by_hand[0] == exact
    assert float(by_hand[1]) == pytest.approx(overlap, abs=1e-12)


PIECES = [
    *("the", "a", "an", "The", "A", "An", "THE"),
    *("Ada", "ada", "Lovelace", "1843", "1,843", "U.S.", "well-known", "don't", "Ada's"),
    *(
        "東京",
        "Beyoncé",
        "BEYONCÉ",
        "e\u0301te\u0301",
        "naïve",
        "Ω",
        "“Ada”",
        "5€",
        "…",
        "—",
        "a—b",
        "l’an",
    ),
    *(".", ",", "-", "_", "a_b", "(", "?!", "\u00a0", "\u2003", "\t", "  ", "🙂", "🙂a", "x\u0301"),
]


def generated_cases() -> list[tuple[str, list[str]]]:
    rng = random.Random(1843)

    def phrase() -> str:
        return rng.choice(["", " "]).join(rng.choices(PIECES, k=rng.randrange(6)))

    return [(phrase(), [phrase() for _ in range(rng.randrange(4))]) for _ in range(400)]


@pytest.mark.parametrize(("answer", "golds"), generated_cases())
def test_generated_cases_agree_to_four_digits(answer: str, golds: list[str]) -> None:
    exact, overlap = scores_by_hand(answer, golds)
    assert exact_match(answer, golds) == exact
    assert round(f1(answer, golds), 4) == round(float(overlap), 4)


phrases = st.one_of(st.text(max_size=20), st.lists(st.sampled_from(PIECES)).map(" ".join))


@given(phrases, st.lists(phrases, max_size=3))
def test_any_text_agrees_with_the_independent_implementation(answer: str, golds: list[str]) -> None:
    exact, overlap = scores_by_hand(answer, golds)
    assert exact_match(answer, golds) == exact
    assert f1(answer, golds) == pytest.approx(float(overlap), abs=1e-12)


@given(phrases)
def test_normalising_twice_changes_nothing_where_no_new_article_appears(text: str) -> None:
    once = normalise(text)
    assert " ".join(once.split()) == once


@pytest.mark.parametrize(
    ("text", "golds", "expected"),
    [
        ("It was written in 1843.", ["1843"], True),
        ("It was written in the 1840s.", ["1840"], False),
        ("He paid 1,200 pounds", ["200"], False),
        ("the Eiffel Tower in Paris", ["tower in Paris"], True),
        ("the tower of Eiffel", ["Eiffel tower"], False),
        ("anything", [], False),
        ("anything", ["the"], False),
        ("", ["1843"], False),
        ("Ada", ["Babbage", "Ada"], True),
    ],
)
def test_containment_takes_whole_words_in_their_order(
    text: str, golds: list[str], expected: bool
) -> None:
    assert contains(text, golds) is expected


def test_markers_are_no_part_of_an_answer() -> None:
    assert without_markers("It was 1843 [1], in London [12].") == "It was 1843, in London."
