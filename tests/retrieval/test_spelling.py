from __future__ import annotations

import pytest

from retrieval.spelling import respell

PASSAGE = (
    "Few workers from North Cambodia, with hypertension, wrote anniversary cards to workers. "
    "The dose of cefalotin is 1 gram. Kleine Hunde darf man halten."
)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("how many workrs were from cambodja", "how many workers were from Cambodia"),
        ("wich anniverseri and meny cards", "which anniversary and many cards"),  # two mistakes
    ],
)
def test_misspelt_words_are_mended_with_the_passages_words(asked: str, meant: str) -> None:
    assert respell(asked, [PASSAGE]) == meant


@pytest.mark.parametrize(
    "asked",
    [
        "who had hypotension",  # a word of its own, though another one is two letters away
        "which worker writes a card",  # other forms of the passage's words
        "who is Workrs",  # a name
        "vorkers",  # nobody mistypes the first letter
        "wrkrs",  # two mistakes are too many for a short word
        "which wasn't from hb-wrot",  # parts of words
        "from 115 to 116",
        "what is the dose of cefazolin",  # the passages' cefalotin is no English word either
        "darf ich keine hunde halten",
    ],
)
def test_what_may_be_meant_as_it_is_stays(asked: str) -> None:
    assert respell(asked, [PASSAGE]) == asked


def test_without_passages_nothing_is_known_but_how_questions_begin() -> None:
    assert respell("wich workrs", []) == "which workrs"
