from __future__ import annotations

import pytest

from index.errors import RefusedFileError
from index.loaders import Limits, extract
from index.values import Extract
from tests.documents import make_book, packed, with_part

BOOK = make_book("<p>For Ann.</p>", "<h1>Ships</h1><p>One sank in 1912.</p>", "<h2>Part 2</h2>x")


def read(data: bytes) -> Extract:
    return extract(data, ".epub", limits=Limits())


def test_chapters_come_in_reading_order() -> None:
    found = read(BOOK)

    assert found.text == "For Ann.\n\n# Ships\n\nOne sank in 1912.\n\n## Part 2\n\nx"
    assert [page.place() for page in found.pages] == ["part 1", "chapter Ships", "Part 2"]
    assert (found.title, found.date, found.markup) == ("The sea", "2020-05-06", "markdown")


def test_the_order_is_the_spines_not_the_archives() -> None:
    text = "<package><manifest>{}</manifest><spine>{}</spine></package>".format(
        '<item id="a" href="c1.xhtml"/><item id="b" href="c0.xhtml"/>',
        '<itemref idref="a"/><itemref idref="b"/><itemref idref="gone"/>',
    )

    found = read(with_part(BOOK, "OEBPS/content.opf", text))

    assert found.text.startswith("# Ships")
    assert found.text.endswith("For Ann.")


def test_a_page_of_pictures_is_passed_over_but_counted() -> None:
    found = read(make_book("<img src='cover.jpg'/>", "<p>Words.</p>"))

    assert [(page.number, page.place()) for page in found.pages] == [(2, "part 2")]


def test_entities_in_a_drawing_do_no_harm() -> None:
    drawing = '<!DOCTYPE svg [<!ENTITY ns "http://ns.adobe.com/Graphs/1.0/">]><svg/>'

    assert read(with_part(BOOK, "OEBPS/map.svg", drawing)).title == "The sea"


ENCRYPTION = (
    '<encryption xmlns:e="urn:e"><e:EncryptedData><e:EncryptionMethod Algorithm="{}"/>'
    "</e:EncryptedData></encryption>"
)


def test_scrambled_fonts_are_no_protection() -> None:
    fonts = ENCRYPTION.format("http://www.idpf.org/2008/embedding")

    assert read(with_part(BOOK, "META-INF/encryption.xml", fonts)).title == "The sea"


ESCAPING = (
    '<package><manifest><item id="a" href="../../etc/passwd"/></manifest>'
    "<spine>{}</spine></package>"
)
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">]><package/>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BOOK[:-100], "e-book is damaged or cut off"),
        (packed({"a.txt": "x"}), "isn't an e-book but a ZIP archive"),
        (packed({"word/a.xml": "x"}), "isn't an e-book but a Word document"),
        (with_part(BOOK, "META-INF/encryption.xml", ENCRYPTION.format("aes")), "against copying"),
        (with_part(BOOK, "META-INF/container.xml", "<x/>"), "e-book is damaged; download"),
        (with_part(BOOK, "OEBPS/content.opf", LAUGHS), "declares XML entities"),
        (with_part(BOOK, "OEBPS/content.dat", LAUGHS), "declares XML entities"),
        (
            with_part(BOOK, "OEBPS/content.opf", ESCAPING.format('<itemref idref="a"/>')),
            "e-book is damaged; download",
        ),
        (make_book("<img src='a.jpg'/>"), "holds no text"),
    ],
)
def test_refuses_what_is_no_readable_book_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedFileError, match=reason):
        read(data)
