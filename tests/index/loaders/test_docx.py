from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from index.errors import RefusedFileError
from index.loaders import Limits, extract
from index.values import Extract
from tests.growth import grows_evenly

# python-docx hands out objects without types.
WordDocument = Any

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def packed(document: WordDocument) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def read(document: WordDocument | bytes, limits: Limits | None = None) -> Extract:
    data = document if isinstance(document, bytes) else packed(document)
    return extract(data, ".docx", limits=limits or Limits())


def with_body(markup: str) -> bytes:
    """Return a document whose body is the given WordprocessingML."""
    return changed(blank(), "word/document.xml", lambda _: body_of(markup))


def body_of(markup: str) -> bytes:
    namespaces = (
        f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    return f"<w:document {namespaces}><w:body>{markup}</w:body></w:document>".encode()


def changed(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return an archive with one part changed or, where it hasn't got that, added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        parts = {part: old.read(part) for part in old.namelist()}
        parts[name] = change(parts.get(name, b""))
        for part, content in parts.items():
            new.writestr(part, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def blank() -> bytes:
    import docx

    return packed(docx.Document())


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx_part(name: str, content: bytes, document: WordDocument) -> Any:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    return Part(PackURI(name), "application/xml", content, document.part.package)


@pytest.fixture
def document() -> WordDocument:
    import docx

    return docx.Document()


def test_reads_the_body_in_its_order(document: WordDocument) -> None:
    document.add_heading("Contracts", 1)
    document.add_paragraph("All of them.")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Number", "Value", "HC-1", "5 | 6"), strict=True):
        cell.text = text
    document.add_heading("Rules", 2)
    document.add_paragraph("one", style="List Bullet")
    document.add_paragraph("two", style="List Bullet 2")
    document.add_paragraph("three", style="List Number")
    document.add_paragraph("The end.")

    found = read(document)

    assert found.text == (
        "# Contracts\n\nAll of them.\n\n| Number | Value |\n| --- | --- |\n| HC-1 | 5 \\| 6 |\n\n"
        "## Rules\n\n- one\n    - two\n1. three\n\nThe end."
    )
    assert (found.markup, found.pages) == ("markdown", ())


def test_takes_title_and_date_from_the_properties(document: WordDocument) -> None:
    document.add_heading("A heading", 1)
    document.core_properties.title = "The Register"
    document.core_properties.created = datetime(2020, 2, 21, 10, 30)

    found = read(document)

    assert (found.title, found.date) == ("The Register", "2020-02-21")


def test_a_template_has_neither_title_nor_date(document: WordDocument) -> None:
    document.add_paragraph("Words.")

    found = read(document)

    assert (found.title, found.date) == (None, None)


@pytest.mark.parametrize("level", [0, 1])
def test_else_the_title_is_the_first_heading(level: int, document: WordDocument) -> None:
    document.add_heading("Part", 2)
    document.add_heading("Annual report", level)
    document.add_heading("Another", 1)

    assert read(document).title == "Annual report"


def test_prefers_the_date_that_the_text_states(document: WordDocument) -> None:
    document.core_properties.created = datetime(2020, 2, 21, 10, 30)
    document.add_paragraph("Published: 12 March 2024")

    assert read(document).date == "2024-03-12"


def test_a_document_without_properties_has_none() -> None:
    data = with_body(paragraph("Words."))
    without = changed(data, "_rels/.rels", lambda part: re.sub(rb"<Rel[^>]*core[^>]*/>", b"", part))

    found = read(without)

    assert (found.text, found.title, found.date) == ("Words.", None, None)


def test_merged_cells_are_repeated_where_they_reach(document: WordDocument) -> None:
    table = document.add_table(3, 3)
    for position, cell in enumerate(table._cells):
        cell.text = f"c{position}"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "wide"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "tall"

    assert read(document).text == (
        "| c0 | wide | wide |\n| --- | --- | --- |\n| tall | c4 | c5 |\n| tall | c7 | c8 |"
    )


def test_long_merged_columns_take_linear_time() -> None:
    def row(merge: str) -> str:
        first = f"<w:tc><w:tcPr><w:vMerge{merge}/></w:tcPr>{paragraph('x')}</w:tc>"
        return f"<w:tr>{first}<w:tc>{paragraph('y')}</w:tc></w:tr>"

    def read_column(count: int) -> None:
        rows = row(' w:val="restart"') + row("") * count
        found = read(with_body(f"<w:tbl>{rows}</w:tbl>"))
        assert found.text.count("| x | y |") == count + 1

    assert grows_evenly(read_column, 2_500)


def test_a_long_merged_column_is_said_once() -> None:
    first = f"<w:tc><w:tcPr><w:vMerge w:val='restart'/></w:tcPr>{paragraph('x' * 500)}</w:tc>"
    below = f"<w:tc><w:tcPr><w:vMerge/></w:tcPr>{paragraph('')}</w:tc>"
    other = f"<w:tc>{paragraph('y')}</w:tc>"
    rows = f"<w:tr>{first}{other}</w:tr>" + f"<w:tr>{below}{other}</w:tr>" * 3

    text = read(with_body(f"<w:tbl>{rows}</w:tbl>")).text

    assert text.count("x" * 500) == 1
    assert text.count("|  | y |") == 3


def test_a_table_of_one_column_only_places_text(document: WordDocument) -> None:
    cell = document.add_table(2, 1).cell(0, 0)
    cell.text = "One."
    cell.add_paragraph("Two.")

    assert read(document).text == "One.\n\nTwo."


def test_nested_tables_lose_no_words(document: WordDocument) -> None:
    table = document.add_table(2, 2)
    table.cell(0, 0).text = "outer"
    table.cell(1, 1).add_table(1, 2).cell(0, 1).text = "inner"

    assert read(document).text == "| outer |  |\n| --- | --- |\n|  | inner |"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            f"<w:sdt><w:sdtContent>{paragraph('in a control')}</w:sdtContent></w:sdt>",
            "in a control",
        ),
        ("<w:p><w:ins><w:r><w:t>added</w:t></w:r></w:ins></w:p>", "added"),
        (
            "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
            "<w:r><w:t>kept</w:t></w:r></w:p>",
            "kept",
        ),
        ("<w:p><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink></w:p>", "link"),
        ("<w:p><w:fldSimple><w:r><w:t>field</w:t></w:r></w:fldSimple></w:p>", "field"),
        (
            "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>7</w:t></w:r></w:p>",
            "7",
        ),
        (
            "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t>"
            "<w:noBreakHyphen/><w:t>d</w:t><w:softHyphen/><w:t>e</w:t></w:r></w:p>",
            "a\tb\nc-de",
        ),
        (
            "<w:p><w:r><w:t>anchor</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='w'>"
            f"<w:txbxContent>{paragraph('box')}</w:txbxContent></mc:Choice><mc:Fallback>"
            f"<v:textbox><w:txbxContent>{paragraph('box')}</w:txbxContent></v:textbox>"
            "</mc:Fallback></mc:AlternateContent></w:r></w:p>",
            "anchor\n\nbox",
        ),
        (
            f"<w:tbl><w:sdt><w:sdtContent><w:tr><w:tc>{paragraph('a')}</w:tc>"
            f"<w:tc>{paragraph('b')}</w:tc></w:tr></w:sdtContent></w:sdt>"
            f"<w:tr><w:tc>{paragraph('c')}</w:tc><w:tc>{paragraph('d')}</w:tc></w:tr></w:tbl>",
            "| a | b |\n| --- | --- |\n| c | d |",
        ),
        ("<!-- remark --><w:p><w:r><w:t>x</w:t></w:r></w:p><?pi?>", "x"),
    ],
)
def test_loses_no_words_however_they_are_wrapped(markup: str, text: str) -> None:
    assert read(with_body(markup)).text == text


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ('<w:pStyle w:val="Heading3"/>', "### words"),
        ('<w:outlineLvl w:val="1"/>', "## words"),
        ('<w:outlineLvl w:val="8"/>', "###### words"),
        ('<w:outlineLvl w:val="9"/>', "words"),
        ('<w:pStyle w:val="unheard-of"/>', "words"),
        ('<w:numPr><w:ilvl w:val="1"/><w:numId w:val="5"/></w:numPr>', "- words"),
        ('<w:pStyle w:val="ListBullet"/><w:numPr><w:numId w:val="0"/></w:numPr>', "words"),
        ('<w:pStyle w:val="ListBullet"/>', "- words"),
    ],
)
def test_knows_headings_and_lists_by_style_or_property(properties: str, text: str) -> None:
    assert read(with_body(paragraph("words", properties))).text == text


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ('<w:basedOn w:val="Heading2"/>', "## words"),
        ('<w:basedOn w:val="Own"/>', "words"),
        ('<w:pPr><w:outlineLvl w:val="0"/></w:pPr>', "# words"),
        ('<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>', "- words"),
    ],
)
def test_knows_styles_by_what_they_are_based_on(style: str, text: str) -> None:
    def add_style(part: bytes) -> bytes:
        own = f'<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Own"/>{style}</w:style>'
        return part.replace(b"</w:styles>", f"{own}</w:styles>".encode())

    data = with_body(paragraph("words", '<w:pStyle w:val="Own"/>'))

    assert read(changed(data, "word/styles.xml", add_style)).text == text


