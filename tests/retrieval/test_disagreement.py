from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.lexical import LexicalIndex
from index.values import Document
from retrieval.disagreement import CONFIDENT, contradicts, describe, find_disagreement
from retrieval.reading import Evidence
from retrieval.values import cite
from tests.retrieval.fakes import make_document, make_evidence, make_library

PAYROLL = "The Authority has 115 people on its payroll."
STATEMENT = "The Authority employed 112 people in 2023."
STAFFED = "The Authority employs one hundred and twelve people."
HOW_MANY = "How many people does the Authority employ?"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LexicalIndex]:
    texts = {"a.txt": f"{PAYROLL} {STATEMENT}", "b.txt": "The ferry opens in May. Fish is sold."}
    with make_library(tmp_path / "data", texts).snapshot() as snapshot:
        yield snapshot.words


def say(text: str, span: str, score: float = 0.9, source: str = "") -> Evidence:
    document = make_document(text, source=source or text)
    return mark(make_evidence(document, text, score), span)


def mark(evidence: Evidence, span: str) -> Evidence:
    start = evidence.start + evidence.quote.index(span)
    return replace(evidence, span=(start, start + len(span)))


def values(differing: tuple[Evidence, ...]) -> list[str]:
    return [item.span_text for item in differing]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (HOW_MANY, (PAYROLL, "115"), (STATEMENT, "112")),
        (
            "When does the ferry terminal open?",
            ("The terminal opens on 3 May 2024.", "3 May 2024"),
            ("The new terminal will open on 17 May.", "17 May"),
        ),
        (
            "Who designed the ferry terminal?",
            ("The terminal was designed by Kestrel Hay.", "Kestrel Hay"),
            ("The ferry terminal was designed by Brandt and Oduya.", "Brandt and Oduya"),
        ),
        (
            "Is the fish market going to shut?",
            ("There is no plan to close the fish market.", "no plan"),
            ("The fish market will close when the plan is ready.", "will close"),
        ),
        (
            "Who won the race?",
            ("Ann Berg won the race.", "Ann Berg"),
            ("The race was won by Bo Lind.", "Bo Lind"),
        ),
        (
            "When did it open?",
            ("It opened on 2024-05-03.", "2024-05-03"),
            ("It opened on 2024-05-17.", "2024-05-17"),
        ),
        (
            "What is the speed limit?",
            ("The speed limit is 4 knots.", "4 knots"),
            ("Mind the speed limit of 5 knots.", "5 knots"),
        ),
        (
            "Who is the captain of the ferry?",
            ("The captain of the ferry is Lars Dahl.", "Lars Dahl"),
            ("The ferry's captain is Mr. Sven Dahl.", "Mr. Sven Dahl"),
        ),
        (
            "Is the market licensed?",
            ("The market is not licensed to sell fish.", "not licensed"),
            ("The market is licensed to sell fish, see No. 5.", "licensed to sell fish"),
        ),
        (
            "Is the speed limit 4 knots?",
            ("The speed limit is 4 knots.", "4 knots"),
            ("The speed limit is 5 knots.", "5 knots"),
        ),
        (
            "Who's our captain of the ferry?",
            ("The captain of the ferry is Lars Dahl.", "Lars Dahl"),
            ("The ferry's captain is Ann Berg.", "Ann Berg"),
        ),
        (
            "How many berths are there?",
            ("There are no more than 20 berths.", "20"),
            ("There are 25 berths.", "25"),
        ),
        (
            "How many days of leave may be carried over?",
            ("Staff may carry over 5 days of leave.", "5"),
            ("Under the Staff Handbook, leave of 10 days may be carried over.", "10"),
        ),
        (
            "Is smoking allowed?",
            ("Smoking is prohibited.", "prohibited"),
            ("Smoking is allowed.", "allowed"),
        ),
    ],
)
def test_what_cannot_both_be_true_differs(
    question: str, one: tuple[str, str], other: tuple[str, str], library: LexicalIndex
) -> None:
    evidence = [say(*one), say(*other, score=0.6)]
    assert values(find_disagreement(question, evidence, library)) == [one[1], other[1]]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "How many berths are there?",
            ("The Ulm harbour has 60 berths.", "60"),
            ("The Bonn harbour has 24 berths.", "24"),
        ),
        (
            "How many days may it stay?",
            ("It may stay two weeks.", "two"),
            ("It may stay fourteen days.", "fourteen"),
        ),
        (
            "How many berths are there?",
            ("There are no more than 20 berths.", "20"),
            ("There are 15 berths.", "15"),
        ),
        (HOW_MANY, (STATEMENT, "112"), (STAFFED, "one hundred and twelve")),
        (HOW_MANY, (STATEMENT, "112"), ("Ostrey has 64 berths.", "64")),  # about something else
        (
            "When was it closed?",
            ("It was closed in 2019.", "2019"),
            ("It was closed on Dec. 30, 2019.", "Dec. 30, 2019"),
        ),
        (
            "Who designed the terminal?",
            ("The terminal was designed by Kestrel Hay.", "Kestrel Hay"),
            ("The terminal was designed by Kestrel Hay Architects.", "Kestrel Hay Architects"),
        ),
        (
            "Who lives in Orlen?",
            ("Ann Berg lives in Orlen.", "Ann Berg"),
            ("Bo Lind lives in Orlen.", "Bo Lind"),  # several may
        ),
        (
            "Who founded the mill?",
            ("The mill was founded by Ann Berg.", "Ann Berg"),
            ("The mill was founded by Bo Lind.", "Bo Lind"),  # both may have
        ),
        (
            "Who were the architects of the mill?",
            ("An architect of the mill was Ann Berg.", "Ann Berg"),
            ("An architect of the mill was Bo Lind.", "Bo Lind"),
        ),
        (
            "How many boats did the survey of 2021 count?",
            ("The survey of 2021 counted 340 boats.", "340"),
            ("The survey of 2022 counted 410 boats.", "410"),  # of another year
        ),
        (
            "How many members does the club have?",
            ("The club had 412 members, as of 31 December 2021.", "412"),
            ("In 2022 the club had 455 members.", "455"),
        ),
        (
            "How many members does the club have?",
            ("The club has 412 members.", "412"),
            ("The club has 74 people on its payroll.", "74"),  # not said to be members
        ),
        (
            "How large is the park?",
            ("The park has 30 acres.", "30 acres"),
            ("The park has 12 ha.", "12 ha"),
        ),
        (
            "Who is the captain of the ferry?",
            ("The captain of the ferry is J. Moss.", "J. Moss"),
            ("The captain of the ferry is John Moss.", "John Moss"),
        ),
        (
            "Who attended the meeting?",
            ("Ann Berg attended the meeting.", "Ann Berg"),
            ("Bo Lind attended the meeting.", "Bo Lind"),  # both may have
        ),
        (
            "When was the mill built?",
            ("The mill was built in 1993.", "1993"),
            ("The mill was built between 1990 and 1995.", "between 1990 and 1995"),
        ),
        (
            "When was the mill built?",
            ("The mill was built in 1993.", "1993"),
            ("The mill was built before 1995.", "1995"),
        ),
        (
            "When is the fair?",
            ("The fair is on 7 May 2019.", "7 May 2019"),
            ("The fair is from 5 to 9 May 2019.", "5 to 9 May 2019"),
        ),
        (
            "Is parking free?",
            ("Parking is free for residents with a permit.", "free"),
            ("Parking is not free for residents without a permit.", "not free"),
        ),
        (
            "Is the fish market open?",
            ("The fish market is open.", "open"),
            ("No dogs are allowed on the quay.", "No"),
        ),
    ],
)
def test_what_can_both_be_true_does_not(
    question: str, one: tuple[str, str], other: tuple[str, str], library: LexicalIndex
) -> None:
    assert find_disagreement(question, [say(*one), say(*other)], library) == ()


