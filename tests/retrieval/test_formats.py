"""A question to a small document of each format: the answer quotes it and names its place."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.assistant import Assistant
from retrieval.similarity import SimilarityReader
from retrieval.wire import answer_object, document_object
from tests.documents import (
    drawn,
    make_book,
    make_deck,
    make_mail,
    make_odt,
    make_workbook,
    saved,
)
from tests.retrieval.fakes import BY_WORDS, make_library

TARIFFS = [("Vessel", "Tariff", "Berth"), ("Trawler", 120, "East quay"), ("Yacht", 45, "Marina")]


def csv(delimiter: str) -> Callable[[], bytes]:
    lines = (delimiter.join(str(cell) for cell in row) for row in TARIFFS)
    return "\n".join(lines).encode


def workbook() -> bytes:
    book = make_workbook(Notes=[("Closed on Sundays",)], Tariffs=TARIFFS)
    book["Tariffs"]["B3"].number_format = '"£"0.00'
    return saved(book)


def deck() -> bytes:
    return saved(
        make_deck(
            ("Welcome", "A tour of the town"),
            ("The lighthouse", "The lighthouse keeper was Maria Lindqvist."),
        )
    )


def mail() -> bytes:
    return make_mail("Lighthouse", "The lighthouse keeper was Maria Lindqvist.\n").as_bytes()


def book() -> bytes:
    return make_book(
        "<h1>Ships</h1><p>Ships came from far away.</p>",
        "<h1>Lights</h1><p>The lighthouse keeper was Maria Lindqvist.</p>",
    )


def odt() -> bytes:
    return make_odt("<text:p>The lighthouse keeper was Maria Lindqvist.</text:p>")


def rtf() -> bytes:
    return rb"{\rtf1\ansi The lighthouse keeper was Maria Lindqvist.\par}"


def scan(kind: str) -> Callable[[], bytes]:
    return lambda: drawn(kind, ("A blank page follows.",), ("The lighthouse keeper was Maria.",))


KEEPER = "Who was the lighthouse keeper?"
TARIFF = "What is the tariff of the yacht?"
SENTENCE = "The lighthouse keeper was Maria Lindqvist."
YACHT = "Vessel: Yacht | Tariff: 45 | Berth: Marina"
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="needs the program tesseract"
)


@pytest.mark.parametrize(
    ("name", "make", "question", "quote", "place"),
    [
        ("tariffs.csv", csv(";"), TARIFF, YACHT, "row 3"),
        ("tariffs.tsv", csv("\t"), TARIFF, YACHT, "row 3"),
        (
            "tariffs.xlsx",
            workbook,
            TARIFF,
            YACHT.replace("45", "£45.00"),
            "sheet Tariffs, row 3",
        ),
        ("tour.pptx", deck, KEEPER, SENTENCE, "slide 2"),
        ("letter.eml", mail, KEEPER, SENTENCE, None),
        ("harbour.epub", book, KEEPER, SENTENCE, "chapter Lights"),
        ("harbour.odt", odt, KEEPER, SENTENCE, None),
        ("harbour.rtf", rtf, KEEPER, SENTENCE, None),
        pytest.param(
            "harbour.tiff",
            scan("TIFF"),
            KEEPER,
            "The lighthouse keeper was Maria.",
            "page 2",
            marks=needs_tesseract,
        ),
        pytest.param(
            "harbour.pdf",
            scan("PDF"),
            KEEPER,
            "The lighthouse keeper was Maria.",
            "page 2",
            marks=needs_tesseract,
        ),
    ],
)
def test_a_question_is_answered_from_any_format(
    name: str,
    make: Callable[[], bytes],
    question: str,
    quote: str,
    place: str | None,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / name).write_bytes(make())
    library = make_library(tmp_path / "data")
    report = library.add([folder])
    assert [(outcome.source, outcome.reason) for outcome in report.refused] == []
    assistant = Assistant(library, reader=SimilarityReader(library.embedder, BY_WORDS))

    answer = answer_object(assistant.ask(question))

    citation = answer["citations"][0]
    document = document_object(library.document(citation["document_id"]))
    assert not answer["abstained"]
    assert citation["quote"] == document["text"][citation["start"] : citation["end"]] == quote
    assert (citation["source"], citation["place"]) == (name, place)
    assert (citation["page"] is None) == (place is None)
    assert all(page.keys() == {"number", "start", "end", "place"} for page in document["pages"])


def test_hits_name_the_place_at_which_they_start(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    rows = [f"{row};Trawler number {row} at the east quay" for row in range(2, 120)]
    (folder / "vessels.csv").write_text("\n".join(["Row;Vessel", *rows]))
    (folder / "trawlers.eml").write_bytes(make_mail("Trawlers", "A trawler came.\n").as_bytes())
    library = make_library(tmp_path / "data")
    library.add([folder])
    assistant = Assistant(library, reader=SimilarityReader(library.embedder, BY_WORDS))

    for hits in (assistant.search("trawler", k=50), assistant.ask("Which trawler came?").hits):
        rows_of = [hit for hit in hits if hit.source == "vessels.csv"]
        numbers = [re.match(r"Row: (\d+) \|", hit.chunk.text) for hit in rows_of]
        places = [f"row {number[1]}" if number else "row 1" for number in numbers]
        assert [hit.place for hit in rows_of] == places
        assert len(set(places)) > 1
        assert [hit.place for hit in hits if hit.source == "trawlers.eml"] == [None]
