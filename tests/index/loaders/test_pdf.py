from __future__ import annotations

import io
import re
import shutil
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from index import intake
from index.errors import RefusedFileError
from index.library import Library
from index.loaders import Limits, extract, pdf
from index.loaders.isolation import IsolatedProcess
from index.loaders.ocr import Picture
from index.loaders.pdf_pages import read_glyphs
from index.loaders.pdf_places import mark_range
from index.values import Page
from tests.documents import draw, drawn

MakePdf = Callable[..., bytes]

FIRST = ("Annual report", "", "The museum was founded in 1921", "by a group of teachers.")
SECOND = ("It moved twice.",)


def test_reads_page_by_page(make_pdf: MakePdf, limits: Limits) -> None:
    found = extract(make_pdf(FIRST, SECOND), ".pdf", limits=limits)

    first = "Annual report\n\nThe museum was founded in 1921\nby a group of teachers."
    assert found.text == f"{first}\n\nIt moved twice."
    assert found.markup == "text"
    assert found.pages == (Page(1, 0, len(first) + 2), Page(2, len(first) + 2, len(found.text)))


def test_pages_without_text_keep_their_numbers(make_pdf: MakePdf, limits: Limits) -> None:
    found = extract(make_pdf((), SECOND, (), SECOND), ".pdf", limits=limits)

    assert [(page.number, found.text[page.start : page.end].strip()) for page in found.pages] == [
        (1, ""),
        (2, "It moved twice."),
        (3, ""),
        (4, "It moved twice."),
    ]


def test_a_word_broken_at_the_end_of_a_line_is_mended(make_pdf: MakePdf, limits: Limits) -> None:
    data = make_pdf(("For an exam-", "ple see the next example;", "it is well-", "known."))

    found = extract(data, ".pdf", limits=limits)

    assert found.text == "For an example see the next example;\nit is well-\nknown."


def set_in_parts(*parts: tuple[str, float, float]) -> bytes:
    """Return a PDF with one line of parts, each with a size and how far it is raised."""
    file = io.BytesIO()
    canvas = Canvas(file)
    left = 72.0
    for text, size, raised in parts:
        canvas.setFont("Helvetica", size)
        canvas.drawString(left, 700 + raised, text)
        left += canvas.stringWidth(text, "Helvetica", size)
    canvas.save()
    return file.getvalue()


@pytest.mark.parametrize("raised", [3.3, 5.0])
def test_a_raised_number_is_no_part_of_the_one_before_it(raised: float, limits: Limits) -> None:
    data = set_in_parts(
        ("In 2023 it sold 10", 10, 0),
        ("6", 7, raised),
        (" cells of 5 km", 10, 0),
        ("2", 7, raised),
        (" and 10", 10, 0),
        ("-12", 7, raised),
        (" litres of CO", 10, 0),
        ("2", 7, -1.5),
        (" for $1,200", 10, 0),
        ("2", 7, raised),
    )

    text = extract(data, ".pdf", limits=limits).text

    assert text == "In 2023 it sold 10^6 cells of 5 km2 and 10^-12 litres of CO2 for $1,200^2"


def test_numbers_in_other_sizes_on_a_line_are_as_they_are(limits: Limits) -> None:
    data = set_in_parts(("20", 12, 0), ("26", 9, 0), (" and ", 12, 0), ("3", 12, 4), ("4", 12, 0))

    assert extract(data, ".pdf", limits=limits).text == "2026 and 34"


def make_form() -> bytes:
    """Return a form of four lines, filled in."""
    file = io.BytesIO()
    canvas = Canvas(file)
    form = canvas.acroForm
    for text, high in (("Name:", 700), ("I agree to the rules.", 660), ("Signed below", 620)):
        canvas.drawString(100, high, text)
    form.textfield(value="Ann Berg", x=150, y=690, width=200, height=20)
    form.textfield(value="geheim", x=400, y=690, width=90, height=20, fieldFlags="password")
    form.checkbox(checked=True, x=75, y=655, size=20)
    form.choice(value="Ulm", options=["Ulm", "Bonn"], x=100, y=640, width=90, height=16)
    form.textfield(value="never", x=100, y=500, width=90, height=20, annotationFlags="hidden")
    canvas.linkURL("https://example.org", (100, 610, 200, 630))
    canvas.save()
    return file.getvalue()


