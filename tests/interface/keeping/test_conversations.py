from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.errors import InvalidInputError, NotFoundError
from interface.conversation import finished_turn
from interface.keeping import conversations as module
from interface.keeping.conversations import LONGEST_TITLE, shorten
from interface.keeping.kept import Kept, open_kept
from tests.interface.fakes import BANK_QUOTE, FakeAssistant
from tests.interface.keeping.conftest import ANNA, BEN, KeepAnswer

ACCOUNTS = "How many accounts were closed?"


def titles(kept: Kept, owner: str = ANNA, query: str = "") -> list[str]:
    return [summary.title for summary in kept.conversations.summaries(owner, query)]


def test_a_conversation_is_named_after_its_first_question(
    kept: Kept, keep_answer: KeepAnswer
) -> None:
    conversation, _ = keep_answer(ACCOUNTS)
    keep_answer("Which lines?", conversation=conversation)
    (summary,) = kept.conversations.summaries(ANNA)
    assert (summary.id, summary.title, summary.turns) == (conversation, ACCOUNTS, 2)


def test_a_kept_conversation_is_there_after_a_restart(
    keep_answer: KeepAnswer, tmp_path: Path
) -> None:
    conversation, turn = keep_answer(ACCOUNTS)
    found = open_kept(tmp_path).conversations.open(ANNA, conversation)
    assert found.title == ACCOUNTS
    assert found.turns[0]["id"] == turn
    assert found.turns[0]["citations"][0]["quote"] == BANK_QUOTE
    assert found.answers[0]["citations"][0]["quote"] == BANK_QUOTE
    assert found.turns[0]["judged"] == ""


def test_what_was_asked_again_takes_the_place_of_earlier_turns(
    kept: Kept, keep_answer: KeepAnswer, assistant: FakeAssistant
) -> None:
    conversation, first = keep_answer(ACCOUNTS)
    _, second = keep_answer("Which lines?", conversation=conversation)
    other, theirs = keep_answer(ACCOUNTS, owner=BEN)
    answer = assistant.ask("Which accounts?")
    _, view = kept.conversations.keep(
        ANNA,
        conversation,
        answer=answer,
        view=finished_turn(answer),
        replaced=[second, theirs, "guessed"],
    )
    turns = kept.conversations.open(ANNA, conversation).turns
    assert [turn["id"] for turn in turns] == [first, view["id"]]
    assert [turn["id"] for turn in kept.conversations.open(BEN, other).turns] == [theirs]


def test_a_full_conversation_has_room_for_what_takes_a_turns_place(
    kept: Kept, keep_answer: KeepAnswer, assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interface.keeping.conversations.MOST_TURNS", 1)
    conversation, turn = keep_answer(ACCOUNTS)
    answer = assistant.ask("Which accounts?")
    same, _ = kept.conversations.keep(
        ANNA, conversation, answer=answer, view=finished_turn(answer), replaced=[turn]
    )
    assert same == conversation


@pytest.mark.parametrize(
    "reach",
    [
        lambda kept, conversation, turn: kept.conversations.open(BEN, conversation),
        lambda kept, conversation, turn: kept.conversations.answer(BEN, turn),
        lambda kept, conversation, turn: kept.conversations.rename(BEN, conversation, "Mine"),
        lambda kept, conversation, turn: kept.conversations.delete(BEN, conversation),
        lambda kept, conversation, turn: kept.links.make(BEN, turn),
    ],
)
def test_nobody_reaches_the_conversation_of_another(
    kept: Kept, keep_answer: KeepAnswer, reach: Callable[[Kept, str, str], object]
) -> None:
    conversation, turn = keep_answer(ACCOUNTS)
    with pytest.raises(NotFoundError, match=r"no such conversation|isn't kept"):
        reach(kept, conversation, turn)
    assert titles(kept, BEN) == []
    assert titles(kept) == [ACCOUNTS]


def test_a_link_that_its_owner_made_is_not_handed_to_another_who_knows_the_turn(
    kept: Kept, keep_answer: KeepAnswer
) -> None:
    _, turn = keep_answer(ACCOUNTS)
    kept.links.make(ANNA, turn)
    with pytest.raises(NotFoundError, match="isn't kept"):
        kept.links.make(BEN, turn)


def test_an_answer_for_anothers_conversation_begins_one_of_ones_own(
    kept: Kept, keep_answer: KeepAnswer
) -> None:
    annas, _ = keep_answer(ACCOUNTS)
    bens, _ = keep_answer("Which lines?", BEN, annas)
    assert bens != annas
    assert len(kept.conversations.open(ANNA, annas).turns) == 1


def test_the_last_used_conversation_comes_first(kept: Kept, keep_answer: KeepAnswer) -> None:
    first, _ = keep_answer("First?")
    keep_answer("Second?")
    assert titles(kept) == ["Second?", "First?"]
    keep_answer("Third?", conversation=first)
    assert titles(kept) == ["First?", "Second?"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ACCOUNTS closed", True),
        ("march", True),
        ("regulator", True),
        ("renamed", True),
        ("accounts mars", False),
        ("100% _", False),
        ("' OR 1 --", False),
        ("", True),
    ],
)
def test_title_questions_and_answers_are_searched(
    kept: Kept, keep_answer: KeepAnswer, query: str, found: bool
) -> None:
    conversation, _ = keep_answer(ACCOUNTS)
    kept.conversations.rename(ANNA, conversation, "Renamed")
    assert (titles(kept, query=query) == ["Renamed"]) is found


