from __future__ import annotations

import pytest

from index.errors import RefusedFileError
from index.loaders import Limits, extract
from index.values import Extract
from tests.growth import grows_evenly

HEAD = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}"
    rb"{\f2\fcharset128 MS;}}{\stylesheet{\ql Normal;}{\s1\outlinelevel0 heading 1;}}"
)


def read(body: bytes) -> Extract:
    return extract(HEAD + body + b"}", ".rtf", limits=Limits())


def test_headings_and_paragraphs_keep_their_order() -> None:
    found = read(
        rb"{\info{\title Ferry times}{\creatim\yr2021\mo2\dy3}}\pard\s1 The ferry\par"
        rb"\pard\outlinelevel1 Times\par\pard It leaves at\line nine.\par Daily.\par"
    )

    assert found.text == "# The ferry\n\n## Times\n\nIt leaves at\nnine.\n\nDaily."
    assert (found.title, found.date, found.pages) == ("Ferry times", "2021-02-03", ())
    assert found.markup == "markdown"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (rb"caf\'e9", "café"),
        (rb"\u8364?5", "€5"),
        (rb"\uc2\u8364\'80\'815", "€5"),
        (rb"\uc0\u55357\u56832", "😀"),
        (rb"{\f1 \'cf\'e0\'f0\'ee\'ec}", "Паром"),
        (rb"{\f2 \'83A}", "ア"),  # the second byte of this letter is an ASCII "A"
        (rb"\ldblquote nine\rdblquote\emdash sharp", "“nine”—sharp"),
        (rb"4\~million, well\_known, un\-broken", "4 million, well-known, unbroken"),
        (rb"\{a\\b\}", "{a\\b}"),
        (rb"It \b leaves\b0  at nine", "It leaves at nine"),
    ],
)
def test_characters_are_what_a_reader_sees(source: bytes, text: str) -> None:
    assert read(source + rb"\par").text == text


@pytest.mark.parametrize(
    "hidden",
    [
        rb"{\v hidden}",
        rb"{\deleted gone}",
        rb"{\header top}",
        rb"{\*\unknown {inner} words}",
        rb"{\pict\wmetafile8 0100090000}",
        rb"{\pict\bin4 }{}{}",
        rb"{\*\bkmkstart place}",
        rb'{\field{\*\fldinst HYPERLINK "http://x"}}',
    ],
)
def test_what_a_reader_does_not_see_is_left_out(hidden: bytes) -> None:
    assert read(b"It leaves " + hidden + rb"at nine.\par").text == "It leaves at nine."


HEX = b"89504e470d0a1a0a\n0000000d49484452\n0100090000"
PICTURE = rb"{\pict{\*\picprop{\sp{\sn fLine}{\sv 0}}}\picw10\pich10\pngblip " + HEX + b"}"
DRAWN = rb"{\*\shpinst\shpleft0{\sp{\sn pib}{\sv " + PICTURE + b"}}}"
SHAPE = rb"{\shp" + DRAWN + rb"{\shprslt" + PICTURE + b"}}"


@pytest.mark.parametrize(
    "embedded",
    [
        PICTURE,
        rb"{\*\shppict" + PICTURE + rb"}{\nonshppict" + PICTURE + b"}",
        rb"{\pict\emfblip " + HEX + rb"{\*\blipuid " + HEX + b"}" + HEX + b"}",
        rb"{\object\objemb{\*\objclass Excel.Chart.8}{\*\objdata " + HEX + b"}"
        rb"{\result\pard " + PICTURE + b"}}",
        rb"{\object\objemb{\objdata " + HEX + rb"}{\result " + PICTURE + b"}}",
        SHAPE,
        rb"{\*\themedata " + HEX + rb"}{\*\datastore " + HEX + b"}",
    ],
    ids=["picture", "two forms", "drawing", "chart", "plain object", "shape", "theme"],
)
def test_of_pictures_and_charts_no_digit_becomes_text(embedded: bytes) -> None:
    assert read(rb"It leaves " + embedded + rb"at nine.\par").text == "It leaves at nine."


def test_a_footnote_does_not_cut_its_sentence() -> None:
    found = read(rb"It leaves{\footnote\pard See the log.\par} at nine.\par Daily.\par")

    assert found.text == "It leaves at nine.\n\nDaily.\n\nSee the log."


def test_a_footnote_that_is_marked_as_negligible_is_read() -> None:
    found = read(rb"It leaves{\super\chftn}{\*\footnote\pard See the log.\par} at nine.\par")

    assert found.text == "It leaves at nine.\n\nSee the log."


def test_lists_nest() -> None:
    mark = rb"{\listtext\bullet\tab}"

    found = read(rb"\pard " + mark + rb"one\par\pard\ilvl1 " + mark + rb"two\par\pard three\par")

    assert found.text == "- one\n    - two\n\nthree"


def test_items_and_headings_have_their_numbers() -> None:
    found = read(
        rb"\pard\outlinelevel0{\listtext 2.\tab}Fees\par\pard{\listtext 1.\tab}one\par"
        rb"\pard\ilvl1{\listtext (a)\tab}two\par\pard\ilvl1{\listtext o\tab}three\par"
    )

    assert found.text == "# 2. Fees\n\n1. one\n    - (a) two\n    - three"


def test_a_raised_number_is_no_end_of_the_one_before() -> None:
    found = read(
        rb"\pard It holds 10{\super 6} cells of CO{\sub 2} for $1,200\up6 12\up0  a 5\'006.\par"
    )

    assert found.text == "It holds 10^6 cells of CO2 for $1,200^12 a 56."


def test_tables_are_tables() -> None:
    found = read(
        rb"\trowd\pard\intbl Day\cell Time\cell\row"
        rb"\trowd\pard\intbl Monday\cell nine\par sharp\cell\row\pard Daily.\par"
    )

    assert found.text == "| Day | Time |\n| --- | --- |\n| Monday | nine sharp |\n\nDaily."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Hello", "isn't an RTF document but something else"),
        (b"%PDF-1.4", "isn't an RTF document but a PDF"),
        (HEAD + rb"It leaves\par", "RTF document is cut off"),
        (b"{\\rtf1 " + b"{" * 5_000, "nests too deep"),
        (HEAD + rb"\par}", "holds no text"),
    ],
)
def test_refuses_what_is_no_readable_document_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedFileError, match=reason):
        extract(data, ".rtf", limits=Limits())


@pytest.mark.parametrize(
    "piece", [rb"\'e9", rb"{\v x}", rb"\u233?", rb"word ", rb"\intbl\cell\row"]
)
def test_long_documents_are_read_in_linear_time(piece: bytes) -> None:
    assert grows_evenly(lambda count: read(b"start " + piece * count + rb"\par"), 10_000)


def test_a_title_without_end_is_read_in_linear_time() -> None:
    def read_title(count: int) -> None:
        read(rb"{\info{\title " + rb"\'e9\b " * count + rb"}}words\par")

    assert grows_evenly(read_title, 50_000)
