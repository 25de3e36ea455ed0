from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path

import pytest

from benchmarks import pdf_quotes
from benchmarks.pdf_quotes import judge, judge_pdf, read_document
from benchmarks.pdf_quotes_corpus import PlacedWord, letters_of, make_pdf
from benchmarks.pdf_quotes_styles import STYLES, Style
from index.loaders.pdf_places import Box

WORDS = (
    PlacedWord("The", 1, 10.0, 10.0, 20.0, 16.0),
    PlacedWord("bank", 1, 22.0, 10.0, 40.0, 16.0),
    PlacedWord("closed", 2, 10.0, 10.0, 30.0, 16.0),
)
FIRST, SECOND = Box(9, 8, 21, 18), Box(21, 8, 41, 18)
THIRD = Box(9, 8, 31, 18)


@pytest.mark.parametrize(
    ("marks", "outcome"),
    [
        ({1: (FIRST, SECOND), 2: (THIRD,)}, "right"),
        ({1: (), 2: ()}, "page"),
        ({1: (FIRST, SECOND), 2: ()}, "wrong"),  # marked by half
        ({1: (FIRST,), 2: (THIRD,)}, "wrong"),  # too little
        ({1: (FIRST, SECOND)}, "wrong"),  # a page too few
        ({1: (FIRST, SECOND), 2: (THIRD,), 3: ()}, "wrong"),  # a page too many
    ],
)
def test_right_is_every_word_and_no_other(marks: dict[int, tuple[Box, ...]], outcome: str) -> None:
    assert judge(marks, WORDS, {0, 1, 2}) == outcome


def test_a_word_too_many_is_wrong() -> None:
    assert judge({1: (Box(9, 8, 41, 18),)}, WORDS, {0}) == "wrong"


def test_a_quote_that_its_maker_does_not_know_is_wrong() -> None:
    assert judge({1: (FIRST,)}, WORDS, set()) == "wrong"


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_the_corpus_is_made_of_known_words(style: Style) -> None:
    made = make_pdf(style, 5)

    assert make_pdf(style, 5).data == made.data
    assert letters_of(read_document(made).text) == letters_of("".join(w.text for w in made.words))


@pytest.mark.parametrize("name", ["hyphenated", "repeated sentences", "turned by 270"])
def test_quotes_of_a_pdf_are_marked_right(name: str) -> None:
    style = next(style for style in STYLES if style.name == name)

    outcomes = [verdict.outcome for verdict in judge_pdf(make_pdf(style, 9))]

    assert len(outcomes) > 20
    assert set(outcomes) == {"right"}


def test_the_command_prints_a_table_and_writes_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = ArgumentParser()
    pdf_quotes.add_arguments(parser)

    pdf_quotes.run(parser.parse_args(["--pdfs", "1", "--output", str(tmp_path)]))

    assert "| one column | 1 |" in capsys.readouterr().out
    found = json.loads((tmp_path / "pdf-quotes.json").read_text())
    rows = found["rows"] if "rows" in found else found["figures"]["rows"]
    assert [row["layout"] for row in rows] == ["one column", "all with a text layer"]
    assert rows[0]["right"] == rows[0]["quotes"] > 0
