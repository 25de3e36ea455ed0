from __future__ import annotations

import pytest

from index.language import UNKNOWN, detect_language, find_foreign, name_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The harbour was closed for the whole winter.", "en"),
        ("Those ships that have left the harbour were full of grain from the north.", "en"),
        ("Der Hafen war den ganzen Winter über geschlossen.", "de"),
        ("Le port est resté fermé pendant tout l'hiver.", "fr"),
        ("港口整个冬天都关闭了。", "zh"),
        ("항구는 겨울", "ko"),
    ],
)
def test_the_language_of_a_text_is_found(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_a_text_that_quotes_english_isnt_english() -> None:
    text = (
        "Im Hafen lief der Film „The Lord of the Rings“ vor ausverkauftem Haus, dann „Gone with the"
    )
    assert detect_language(f"{text} Wind“, den niemand sehen wollte.") == "de"


@pytest.mark.parametrize("text", ["", "A1", "42 / 17", "UN ILO"])
def test_too_little_text_has_no_language(text: str) -> None:
    assert detect_language(text) == UNKNOWN


def test_only_the_beginning_of_a_text_is_looked_at() -> None:
    text = (
        "The harbour was closed for the whole winter. " * 30 + "Der Hafen war geschlossen. " * 999
    )
    assert detect_language(text) == "en"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wie viele Bankkonten wurden im letzten Jahr geschlossen?", "de"),
        ("¿Cuántas cuentas bancarias se cerraron el año pasado?", "es"),
        ("去年关闭了多少个银行账户？", "zh"),
    ],
)
def test_a_question_in_another_language_is_found(question: str, language: str) -> None:
    assert find_foreign(question, {"en"}) == language


@pytest.mark.parametrize(
    "question",
    [
        "How many bank accounts were closed?",
        "Who is Jean-Luc Godard?",
        "What is the Bundesverfassungsgericht?",
        "who's Schmidt",
        "115?",
    ],
)
def test_a_question_with_foreign_names_isnt_foreign(question: str) -> None:
    assert find_foreign(question, {"en"}) is None


def test_a_language_that_is_served_isnt_foreign() -> None:
    question = "Wie viele Bankkonten wurden im letzten Jahr geschlossen?"
    assert find_foreign(question, {"en", "de"}) is None


def test_nothing_is_foreign_where_no_language_is_known() -> None:
    assert find_foreign("Wie viele Konten wurden geschlossen?", {UNKNOWN}) is None


def test_a_language_is_named_in_english_where_it_has_a_name() -> None:
    assert [name_language(code) for code in ("de", "zh", "tlh-x")] == ["German", "Chinese", "tlh-x"]
