from __future__ import annotations

from email.message import EmailMessage

import pytest

from index.errors import RefusedFileError
from index.loaders import Limits, extract
from index.values import Extract
from tests.documents import make_mail

HEAD = (
    "Subject: The ferry\nFrom: Ann Lee <ann@harbour.example>\nTo: Bo Berg <bo@harbour.example>\n"
    "Date: Tue, 12 Mar 2024 09:30:00 +0100"
)


def read(mail: EmailMessage | bytes) -> Extract:
    data = mail if isinstance(mail, bytes) else mail.as_bytes()
    return extract(data, ".eml", limits=Limits())


def test_an_email_is_its_head_and_its_text() -> None:
    found = read(make_mail("The ferry", "It leaves at nine.\n\nAnn\n"))

    assert found.text == f"{HEAD}\n\nIt leaves at nine.\n\nAnn"
    assert (found.title, found.date, found.pages) == ("The ferry", "2024-03-12", ())
    assert found.markup == "text"


def test_the_text_part_is_preferred_and_attachments_are_named() -> None:
    mail = make_mail("The ferry", "It leaves at nine.")
    mail.add_alternative("<p>It leaves at <b>ten</b>.</p>", subtype="html")
    mail.add_attachment(b"secret words", maintype="text", subtype="csv", filename="plän.csv")

    found = read(mail)

    assert found.text == f"{HEAD}\n\nIt leaves at nine.\n\nAttachments: plän.csv"


def test_html_is_read_where_there_is_nothing_else() -> None:
    mail = make_mail("The ferry", "")
    mail.set_content("<h1>Times</h1><p>It leaves at <b>ten</b>.</p><script>x</script>", "html")

    found = read(mail)

    assert found.text == f"{HEAD}\n\n# Times\n\nIt leaves at ten."
    assert found.markup == "markdown"


def test_parts_that_follow_each_other_are_all_read() -> None:
    mail = make_mail("The ferry", "Before the picture.")
    mail.make_mixed()
    for words, kind in (
        ("<p>After it: <b>300</b> euros.</p>", "html"),
        ("-- \nharbour mailing list", "plain"),
    ):
        part = EmailMessage()
        part.set_content(words, kind)
        mail.attach(part)

    found = read(mail)

    assert found.text == (
        f"{HEAD}\n\nBefore the picture.\n\nAfter it: 300 euros.\n\n-- \nharbour mailing list"
    )
    assert found.markup == "markdown"


def test_html_is_read_where_its_alternative_is_blank() -> None:
    mail = make_mail("The ferry", " \n")
    mail.make_alternative()
    page = EmailMessage()
    page.set_content("<p>It leaves at ten.</p>", "html")
    page.add_related(b"png", maintype="image", subtype="png", cid="<a>")
    mail.attach(page)

    assert read(mail).text == f"{HEAD}\n\nIt leaves at ten."


def test_headers_in_other_alphabets_are_decoded() -> None:
    assert read(make_mail("Паром — в девять", "x")).title == "Паром — в девять"


def test_an_unknown_encoding_is_guessed() -> None:
    data = b"Subject: x\nContent-Type: text/plain; charset=foo\n\nh\xfcbsche gr\xfcne H\xfcte"

    assert "hübsche grüne Hüte" in read(data).text


GERMAN = "Grüße aus München, der Preis ist 5 €"
RUSSIAN = "Паром отходит в девять часов утра"


def test_latin_1_is_read_as_the_code_page_that_programs_mean_by_it() -> None:
    head = b"Subject: x\nContent-Type: text/plain; charset=iso-8859-1\n\n"

    assert read(head + b"It\x92s 5 \x80 \x96 f\xfcr alle.").text.endswith("It’s 5 € – für alle.")


@pytest.mark.parametrize("declared", ["", "; charset=us-ascii", "; charset=iso-2022-jp"])
def test_an_encoding_that_is_missing_or_wrong_is_guessed(declared: str) -> None:
    head = f"Subject: x\nContent-Type: text/plain{declared}\n\n"

    assert read((head + GERMAN).encode()).text == f"Subject: x\n\n{GERMAN}"


@pytest.mark.parametrize("declared", ["", "; charset=us-ascii"])
def test_a_page_may_name_its_encoding_itself(declared: str) -> None:
    head = f"Subject: x\nContent-Type: text/html{declared}\n\n<meta charset=windows-1251>"

    assert RUSSIAN in read(head.encode() + f"<p>{RUSSIAN}</p>".encode("cp1251")).text


def test_a_declared_encoding_with_a_character_beyond_it_is_kept() -> None:
    data = b"Subject: x\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B-!F|K\\8l\x1b(B"

    assert read(data).text == "Subject: x\n\n\ufffd日本語"


def test_refuses_a_text_that_is_damaged() -> None:
    head = b"Subject: x\nContent-Type: text/plain; charset=utf-8\n\n"

    with pytest.raises(RefusedFileError, match="byte 43 is not valid UTF-8"):
        read(head + GERMAN.encode() + b" \xff")


def test_headers_that_make_no_sense_do_no_harm() -> None:
    found = read(b"Subject: x\nFrom: <<>>@@;\nDate: yesterday\n\nwords")

    assert found.date is None
    assert found.text.endswith("words")


SEALED = b"Subject: x\nContent-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--\n"
MIXED = make_mail("x", "words")
MIXED.add_attachment(b"abc" * 100, maintype="application", subtype="pdf", filename="a.pdf")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (MIXED.as_bytes()[:-60], "e-mail is cut off"),
        (b"Hello\nworld", "isn't an e-mail but something else"),
        (SEALED, "e-mail is encrypted"),
        (b"Subject: x\nContent-Type: application/pkcs7-mime\n\nabc", "e-mail is encrypted"),
    ],
)
def test_refuses_what_is_no_readable_email_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedFileError, match=reason):
        read(data)


@pytest.mark.timeout(60)
def test_refuses_parts_within_parts_without_end() -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth)
        for depth in range(3_000)
    )

    with pytest.raises(RefusedFileError, match=r"e-mail is (damaged|cut off)"):
        read(b"Subject: x\n" + nested)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"])
def test_refuses_boundaries_that_each_line_is_held_against(line_end: bytes) -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth)
        for depth in range(200)
    )

    with pytest.raises(RefusedFileError, match="made of too many parts"):
        read(b"Subject: x\n" + nested + line_end * 600_000)


@pytest.mark.parametrize("line", [b"a\n", b"a\r", b"a\r\n"])
def test_refuses_millions_of_lines(line: bytes) -> None:
    with pytest.raises(RefusedFileError, match="has 3,000,002 lines, where 3,000,000 are allowed"):
        read(b"Subject: x\n\n" + line * 3_000_000)
