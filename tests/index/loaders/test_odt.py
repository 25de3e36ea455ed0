from __future__ import annotations

import pytest

from index.errors import RefusedFileError
from index.loaders import Limits, extract
from index.values import Extract
from tests.documents import make_odt, packed, with_part

PLAIN = make_odt("<text:p>The ferry leaves at nine.</text:p>")


def read(body: str | bytes, *, title: str = "") -> Extract:
    data = body if isinstance(body, bytes) else make_odt(body, title=title)
    return extract(data, ".odt", limits=Limits())


def test_headings_and_paragraphs_keep_their_order() -> None:
    found = read(
        '<text:h text:outline-level="1">The <text:span>ferry</text:span></text:h>'
        '<text:h text:outline-level="2">Times</text:h>'
        '<text:p>At<text:s text:c="1"/>nine,<text:line-break/>daily.<text:tab/></text:p>'
    )

    assert found.text == "# The ferry\n\n## Times\n\nAt nine,\ndaily."
    assert (found.title, found.date, found.pages) == ("The ferry", "2021-02-03", ())
    assert found.markup == "markdown"


def test_the_title_is_the_properties_one() -> None:
    assert read("<text:p>words</text:p>", title="Timetable").title == "Timetable"


def test_lists_nest() -> None:
    inner = "<text:list><text:list-item><text:p>two</text:p></text:list-item></text:list>"

    found = read(
        f"<text:list><text:list-item><text:p>one</text:p>{inner}</text:list-item></text:list>"
    )

    assert found.text == "- one\n    - two"


def test_pictures_and_shapes_are_no_part_of_the_sentence_they_stand_in() -> None:
    picture = "<draw:frame><svg:title>A</svg:title><svg:desc>Aerial picture</svg:desc></draw:frame>"
    shape = "<draw:custom-shape><text:p>Yard.</text:p></draw:custom-shape>"

    found = read(f"<text:p>It stands here{picture} and covers{shape} 500 m.</text:p>")

    assert found.text == "It stands here and covers 500 m.\n\nYard."


def test_hidden_text_is_left_out() -> None:
    found = read(
        '<text:section text:display="none"><text:p>Never mind.</text:p></text:section>'
        '<text:p>It costs 25 <text:hidden-text text:is-hidden="true">or 20</text:hidden-text>'
        '<text:span text:style-name="Unseen">or 15 </text:span>euro.</text:p>'
        '<text:section text:display="condition"><text:p>Pay now.</text:p></text:section>'
    )

    assert found.text == "It costs 25 euro.\n\nPay now."


def test_a_raised_number_is_no_end_of_the_one_before() -> None:
    found = read(
        '<text:p>It holds 10<text:span text:style-name="Raised">6</text:span> cells of '
        'CO<text:span text:style-name="Lowered">2</text:span>.</text:p>'
    )

    assert found.text == "It holds 10^6 cells of CO2."


def test_tables_are_tables() -> None:
    def row(*cells: str) -> str:
        inside = "".join(
            f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells
        )
        return f"<table:table-row>{inside}</table:table-row>"

    found = read(
        f"<table:table><table:table-header-rows>{row('Day', 'Time')}</table:table-header-rows>"
        f"{row('Monday', 'nine')}</table:table>"
    )

    assert found.text == "| Day | Time |\n| --- | --- |\n| Monday | nine |"


def test_a_table_of_one_row_only_places_text() -> None:
    found = read(
        "<table:table><table:table-row><table:table-cell><text:p>Left.</text:p></table:table-cell>"
        "<table:table-cell><text:p>Right.</text:p></table:table-cell></table:table-row></table:table>"
    )

    assert found.text == "Left.\n\nRight."


def test_notes_and_boxes_do_not_cut_a_sentence() -> None:
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>See the log.</text:p></text:note-body></text:note>"
    )
    box = "<draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame>"

    found = read(f"<text:p>It leaves{note} at{box} nine.</text:p><text:p>Daily.</text:p>")

    assert found.text == "It leaves at nine.\n\nIn a box.\n\nDaily.\n\nSee the log."


def test_deleted_text_and_remarks_are_left_out() -> None:
    found = read(
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        "<text:p>kept<office:annotation><text:p>why?</text:p></office:annotation></text:p>"
    )

    assert found.text == "kept"


MANIFEST = '<manifest xmlns:m="urn:m"><m:file-entry><m:encryption-data/></m:file-entry></manifest>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PLAIN[:-50], "text is damaged or cut off"),
        (packed({"a.txt": "x"}), "isn't an OpenDocument text but a ZIP archive"),
        (with_part(PLAIN, "META-INF/manifest.xml", MANIFEST), "protected by a password"),
        (with_part(PLAIN, "content.xml", "<!DOCTYPE x><x/>"), "declares XML entities"),
        (with_part(PLAIN, "content.xml", "<x/>"), "but not a text"),
        (with_part(PLAIN, "content.xml", "<x>"), "text is damaged; open it"),
        (with_part(PLAIN, "content.xml", "<x>" * 5_000 + "</x>" * 5_000), "text is damaged; open"),
        (make_odt("<text:p> </text:p>"), "holds no text"),
    ],
)
def test_refuses_what_is_no_readable_text_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedFileError, match=reason):
        read(data)
