from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UnsupportedModelError
from index.packaged_model import packaged_folder
from index.tokenizer import ModelTokenizer, Tokens
from retrieval.pairs import (
    OVERLAP_TOKENS,
    QUESTION_TOKENS,
    WINDOW_TOKENS,
    Pairing,
    plain,
    windows,
)


@pytest.fixture(scope="module")
def pairing() -> Pairing:
    return Pairing(ModelTokenizer.from_folder(packaged_folder()))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("When was the Bridge opened?", "when was the bridge opened"),
        ("what 's the U.N. 's  role ?", "what s the u n s role"),
        ("Wann wurde die Brücke eröffnet?!", "wann wurde die brücke eröffnet"),
        ("???", ""),
    ],
)
def test_a_questions_spelling_says_nothing(question: str, words: str) -> None:
    assert plain(question) == words


def test_tokenised_and_lower_cased_questions_are_read_alike() -> None:
    assert plain('Who wrote Kant\'s "Critique"?') == plain("who wrote kant 's `` critique '' ?")


@given(st.integers(0, 2_000))
def test_windows_cover_every_token_and_overlap(count: int) -> None:
    tokens = Tokens(list(range(count)), [(place, place + 1) for place in range(count)])
    made = list(windows(tokens))
    assert sorted({token for window in made for token in window.ids}) == tokens.ids
    assert all(len(window.ids) <= WINDOW_TOKENS for window in made)
    assert all(list(window.spans) == [(i, i + 1) for i in window.ids] for window in made)
    for one, other in pairwise(made):
        assert one.ids[-OVERLAP_TOKENS:] == other.ids[:OVERLAP_TOKENS]


def test_a_row_is_question_and_passage_with_special_tokens(pairing: Pairing) -> None:
    (asked,) = pairing.questions(["Which COLOUR?"])
    ((window,),) = pairing.passages(["The bridge is red."])
    first, last = asked[0], asked[-1]
    row = pairing.join(asked, window)
    assert row == [first, *asked[1:-1], last, *window.ids, last]
    assert first != last
    text = "The bridge is red."
    assert [text[slice(*span)] for span in window.spans] == ["The", "bridge", "is", "red", "."]


def test_a_very_long_question_is_cut(pairing: Pairing) -> None:
    (asked,) = pairing.questions(["why " * 500])
    assert len(asked) == QUESTION_TOKENS + 2


def test_a_tokenizer_without_berts_special_tokens_is_refused() -> None:
    class Bare(ModelTokenizer):
        def __init__(self) -> None:
            pass

        def special(self, token: str) -> int | None:
            return None

    with pytest.raises(UnsupportedModelError, match=r"no \[CLS\] and \[SEP\]"):
        Pairing(Bare())
