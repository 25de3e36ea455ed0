from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest

from index.errors import RefusedFileError
from index.loaders import Limits, extract
from index.values import Extract
from tests.documents import make_workbook, packed, saved, with_part

HEADER = ("Item", "Price", "Since")
ROW = ("Tea", 2.5, date(2024, 3, 1))


def read(book: Any, limits: Limits | None = None) -> Extract:
    data = book if isinstance(book, bytes) else saved(book)
    return extract(data, ".xlsx", limits=limits or Limits())


def test_each_row_names_its_columns_and_shows_what_a_person_sees() -> None:
    book = make_workbook(Prices=[HEADER, ROW])
    book["Prices"]["B2"].number_format = '"£"0.00'

    found = read(book)

    assert (
        found.text
        == "# Prices\n\nItem | Price | Since\nItem: Tea | Price: £2.50 | Since: 2024-03-01\n"
    )
    assert [page.place() for page in found.pages] == ["sheet Prices", "sheet Prices, row 1"]
    assert found.markup == "rows"


def test_a_merged_label_is_said_in_each_row_that_it_reaches() -> None:
    rows = (("Region", "Quarter", "Sales"), ("North", "Q1", 1), (None, "Q2", 2), ("South", "Q1", 3))
    book = make_workbook(Sales=(("Sales of 2023",), *rows))
    book["Sales"].merge_cells("A3:A4")
    book["Sales"].merge_cells("A1:C1")

    assert read(book).text.splitlines()[2:] == [
        "Sales of 2023",
        "Region | Quarter | Sales",
        "Region: North | Quarter: Q1 | Sales: 1",
        "Region: North | Quarter: Q2 | Sales: 2",
        "Region: South | Quarter: Q1 | Sales: 3",
    ]


def test_hidden_sheets_are_read_and_empty_ones_left_out() -> None:
    book = make_workbook(Prices=[HEADER, ROW], Costs=[("Tea", 1)], Empty=[])
    book["Costs"].sheet_state = "hidden"

    found = read(book)

    assert "# Costs" in found.text
    assert "Empty" not in found.text


def test_a_formula_is_read_as_what_it_last_came_to() -> None:
    data = saved(make_workbook(Sums=[("Item", "Total"), ("Tea", 0)]))
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    calculated = sheet.replace(b"<v>0</v>", b"<f>SUM(A1:A9)</f><v>35</v>")
    assert calculated != sheet

    found = read(with_part(data, "xl/worksheets/sheet1.xml", calculated))

    assert "Item: Tea | Total: 35" in found.text


def test_formulas_that_were_never_calculated_are_said_to_be() -> None:
    with pytest.raises(RefusedFileError, match="formulas were never calculated"):
        read(make_workbook(Sums=[("=1+1", "=2+2")]))


def test_what_a_workbook_says_of_itself() -> None:
    book = make_workbook(Prices=[("Price list of the harbour",), HEADER, ROW])
    book.properties.created = datetime(2020, 2, 21)

    assert (read(book).title, read(book).date) == ("Price list of the harbour", "2020-02-21")
    book.properties.title = "Prices 2020"
    assert read(book).title == "Prices 2020"


def test_a_workbook_without_properties_has_no_date() -> None:
    with zipfile.ZipFile(io.BytesIO(saved(make_workbook(A=[HEADER, ROW])))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    del parts["docProps/core.xml"]

    assert read(packed(parts)).date is None


def test_a_sheet_that_lies_about_its_size_is_read_whole() -> None:
    data = saved(make_workbook(A=[HEADER, ROW]))
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    lying = sheet.replace(b'ref="A1:C2"', b'ref="A1:A1"')
    assert lying != sheet

    assert "Since: 2024-03-01" in read(with_part(data, "xl/worksheets/sheet1.xml", lying)).text


@pytest.mark.timeout(60)
@pytest.mark.parametrize("row", [2_000_000, 2_000_000_000])
def test_refuses_a_row_further_down_than_any_sheet_reaches(row: int) -> None:
    data = saved(make_workbook(A=[("x", "y"), ("far", "away")]))
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    far = sheet.replace(b'<row r="2"', b'<row r="%d"' % row)
    assert far != sheet

    with pytest.raises(RefusedFileError, match="has more than 1,048,576 rows"):
        read(with_part(data, "xl/worksheets/sheet1.xml", far))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04" + bytes(50), "workbook is damaged or cut off"),
        (saved(make_workbook(A=[HEADER, ROW]))[:-200], "workbook is damaged or cut off"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"old format \(\.xls\)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (packed({"word/document.xml": "x"}), "isn't an Excel workbook but a Word document"),
        (packed({"a.txt": "x"}), "isn't an Excel workbook but a ZIP archive"),
        (
            packed({"[Content_Types].xml": "<!DOCTYPE x>", "xl/workbook.xml": "<x/>"}),
            "declares XML entities",
        ),
        (
            packed({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}),
            "workbook is damaged; open it",
        ),
        (b"Item,Price\nTea,2\n", "isn't an Excel workbook but something else"),
    ],
)
def test_refuses_what_is_no_workbook_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedFileError, match=reason):
        read(data)


@pytest.mark.parametrize("name", ["sheet1.dat", "sheet1.svg"])
def test_refuses_entities_in_a_sheet_of_any_name(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(saved(make_workbook(A=[HEADER, ROW])))) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    relations = parts["xl/_rels/workbook.xml.rels"]
    parts["xl/_rels/workbook.xml.rels"] = relations.replace(b"sheet1.xml", name.encode())
    sheet = parts.pop("xl/worksheets/sheet1.xml")
    part = f"xl/worksheets/{name}"

    assert "Item: Tea" in read(packed({**parts, part: sheet})).text
    with pytest.raises(RefusedFileError, match="declares XML entities"):
        read(packed({**parts, part: b'<!DOCTYPE x [<!ENTITY a "ha">]>' + sheet}))


def test_refuses_a_bomb() -> None:
    data = with_part(saved(make_workbook(A=[HEADER])), "xl/media/a.bin", bytes(3_000_000))

    with pytest.raises(RefusedFileError, match="workbook unpacks to 3,"):
        read(data, Limits(max_unpacked_bytes=2_000_000))
