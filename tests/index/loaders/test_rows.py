from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import RefusedFileError
from index.loaders.limits import Limits
from index.loaders.rows import MAX_COLUMNS, RowWriter
from index.values import Document, Page, place_at

HEADER = ("Region", "Quarter", "Sales")


def write(*rows: tuple[int, tuple[str, ...]], name: str | None = None) -> RowWriter:
    writer = RowWriter(Limits())
    writer.sheet(name)
    for number, cells in rows:
        writer.row(number, cells)
    return writer


def write_names(numbers: Iterable[int], limits: Limits) -> None:
    writer = RowWriter(limits)
    writer.sheet()
    for number in numbers:
        writer.row(number, ["a name"])


def lines(*rows: tuple[str, ...]) -> list[str]:
    text, _ = write(*enumerate(rows, start=1)).finish()
    return text.splitlines()


def as_document(text: str, pages: tuple[Page, ...]) -> Document:
    return Document("d", "default", "a.csv", "A", None, text, pages, "0", "2026-01-01")


def test_a_row_names_its_columns() -> None:
    assert lines(HEADER, ("North", "Q1", "120"), ("South", "", "90")) == [
        "Region | Quarter | Sales",
        "Region: North | Quarter: Q1 | Sales: 120",
        "Region: South | Sales: 90",
    ]


def test_what_stands_above_the_header_is_kept_as_it_is() -> None:
    writer = write((1, ("Sales of 2023",)), (3, HEADER), (4, ("North", "Q1", "120")))

    text, _ = writer.finish()

    assert text.startswith("Sales of 2023\n\nRegion | Quarter | Sales\nRegion: North |")
    assert writer.title == "Sales of 2023"


def test_years_are_names_of_columns() -> None:
    assert lines(("Region", "2022", "2023"), ("North", "1", "2"))[1] == (
        "Region: North | 2022: 1 | 2023: 2"
    )


def test_days_beside_words_are_names_of_columns() -> None:
    assert lines(("Item", "2024-01-01", "2024-02-01"), ("Rent", "5", "6"))[1] == (
        "Item: Rent | 2024-01-01: 5 | 2024-02-01: 6"
    )


@pytest.mark.parametrize("rows", [2, 30])
def test_a_second_table_has_names_of_its_own(rows: int) -> None:
    below = rows + 3
    first = [(number, (f"Month {number}", str(number), "1")) for number in range(2, rows + 2)]

    text, pages = write(
        (1, ("Month", "Revenue", "Cost")),
        *first,
        (below, ("Employee", "Salary", "Hours")),
        (below + 1, ("Alice", "50", "38")),
        (below + 3, ("All", "50", "38")),
        name="Sheet",
    ).finish()

    assert text.startswith(
        "# Sheet\n\nMonth | Revenue | Cost\nMonth: Month 2 | Revenue: 2 | Cost: 1\n"
    )
    assert text.endswith(
        f"Revenue: {rows + 1} | Cost: 1\n\nEmployee | Salary | Hours\n"
        "Employee: Alice | Salary: 50 | Hours: 38\n\nEmployee: All | Salary: 50 | Hours: 38\n"
    )
    assert text.count("# Sheet") == 1
    assert (
        place_at(as_document(text, pages), text.index("Alice")) == f"sheet Sheet, row {below + 1}"
    )


def test_where_it_is_not_clear_whether_another_table_begins_no_column_is_named() -> None:
    text, _ = write(
        (1, ("Item", "Price")), (2, ("Tea", "2")), (4, ("Cake", "?a")), (5, ("Nut", "4"))
    ).finish()

    assert text.endswith("Column A: Cake | Column B: ?a\nColumn A: Nut | Column B: 4\n")


def test_days_above_days_are_no_names_of_columns() -> None:
    assert lines(("Ann", "2024-01-01", "2024-02-01"), ("Bob", "2023-01-01", "2024-02-03"))[0] == (
        "Column A: Ann | Column B: 2024-01-01 | Column C: 2024-02-01"
    )


def test_an_empty_row_alone_begins_no_table() -> None:
    text, _ = write(
        (1, ("Name", "Town")), (2, ("Alice", "Ulm")), (4, ("Bob", "Bonn")), (6, ("A remark.",))
    ).finish()

    assert (
        text
        == "Name | Town\nName: Alice | Town: Ulm\n\nName: Bob | Town: Bonn\n\nName: A remark.\n"
    )