def test_what_was_filled_into_a_form_is_read_beside_its_label(limits: Limits) -> None:
    text = extract(make_form(), ".pdf", limits=limits).text

    assert text.split() == "Name: Ann Berg ☑ I agree to the rules. Ulm Signed below".split()
    assert text.startswith("Name: Ann Berg\n")


def test_fields_within_a_line_stand_where_they_are(limits: Limits) -> None:
    file = io.BytesIO()
    canvas = Canvas(file)
    for number, (text, ticked) in enumerate(
        (("Single", False), ("Married", True), ("Other", False))
    ):
        canvas.drawString(100 + 100 * number, 700, text)
        canvas.acroForm.checkbox(checked=ticked, x=82 + 100 * number, y=698, size=14)
    for left, text in ((100, "From"), (200, "to"), (300, "inclusive")):
        canvas.drawString(left, 660, text)
    for left, text in ((130, "1 May"), (220, "9 June")):
        canvas.acroForm.textfield(value=text, x=left, y=655, width=60, height=16)
    canvas.acroForm.textfield(value="So", x=60, y=618, width=30, height=16)
    canvas.acroForm.textfield(value="long", x=95, y=618, width=40, height=16)
    canvas.drawString(150, 620, "then")
    canvas.acroForm.textfield(value="nowhere", x=900, y=655, width=60, height=16)
    canvas.save()

    text = extract(file.getvalue(), ".pdf", limits=limits).text
    assert [line for line in text.split("\n") if line] == [
        "☐ Single ☑ Married ☐ Other",
        "From 1 May to 9 June inclusive",
        "So long then",
    ]


def test_what_was_filled_in_is_marked_with_its_label(limits: Limits) -> None:
    data = make_form()
    text = extract(data, ".pdf", limits=limits).text
    quote = "Name: Ann Berg"

    boxes = mark_range(read_glyphs(data, 1), text, 0, len(quote))
    assert boxes[0].left == pytest.approx(100, abs=1)
    assert max(box.right for box in boxes) == pytest.approx(350, abs=1)
    start = text.index("I agree")
    assert mark_range(read_glyphs(data, 1), text, start, start + len("I agree to the rules."))


def test_text_that_was_typed_onto_a_page_is_read(make_pdf: MakePdf, limits: Limits) -> None:
    import pypdfium2
    from pypdfium2 import raw

    document = pypdfium2.PdfDocument(make_pdf(("Date:", "The end.")))
    page = document[0]
    _, bottom, right, top = page.get_textpage().get_charbox(4)
    annotation = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_FREETEXT)
    place = raw.FS_RECTF(right + 5, top, right + 90, bottom)
    raw.FPDFAnnot_SetRect(annotation, place)
    contents = (raw.c_ushort * 10)(*"3 May 24".encode("utf-16-le")[::2])
    raw.FPDFAnnot_SetStringValue(annotation, b"Contents", contents)
    raw.FPDFPage_CloseAnnot(annotation)
    file = io.BytesIO()
    document.save(file)

    assert extract(file.getvalue(), ".pdf", limits=limits).text.startswith("Date: 3 May 24\n")


def test_never_holds_a_form_feed_or_control(make_pdf: MakePdf, limits: Limits) -> None:
    found = extract(make_pdf(FIRST, SECOND), ".pdf", limits=limits)

    assert re.search("[\x00-\x09\x0b-\x1f\ufffe]", found.text) is None


@pytest.mark.parametrize(
    ("stated", "title"),
    [("The Museum", "The Museum"), (None, None), ("Microsoft Word - a.doc", None)],
)
def test_takes_a_title_that_means_something(
    stated: str | None, title: str | None, make_pdf: MakePdf, limits: Limits
) -> None:
    assert extract(make_pdf(FIRST, title=stated), ".pdf", limits=limits).title == title


def test_takes_the_date_of_creation(make_pdf: MakePdf, limits: Limits) -> None:
    data = re.sub(rb"/CreationDate \(D:\d{14}", b"/CreationDate (D:20200221103000", make_pdf(FIRST))

    assert extract(data, ".pdf", limits=limits).date == "2020-02-21"


def test_prefers_the_date_that_the_text_states(make_pdf: MakePdf, limits: Limits) -> None:
    data = make_pdf(("Annual report", "", "Published: 12 March 2024"))

    assert extract(data, ".pdf", limits=limits).date == "2024-03-12"


def test_an_invented_date_of_creation_is_none(make_pdf: MakePdf, limits: Limits) -> None:
    assert extract(make_pdf(FIRST, invariant=True), ".pdf", limits=limits).date is None


