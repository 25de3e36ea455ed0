from __future__ import annotations

from collections.abc import Callable

import pytest

from index.loaders import Limits, extract
from tests.growth import grows_evenly


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("---\ntitle: 'It''s: a bridge' # really\n---\n# Other\n", "It's: a bridge"),
        ("---\ntitle: >-\n  Two\n  lines\n---\ntext", "Two lines"),
        ("---\ntitle: 007\n---\ntext", "007"),
        ('+++\ntitle = "From TOML"\n+++\n# Other\n', "From TOML"),
        ("---\ntitle: Dots end it\n...\ntext", "Dots end it"),
        ("---\ntitle: [a, list]\n---\n# Heading\n", "Heading"),
        ("---\nauthor: Ann\n---\n# Heading\n", "Heading"),
        ("---\n- a\n- b\n---\n# Heading\n", "Heading"),
        ("---\ntitle: [broken\n---\n# Heading\n", "Heading"),
        ("+++\ntitle = broken\n+++\n# Heading\n", "Heading"),
        (f"+++\nx = {'1' * 5000}\n+++\n# Heading\n", "Heading"),
        ("# A **bold** `code` [link](x)\nline\n", "A bold code link"),
        ("Intro\n\n## Second level\n\nSetext\n===\n", "Setext"),
        ("```\n# comment\n```\n# Heading", "Heading"),
        ("#\n\n# After an empty one\n", "After an empty one"),
        ("Two\nlines\n===\n", "Two lines"),
        ("## Only a second level", None),
        ("---\n\nA rule, no front matter", None),
    ],
)
def test_takes_the_title_from_front_matter_or_first_heading(
    source: str, title: str | None, limits: Limits
) -> None:
    found = extract(source.encode(), ".md", limits=limits)

    assert (found.title, found.text, found.markup) == (title, source, "markdown")


@pytest.mark.parametrize(
    ("source", "day"),
    [
        ("---\ndate: 2024-03-12\n---\ntext", "2024-03-12"),
        ("---\ndate: 2024-03-12T10:00:00+07:00\n---\ntext", "2024-03-12"),
        ("---\ndate: 12 March 2024\n---\ntext", "2024-03-12"),
        ("+++\ndate = 2024-03-12T10:00:00Z\n+++\ntext", "2024-03-12"),
        ("+++\ndate = 2024-03-12\n+++\ntext", "2024-03-12"),
        ("---\ndate: 2024-02-31\n---\ntext", None),
        ("---\ndate: spring\n---\n# Title\n\n**Date:** 12 March 2024\n", "2024-03-12"),
        ("# Title\n\n*Published: 12 March 2024*\n\ntext", "2024-03-12"),
    ],
)
def test_takes_the_date_from_front_matter_or_first_lines(
    source: str, day: str | None, limits: Limits
) -> None:
    assert extract(source.encode(), ".md", limits=limits).date == day


def test_a_byte_order_mark_does_not_hide_front_matter(limits: Limits) -> None:
    source = b"\xef\xbb\xbf---\r\ntitle: Marked\r\n---\r\ntext"

    found = extract(source, ".md", limits=limits)

    assert (found.title, found.text) == ("Marked", "---\ntitle: Marked\n---\ntext")


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (lambda size: "---\n" + "title: x\n" * size, 10_000),
        (lambda size: f"---\na: &a [x]\n{''.join(map(alias, range(size)))}---\n", 250),
        (lambda size: "---\ntitle: " + "[" * size + "\n---\n", 4_500),
        (lambda size: "> " * size + "x", 50_000),
        (lambda size: "- " * size + "x", 50_000),
        (lambda size: "*a **b " * size, 14_000),
        (lambda size: "[" * size, 100_000),
        (lambda size: "# " + "[" * size, 25_000),
        (lambda size: "# " + "*a" * size, 25_000),
        (lambda size: "\n" * size + "x", 100_000),
    ],
    ids=range(10),
)
def test_hostile_markdown_takes_linear_time(
    make: Callable[[int], str], size: int, limits: Limits
) -> None:
    def read(count: int) -> None:
        source = make(count)
        assert extract(source.encode(), ".md", limits=limits).text == source

    assert grows_evenly(read, size)


def alias(number: int) -> str:
    return f"b{number}: &b{number} [*a, *a]\n"


def test_a_title_is_looked_for_only_so_far(limits: Limits) -> None:
    assert extract(b"\n" * 199_000 + b"# Near", ".md", limits=limits).title == "Near"
    assert extract(b"\n" * 200_000 + b"# Far", ".md", limits=limits).title is None