def test_footnotes_come_last() -> None:
    relation = (
        b'<Relationship Id="rId99" Target="footnotes.xml" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/footnotes"/></Relationships>'
    )
    notes = (
        f'<w:footnotes xmlns:w="{W}"><w:footnote w:type="separator"><w:p><w:r><w:separator/></w:r>'
        f"</w:p></w:footnote><w:footnote>{paragraph('The note.')}</w:footnote></w:footnotes>"
    )
    data = with_body(paragraph("Body."))
    data = changed(data, "word/footnotes.xml", lambda _: notes.encode())
    data = changed(
        data,
        "word/_rels/document.xml.rels",
        lambda part: part.replace(b"</Relationships>", relation),
    )

    assert read(data).text == "Body.\n\nThe note."


@pytest.mark.parametrize(
    ("part", "target"),
    [
        ("word/document.xml", "NULL"),
        ("word/document.xml", "../NULL"),
        ("word/document.xml", "#_Toc1"),
        ("word/document.xml", "media/gone.png"),
        ("word/document.xml", "/word/gone.xml"),
        ("", "docProps/gone.jpeg"),
    ],
)
def test_a_relation_to_nothing_costs_no_words(part: str, target: str) -> None:
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels".removeprefix("/")
    loose = f'<Relationship Id="rId99" Type="x/image" Target="{target}"/></Relationships>'
    data = changed(
        with_body(paragraph("Words.", '<w:pStyle w:val="Heading1"/>')),
        relations,
        lambda content: content.replace(b"</Relationships>", loose.encode()),
    )

    assert read(data).text == "# Words."


