"""Text in pictures, read by the Tesseract program where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby
from statistics import fmean

from index.errors import RefusedFileError
from index.loaders.encoding import as_valid_unicode

MISSING = (
    "reading the text in pictures takes the program Tesseract, which isn't installed; install it "
    "(on Debian: apt install tesseract-ocr) and add the file again"
)
_LONGEST_S = 120
_LONGEST_FILE_S = 1_800
_LISTING_S = 20
# Each language makes recognition slower and, where it isn't the text's, worse.
_MAX_LANGUAGES = 4
# Tesseract finds words in clouds and leaves, and is itself not sure of them.
_LEAST_CONFIDENCE = 50.0
_WORD_LEVEL = "5"
_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """A grey picture: `width * height` bytes, row by row, 0 for black."""

    width: int
    height: int
    pixels: bytes


Recognise = Callable[[Picture], str]
FindRecognise = Callable[[], Recognise | None]


def find_tesseract() -> Recognise | None:
    """Return what reads a picture's text, or None where Tesseract isn't installed.

    What is returned raises RefusedFileError where Tesseract fails or takes too long.
    """
    program = shutil.which("tesseract")
    return partial(_recognise, program) if program else None


def _recognise(program: str, picture: Picture) -> str:
    languages = "+".join(_languages(program))
    header = f"P5 {picture.width} {picture.height} 255\n".encode("ascii")
    command = [program, "stdin", "stdout", "-l", languages, "--psm", "3", "tsv"]
    table = _run(command, header + picture.pixels, _LONGEST_S)
    return as_text(line.split("\t") for line in table.split("\n")[1:])


def recognise_all(
    pictures: Iterable[Picture],
    recognise: Recognise,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> list[str]:
    """Return the text of each picture.

    Raises:
        RefusedFileError: That takes longer than everybody else should have to wait.
    """
    end = clock() + _LONGEST_FILE_S
    texts = []
    for picture in pictures:
        if clock() > end:
            raise RefusedFileError(
                f"reading the text of its pictures took longer than {_LONGEST_FILE_S // 60} "
                "minutes; split it into several files"
            )
        texts.append(as_valid_unicode(recognise(picture)))
    return texts


@cache
def _languages(program: str) -> tuple[str, ...]:
    """Return the languages that are installed, English first."""
    lines = _run([program, "--list-langs"], b"", _LISTING_S).split("\n")[1:]
    found = [line.strip() for line in lines if line.strip() and "/" not in line]
    spoken = sorted(set(found) - {"osd", "equ"}, key=lambda name: (name != "eng", name))
    if not spoken:
        raise RefusedFileError("Tesseract has no language; install one, such as tesseract-ocr-eng")
    return tuple(spoken[:_MAX_LANGUAGES])


def _run(command: Sequence[str], given: bytes, longest_s: float) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the program found, fixed arguments, no shell
            command,
            input=given,
            capture_output=True,
            timeout=longest_s,
            check=True,
            # Its threads wait for each other more than they work.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise RefusedFileError(
            f"reading the text of one picture took longer than {longest_s:.0f} seconds; "
            "scan it with fewer dots per inch"
        ) from error
    except (OSError, subprocess.CalledProcessError) as error:
        raise RefusedFileError(f"Tesseract couldn't read the picture: {_cause(error)}") from error
    return done.stdout.decode("utf-8", "replace")


def _cause(error: Exception) -> str:
    told = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error).encode()
    lines = told.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else "it gave no reason"


def as_text(rows: Iterator[list[str]]) -> str:
    """Return the text of Tesseract's table of words.

    A blank line parts paragraphs; lines of whose words Tesseract isn't sure are left out.

    Args:
        rows: Level, page, block, paragraph, line, word, four lengths, confidence (0 to 100) and
            text of each element.
    """
    words = [row for row in rows if len(row) == _COLUMNS and row[0] == _WORD_LEVEL]
    paragraphs = []
    for _, paragraph in groupby(words, key=lambda row: row[1:4]):
        lines = []
        for _, group in groupby(paragraph, key=lambda row: row[4]):
            line = [row for row in group if row[11].strip()]
            if line and fmean(float(row[10]) for row in line) >= _LEAST_CONFIDENCE:
                lines.append(" ".join(row[11].strip() for row in line))
        if lines:
            paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)
