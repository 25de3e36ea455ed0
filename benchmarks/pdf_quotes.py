"""How surely quotes are marked on the pages of PDFs.

Makes PDFs in sixteen layouts whose every word has a known place, loads them as a library does,
takes every sentence as it would be cited, and compares what the viewer marks with the truth, which
comes from the maker of the PDFs alone. A mark is right when it covers each word of the quote and no
other. Where the viewer isn't certain it says "on this page"; a scan without a text layer is read
from the truth here, as text recognition would, and nothing can be marked on it.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from statistics import median

from tqdm import tqdm

from benchmarks.pdf_quotes_corpus import MadePdf, PlacedWord, letters_of, make_corpus
from benchmarks.results import markdown_table, write_result
from evaluation.output import make_folder
from index.loaders import Limits, extract
from index.loaders.pdf_pages import read_glyphs
from index.loaders.pdf_places import Box, GlyphPage
from index.values import Document, Page, page_at
from interface.document_pages import mark_quote
from retrieval.sentences import quotable_ranges

HEADER = ("layout", "PDFs", "quotes", "right", "on this page", "wrong", "share right")
SEED = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one quote: `right`, `page` (said to be on it) or `wrong`, and how fast."""

    layout: str
    outcome: str
    layer: bool
    milliseconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--pdfs", type=int, default=200, help="how many PDFs to make")
    parser.add_argument("--output", type=Path, default=Path("runs/benchmarks"), help="of results")


def run(arguments: argparse.Namespace) -> None:
    """Measure; print the table, write pdf-quotes.json.

    Raises:
        FootnoteError: The output folder can't be made.
    """
    make_folder(arguments.output)
    made: Counter[str] = Counter()
    verdicts: list[Verdict] = []
    for pdf in tqdm(make_corpus(arguments.pdfs, SEED), total=arguments.pdfs, unit="PDF"):
        made[pdf.style.name] += 1
        verdicts += judge_pdf(pdf)
    rows = [(name, made[name], *_count(verdicts, name)) for name in made]
    layered = [verdict for verdict in verdicts if verdict.layer]
    names = {verdict.layout for verdict in layered}
    total = ("all with a text layer", sum(made[name] for name in names), *_count(layered))
    print(
        markdown_table(HEADER, [[*map(str, row[:-1]), _share(row[-1])] for row in (*rows, total)])
    )
    figures = {
        "rows": [dict(zip(HEADER, row, strict=True)) for row in (*rows, total)],
        "median_ms": median(verdict.milliseconds for verdict in verdicts),
    }
    print(f"results: {write_result(arguments.output, 'pdf-quotes', figures)}")


def judge_pdf(pdf: MadePdf) -> Iterator[Verdict]:
    """Yield what becomes of each quote from a PDF."""
    document = read_document(pdf)
    stream, owners = _letters(pdf.words)
    read_page = cache(partial(read_glyphs, pdf.data))  # a viewer remembers pages, too
    for start, end in quotable_ranges(document.text):
        sought = letters_of(document.text[start:end])
        if not sought:
            continue
        began = time.perf_counter()
        marks = dict(_marks(read_page, document, start, end))
        spent = (time.perf_counter() - began) * 1000
        # Occurrences may overlap, so those up to the quote's end count, the last being the quote.
        earlier = _occurrences(letters_of(document.text[:end]), sought) - 1
        first = _nth(stream, sought, earlier)
        owned = set(owners[first : first + len(sought)]) if first >= 0 else set()
        outcome = judge(marks, pdf.words, owned)
        yield Verdict(pdf.style.name, outcome, pdf.style.scanned != "picture", spent)


def read_document(pdf: MadePdf) -> Document:
    """Return the document that the loader makes of a PDF, or text recognition of a picture."""
    if pdf.style.scanned == "picture":
        text, pages = _recognised(pdf.words)
    else:
        found = extract(pdf.data, ".pdf", limits=Limits())
        text, pages = found.text, found.pages
    content_hash = hashlib.sha256(pdf.data).hexdigest()
    return Document("id", "default", "a.pdf", "a", None, text, pages, content_hash, "")


def judge(marks: Mapping[int, Sequence[Box]], words: Sequence[PlacedWord], owned: set[int]) -> str:
    """Return `right`, `page` or `wrong`.

    Args:
        marks: The boxes on each page that the quote reaches.
        words: All words of the PDF.
        owned: Positions of those that the quote holds.
    """
    if set(marks) != {words[place].page for place in owned}:
        return "wrong"
    if not all(marks.values()):
        return "wrong" if any(marks.values()) else "page"
    covered = {
        place
        for place, word in enumerate(words)
        if any(_covers(box, word) for box in marks.get(word.page, ()))
    }
    return "right" if covered == owned else "wrong"


def _marks(
    read_page: Callable[[int], GlyphPage], document: Document, start: int, end: int
) -> Iterator[tuple[int, tuple[Box, ...]]]:
    first, last = page_at(document.pages, start), page_at(document.pages, end - 1)
    assert first is not None
    assert last is not None
    for number in range(first, last + 1):
        yield number, mark_quote(read_page(number), document, number, start, end)


def _covers(box: Box, word: PlacedWord) -> bool:
    across, down = (word.left + word.right) / 2, (word.top + word.bottom) / 2
    return box.left < across < box.right and box.top < down < box.bottom


def _letters(words: Sequence[PlacedWord]) -> tuple[str, list[int]]:
    """Return the letters of all words in reading order, and whose each is."""
    letters = [letters_of(word.text) for word in words]
    owners = [place for place, text in enumerate(letters) for _ in text]
    return "".join(letters), owners


def _occurrences(text: str, sought: str) -> int:
    return len(list(_starts(text, sought)))


def _nth(text: str, sought: str, count: int) -> int:
    starts = list(_starts(text, sought))
    return starts[count] if count < len(starts) else -1


def _starts(text: str, sought: str) -> Iterator[int]:
    start = text.find(sought)
    while start >= 0:
        yield start
        start = text.find(sought, start + 1)


def _recognised(words: Sequence[PlacedWord]) -> tuple[str, tuple[Page, ...]]:
    text, pages = "", []
    for number in sorted({word.page for word in words}):
        start = len(text)
        text += " ".join(word.text for word in words if word.page == number) + "\n\n"
        pages.append(Page(number, start, len(text)))
    return text, tuple(pages)


def _count(verdicts: Sequence[Verdict], layout: str = "") -> tuple[int, int, int, int, float]:
    kinds = Counter(each.outcome for each in verdicts if layout in ("", each.layout))
    total = sum(kinds.values())
    return total, kinds["right"], kinds["page"], kinds["wrong"], kinds["right"] / max(1, total)


def _share(value: object) -> str:
    return f"{100 * float(str(value)):.2f} %"