def test_refuses_a_password(make_pdf: MakePdf, limits: Limits) -> None:
    with pytest.raises(RefusedFileError, match=r"^the PDF is protected by a password; save a copy"):
        extract(make_pdf(FIRST, password="secret"), ".pdf", limits=limits)


def test_reads_a_pdf_that_is_protected_only_from_changes(limits: Limits) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    packed = io.BytesIO()
    encryption = StandardEncryption("", ownerPassword="owner", canModify=0, strength=128)
    canvas = Canvas(packed, encrypt=encryption)
    canvas.drawString(72, 700, "Anyone may read this.")
    canvas.save()

    assert extract(packed.getvalue(), ".pdf", limits=limits).text == "Anyone may read this."


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_refuses_a_truncated_pdf(share: float, make_pdf: MakePdf, limits: Limits) -> None:
    data = make_pdf(FIRST * 40, *[FIRST] * 30)

    with pytest.raises(RefusedFileError, match=r"^the PDF is (cut off|damaged)"):
        extract(data[: int(len(data) * share)], ".pdf", limits=limits)


def test_refuses_a_damaged_pdf(limits: Limits) -> None:
    with pytest.raises(RefusedFileError, match=r"^the PDF is damaged"):
        extract(b"%PDF-1.7\nnonsense\nstartxref\n0\n%%EOF", ".pdf", limits=limits)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "a web page"),
        (b"Just words", "something else"),
        (b"PK\x03\x04rest", "a ZIP archive or an office document"),
    ],
)
def test_refuses_what_is_no_pdf(data: bytes, kind: str, limits: Limits) -> None:
    with pytest.raises(RefusedFileError, match=f"^it isn't a PDF but {kind}"):
        extract(data, ".pdf", limits=limits)


def test_refuses_pictures_of_text(make_pdf: MakePdf, limits: Limits) -> None:
    with pytest.raises(RefusedFileError, match=r"holds pictures of text only; run it through"):
        extract(make_pdf((), ()), ".pdf", limits=limits)


def test_refuses_too_many_pages(make_pdf: MakePdf) -> None:
    with pytest.raises(RefusedFileError, match="has 3 pages, where 2 are allowed"):
        extract(make_pdf(SECOND, SECOND, SECOND), ".pdf", limits=Limits(max_pages=2))


def test_refuses_too_long_a_text(make_pdf: MakePdf) -> None:
    with pytest.raises(RefusedFileError, match="too long"):
        extract(make_pdf(FIRST), ".pdf", limits=Limits(max_text_characters=20))