def test_refuses_a_document_without_its_main_part() -> None:
    data = changed(blank(), "_rels/.rels", lambda part: part.replace(b"document.xml", b"gone.xml"))

    with pytest.raises(RefusedFileError, match="the Word document is damaged"):
        read(data)


def test_refuses_a_document_without_words() -> None:
    with pytest.raises(RefusedFileError, match="holds no text"):
        read(blank())


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_refuses_a_truncated_document(share: float, document: WordDocument) -> None:
    document.add_paragraph("Words.")
    data = packed(document)

    with pytest.raises(RefusedFileError, match="damaged or cut off"):
        read(data[: int(len(data) * share)])


def test_refuses_a_document_with_a_damaged_part(document: WordDocument) -> None:
    document.add_paragraph("Words.")
    data = bytearray(packed(document))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        place = archive.getinfo("word/document.xml").header_offset + 200
    data[place : place + 40] = b"\xff" * 40

    with pytest.raises(RefusedFileError, match="damaged or cut off"):
        read(bytes(data))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/document.xml", b"<w:document"),
        ("word/document.xml", f'<w:document xmlns:w="{W}"/>'.encode()),
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", b"<Relationships/>"),
    ],
)
def test_refuses_a_document_whose_parts_make_no_sense(name: str, content: bytes) -> None:
    with pytest.raises(RefusedFileError, match="the Word document is damaged"):
        read(changed(blank(), name, lambda _: content))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><body>x</body></html>", "but a web page"),
        (b"%PDF-1.7", "but a PDF"),
        (b"Just words", "but something else"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, r"old format \(\.doc\)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
    ],
)
def test_refuses_what_is_no_word_document(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedFileError, match=reason):
        read(data)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("xl/workbook.xml", "an Excel workbook"),
        ("ppt/presentation.xml", "a PowerPoint presentation"),
        ("META-INF/manifest.xml", "an OpenDocument file"),
        ("readme.txt", "a ZIP archive"),
    ],
)
def test_names_other_packed_documents(name: str, kind: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, "content")

    with pytest.raises(RefusedFileError, match=kind):
        read(file.getvalue())