def test_a_text_that_goes_on_about_it_says_nothing_against_itself(library: LexicalIndex) -> None:
    document = make_document(
        "The Authority employs 115 people. It employed 112 in 2019.", source="a"
    )
    sides = [
        mark(make_evidence(document, "The Authority employs 115 people."), "115"),
        mark(make_evidence(document, "It employed 112 in 2019."), "112"),
    ]

    assert find_disagreement(HOW_MANY, sides, library) == ()


def test_a_document_is_heard_once(library: LexicalIndex) -> None:
    other = make_document(f"{STAFFED} The Authority's 64 people abroad are employed.", source="b")
    sides = [
        say(STATEMENT, "112", source="a"),
        mark(make_evidence(other, STAFFED, 0.8), "one hundred and twelve"),
        mark(make_evidence(other, "The Authority's 64 people abroad are employed.", 0.7), "64"),
    ]

    assert find_disagreement(HOW_MANY, sides, library) == ()
    assert len(find_disagreement(HOW_MANY, [sides[0], sides[2]], library)) == 2


def test_weak_evidence_is_not_held_against_the_best(library: LexicalIndex) -> None:
    weak = say(STATEMENT, "112", score=0.9 * CONFIDENT - 0.01)
    assert find_disagreement(HOW_MANY, [say(PAYROLL, "115"), weak], library) == ()


