"""Small documents of the formats that programs write, made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Any

_OPF = (
    '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<metadata><dc:title>{title}</dc:title><dc:date>2020-05-06T00:00:00Z</dc:date></metadata>"
    "<manifest>{items}</manifest><spine>{order}</spine></package>"
)
_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
)
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_ODT = (
    f'<office:document-content xmlns:office="{_OASIS}:office:1.0" xmlns:text="{_OASIS}:text:1.0" '
    f'xmlns:table="{_OASIS}:table:1.0" xmlns:draw="{_OASIS}:drawing:1.0" '
    f'xmlns:svg="{_OASIS}:svg-compatible:1.0" xmlns:style="{_OASIS}:style:1.0">'
    "<office:automatic-styles>"
    '<style:style style:name="Unseen"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="Raised"><style:text-properties style:text-position="super 58%"/>'
    '</style:style><style:style style:name="Lowered">'
    '<style:text-properties style:text-position="-33% 58%"/></style:style>'
    "</office:automatic-styles>"
    "<office:body><office:text>{body}</office:text></office:body></office:document-content>"
)
_META = (
    '<office:meta xmlns:office="urn:o" xmlns:dc="urn:dc" xmlns:meta="urn:m">'
    "<dc:title>{title}</dc:title><meta:creation-date>2021-02-03T10:00:00</meta:creation-date>"
    "</office:meta>"
)


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP archive of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_part(data: bytes, name: str, content: str | bytes) -> bytes:
    """Return an archive with one part added or replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts: dict[str, str | bytes] = {part: archive.read(part) for part in archive.namelist()}
    return packed({**parts, name: content})


def saved(document: Any) -> bytes:
    """Return what a document of openpyxl or python-pptx is saved as."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def make_workbook(**sheets: Sequence[Sequence[object]]) -> Any:
    """Return a workbook with these rows on each sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return book


def make_deck(*slides: tuple[str, str]) -> Any:
    """Return a presentation whose slides have this title and text."""
    import pptx

    deck = pptx.Presentation()
    for title, body in slides:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
    return deck


def make_mail(subject: str, text: str) -> EmailMessage:
    """Return an e-mail with a plain text."""
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = "Ann Lee <ann@harbour.example>"
    mail["To"] = "Bo Berg <bo@harbour.example>"
    mail["Date"] = "Tue, 12 Mar 2024 09:30:00 +0100"
    mail.set_content(text)
    return mail


def make_book(*chapters: str, title: str = "The sea") -> bytes:
    """Return an e-book with these bodies of XHTML."""
    names = [f"c{number}.xhtml" for number in range(len(chapters))]
    items = "".join(
        f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in names
    )
    order = "".join(f'<itemref idref="{name}"/>' for name in names)
    page = "<!DOCTYPE html><html><head><title>x</title></head><body>{}</body></html>"
    pages = {f"OEBPS/{name}": page.format(body) for name, body in zip(names, chapters, strict=True)}
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": _CONTAINER,
            "OEBPS/content.opf": _OPF.format(title=title, items=items, order=order),
            **pages,
        }
    )


def make_odt(body: str, *, title: str = "") -> bytes:
    """Return an OpenDocument text with this body."""
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": _ODT.format(body=body),
            "meta.xml": _META.format(title=title),
        }
    )


def draw(*lines: str) -> Any:
    """Return a picture of some lines, as a scanner would see them."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("L", (1240, 160 + 90 * len(lines)), 255)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((80, 80 + 90 * number), line, fill=0, font=ImageFont.load_default(48))
    return picture


def drawn(kind: str, *pages: Sequence[str]) -> bytes:
    """Return pictures of lines as a `PNG`, `TIFF` or `PDF` file."""
    file = io.BytesIO()
    first, *others = [draw(*lines) for lines in pages]
    several = {"save_all": True, "append_images": others} if others else {}
    first.save(file, kind, **several)
    return file.getvalue()