def bomb(unpacked_bytes: int, name: str) -> bytes:
    piece = b"\0" * 1_000_000
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(blank())) as old, zipfile.ZipFile(file, "w") as archive:
        for part in old.namelist():
            archive.writestr(part, old.read(part))
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w") as entry:
            for _ in range(unpacked_bytes // len(piece)):
                entry.write(piece)
    return file.getvalue()


def test_refuses_a_document_that_declares_too_much_without_unpacking_it() -> None:
    data = bomb(120_000_000, "word/media/picture.png")
    assert len(data) < 1_000_000

    # Unpacking it would end, and be told, a little beyond 100 million.
    with pytest.raises(RefusedFileError, match=r"unpacks to 120,\d{3},\d{3} bytes or more"):
        read(data, Limits(max_unpacked_bytes=100_000_000))


def test_refuses_a_document_that_lies_about_its_size() -> None:
    data = bomb(3_000_000, "word/media/picture.png")
    honest, lie = (3_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    assert data.count(honest) == 2

    with pytest.raises(RefusedFileError, match="damaged or cut off"):
        read(data.replace(honest, lie), Limits(max_unpacked_bytes=2_000_000))


def test_counts_what_really_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bomb(3_000_000, "word/media/picture.png")
    monkeypatch.setattr("index.loaders.archive._check_declared", lambda *_: None)

    with pytest.raises(RefusedFileError, match=r"unpacks to 2,\d{3},\d{3} bytes or more"):
        read(data, Limits(max_unpacked_bytes=2_000_000))


def test_refuses_more_markup_than_any_text_needs() -> None:
    with pytest.raises(RefusedFileError, match="too long"):
        read(bomb(3_000_000, "word/custom.xml"), Limits(max_text_characters=200_000))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_knows_markup_by_more_than_its_name(encoding: str) -> None:
    markup = f"\n{' ' * 1_100_000}{body_of(paragraph('x') * 50_000).decode()}".encode(encoding)

    with pytest.raises(RefusedFileError, match="too long"):
        read(
            changed(blank(), "word/document.bin", lambda _: markup),
            Limits(max_text_characters=200_000),
        )


DRAWING = (
    b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [%s]><svg/>'
)


def test_pictures_and_pages_in_a_document_do_no_harm() -> None:
    data = with_body(paragraph("Words."))
    data = changed(data, "word/media/a.svg", lambda _: DRAWING % b'<!ENTITY ns "http://ns">')
    data = changed(data, "word/page.htm", lambda _: b"<!DOCTYPE html><p>x")

    assert read(data).text == "Words."


def test_refuses_a_text_that_is_too_long(document: WordDocument) -> None:
    document.add_paragraph("word " * 100_000)

    with pytest.raises(RefusedFileError, match="too long: 499,999"):
        read(document, Limits(max_text_characters=400_000))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_refuses_entities_that_unfold_without_end(encoding: str) -> None:
    declared = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    part = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a0 "lol">{declared}]>'
        f'<w:document xmlns:w="{W}"><w:body>{paragraph("&a9;")}</w:body></w:document>'
    )

    for name in ("word/document.xml", "word/document.bin"):
        with pytest.raises(RefusedFileError, match="declares XML entities"):
            read(changed(blank(), name, lambda _: part.encode(encoding)))


def test_refuses_thousands_of_parts() -> None:
    file = io.BytesIO(blank())
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(10_001):
            archive.writestr(f"word/{number}", "")

    with pytest.raises(RefusedFileError, match=r"packed from 10,\d{3} parts"):
        read(file.getvalue())


def test_refuses_parts_that_are_encrypted() -> None:
    data = blank()
    marker = data.index(b"PK\x01\x02")
    flagged = data[: marker + 8] + b"\x01" + data[marker + 9 :]

    with pytest.raises(RefusedFileError, match="protected by a password"):
        read(flagged)


@pytest.mark.timeout(60)
def test_deep_nesting_is_refused() -> None:
    nested = "<w:sdt><w:sdtContent>" * 400 + paragraph("x") + "</w:sdtContent></w:sdt>" * 400

    with pytest.raises(RefusedFileError, match="is damaged"):
        read(with_body(nested))


