"""The questions that the first users ask, with the packaged embedder and the fitted weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.library import Library
from index.settings import Settings
from retrieval import __main__ as command
from retrieval.assistant import Assistant
from retrieval.questions import words
from retrieval.values import Answer, Turn

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not SEEDS.is_dir(), reason=f"the articles are not at {SEEDS}"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library(Settings(data_dir=tmp_path_factory.mktemp("real") / "data"))
    report = library.add([SEEDS])
    assert len(report.added) == 2
    assert not report.refused
    return library


@pytest.fixture(scope="module")
def assistant(library: Library) -> Assistant:
    return Assistant(library)


def check_citations(answer: Answer, library: Library) -> None:
    assert answer.citations
    for citation in answer.citations:
        text = library.document(citation.document_id).text
        assert citation.quote == text[citation.start : citation.end]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many bank accounts were closed?", "seven bank accounts"),
        ("how many bank acounts where closed", "seven bank accounts"),  # typos, no capitals
        ("Glory Worldwide Glow Co Ltd", "Glory Worldwide Glow Co Ltd"),  # a name alone
        ("How many North Korean workers had to return home?", "115 North Korean workers"),
        ("how many photographs are on the embassy's bulletin board?", "seven photographs"),
    ],
)
def test_the_sentence_that_answers_is_quoted(
    question: str, expected: str, assistant: Assistant
) -> None:
    answer = assistant.ask(question)
    assert not answer.abstained
    assert expected in answer.citations[0].quote
    assert answer.text.startswith(answer.sentences[0].text)
    check_citations(answer, assistant.library)


def test_a_misspelt_question_is_read_and_shown_as_it_was_meant(assistant: Assistant) -> None:
    answer = assistant.ask("how many bank acounts where closed")
    assert answer.question == "how many bank acounts where closed"
    assert answer.standalone_question == "how many bank accounts where closed"


@pytest.mark.parametrize(
    "question", ["How tall is the Eiffel tower?", "What is the capital of France?"]
)
def test_what_the_articles_do_not_say_is_declined(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert answer.abstained
    assert answer.confidence < assistant.reader.threshold
    assert answer.citations == ()
    assert answer.hits


def test_a_follow_up_is_understood(assistant: Assistant) -> None:
    asked = "How many bank accounts were closed?"
    history = [Turn("user", asked), Turn("assistant", assistant.ask(asked).text)]
    answer = assistant.ask("Since when?", history=history)
    assert {"bank", "accounts", "closed"} <= set(words(answer.standalone_question))
    assert "seven bank accounts" in answer.hits[0].chunk.text


def test_a_summary_says_something_of_the_article(assistant: Assistant) -> None:
    answer = assistant.ask("Summarise the article about secret deals")
    assert not answer.abstained
    assert 2 <= len(answer.sentences) <= 4
    assert {citation.source[:3] for citation in answer.citations} == {"000"}
    check_citations(answer, assistant.library)


def test_the_command_gives_the_sentence_and_its_exact_place(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["ask", "How many bank accounts were closed?", "--json"]
    assert command.main([*arguments, "--data-dir", str(library.data_dir)]) == 0
    (citation, *_) = json.loads(capsys.readouterr().out)["citations"]
    assert "seven bank accounts" in citation["quote"]
    text = library.document(citation["document_id"]).text
    assert citation["quote"] == text[citation["start"] : citation["end"]]
