from __future__ import annotations

import dataclasses

import pytest

from index.errors import InvalidInputError
from interface.asking import Stage
from interface.conversation import (
    begun,
    disarm,
    failed_turn,
    finished_turn,
    going_on,
    history_of,
    read_turns,
    run_of,
    seal,
    split_markers,
    stream_text,
    working_turn,
)
from retrieval.composing import Composition
from retrieval.values import Turn
from tests.growth import grows_evenly
from tests.interface.fakes import BANK_QUOTE, HOSTILE_QUOTE, FakeAssistant


def test_a_stream_grows_by_sentences_and_ends_with_the_whole_answer(
    assistant: FakeAssistant,
) -> None:
    answer = assistant.ask("How many accounts were closed?")
    assert list(stream_text(answer)) == [f"{BANK_QUOTE} [1]", answer.text]


def test_a_stream_of_one_sentence_or_none_is_the_answer_at_once(assistant: FakeAssistant) -> None:
    for question in ("Which lines?", "What is the weather?"):
        answer = assistant.ask(question)
        assert list(stream_text(answer)) == [answer.text]


def test_a_stream_skips_a_sentence_that_is_not_in_the_text(assistant: FakeAssistant) -> None:
    answer = dataclasses.replace(assistant.ask("How many accounts were closed?"), text="Two. [1]")
    assert list(stream_text(answer)) == ["Two. [1]"]


def test_markers_become_parts_between_the_sentences(assistant: FakeAssistant) -> None:
    parts = split_markers(assistant.ask("How many accounts were closed?"))
    assert parts == [
        {"text": BANK_QUOTE, "support": "verbatim"},
        {"text": " "},
        {"marker": 1},
        {"text": " "},
        {"text": "The regulator counts 117.", "support": "verbatim"},
        {"text": " "},
        {"marker": 2},
    ]


def test_a_marker_inside_a_quote_stays_text(assistant: FakeAssistant) -> None:
    parts = split_markers(assistant.ask("What is hostile?"))
    assert parts == [{"text": HOSTILE_QUOTE, "support": "verbatim"}, {"text": " "}, {"marker": 1}]


def test_a_number_in_brackets_that_cites_nothing_stays_text(assistant: FakeAssistant) -> None:
    answer = dataclasses.replace(
        assistant.ask("How many accounts were closed?"), sentences=(), text="See [7] and [1]."
    )
    assert split_markers(answer) == [{"text": "See [7] and "}, {"marker": 1}, {"text": "."}]


def test_an_answer_shows_its_citations_and_disagreement(assistant: FakeAssistant) -> None:
    turn = finished_turn(assistant.ask("How many accounts were closed?"))
    assert turn["state"] == "answered"
    assert turn["citations"][0]["quote"] == BANK_QUOTE
    assert turn["disagreement"][0]["values"] == ("115", "117")
    assert turn["nearest"] == []
    assert turn["total_ms"] == 42.0


def test_an_abstention_shows_the_three_nearest_passages(assistant: FakeAssistant) -> None:
    turn = finished_turn(assistant.ask("What is the weather?"))
    assert turn["state"] == "abstained"
    assert turn["citations"] == []
    assert turn["nearest"][0]["source"] == "notice.txt"
    assert len(turn["nearest"]) == 3


def test_a_stage_that_comes_again_goes_on_with_its_time() -> None:
    told = [
        Stage("search", None),
        Stage("search", 2.0),
        Stage("search", None),
        Stage("search", 3.0),
    ]
    assert going_on(told) == {"steps": [{"stage": "search", "ms": 5.0}]}
    assert going_on(told[:1]) == {"steps": [{"stage": "search", "ms": None}]}


def test_a_turn_whose_answer_has_begun_shows_its_sentence(assistant: FakeAssistant) -> None:
    answer = assistant.ask("How many accounts?")
    sentence = Composition(answer.text, answer.sentences, answer.citations)
    turn = {**working_turn("a", "token"), **begun(sentence)}
    finished = finished_turn(answer)
    assert (turn["state"], turn["run"]) == ("working", "token")
    assert (turn["parts"], turn["citations"]) == (finished["parts"], finished["citations"])


def test_a_greeting_is_a_remark_rather_than_a_missing_answer(assistant: FakeAssistant) -> None:
    turn = finished_turn(assistant.ask("hello"))
    assert (turn["state"], turn["nearest"]) == ("remark", [])


def test_the_history_leaves_out_what_failed(assistant: FakeAssistant) -> None:
    turns = [
        finished_turn(assistant.ask("What is the weather?")),
        failed_turn("crash", "it failed"),
    ]
    assert history_of(turns) == (
        Turn("user", "What is the weather?"),
        Turn("assistant", "The documents don't answer this."),
    )


def test_the_history_is_the_last_ten_turns(assistant: FakeAssistant) -> None:
    turns = [finished_turn(assistant.ask(f"Question {number}?")) for number in range(15)]
    history = history_of(turns)
    assert len(history) == 20
    assert history[0] == Turn("user", "Question 5?")


def test_a_turn_that_is_still_working_is_dropped_when_the_page_sends_it_back() -> None:
    turns = [failed_turn("a", "b"), working_turn("c")]
    assert read_turns({"turns": [seal(turn) for turn in turns]}) == turns[:1]


@pytest.mark.parametrize("value", [[], {}, {"turns": None}, {"turns": "x"}])
def test_a_lost_conversation_is_said_to_be_lost(value: object) -> None:
    with pytest.raises(InvalidInputError, match="the page lost its conversation"):
        read_turns(value)


@pytest.mark.parametrize("turn", ["x", "[1]", "5", 5, None, {"question": "a"}, "[" * 100_000])
def test_a_damaged_conversation_is_refused(turn: object) -> None:
    with pytest.raises(InvalidInputError, match="conversation is damaged"):
        read_turns({"turns": [turn]})
    assert run_of({"turns": [turn]}) is None


def test_a_turn_that_misses_its_text_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="answer must be a string"):
        history_of([{"state": "answered", "question": "a"}])


def test_quotes_in_the_stream_become_no_image_link_or_html() -> None:
    hostile = "See ![x](http://example.org/a.png), [a](b), [r][ref] and <img src=x> here. [1][2]"

    assert disarm(hostile) == (
        r"See \![x]\(http://example.org/a.png), [a]\(b), [r]\[ref] and \<img src=x> here. [1][2]"
    )


@pytest.mark.parametrize(
    ("hostile", "disarmed"),
    [
        (r"\<img src=x>", r"\\\<img src=x>"),
        (r"\\<img src=x>", r"\\\\\<img src=x>"),
        (r"\![x](y)", r"\\\![x]\(y)"),
        (r"[a]\(b)", r"[a]\(b)"),
        ("[the form](1]/logout)", r"[the form]\(1]/logout)"),
        ("[1]: 2]", r"[1]\: 2]"),
        (r"C:\Users\<name>", r"C:\Users\\\<name>"),
    ],
)
def test_a_backslash_in_a_quote_arms_nothing(hostile: str, disarmed: str) -> None:
    assert disarm(hostile) == disarmed


def test_a_long_run_of_backslashes_takes_no_quadratic_time() -> None:
    assert grows_evenly(lambda size: disarm("\\" * size), 100_000)