def test_search_knows_the_cases_of_every_script(kept: Kept, keep_answer: KeepAnswer) -> None:
    keep_answer("Wo liegt die STRASSE nach Ürzig?")
    assert titles(kept, query="straße ürzig")


def test_a_renamed_title_is_one_short_line(kept: Kept, keep_answer: KeepAnswer) -> None:
    conversation, _ = keep_answer(ACCOUNTS)
    kept.conversations.rename(ANNA, conversation, "  Two\nlines " + "x" * 500)
    (title,) = titles(kept)
    assert title.startswith("Two lines xxx")
    assert len(title) == LONGEST_TITLE
    with pytest.raises(InvalidInputError, match="the title is empty; write one"):
        kept.conversations.rename(ANNA, conversation, " \n ")


def test_a_deleted_conversation_is_gone_with_its_links(kept: Kept, keep_answer: KeepAnswer) -> None:
    conversation, turn = keep_answer(ACCOUNTS)
    link = kept.links.make(ANNA, turn)
    kept.conversations.delete(ANNA, conversation)
    assert titles(kept) == []
    with pytest.raises(NotFoundError, match="no such conversation"):
        kept.conversations.open(ANNA, conversation)
    with pytest.raises(NotFoundError, match="leads nowhere"):
        kept.links.follow(link)
    with pytest.raises(NotFoundError, match="isn't kept"):
        kept.conversations.answer(ANNA, turn)


def test_a_full_conversation_goes_on_in_another(
    kept: Kept, keep_answer: KeepAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_TURNS", 2)
    conversation, _ = keep_answer("First?")
    assert keep_answer("Second?", conversation=conversation)[0] == conversation
    assert keep_answer("Third?", conversation=conversation)[0] != conversation
    assert titles(kept) == ["Third?", "First?"]


def test_the_one_used_the_longest_ago_makes_room(
    kept: Kept, keep_answer: KeepAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_CONVERSATIONS", 2)
    keep_answer("Ben's?", BEN)
    for question in ("First?", "Second?", "Third?"):
        keep_answer(question)
    assert titles(kept) == ["Third?", "Second?"]
    assert titles(kept, BEN) == ["Ben's?"]


def test_two_tabs_add_to_the_same_conversation_and_nothing_is_lost(
    kept: Kept, keep_answer: KeepAnswer
) -> None:
    conversation, _ = keep_answer(ACCOUNTS)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: keep_answer(f"Question {n}?", ANNA, conversation), range(20)))
    turns = kept.conversations.open(ANNA, conversation).turns
    asked = {turn["question"] for turn in turns}
    assert asked == {ACCOUNTS, *(f"Question {n}?" for n in range(20))}


def test_a_short_title_stays_as_it_is() -> None:
    assert shorten("Why?") == "Why?"
