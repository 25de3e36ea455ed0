from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from index.errors import RefusedFileError
from index.loaders.ocr import Picture, as_text, find_tesseract, recognise_all

WHITE = Picture(40, 20, b"\xff" * 800)


def word(text: str, *, paragraph: int = 1, line: int = 1, confidence: float = 90) -> list[str]:
    place = ["5", "1", "1", str(paragraph), str(line), "1", "0", "0", "9", "9"]
    return [*place, str(confidence), text]


def test_lines_stay_lines_and_paragraphs_are_parted() -> None:
    rows = [word("The"), word("ferry"), word("leaves.", line=2), word("Daily.", paragraph=2)]

    assert as_text(iter(rows)) == "The ferry\nleaves.\n\nDaily."


def test_what_tesseract_is_not_sure_of_is_left_out() -> None:
    rows = [word("~|", confidence=12), word("leaves", line=2), word("at", line=2, confidence=30)]

    assert as_text(iter(rows)) == "leaves at"


def test_rows_that_are_no_words_are_passed_over() -> None:
    rows = [["1", "1"], [""], ["4", *word("")[1:]], word(" ")]

    assert as_text(iter(rows)) == ""


def test_there_is_no_reader_where_the_program_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert find_tesseract() is None


def test_a_file_that_takes_too_long_is_given_up() -> None:
    moments = iter([0.0, 10.0, 1_700.0, 1_900.0])
    read: list[Picture] = []

    def recognise(picture: Picture) -> str:
        read.append(picture)
        return "words"

    with pytest.raises(RefusedFileError, match="took longer than 30 minutes; split it"):
        recognise_all([WHITE] * 9, recognise, clock=lambda: next(moments))
    assert len(read) == 2


def fake_program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program called tesseract before everything else."""
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_english_comes_first_and_scripts_are_no_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = r"List of languages:\ndeu\neng\nosd\nscript/Latin\n"
    script = f"""echo "$@" >> {tmp_path}/calls
if [ "$1" = --list-langs ]; then printf '{listing}'; fi"""
    fake_program(tmp_path, script, monkeypatch)
    recognise = find_tesseract()
    assert recognise is not None

    assert recognise(WHITE) == ""
    assert (tmp_path / "calls").read_text().splitlines() == [
        "--list-langs",
        "stdin stdout -l eng+deu --psm 3 tsv",
    ]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo first; echo 'no such file' >&2; exit 1", "couldn't read the picture: no such file"),
        ("echo 'List of languages:'; echo osd", "Tesseract has no language"),
    ],
)
def test_what_goes_wrong_is_told(
    script: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_program(tmp_path, script, monkeypatch)
    recognise = find_tesseract()
    assert recognise is not None

    with pytest.raises(RefusedFileError, match=reason):
        recognise(WHITE)


def test_a_picture_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.loaders.ocr._LISTING_S", 0.2)
    fake_program(tmp_path, "exec sleep 30", monkeypatch)
    recognise = find_tesseract()
    assert recognise is not None

    with pytest.raises(RefusedFileError, match="took longer than"):
        recognise(WHITE)


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs the program tesseract")
def test_an_empty_picture_says_nothing() -> None:
    recognise = find_tesseract()
    assert recognise is not None

    assert recognise(Picture(200, 200, b"\xff" * 40_000)) == ""