def test_a_table_of_numbers_alone_has_no_header() -> None:
    assert lines(("1", "2"), ("3", "4")) == [
        "Column A: 1 | Column B: 2",
        "Column A: 3 | Column B: 4",
    ]


def test_a_column_without_a_name_gets_its_letters() -> None:
    cells = ("",) * 26 + ("far",)

    assert lines(HEADER, ("North", "Q1", "1", "2"), ("x", "y", *cells))[1:] == [
        "Region: North | Quarter: Q1 | Sales: 1 | Column D: 2",
        "Region: x | Quarter: y | Column AC: far",
    ]


def test_sentences_in_the_only_column_are_no_header() -> None:
    sentence = "The warehouse closes at noon on the last day of a month."

    assert lines((sentence,), ("Bring a torch.",)) == [sentence, "Bring a torch."]


def test_a_cell_comes_on_one_line() -> None:
    assert lines(("Name", "Note"), ("A\0nn", "one\r\n two\x07"))[1] == "Name: Ann | Note: one two"


def test_sheets_are_parted_by_their_names() -> None:
    writer = write((1, HEADER), (2, ("North", "Q1", "1")), name="Prices: old")
    writer.sheet("Empty")
    writer.sheet("Notes")
    writer.row(1, ["Closed"])
    text, pages = writer.finish()

    assert text == (
        "# Prices old\n\nRegion | Quarter | Sales\nRegion: North | Quarter: Q1 | Sales: 1\n"
        "\n# Notes\n\nClosed\n"
    )
    assert [page.place() for page in pages] == [
        "sheet Prices old",
        "sheet Prices old, row 1",
        "sheet Notes",
        "sheet Notes, row 1",
    ]
    assert [page.number for page in pages] == [1, 1, 3, 3]


def test_a_hundred_thousand_rows_make_one_page() -> None:
    writer = write((1, HEADER))
    for number in range(2, 100_001):
        writer.row(number, ("North", "Q1", str(number)))
    text, pages = writer.finish()

    assert len(pages) == 1
    start = text.index("Sales: 77777\n")
    assert place_at(as_document(text, pages), start) == "row 77777"


@given(
    st.lists(st.tuples(st.integers(1, 200), st.booleans()), min_size=1, max_size=30),
    st.booleans(),
)
def test_every_row_is_found_under_its_number(
    steps: list[tuple[int, bool]], has_header: bool
) -> None:
    writer = RowWriter(Limits())
    writer.sheet("S")
    number, written = 0, []
    if has_header:
        writer.row(1, ["Name", "Value"])
        number = 1
    for step, wide in steps:
        number += step
        writer.row(number, [f"<{number}>", "x" if wide else ""])
        written.append(number)
    text, pages = writer.finish()
    document = as_document(text, pages)

    places = [place_at(document, text.index(f"<{row}>")) for row in written]

    assert places == [f"sheet S, row {row}" for row in written]
    assert pages[0].start == 0
    assert pages[-1].end == len(text)
    assert all(page.end == after.start for page, after in pairwise(pages))


def test_refuses_more_columns_than_anybody_reads() -> None:
    with pytest.raises(RefusedFileError, match=rf"row 7 has more than {MAX_COLUMNS} columns"):
        write((7, ("x",) * (MAX_COLUMNS + 1)))


def test_empty_columns_do_not_count() -> None:
    assert write((1, ("x",) + ("",) * 10_000)).finish()[0] == "x\n"


def test_refuses_rows_strewn_over_a_sheet() -> None:
    with pytest.raises(RefusedFileError, match="more than 5 places"):
        write_names(range(1, 30_000, 1_000), Limits(max_pages=5))


def test_refuses_too_much_text() -> None:
    with pytest.raises(RefusedFileError, match="too long"):
        write_names(range(1, 1_000), Limits(max_text_characters=1_000))


@pytest.mark.parametrize("shared", ["x" * 60, " " * 60])
def test_long_cells_are_refused_before_they_are_copied(shared: str) -> None:
    rows = RowWriter(Limits(max_text_characters=100))
    rows.sheet()
    with pytest.raises(RefusedFileError, match="too long: 120 characters"):
        rows.row(1, [shared, shared])


def test_rows_that_wait_for_a_header_are_bounded_too() -> None:
    rows = RowWriter(Limits(max_text_characters=100))
    rows.sheet()
    rows.row(1, ["x" * 60])
    with pytest.raises(RefusedFileError, match="too long"):
        rows.row(2, ["x" * 60])
