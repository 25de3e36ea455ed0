from __future__ import annotations

from collections.abc import Sequence

import pytest

from retrieval.spelling import respell
from tests.fakes import FakeEmbedder

PASSAGE = (
    "Few workers from North Cambodia smuggled anniversary cards; many workers saw a game."
)
KNOWN = frozenset("when were the from and which many north gave what cards cambodia how".split())


class Dictionary(FakeEmbedder):
    """Has one token for each word that it knows, and two for every other."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [1 if text in KNOWN else 2 for text in texts]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("how many workrs were from cambodja", "how many workers were from Cambodia"),
        ("wich anniverseri and meny cards", "which anniversary and many cards"),  # two mistakes
        ("when were the anniversary cards smugled", "when were the anniversary cards smuggled"),
    ],
)
def test_misspelt_words_are_mended_with_the_passages_words(asked: str, meant: str) -> None:
    assert respell(asked, [PASSAGE], Dictionary()) == meant


@pytest.mark.parametrize(
    "asked",
    [
        "what gave",  # a word, though the passage's "game" is near
        "who is Workrs",  # a name
        "vorkers",  # nobody mistypes the first letter
        "smuggle and worker",  # other forms of the passage's words
        "wrkrs",  # two mistakes are too many for a short word
        "when were the 115 cards",
    ],
)
def test_what_may_be_meant_as_it_is_stays(asked: str) -> None:
    assert respell(asked, [PASSAGE], Dictionary()) == asked


def test_without_passages_nothing_is_known_but_how_questions_begin() -> None:
    assert respell("wich workrs", [], Dictionary()) == "which workrs"
