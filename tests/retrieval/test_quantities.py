from __future__ import annotations

import math

import pytest

from retrieval.quantities import Moment, Quantity, read_moment, read_quantity

SAME = [
    ("12", "twelve"),
    ("1,500,000 crowns", "1.5 million"),
    ("£4.6 million", "£4,600,000"),
    ("12 %", "12 per cent"),
    ("twenty-four months", "24 months"),
    ("about 115", "118"),
    ("more than 100 people", "115"),
    ("up to 5 knots", "4 knots"),
    ("10 to 12", "eleven"),
    ("two hundred thousand", "200,000"),
    ("$1.5bn", "$1.5 billion"),
    ("£2m", "£2,000,000"),
    ("30k", "30,000"),
    ("10 000", "10,000"),
    ("10\u00a0000 crowns", "ten thousand"),
    ("2½", "2.5"),
    ("½ litre", "0.5 litres"),
    ("two weeks", "2 weeks"),
    ("two to four weeks", "three weeks"),
    ("one year", "twelve months"),
    ("1.5 km", "1,500 m"),
    ("6 feet", "1.8 metres"),
    ("a one-off fee of £20", "£20"),
    ("one of the 12 members", "12"),
    ("no more than 20", "15"),
    ("no less than 20", "25"),
    ("approx. 300 m", "306 m"),
    ("~300 m", "306 m"),
    ("just under 300", "297"),
    ("fourteen days", "two weeks"),
]
OTHER = [
    ("115", "112"),
    ("eight", "nine"),
    ("£3.9 million", "£4.6 million"),
    ("350 litres", "about 2,000 litres"),
    ("at least nine times", "seven"),
    ("10–12", "13"),
    ("6.4 metres", "7.2 m"),
    ("2 m", "3 m"),
    ("$1.5bn", "$1.5m"),
    ("30 kg", "31 kg"),
    ("two weeks", "six weeks"),
    ("one year", "two years"),
    ("1.2 km", "900 m"),
    ("12 months", "two years"),
    ("no more than 20", "25"),
    ("not less than 20", "15"),
    ("90 days", "ten weeks"),
]
NOT_COMPARED = [("5 knots", "5 metres"), ("£3", "$4"), ("12 months", "90 days"), ("4 knots", "9")]


@pytest.mark.parametrize(("one", "other"), SAME + NOT_COMPARED)
def test_amounts_that_can_both_be_true_do_not_differ(one: str, other: str) -> None:
    first, second = read_quantity(one), read_quantity(other)
    assert first is not None
    assert second is not None
    assert not first.differs(second)
    assert not second.differs(first)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_amounts_that_cannot_both_be_true_differ(one: str, other: str) -> None:
    first, second = read_quantity(one), read_quantity(other)
    assert first is not None
    assert second is not None
    assert first.differs(second)
    assert second.differs(first)


@pytest.mark.parametrize(
    "text",
    [
        "3,5 million",
        "1,50,000",
        "1.500 euros",
        "two and a half million",
        "one third",
        "1 hour 30 minutes",
        "5 feet and 10 inches",
    ],
)
def test_where_it_isnt_clear_which_number_it_is_none_is_read(text: str) -> None:
    assert read_quantity(text) is None


@pytest.mark.parametrize(
    "text", ["", "many workers", "no one", "%", "hundreds of people", "several hundred"]
)
def test_where_there_is_no_number_none_is_read(text: str) -> None:
    assert read_quantity(text) is None


def test_a_bound_leaves_one_side_open() -> None:
    assert read_quantity("at least 3 metres") == Quantity(3, math.inf, "metre")
    assert read_quantity("fewer than 3") == Quantity(-math.inf, 3, "")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019", Moment(2019, None, None)),
        ("Dec. 30, 2019", Moment(2019, 12, 30)),
        ("on 30 December 2019,", Moment(2019, 12, 30)),
        ("17 May", Moment(None, 5, 17)),
        ("December 1986", Moment(1986, 12, None)),
        ("2019-05-12", Moment(2019, 5, 12)),
        ("31.5.2019", Moment(2019, 5, 31)),
        ("5/5/2019", Moment(2019, 5, 5)),
        ("12.5.2019", Moment(2019, None, None)),  # May in Berlin, December in Boston
    ],
)
def test_a_date_is_read_as_far_as_it_goes(text: str, moment: Moment) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize("text", ["the next morning", "", "the 19th century"])
def test_where_there_is_no_date_none_is_read(text: str) -> None:
    assert read_moment(text) is None


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("2019", "30 December 2019", False),
        ("17 May", "17 May 2024", False),
        ("Dec. 30, 2019", "30 December 2019", False),
        ("3 May 2024", "17 May", True),
        ("2019", "December 2020", True),
        ("May", "2019", False),
        ("2019-05-12", "2019-05-27", True),
        ("12.5.2019", "12 May 2019", False),
        ("3/4/2020", "3 April 2020", False),
        ("3/4/2020", "3 April 2021", True),
    ],
)
def test_dates_differ_where_a_part_that_both_have_does(one: str, other: str, differ: bool) -> None:
    first, second = read_moment(f"in {one}"), read_moment(f"in {other}")
    assert first is not None
    assert second is not None
    assert first.differs(second) is second.differs(first) is differ
