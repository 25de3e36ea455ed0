"""CSV and TSV: each row as a line that names its columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress

from index.loaders.limits import Limits
from index.loaders.rows import RowWriter
from index.loaders.text import plain_text
from index.loaders.titles import tidy_title
from index.values import Extract

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
_SAMPLE_CHARACTERS = 100_000
# Excel lets a file name its delimiter so, and doesn't count the line as a row.
_DECLARED = re.compile(r"sep=([,;\t|])\n", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_CUT_OFF = re.compile(r'(?:^|(?<=[,;\t|\n]))"[^"]*\Z')
# A comma in a number or a sentence.
_NO_END = re.compile(r"(?<=\d),(?=\d)|, ")
# A cell is bounded with the rest of the text. The csv module's own bound holds for all threads, so
# that each of them has to set the same.
_MAX_CELL_CHARACTERS = 2**31 - 1


def extract(data: bytes, *, limits: Limits) -> Extract:
    """Return the rows of a CSV or TSV file.

    The delimiter is the one that the first lines agree on: comma, semicolon, tab or bar. Where
    quotes aren't paired they are taken for characters like any other.

    Raises:
        RefusedFileError: The bytes aren't text, or too much of it.
    """
    text = plain_text(data, limits=limits)
    declared = _DECLARED.match(text)
    body = text[declared.end() :] if declared else text
    delimiter = declared[1] if declared else _delimiter(body)
    csv.field_size_limit(_MAX_CELL_CHARACTERS)
    writer = _read(body, delimiter, limits)
    found, pages = writer.finish()
    return Extract(found, tidy_title(writer.title), None, pages, "rows")


def _read(text: str, delimiter: str, limits: Limits) -> RowWriter:
    """Return the rows by the first way of quoting that all of the text agrees with."""
    # Quotes in quotes as databases write them, where there are any.
    for quoted in dict.fromkeys((text, text.replace('\\"', '""'))):
        for blanks in (True, False):  # before a quote, as people type them
            lines = io.StringIO(quoted, "")
            records = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=blanks)
            with suppress(csv.Error):
                return _written(records, limits)
    characters = io.StringIO(text, "")
    return _written(csv.reader(characters, delimiter=delimiter, quoting=csv.QUOTE_NONE), limits)


def _written(records: Iterator[list[str]], limits: Limits) -> RowWriter:
    writer = RowWriter(limits)
    writer.sheet()
    for number, cells in enumerate(records, start=1):
        writer.row(number, cells)
    return writer


def _delimiter(text: str) -> str:
    """Return the delimiter that parts most of the first lines into equally many cells."""
    sample = _QUOTED.sub("", text[:_SAMPLE_CHARACTERS])
    if len(text) > _SAMPLE_CHARACTERS:
        sample = _CUT_OFF.sub("", sample)
    lines = [line for line in sample.split("\n")[:_SAMPLE_LINES] if line.strip()]

    def agreement(delimiter: str) -> tuple[int, int, int]:
        counts = [line.count(delimiter) for line in lines]
        usual = max(set(counts) - {0}, key=counts.count, default=0)
        unlikely = len(_NO_END.findall(sample)) if delimiter == "," else 0
        return counts.count(usual) if usual else 0, usual, -unlikely

    return max(_DELIMITERS, key=agreement)
