"""Documents in every format that the viewer shows, made of real files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from benchmarks.pdf_quotes_corpus import MadePdf, make_pdf
from benchmarks.pdf_quotes_styles import STYLES
from index.loaders import Limits, load
from index.values import Document, Page, page_at
from retrieval.sentences import quotable_ranges
from tests.documents import make_deck, make_workbook, saved
from tests.interface.fakes import FakeAssistant, FakeLibrary, make_document

TEXT_QUOTE = "The tide gauge was moved to the north quay in 1987."
MARKDOWN_QUOTE = "The crane lifts *forty* tonnes."
HTML_QUOTE = "The pilot boards two miles off the bar."
DOCX_QUOTE = "The lease of berth seven ends in 2031."
DECK_QUOTE = "The dredger comes back in October."
WORKBOOK_QUOTE = "Berth: Seven | Fee: 120 | Paid by: the owner"
HEBREW_QUOTE = "המזח נפתח מחדש בשנת 2019."
ARABIC_TITLE = "تقرير الميناء"
ARABIC_QUOTE = "أعيد فتح الرصيف في عام 2019."
OTHER_QUOTE = "It is read every hour."

TEXT = f"Harbour notes\n\n{TEXT_QUOTE} {OTHER_QUOTE}\n" + "".join(
    f"On day {number} the tide was low.\n" for number in range(300)
)
MARKDOWN = f"""# Manual of the harbour

```
# no heading
```

## The crane

{MARKDOWN_QUOTE} It was built in 1962.

### Upkeep

Grease it every month.
"""
HTML = f"""<html><head><title>Pilotage</title></head><body><main><h1>Pilotage</h1>
<p>This page tells ships what to expect when they come to the harbour in any weather.</p>
<h2>Boarding</h2><p>{HTML_QUOTE} In a storm the harbour is closed.</p></main></body></html>"""


class FiledLibrary(FakeLibrary):
    """A library of documents that have files."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, Path] = {}
        documents = [self._load(path) for path in make_files(folder)]
        super().__init__(documents, data_dir=folder / "data")
        (folder / "changed.pdf").write_bytes(make_report().data + b"\n% changed\n")
        (folder / "gone.txt").unlink()

    def original(self, document_id: str) -> Path | None:
        path = self.files.get(document_id)
        return path if path and path.is_file() else None

    def _load(self, path: Path) -> Document:
        found = load(path, limits=Limits())
        document = make_document(path.name, found.text, title=found.title, pages=found.pages)
        if path.name == "scan.pdf":  # as text recognition would read it
            document = replace(
                document, text=PICTURE_QUOTE, pages=(Page(1, 0, len(PICTURE_QUOTE)),)
            )
        self.files[document.id] = path
        content_hash = hashlib.sha256(path.read_bytes()).hexdigest()
        return replace(document, content_hash=content_hash)


class QuotingAssistant(FakeAssistant):
    """Answers with the quotes whose kind the question names."""

    def _find_quotes(self, question: str) -> tuple[str, ...]:
        table = {
            "arabic": (ARABIC_QUOTE,),
            "text": (TEXT_QUOTE, OTHER_QUOTE),
            "markdown": (MARKDOWN_QUOTE,),
            "html": (HTML_QUOTE,),
            "docx": (DOCX_QUOTE,),
            "hebrew": (HEBREW_QUOTE,),
            "deck": (DECK_QUOTE,),
            "workbook": (WORKBOOK_QUOTE,),
            "pdf": (report_quote(1), report_quote(2), TEXT_QUOTE),
            "changed": (changed_quote(),),
            "picture": (PICTURE_QUOTE,),
            "gone": ("Nobody keeps this file.",),
        }
        return next((quotes for word, quotes in table.items() if word in question), ())


PICTURE_QUOTE = "This page is a picture without words."


def make_files(folder: Path) -> Sequence[Path]:
    """Write a file in each format and return their paths."""
    from docx import Document as Word

    texts = {
        "notes.txt": TEXT,
        "manual.md": MARKDOWN,
        "pilotage.html": HTML,
        "hebrew.txt": f"הנמל\n\n{HEBREW_QUOTE} הוא ארוך.\n",
        "arabic.md": f"# {ARABIC_TITLE}\n\n{ARABIC_QUOTE} وهو طويل.\n",
        "gone.txt": "Nobody keeps this file.",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    word = Word()
    word.add_heading("Leases", 1)
    word.add_paragraph(f"A list of them follows. {DOCX_QUOTE}")
    word.save(str(folder / "leases.docx"))
    deck = make_deck(
        ("Dredging", "The bar silts up every year."),
        ("Next year", f"{DECK_QUOTE} It stays until May."),
    )
    (folder / "dredging.pptx").write_bytes(saved(deck))
    berths = [
        ("Berth", "Fee", "Paid by"),
        ("Six", 95, "the agent"),
        ("Seven", 120, "the owner"),
        ("Eight", 95, "the owner"),
    ]
    book = make_workbook(Berths=[("Berth", "Depth"), ("Seven", 11)], **{"Mooring fees": berths})
    (folder / "fees.xlsx").write_bytes(saved(book))
    (folder / "report.pdf").write_bytes(make_report().data)
    (folder / "changed.pdf").write_bytes(make_other().data)
    (folder / "scan.pdf").write_bytes(make_pdf(STYLES[0], 5).data)
    made = "leases.docx dredging.pptx fees.xlsx report.pdf changed.pdf scan.pdf"
    return [folder / name for name in (*texts, *made.split())]


@cache
def make_report() -> MadePdf:
    return make_pdf(next(style for style in STYLES if style.name == "two columns"), 8)


@cache
def make_other() -> MadePdf:
    return make_pdf(next(style for style in STYLES if style.name == "one column"), 4)


def report_quote(page: int) -> str:
    """Return a quote of the report that runs over a broken word or a line's end on this page."""
    return _long_quote(make_report(), page)


def changed_quote() -> str:
    """Return a quote of the PDF whose file isn't what it was."""
    return _long_quote(make_other(), 1)


@cache
def _long_quote(pdf: MadePdf, page: int) -> str:
    from index.loaders import extract

    found = extract(pdf.data, ".pdf", limits=Limits())
    quotes = [
        found.text[start:end]
        for start, end in quotable_ranges(found.text)
        if page_at(found.pages, start) == page_at(found.pages, end - 1) == page
        and found.text.count(found.text[start:end]) == 1
    ]
    return max(quotes, key=len)
