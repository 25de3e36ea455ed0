from __future__ import annotations

import pytest

from index.errors import NotFoundError
from interface.keeping.kept import Kept
from tests.interface.fakes import BANK_QUOTE
from tests.interface.keeping.conftest import ANNA, KeepAnswer


def test_a_link_leads_to_the_answer_with_its_citations(kept: Kept, keep_answer: KeepAnswer) -> None:
    _, turn = keep_answer("How many accounts?")
    shared = kept.links.follow(kept.links.make(ANNA, turn))
    assert shared.view["citations"][0]["quote"] == BANK_QUOTE
    assert shared.made.endswith("+00:00")


def test_a_link_shows_one_answer_and_not_the_conversation(
    kept: Kept, keep_answer: KeepAnswer
) -> None:
    conversation, _ = keep_answer("A secret question?")
    _, turn = keep_answer("How many accounts?", conversation=conversation)
    shared = kept.links.follow(kept.links.make(ANNA, turn))
    assert shared.view["question"] == "How many accounts?"
    assert "secret" not in str(shared)


def test_the_same_answer_always_has_the_same_link(kept: Kept, keep_answer: KeepAnswer) -> None:
    _, turn = keep_answer("How many accounts?")
    assert kept.links.make(ANNA, turn) == kept.links.make(ANNA, turn)


def test_the_id_of_a_turn_is_no_link(kept: Kept, keep_answer: KeepAnswer) -> None:
    _, turn = keep_answer("How many accounts?")
    with pytest.raises(NotFoundError, match="this link leads nowhere"):
        kept.links.follow(turn)