NUMBERING = f"""<w:numbering xmlns:w="{W}">
<w:abstractNum w:abstractNumId="0">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/>
    <w:pStyle w:val="Clause"/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/>
  </w:lvl>
  <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/>
  </w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1">
  <w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="\uf0b7"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:abstractNum w:abstractNumId="2">
  <w:lvl w:ilvl="0"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="Part %1"/><w:start w:val="1"/>
  </w:lvl>
  <w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:lvlText w:val="Section %2"/><w:start w:val="1"/>
    <w:lvlRestart w:val="0"/></w:lvl>
</w:abstractNum>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">
  <w:startOverride w:val="5"/>
  <w:lvl w:ilvl="0"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="Article %1"/></w:lvl>
</w:lvlOverride></w:num>
</w:numbering>"""


def with_numbers(markup: str, styles: str = "") -> bytes:
    """Return a document whose lists are those of `NUMBERING`."""
    numbered = changed(with_body(markup), "word/numbering.xml", lambda _: NUMBERING.encode())
    end = b"</w:styles>"
    return changed(
        numbered, "word/styles.xml", lambda part: part.replace(end, styles.encode() + end)
    )


def listed(text: str, number_id: int, depth: int) -> str:
    place = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number_id}"/></w:numPr>'
    return paragraph(text, place)


def test_paragraphs_have_the_numbers_that_word_shows() -> None:
    markup = "".join(
        (
            listed("Fees", 1, 0),
            listed("Members pay.", 1, 1),
            listed("monthly;", 1, 2),
            listed("in advance.", 1, 2),
            listed("apples", 2, 0),
            listed("", 1, 1),
            listed("Guests don't.", 1, 1),
            listed("Notice", 1, 0),
            listed("Clause 1.1 applies.", 1, 1),
        )
    )

    assert read(with_numbers(markup)).text == (
        "1. Fees\n    - 1.1 Members pay.\n        - (a) monthly;\n        - (b) in advance.\n"
        "- apples\n    - 1.3 Guests don't.\n2. Notice\n    - 2.1 Clause 1.1 applies."
    )


def test_headings_are_numbered_by_their_style() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Clause"><w:name w:val="Clause"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Preamble"><w:name w:val="Preamble"/>'
        '<w:basedOn w:val="Clause"/><w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr>'
        "</w:style>"
    )
    bodies = (("Preamble", "Parties"), ("Clause", "Fees"), ("Clause", "Notice"))
    markup = "".join(paragraph(text, f'<w:pStyle w:val="{style}"/>') for style, text in bodies)

    found = read(with_numbers(markup, styles))

    assert found.text == "# Parties\n\n# 1. Fees\n\n# 2. Notice"
    assert found.title == "Parties"


def test_a_level_goes_on_or_begins_anew_as_its_list_says() -> None:
    parts = (
        ("A", 3, 0),
        ("a", 3, 1),
        ("b", 3, 1),
        ("B", 3, 0),
        ("c", 3, 1),
        ("C", 4, 0),
        ("D", 4, 0),
    )

    found = read(with_numbers("".join(listed(*part) for part in parts)))

    assert [line.strip(" -") for line in found.text.splitlines()] == [
        "Part I A",
        "Section 1 a",
        "Section 2 b",
        "Part II B",
        "Section 3 c",
        "Article V C",
        "Article VI D",
    ]


def test_numbers_go_on_in_tables_but_not_behind_what_is_deleted() -> None:
    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr>"

    place = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    item, gone = paragraph("x", place), paragraph("y", f"{place}<w:rPr><w:del/></w:rPr>")
    layout = f"<w:tbl>{row(item)}</w:tbl>"
    table = f"<w:tbl>{row(item, item)}{row('<w:p/>', item)}</w:tbl>"

    found = read(with_numbers(item + gone + layout + table + item))

    assert found.text == "1. x\n- y\n2. x\n\n| 3. x | 4. x |\n| --- | --- |\n|  | 5. x |\n\n6. x"


def test_a_titles_number_is_no_part_of_it() -> None:
    markup = paragraph("Fees", '<w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/>')
    found = read(with_numbers(markup.replace("<w:numPr>", '<w:numPr><w:ilvl w:val="0"/>')))

    assert (found.text, found.title) == ("# 1. Fees", "Fees")


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ("<w:vanish/>", "The fee is"),
        ('<w:vanish w:val="0"/>', "The fee is 5 euro"),
        ('<w:vertAlign w:val="subscript"/>', "The fee is 5 euro"),
    ],
)
def test_hidden_text_is_left_out(properties: str, text: str) -> None:
    hidden = f"<w:r><w:rPr>{properties}</w:rPr><w:t> 5 euro</w:t></w:r>"

    assert read(with_body(f"<w:p><w:r><w:t>The fee is</w:t></w:r>{hidden}</w:p>")).text == text


