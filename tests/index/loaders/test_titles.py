from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.loaders.titles import heading_of_text, meaningful_title, tidy_title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The Harbour Report\n\nIt was built.", "The Harbour Report"),
        ("\n\n  Is it safe?  \n \nYes.", "Is it safe?"),
        ("Report\n======\nIt was built.", "Report"),
        ("東京の歴史\n\n本文です。", "東京の歴史"),
        ("Title: The Old Bridge\nAuthor: Ann\n\nText.", "The Old Bridge"),
        ("The Project\n\nTitle: Emma\n\nText.", "Emma"),
        ("Home News The old bridge\nThe old bridge\n\nText.", "The old bridge"),
        ("Home › Bridges › Stone bridges\n\nStone bridges\n\nText.", "Stone bridges"),
        ("Home/Bridges\n\n0\nBridges\n\nText.", "Bridges"),
        ("12 Sea Road\nAllport\n\nSubject: Spill of diesel\n\nDear sir", "Spill of diesel"),
    ],
)
def test_a_text_is_called_by_its_heading(text: str, title: str) -> None:
    assert heading_of_text(text) == title


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n \n",
        "One line only",
        "One line only\n\n",
        "Underlined\n=====",
        "It was built in 1932.\n\nThen it fell.",
        "A first line\nand a second\n\nText.",
        "He said “no.”\n\nText.",
        "これは文です。\n\n本文。",
        "----\n\nText",
        "words " * 40 + "\n\nText",
        "Annual Report\nReport\nText",
    ],
)
def test_a_text_without_a_heading_has_no_title(text: str) -> None:
    assert heading_of_text(text) is None


def test_a_word_that_a_heading_ends_with_is_no_breadcrumbs_title() -> None:
    assert heading_of_text("The annual report\n\nreport\n\nText.") == "The annual report"


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Annual Report 2023", "Annual Report 2023"),
        ("Microsoft Word - Annual Report", "Annual Report"),
        ("  Two\n lines ", "Two lines"),
        ("Version 2.0", "Version 2.0"),
    ],
)
def test_keeps_meaningful_titles(stated: str, title: str) -> None:
    assert meaningful_title(stated) == title


@pytest.mark.parametrize(
    "stated",
    [
        None,
        "",
        " ",
        "untitled",
        "(anonymous)",
        "Untitled Document 3",
        "Word Document",
        "Microsoft Word - report_final(2).docx",
        "report.pdf",
        "My report.docx",
        "Document1",
        "PowerPoint Presentation",
        "Scan 0012",
        "***",
        "x" * 400,
    ],
)
def test_drops_titles_that_say_nothing(stated: str | None) -> None:
    assert meaningful_title(stated) is None


def test_a_title_holds_no_invisible_characters() -> None:
    assert tidy_title("Safe\u202e title\x07") == "Safe title"


@settings(deadline=None)
@given(st.text())
def test_no_text_breaks_the_search_for_a_heading(text: str) -> None:
    title = heading_of_text(text)

    assert title is None or (title.isprintable() and title.strip() == title != "")
