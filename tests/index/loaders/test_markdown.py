from __future__ import annotations

import time

import pytest

from index.loaders import Limits, extract


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


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "source",
    [
        "---\n" + "title: x\n" * 500_000,
        "---\na: &a [x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(500)) + "---\n",
        "---\ntitle: " + "[" * 9_000 + "\n---\n",
        "> " * 100_000 + "x",
        "- " * 100_000 + "x",
        "*a **b " * 200_000,
        "[" * 500_000,
        "# " + "[" * 100_000,
        "# " + "*a" * 50_000,
        "\n" * 3_000_000 + "x",
    ],
    ids=range(10),
)
def test_hostile_markdown_takes_no_time(source: str, limits: Limits) -> None:
    started = time.process_time()

    assert extract(source.encode(), ".md", limits=limits).text == source
    assert time.process_time() - started < 10
