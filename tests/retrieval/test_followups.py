from __future__ import annotations

import dataclasses

from index.values import Chunk
from retrieval.followups import SUGGESTED, TRIED, propose, suggest_followups
from retrieval.values import Answer, Citation, Hit, Provenance

PASSAGE = (
    "# The Harbour Board and its Men\n\n"
    "In Port Ellen the Harbour Board paid for the pier. Ada Bridge, an engineer, drew it, and "
    "Ada Bridge’s brother built it.\nIt was opened on 3 May 1931."
)


def make_answer(
    question: str, *quotes: str, passage: str = PASSAGE, confidence: float = 0.9
) -> Answer:
    chunk = Chunk("c", "d", 0, 0, len(passage), passage, "", None)
    citations = tuple(
        Citation(marker, "d", "a.txt", "A", None, 0, len(quote), quote, "c", 0.9)
        for marker, quote in enumerate(quotes, start=1)
    )
    return Answer(
        question=question,
        standalone_question=question,
        text="",
        short_answer="",
        sentences=(),
        citations=citations,
        hits=(Hit(chunk, 1.0, "fusion", "a.txt", "A"),),
        abstained=not citations,
        confidence=confidence,
        disagreement=(),
        timings_ms={},
        provenance=Provenance(1, "0", "e", "r", None),
        best_span="",
    )


def test_what_is_explained_where_it_stands_is_proposed_first() -> None:
    questions = [proposal.question for proposal in propose(make_answer("Who paid?"))]
    assert questions == [
        "Who is Ada Bridge?",
        "What happened on 3 May 1931?",
        "What is the Harbour Board?",
        "What is In Port Ellen?",
    ]


def test_names_begin_with_capitals() -> None:
    passage = (
        "L'école élémentaire, Ulm était, Школа была, The Tilbury. Émile Åkerman, a smith, came."
    )
    questions = [each.question for each in propose(make_answer("Who?", passage=passage))]
    assert questions == ["Who is Émile Åkerman?"]


def test_what_was_asked_about_is_not_proposed() -> None:
    proposals = propose(make_answer("What did ADA BRIDGE draw for the harbour board?"))
    abouts = [proposal.about for proposal in proposals]
    assert "Ada Bridge" not in abouts
    assert "Harbour Board" not in abouts


def test_only_what_the_documents_answer_is_suggested() -> None:
    replies = {"Who is Ada Bridge?": make_answer("", "Ada Bridge, an engineer, drew it.")}
    declined = make_answer("")
    suggested = suggest_followups(
        make_answer("Who paid?"), lambda question: replies.get(question, declined)
    )
    assert suggested == ("Who is Ada Bridge?",)


def test_what_is_doubtful_beside_the_point_or_already_said_is_not_suggested() -> None:
    quote = "Ada Bridge, an engineer, drew it."
    doubtful = make_answer("", quote, confidence=0.3)
    beside = make_answer("", "The pier is long.")
    answer = make_answer("Who paid?")
    assert suggest_followups(answer, lambda _: doubtful) == ()
    assert suggest_followups(answer, lambda _: beside) == ()
    assert (
        suggest_followups(make_answer("Who drew it?", quote), lambda _: make_answer("", quote))
        == ()
    )


def test_few_are_tried_and_fewer_suggested() -> None:
    names = ["Ash", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Larch", "Maple", "Oak", "Pine"]
    passage = " ".join(f"Here {name} Wood, a grove, lies." for name in names)
    answer = make_answer("What lies there?", passage=passage)
    asked: list[str] = []

    def decline(question: str) -> Answer:
        asked.append(question)
        return make_answer("")

    assert suggest_followups(answer, decline) == ()
    assert len(asked) == TRIED

    def confirm(question: str) -> Answer:
        return make_answer("", f"{question.removeprefix('Who is ').removesuffix('?')}, a grove")

    assert len(suggest_followups(answer, confirm)) == SUGGESTED


def test_suggesting_ends_when_it_is_told_to() -> None:
    reply = make_answer("", "Ada Bridge, an engineer, drew it.")
    assert suggest_followups(make_answer("Who paid?"), lambda _: reply, go_on=lambda: False) == ()


def test_an_answer_without_passages_has_nothing_to_suggest() -> None:
    answer = dataclasses.replace(make_answer("Hello"), hits=())
    assert suggest_followups(answer, lambda _: make_answer("")) == ()
