from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from index.loaders.cells import shown


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (120, "General", "120"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1e20, "General", "100000000000000000000"),
        (1234.5, "#,##0.00", "1,234.50"),
        (0.256, "0.0%", "25.6%"),
        (-3, "0.00;[Red](0.00)", "-3.00"),
        (5, '"$"#,##0', "$5"),
        (-5, '"$"#,##0', "-$5"),
        (12.5, "[$€-407] #,##0.00", "€ 12.50"),
        (12.5, '0.0\\ "km"', "12.5 km"),
        (7, "_-* #,##0_-", "7"),
        (1.5, "# ?/?", "1.5"),
        (2.5, "0", "3"),  # away from zero, as spreadsheet programs round
        (1.005, "0.00", "1.01"),
        (42, "0.##", "42"),
        (7, "00000", "00007"),
        (True, "General", "TRUE"),
        (float("inf"), "0.0", "inf"),
        ("North", "0.0", "North"),
        (None, "General", ""),
        (datetime(2024, 3, 1), "dd/mm/yyyy", "2024-03-01"),
        (datetime(2024, 3, 1, 13, 30), "General", "2024-03-01 13:30"),
        (date(2024, 3, 1), "General", "2024-03-01"),
        (time(9, 5, 59, 999_999), "h:mm", "09:06"),
        (timedelta(hours=25, minutes=3), "[h]:mm", "25:03:00"),
    ],
)
def test_a_cell_is_shown_as_a_person_sees_it(
    value: object, number_format: str, expected: str
) -> None:
    assert shown(value, number_format) == expected


@pytest.mark.parametrize(
    ("value", "number_format"),
    [
        (5551234567, r"[<=9999999]###\-####;\(###\)\ ###\-####"),
        (5551234567, "(000) 000-0000"),
        (123456789, r"000\-00\-0000"),
        (1500000, '$#,##0,"K"'),
        (2500000, '0.0,,"M"'),
        (2500000, "0,.0"),
        (250, '[>=1000000]0.0,,"M";[>=1000]0.0,"K";0'),
        (1234.5, "#'##0.00"),
        (0.5, ".00"),
        (0.5, "0%%"),
        (-5, '0" gained";0" lost"'),
        (float("inf"), "[>1]0"),
    ],
)
def test_a_format_that_does_more_than_is_read_here_shows_the_plain_number(
    value: float, number_format: str
) -> None:
    assert shown(value, number_format) == str(value)


@pytest.mark.parametrize(
    ("number_format", "expected"),
    [
        ("+0.0;-0.0", "-1234.5"),
        ("+0.0", "-+1234.5"),
        ("0.0;[Red]0.0", "-1234.5"),
        ("0;-0.00", "-1234.50"),
        ('_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)', "-$1,234.50"),
        ('#,##0.0\\ "€";#,##0.0\\ "€"-', "-1,234.5 €"),
        ("0.0;General", "-1234.5"),
    ],
)
def test_a_negative_number_has_a_format_of_its_own(number_format: str, expected: str) -> None:
    assert shown(-1234.5, number_format) == expected


@pytest.mark.parametrize("number_format", ["", ";;;", "[", '"', "0" * 10_000, "#" * 5_000, "\\"])
def test_no_format_makes_a_number_vanish(number_format: str) -> None:
    assert shown(12.5, number_format).strip("0").startswith(("12", "13"))
