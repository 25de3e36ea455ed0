from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from index.errors import RefusedFileError
from index.loaders import Limits, extract
from index.values import Extract
from tests.documents import make_deck, packed, saved


def read(deck: Any) -> Extract:
    data = deck if isinstance(deck, bytes) else saved(deck)
    return extract(data, ".pptx", limits=Limits())


def test_each_slide_is_a_page_under_its_title() -> None:
    found = read(make_deck(("The harbour", "Opened in 1931"), ("Costs", "4 million\v crowns")))

    assert found.text == "# The harbour\n\nOpened in 1931\n\n# Costs\n\n4 million\ncrowns"
    assert [(page.number, page.place()) for page in found.pages] == [(1, "slide 1"), (2, "slide 2")]
    assert found.text[found.pages[1].start :].startswith("# Costs")
    assert (found.title, found.date, found.markup) == ("The harbour", None, "markdown")


def test_several_paragraphs_are_a_list() -> None:
    deck = make_deck(("Plan", "First\nSecond"))
    deck.slides[0].placeholders[1].text_frame.paragraphs[1].level = 1

    assert read(deck).text == "# Plan\n\n- First\n    - Second"


def test_notes_come_last() -> None:
    deck = make_deck(("Plan", "Build"))
    deck.slides[0].notes_slide.notes_text_frame.text = "Mention the ferry."

    assert read(deck).text.endswith("Build\n\nNotes: Mention the ferry.")


def test_a_box_that_is_wrapped_for_its_equation_is_read() -> None:
    deck = make_deck(("Energy", "Build"))
    box = deck.slides[0].shapes.add_textbox(0, 0, 9, 9)
    box.text_frame.text = "Einstein gave the formula in 1905."
    namespace = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
    wrapped = box._element.makeelement(f"{namespace}AlternateContent")
    box._element.addprevious(wrapped)
    for form in ("Choice", "Fallback"):
        wrapped.append(wrapped.makeelement(f"{namespace}{form}"))
        wrapped[-1].append(deepcopy(box._element))
    box._element.getparent().remove(box._element)

    assert read(deck).text == "# Energy\n\nBuild\n\nEinstein gave the formula in 1905."


def test_shapes_in_groups_are_read_however_deep() -> None:
    deck = make_deck(("Plan", "Build"))
    group = deck.slides[0].shapes.add_group_shape()
    for _ in range(3):
        group = group.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 10, 10).text_frame.text = "Deep inside"

    assert "Deep inside" in read(deck).text


def test_a_table_is_a_table() -> None:
    deck = make_deck(("Costs", "In crowns"))
    table = deck.slides[0].shapes.add_table(2, 2, 0, 0, 10, 10).table
    for place, text in enumerate(("Year", "Cost", "1931", "240|000")):
        table.cell(place // 2, place % 2).text = text

    assert "| Year | Cost |\n| --- | --- |\n| 1931 | 240\\|000 |" in read(deck).text


def test_a_slide_without_text_keeps_its_number() -> None:
    deck = make_deck(("One", "first"))
    deck.slides.add_slide(deck.slide_layouts[6])
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Three"

    assert [page.place() for page in read(deck).pages] == ["slide 1", "slide 3"]


def test_what_a_presentation_says_of_itself() -> None:
    deck = make_deck(("One", "first"))
    deck.core_properties.title = "PowerPoint Presentation"
    assert read(deck).title == "One"

    deck.core_properties.title = "The harbour in figures"
    deck.core_properties.created = datetime(2020, 2, 21)
    found = read(deck)
    assert (found.title, found.date) == ("The harbour in figures", "2020-02-21")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (saved(make_deck(("One", "first")))[:-300], "presentation is damaged or cut off"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"old format \(\.ppt\)"),
        (packed({"xl/workbook.xml": "x"}), "isn't a PowerPoint presentation but an Excel workbook"),
        (packed({"[Content_Types].xml": "<x/>", "ppt/a.xml": "<x/>"}), "is damaged; open it"),
        (saved(make_deck()), "holds no text"),
    ],
)
def test_refuses_what_is_no_presentation_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedFileError, match=reason):
        read(data)
