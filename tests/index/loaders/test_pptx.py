from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime
from typing import Any

import pytest
from lxml import etree
from pptx.chart import data as chart_data
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI

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


def test_a_merged_cell_is_repeated_where_it_reaches() -> None:
    deck = make_deck(("Costs", ""))
    table = deck.slides[0].shapes.add_table(3, 2, 0, 0, 99, 99).table
    for place, text in enumerate(("Area", "Crowns", "Pier", "3", "", "4")):
        table.cell(*divmod(place, 2)).text = text
    table.cell(1, 0).merge(table.cell(2, 0))

    assert read(deck).text.endswith("| Pier | 3 |\n| Pier | 4 |")


def test_a_raised_number_is_no_end_of_the_one_before() -> None:
    deck = make_deck(("Counts", ""))
    paragraph = deck.slides[0].placeholders[1].text_frame.paragraphs[0]
    for text, shift in (("It holds 10", "0"), ("6", "30000"), (" cells of CO", "0"), ("2", "-25%")):
        run = paragraph.add_run()
        run.text = text
        run.font._element.set("baseline", shift)

    assert read(deck).text == "# Counts\n\nIt holds 10^6 cells of CO2"


def test_a_formula_is_read_once() -> None:
    deck = make_deck(("Energy", "It is "))
    paragraph = deck.slides[0].placeholders[1].text_frame.paragraphs[0]._p
    markup = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<mc:Choice Requires="a14">'
        "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den>"
        "</m:f></m:oMath></mc:Choice><mc:Fallback><a:r><a:t>a picture</a:t></a:r></mc:Fallback>"
        "</mc:AlternateContent>"
    )
    paragraph.append(etree.fromstring(markup))

    assert read(deck).text == "# Energy\n\nIt is 1/2"


def test_hidden_shapes_are_left_out() -> None:
    deck = make_deck(("Plan", "Build"))
    box = deck.slides[0].shapes.add_textbox(0, 0, 9, 9)
    box.text_frame.text = "Never mind."
    box._element.nvSpPr.cNvPr.set("hidden", "1")

    assert read(deck).text == "# Plan\n\nBuild"


def test_a_chart_is_the_table_that_it_draws() -> None:
    deck = make_deck(("Sales", ""))
    data: Any = chart_data.CategoryChartData(number_format="0%")  # type: ignore[no-untyped-call]
    data.categories = [date(2024, 1, 1), date(2024, 2, 1)]
    data.add_series("North", (0.5, 0.25))
    data.add_series("South", (None, 0.75))
    shape = deck.slides[0].shapes.add_chart(XL_CHART_TYPE.LINE, 0, 0, 99, 99, data)
    shape.chart.chart_title.text_frame.text = "Share of the year"

    assert read(deck).text == (
        "# Sales\n\nShare of the year\n\n|  | North | South |\n| --- | --- | --- |\n"
        "| 2024-01-01 | 50% |  |\n| 2024-02-01 | 25% | 75% |"
    )


def test_points_of_a_chart_are_read_by_both_of_their_values() -> None:
    deck = make_deck(("Growth", ""))
    data: Any = chart_data.XyChartData()  # type: ignore[no-untyped-call]
    for x, y in ((1.5, 10), (2, 20.25)):
        if not len(data):
            data.add_series("Height")
        data[0].add_data_point(x, y)
    deck.slides[0].shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, 0, 0, 99, 99, data)

    assert "|  | Height |\n| --- | --- |\n| 1.5 | 10 |\n| 2 | 20.25 |" in read(deck).text


def test_points_of_several_series_keep_their_own_places() -> None:
    deck = make_deck(("Growth", ""))
    data: Any = chart_data.XyChartData()  # type: ignore[no-untyped-call]
    for name, points in (("Hull", ((2001, 10), (2001, 11))), ("Leeds", ((2011, 30), (2001, 40)))):
        series = data.add_series(name)
        for x, y in points:
            series.add_data_point(x, y)
    deck.slides[0].shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, 0, 0, 99, 99, data)

    assert read(deck).text.endswith("| 2001 | 10 | 40 |\n| 2001 | 11 |  |\n| 2011 |  | 30 |")


def test_a_chart_that_is_missing_costs_nothing_else() -> None:
    deck = make_deck(("Sales", "They rose."))
    data: Any = chart_data.CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["North"]
    data.add_series("Tons", (1,))
    frame = deck.slides[0].shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, 99, 99, data)
    deck.slides[0].part.drop_rel(frame._element.chart_rId)

    assert read(deck).text == "# Sales\n\nThey rose."


def test_the_boxes_of_a_diagram_are_a_list() -> None:
    deck = make_deck(("Steps", ""))
    slide = deck.slides[0]
    diagram = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    namespaces = (
        f'xmlns:dgm="{diagram}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    )
    boxes = "".join(
        f"<dgm:pt><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>"
        for text in ("Ask first.", "", "Then pay.")
    )
    content = f"<dgm:dataModel {namespaces}><dgm:ptLst>{boxes}</dgm:ptLst></dgm:dataModel>"
    name = PackURI("/ppt/diagrams/data1.xml")
    part = Part(name, "application/xml", deck.part.package, content.encode())
    key = slide.part.relate_to(part, "http://example.org/diagramData")
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    frame = slide.shapes.add_table(1, 1, 0, 0, 9, 9)._element
    graphic = frame.graphic.graphicData
    graphic.set("uri", diagram)
    graphic.remove(graphic[0])
    graphic.append(
        etree.fromstring(f'<dgm:relIds {namespaces} xmlns:r="{relations}" r:dm="{key}"/>')
    )

    assert read(deck).text == "# Steps\n\n- Ask first.\n- Then pay."


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