def test_formulas_stand_on_one_line() -> None:
    math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'

    def number(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    half = f"<m:f><m:num>{number('1')}</m:num><m:den>{number('2')}</m:den></m:f>"
    power = f"<m:sSup><m:e>{number('10')}</m:e><m:sup>{number('6')}</m:sup></m:sSup>"
    markup = f"<w:p><w:r><w:t>It is </w:t></w:r><m:oMath {math}>{half}{power}</m:oMath></w:p>"

    assert read(with_body(markup)).text == "It is 1/2 10^6"


CHART = """<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart>
<c:title><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Sales</c:v></c:pt></c:strCache></c:strRef>
</c:tx></c:title><c:plotArea><c:pieChart><c:ser><c:tx><c:v>Tons</c:v></c:tx>
<c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>North</c:v></c:pt></c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:numCache><c:formatCode>0.0</c:formatCode><c:pt idx="0"><c:v>12</c:v></c:pt>
</c:numCache></c:numRef></c:val></c:ser></c:pieChart></c:plotArea></c:chart></c:chartSpace>"""


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        (
            "word/charts/chart1.xml",
            CHART,
            "\n\nSales\n\n|  | Tons |\n| --- | --- |\n| North | 12.0 |",
        ),
        ("word/charts/chart1.xml", "<c:chart", ""),
        ("word/charts/missing.xml", CHART, ""),
    ],
)
def test_a_chart_is_the_table_that_it_draws(name: str, content: str, text: str) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = f'<Relationship Id="rId99" Type="{kind}/chart" Target="charts/chart1.xml"/>'
    chart = (
        '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        f'xmlns:r="{kind}" r:id="rId99"/>'
    )
    body = f"<w:p><w:r><w:t>Sales rose.</w:t></w:r><w:r><w:drawing>{chart}</w:drawing></w:r></w:p>"
    document = changed(with_body(body), name, lambda _: content.encode())
    end = b"</Relationships>"
    data = changed(
        document,
        "word/_rels/document.xml.rels",
        lambda part: part.replace(end, relation.encode() + end),
    )

    assert read(data).text == f"Sales rose.{text}"


def test_a_chart_in_a_table_follows_it(document: WordDocument) -> None:
    from docx.oxml import parse_xml

    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, "abcd", strict=True):
        cell.text = text
    part = docx_part("/word/charts/chart1.xml", CHART.encode(), document)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    name = document.part.relate_to(part, f"{kind}/chart")
    chart = (
        '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:drawing>'
        '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        f'xmlns:r="{kind}" r:id="{name}"/></w:drawing></w:r>'
    )
    table.cell(0, 0).paragraphs[0]._p.append(parse_xml(chart))
    document.add_paragraph("The end.")

    text = read(document).text
    assert text.startswith("| a | b |")
    assert text.index("| c | d |") < text.index("Sales") < text.index("The end.")


def test_inserted_symbols_are_read() -> None:
    symbols = (("Symbol", "F0B1"), ("Wingdings", "F0FE"), ("Arial", "20AC"), ("Webdings", "F061"))
    runs = "".join(f'<w:sym w:font="{font}" w:char="{code}"/>' for font, code in symbols)

    assert read(with_body(f"<w:p><w:r><w:t>5 </w:t>{runs}</w:r></w:p>")).text == "5 ±☑€"


def test_a_raised_number_is_no_end_of_the_one_before() -> None:
    raised = "<w:rPr><w:vertAlign w:val='superscript'/></w:rPr>"
    found = read(
        with_body(
            f"<w:p><w:r><w:t>About 10</w:t></w:r><w:r>{raised}<w:t>6</w:t></w:r>"
            f"<w:r><w:t> people in the 1</w:t></w:r><w:r>{raised}<w:t>st</w:t></w:r>"
            "<w:r><w:t> year.</w:t></w:r></w:p>"
        )
    )
    assert found.text == "About 10^6 people in the 1st year."
