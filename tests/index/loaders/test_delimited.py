from __future__ import annotations

import pytest

from index.errors import RefusedFileError
from index.loaders import Limits, extract
from index.values import Extract, Page
from tests.growth import grows_evenly


def read(text: str | bytes, suffix: str = ".csv") -> Extract:
    data = text if isinstance(text, bytes) else text.encode()
    return extract(data, suffix, limits=Limits())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_what_the_lines_agree_on(delimiter: str) -> None:
    found = read(f"Town{delimiter}Tariff\nOrlen{delimiter}12\nBrack{delimiter}9\n")

    assert found.text == "Town | Tariff\nTown: Orlen | Tariff: 12\nTown: Brack | Tariff: 9\n"
    assert found.pages == (Page(1, 0, len(found.text), first_row=1),)
    assert (found.title, found.date, found.markup) == (None, None, "rows")


def test_commas_in_numbers_and_quotes_are_no_delimiters() -> None:
    found = read('Town;Tariff;Note\nOrlen;1,5;"a, b, c"\nBrack;2,5;"d, e"\n')

    assert "Town: Orlen | Tariff: 1,5 | Note: a, b, c\n" in found.text


def test_decimal_commas_are_no_delimiters_where_all_else_is_equal() -> None:
    found = read("Town;Amount, EUR;Rate, %\nOrlen;1,5;2,5\nBrack;2,75;3,5\n")

    assert "Town: Orlen | Amount, EUR: 1,5 | Rate, %: 2,5\n" in found.text


def test_quotes_may_follow_a_blank() -> None:
    found = read('Name, Amount, Note\nJane, "1,200", "c, d"\n')

    assert "Name: Jane | Amount: 1,200 | Note: c, d\n" in found.text


def test_quotes_in_quotes_may_follow_a_backslash() -> None:
    found = read(
        'Name,Note,Amount\n"Smith, John","said \\"hi\\" to, us",5\n"Doe, Jane","one\ntwo",7\n'
    )

    assert found.text.splitlines()[1:] == [
        'Name: Smith, John | Note: said "hi" to, us | Amount: 5',
        "Name: Doe, Jane | Note: one two | Amount: 7",
    ]


def test_a_file_may_name_its_delimiter() -> None:
    found = read("sep=|\nTown|Tariff\nOrlen|12\n")

    assert found.text == "Town | Tariff\nTown: Orlen | Tariff: 12\n"


def test_a_cell_may_hold_line_breaks() -> None:
    found = read('Town,Note\r\nOrlen,"one\r\ntwo"\r\nBrack,three\r\n')

    assert found.text.splitlines()[1:] == [
        "Town: Orlen | Note: one two",
        "Town: Brack | Note: three",
    ]


def test_quotes_that_are_not_paired_are_characters() -> None:
    found = read('Pipe\tLength\n6" steel\t"3 m\n', ".tsv")

    assert found.text.splitlines()[1] == 'Pipe: 6" steel | Length: "3 m'


def test_a_date_in_a_row_is_not_the_date_of_the_file() -> None:
    assert read("Date,Town\n2020-02-21,Orlen\n").date is None


def test_old_encodings_are_read() -> None:
    assert (
        "Ort: Köln"
        in read("Ort,Maß\nKöln,3 für jeden\nGräfelfing,früher größer\n".encode("cp1252")).text
    )


def test_refuses_what_is_no_text() -> None:
    with pytest.raises(RefusedFileError, match="ZIP archive"):
        read(b"PK\x03\x04" + bytes(100))


def test_a_cell_may_be_as_long_as_a_text() -> None:
    long = "one, two; " * 20_000

    found = read(f'Town,Note,Tariff\nOrlen,"{long}",12\nBrack,short,9\n')

    assert found.text.endswith("two; | Tariff: 12\nTown: Brack | Note: short | Tariff: 9\n")


def test_quotes_are_told_from_characters_in_a_long_text_as_in_a_short_one() -> None:
    found = read('Pipe,Length\n6" steel,"3 m\n' + "copper,2 m\n" * 20_000)

    assert found.text.splitlines()[1] == 'Pipe: 6" steel | Length: "3 m'
    assert found.text.endswith("Pipe: copper | Length: 2 m\n")


def test_refuses_a_cell_longer_than_a_text_may_be() -> None:
    with pytest.raises(RefusedFileError, match="its text is too long: 300,000 characters"):
        extract(b'"' + b"x" * 300_000 + b'"', ".csv", limits=Limits(max_text_characters=200_000))


def test_many_rows_are_read_in_linear_time() -> None:
    def read_rows(count: int) -> None:
        rows = "".join(f"Town {number},{number},some words\n" for number in range(count))
        assert read("Town,Tariff,Note\n" + rows).text.count("\n") == count + 1

    assert grows_evenly(read_rows, 20_000)