def test_without_evidence_nothing_differs(library: LexicalIndex) -> None:
    assert find_disagreement(HOW_MANY, [], library) == ()


def test_each_side_is_told_with_who_says_it_and_when() -> None:
    texts = ("According to the harbour master, 115 people work here.", STATEMENT)
    documents = [
        replace(make_document(text, source=str(place), title="A statement"), date=date)
        for place, (text, date) in enumerate(zip(texts, (None, "2024-03-21"), strict=True))
    ]
    sides = [
        mark(make_evidence(document, document.text), span)
        for document, span in zip(documents, ("115", "112"), strict=True)
    ]
    citations = [
        cite(
            document,
            side.hit.chunk,
            marker=marker,
            start=side.start,
            end=side.end,
            quote=side.quote,
            score=1.0,
        )
        for marker, (document, side) in enumerate(zip(documents, sides, strict=True), start=1)
    ]
    told = describe(sides, citations, by_id(*documents).__getitem__)
    assert (told.citations, told.values) == ((1, 2), ("115", "112"))
    assert told.attributions == ("the harbour master", "A statement")
    assert told.dates == (None, "2024-03-21")
    assert told.note == "The documents give different answers: 115; 112."


def by_id(*documents: Document) -> dict[str, Document]:
    return {document.id: document for document in documents}


def test_a_denial_in_nearly_the_same_words_contradicts() -> None:
    def stems(text: str) -> list[str]:
        return text.lower().strip(".").split()

    assert contradicts("The bridge is closed.", "The bridge is not closed.", stems)
    assert not contradicts("The bridge is not closed.", "The mill never burned down.", stems)
    assert not contradicts("The bridge is closed.", "No ferry sails in winter.", stems)
    assert not contradicts("Fees are paid within a week.", "No fees are paid after a week.", stems)
    assert not contradicts("Never.", "The bridge is closed.", stems)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("According to Dr. Ann Berg, 115 people work here.", "Dr. Ann Berg"),
        ("According to the U.S. Coast Guard, 115 people work here.", "the U.S. Coast Guard"),
        ("The union has never said that 115 people work here.", "The union"),
        ("It was reported that 115 people work here.", "A statement"),
        ("As the paper said, 115 people work here.", "A statement"),
        ("Lost tags must be reported by 115 people.", "A statement"),
    ],
)
def test_who_says_it_is_a_name_or_the_document(text: str, who: str) -> None:
    document = make_document(text, source="s", title="A statement")
    side = mark(make_evidence(document, text), "115")
    citation = cite(
        document, side.hit.chunk, marker=1, start=0, end=len(text), quote=text, score=1.0
    )
    told = describe([side], [citation], by_id(document).__getitem__)
    assert told.attributions == (who,)
