from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.loaders.dates import iso_day, pdf_day, stated_day

DAY = "2024-03-12"


@pytest.mark.parametrize(
    "stated",
    [
        "2024-03-12",
        "2024-03-12T10:00:00Z",
        "2024/3/12",
        "2024.03.12 10:00",
        "12 March 2024",
        "12th of March 2024",
        "March 12, 2024",
        "Tuesday, 12 March 2024",
        "Tue, 12 Mar 2024 10:15:00 GMT",
        "12 MAR 2024, 10:15 ICT",
        "2024年3月12日",
        "2024년 3월 12일",
    ],
)
def test_reads_complete_dates(stated: str) -> None:
    assert iso_day(stated) == DAY


def test_reads_numbers_that_can_only_be_read_one_way() -> None:
    assert iso_day("31/1/2024") == iso_day("1/31/2024") == "2024-01-31"
    assert iso_day("3/3/2024") == "2024-03-03"


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "March 2024",
        "2024",
        "12 March",
        "Tuesday",
        "3/4/2024",
        "12 March 24",
        "2024-02-31",
        "yesterday",
        "1984 by Penguin",
        "9999999999999999999999",
        "9" * 40 + " h 2020",
        "2024年13月1日",
    ],
)
def test_guesses_no_part_of_a_date(stated: str) -> None:
    assert iso_day(stated) is None


def test_a_number_beyond_all_dates_refuses_no_text() -> None:
    assert stated_day("Date: " + "9" * 40 + " h 2020\n\nPublished: 12 March 2024") == DAY


@settings(deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    for found in (iso_day(text), stated_day(text), stated_day(f"Date: {text}"), pdf_day(text)):
        assert found is None or date.fromisoformat(found)


@settings(deadline=None)
@given(st.dates())
def test_iso_dates_survive(day: date) -> None:
    assert iso_day(day.isoformat()) == day.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "Published: 12 March 2024\n\nText",
        "Title\n\nDate: March 12, 2024\n",
        "**Date:** 12 March 2024",
        "Last updated on 12 March 2024.",
        "Posted 12 March 2024 at 10:30 by Ann",
        "Published: 12 March 2024 | Updated: 14 March 2024",
        "Date:           12 March 2024   (draft)",
        "Report\nThe Harbour Authority, published on 12 March 2024",
        "Ann Lee · Updated: March 12, 2024",
        "The Net Loft\n\n12 March 2024\n\nDear Sir",
    ],
)
def test_finds_the_date_that_a_text_states(text: str) -> None:
    assert stated_day(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It was published on 12 March 2024 and sold well.",
        "Date palms grow here",
        "Published 1984 by Penguin",
        "12 March 2024\nThe storm.\n13 March 2024\nThe calm.",
        "one\ntwo\nthree\nfour\nfive\nsix\nseven\n12 March 2024",
        "word\n" * 40 + "Date: 12 March 2024",
        "Date: " + "x" * 500 + " 12 March 2024",
    ],
)
def test_finds_no_date_where_none_is_stated(text: str) -> None:
    assert stated_day(text) is None


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("D:20240312103000+07'00'", DAY),
        ("20240312", DAY),
        ("D:2024", None),
        ("D:20241399", None),
        ("D:20000101000000+00'00'", None),
        ("", None),
    ],
)
def test_reads_dates_of_pdf_properties(stated: str, day: str | None) -> None:
    assert pdf_day(stated) == day