def handmade(stream: bytes, head: bytes = b"/Filter /FlateDecode", *, times: int = 1) -> bytes:
    """Return a PDF of one page that is drawn by a packed stream, so many times."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents [%b] "
        b"/Resources << /Font << /F1 5 0 R >> >> >>" % (b"4 0 R " * times),
        b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(stream), head, stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    data = b"%PDF-1.4\n"
    for number, content in enumerate(objects, start=1):
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    return data + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n0\n%%EOF"


DRAWN = b"BT /F1 12 Tf 72 700 Td (Hello there) Tj ET"


def test_a_page_that_unpacks_to_more_than_memory_holds_costs_itself_alone(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "READING", IsolatedProcess(most_bytes=1_000_000_000))
    bomb = handmade(zlib.compress(DRAWN + b" q" * 5_000_000), times=200)
    assert len(bomb) < 20_000
    (docs / "bomb.pdf").write_bytes(bomb)
    (docs / "good.pdf").write_bytes(handmade(zlib.compress(DRAWN)))

    report = library.add([docs])

    assert [outcome.source for outcome in report.added] == ["good.pdf"]
    (refused,) = report.refused
    assert refused.source == "bomb.pdf"
    assert "took too much memory" in refused.reason


@pytest.mark.parametrize(
    ("stream", "head"),
    [
        (zlib.compress(DRAWN), b"/Filter /FlateDecode"),
        (DRAWN, b""),
        (DRAWN.hex().encode() + b">", b"/Filter /ASCIIHexDecode"),
        (zlib.compress(DRAWN).hex().encode() + b">", b"/Filter [/ASCIIHexDecode /FlateDecode]"),
    ],
    ids=["packed", "plain", "hexadecimal", "both"],
)
def test_reads_pages_however_they_are_packed(stream: bytes, head: bytes, limits: Limits) -> None:
    assert extract(handmade(stream, head), ".pdf", limits=limits).text == "Hello there"


def test_large_pictures_are_no_reason_to_refuse(make_pdf: MakePdf) -> None:
    picture = zlib.compress(b"\0" * 5_000_000)
    head = b"9 0 obj << /Subtype /Image /Filter /FlateDecode >>\nstream\n"
    data = make_pdf(SECOND) + head + picture + b"\nendstream endobj %%EOF"

    assert extract(data, ".pdf", limits=Limits(max_text_characters=1_000)).text == SECOND[0]


def test_threads_read_pdfs_without_harm(make_pdf: MakePdf, limits: Limits) -> None:
    files = [make_pdf(*[(f"File {number}", "holds this line.")] * 20) for number in range(16)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda data: extract(data, ".pdf", limits=limits), files))

    assert [item.text.split("\n")[0] for item in found] == [f"File {n}" for n in range(16)]


SCAN = drawn("PDF", ("The ferry costs 12 crowns.",))


def mixed(make_pdf: MakePdf) -> bytes:
    """Return a PDF whose second page of three is a picture."""
    import pypdfium2

    written, scan = pypdfium2.PdfDocument(make_pdf(["First page."], ["Third page."])), SCAN
    written.import_pages(pypdfium2.PdfDocument(scan), index=1)
    file = io.BytesIO()
    written.save(file)
    return file.getvalue()


def test_a_scanned_page_is_recognised_in_its_place(make_pdf: MakePdf) -> None:
    seen: list[Picture] = []

    def recognise(picture: Picture) -> str:
        seen.append(picture)
        return "Second page."

    found = pdf.extract(mixed(make_pdf), limits=Limits(), find_recognise=lambda: recognise)

    assert found.text == "First page.\n\nSecond page.\n\nThird page."
    assert [found.text[page.start : page.end].strip() for page in found.pages] == [
        "First page.",
        "Second page.",
        "Third page.",
    ]
    assert [len(picture.pixels) == picture.width * picture.height for picture in seen] == [True]
    assert min(seen[0].pixels) < 50 < 200 < max(seen[0].pixels)


def test_a_scanned_page_stays_empty_where_nothing_can_read_it(make_pdf: MakePdf) -> None:
    found = pdf.extract(mixed(make_pdf), limits=Limits(), find_recognise=lambda: None)

    assert found.text == "First page.\n\nThird page."
    assert len(found.pages) == 3


def numbered(number: str) -> bytes:
    """Return a scanned page with a number put on it."""
    file = io.BytesIO()
    page = Canvas(file)
    page.drawImage(ImageReader(draw("The ferry costs 12 crowns.")), 72, 600, 400, 100)
    page.drawString(280, 40, number)
    page.save()
    return file.getvalue()


@pytest.mark.parametrize("number", ["3", "Page 3 of 12", "ACME-000123"])
def test_a_scanned_page_may_have_a_number_put_on_it(number: str) -> None:
    data = numbered(number)

    with pytest.raises(RefusedFileError, match="install Tesseract and add it again"):
        pdf.extract(data, limits=Limits(), find_recognise=lambda: None)
    found = pdf.extract(data, limits=Limits(), find_recognise=lambda: lambda _: "Ferries.")
    assert found.text == "Ferries."


def test_a_picture_with_words_below_it_is_no_scan() -> None:
    data = numbered("Figure 3: the ferry")

    found = pdf.extract(data, limits=Limits(), find_recognise=lambda: lambda _: "wrong")

    assert found.text == "Figure 3: the ferry"


def test_names_the_program_that_could_read_a_scan() -> None:
    with pytest.raises(RefusedFileError, match="install Tesseract and add it again"):
        pdf.extract(SCAN, limits=Limits(), find_recognise=lambda: None)


def test_refuses_a_scan_in_which_nothing_can_be_read() -> None:
    with pytest.raises(RefusedFileError, match="only pictures, in which no text"):
        pdf.extract(SCAN, limits=Limits(), find_recognise=lambda: lambda _: " ")


def test_refuses_more_scanned_pages_than_are_read() -> None:
    with pytest.raises(RefusedFileError, match="has 1 scanned pages, where 0 are read"):
        pdf.extract(
            SCAN, limits=Limits(max_scanned_pages=0), find_recognise=lambda: lambda _: "words"
        )


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs the program tesseract")
def test_a_scan_is_read() -> None:
    assert extract(SCAN, ".pdf", limits=Limits()).text == "The ferry costs 12 crowns."
