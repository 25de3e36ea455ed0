from __future__ import annotations

import codecs
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import RefusedFileError
from index.loaders.encoding import as_valid_unicode, decode, is_blank, with_plain_newlines
from tests.growth import grows_evenly

PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"))

ARTICLES = {
    "cp1252": "L’été dernier, l’élève a mangé une crème brûlée à l’hôtel « Château ». Prix : 5 €.",
    "cp1250": "Zażółć gęślą jaźń. Proszę państwa, książka leży na półce obok łóżka, także dziś.",
    "cp1251": "Москва является столицей России, крупнейшим по численности населения городом.",
    "koi8_r": "Москва является столицей России, крупнейшим по численности населения городом.",
    "cp1253": "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας και η μεγαλύτερη πόλη της χώρας.",
    "cp1254": "İstanbul Türkiye'nin en kalabalık şehridir; ağaçlar, ışık ve güneş çok güzel.",
    "cp932": "東京は日本の首都です。人口は約千四百万人で、世界最大級の都市のひとつです。",
    "iso2022_jp": "東京は日本の首都です。人口は約千四百万人です。",
    "gb18030": "北京是中华人民共和国的首都，也是全国的政治中心和文化中心，历史十分悠久。",
    "cp949": "서울은 대한민국의 수도이자 최대 도시이다. 한강을 끼고 있으며 인구가 많다.",
}


@settings(deadline=None)
@given(PRINTABLE, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_text_survives_encodings_that_say_what_they_are(text: str, encoding: str) -> None:
    if text.startswith("\ufeff"):
        text = text[1:].lstrip("\ufeff")

    assert decode(text.encode(encoding)) == text


@settings(deadline=None)
@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "Zs")), min_size=2))
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_ascii_survives_utf_16_without_a_mark(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [*ARTICLES.values(), "Ünïcödé\nwörds 😀 here"])
def test_recognises_utf_16_without_a_mark_in_any_script(encoding: str, text: str) -> None:
    text = f"{text}\n{text} 1\n"

    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ARTICLES)
def test_guesses_encodings_from_before_unicode(encoding: str) -> None:
    text = f"{ARTICLES[encoding]}\n" * 4

    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("text", ["café", "Il pagò 5 €.", "It’s “here” – now", "Größe", "À Nîmes"])
def test_takes_a_few_western_letters_for_what_they_are(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


def test_reads_icelandic_as_icelandic() -> None:
    text = "Þetta er stór bær á Íslandi, og þar býr margt fólk sem talar íslensku í dag.\n" * 3

    assert decode(text.encode("cp1252")) == text


def test_guesses_from_where_the_letters_are() -> None:
    text = "plain words\n" * 20_000 + "Größe und Länge der Häuser über Straßen hinweg\n" * 3_000

    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    "data", [b"abc \xc3( def", b"\x80\x81\x82\x83", b"caf\xe9\x81", b"a\xb3b and \xb9c"]
)
def test_declines_to_guess_from_a_few_odd_bytes(data: bytes) -> None:
    with pytest.raises(RefusedFileError, match=r"not valid UTF-8 \(byte \d+\) .* can't be told"):
        decode(data)


def test_refuses_damaged_utf_8_and_says_where() -> None:
    data = "Élève à côté. ".encode() + b"\xff" + "Très bien, à bientôt".encode()

    with pytest.raises(RefusedFileError, match=r"damaged: byte 20 is not valid UTF-8; save it"):
        decode(data)


def test_refuses_utf_8_cut_off_inside_a_character() -> None:
    with pytest.raises(RefusedFileError, match="damaged: byte 13 is not valid UTF-8"):
        decode("東京は日本".encode()[:-1])


def test_refuses_surrogates_in_utf_8() -> None:
    with pytest.raises(RefusedFileError, match="not valid UTF-8"):
        decode("é über à ".encode() + "\ud83d".encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (codecs.BOM_UTF16_LE + b"a\0b", "UTF-16"),
        (codecs.BOM_UTF16_BE + b"\xd8\x00\x00a", "UTF-16"),
        (codecs.BOM_UTF32_LE + b"abc", "UTF-32"),
        (codecs.BOM_UTF8 + b"ab\xff", "UTF-8"),
    ],
)
def test_holds_a_mark_to_its_word(data: bytes, name: str) -> None:
    with pytest.raises(RefusedFileError, match=rf"damaged: byte \d+ is not valid {name}"):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"words\0and more words",
        "Москва\0 и Киев".encode(),
        "日本\0語です".encode(),
        "caf\u00e9\0 and more of it".encode("cp1252"),
        b"\0" * 100,
        b"\x01\x02\x03\x04" * 50,
        b"\0\x01\x02odd",
        b"MZ\0\0x",
    ],
)
def test_refuses_binary_data(data: bytes) -> None:
    with pytest.raises(RefusedFileError, match="rather than text; save it as text"):
        decode(data)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 hello", "a PDF"),
        (b"{\\rtf1 hello}", "an RTF document"),
        (b"GIF89a\xff\xff\0\0", "a GIF picture"),
        (b"\x1f\x8b\x08\0\0\0", "a gzip archive"),
        (b"\0\0\0\x18ftypheic\0\0", "HEIC"),
        (b"PK\x03\x04\x14\0\0\0", "a ZIP archive"),
        (b"\xff\xd8\xff\xe0 JFIF", "a JPEG picture"),
    ],
)
def test_names_what_is_no_text(data: bytes, kind: str) -> None:
    with pytest.raises(RefusedFileError, match=kind):
        decode(data)


@pytest.mark.parametrize("text", ["BMW fährt", "MZ é", "ID3 für", "RIFFé", "BZhé"])
def test_takes_no_word_for_a_picture(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


def test_guesses_in_linear_time() -> None:
    sentence = "C'était un été chaud dans la ville. ".encode("cp1252")

    def guess(count: int) -> None:
        assert decode(sentence * count).startswith("C'était un été")

    assert grows_evenly(guess, 100_000)


@settings(deadline=None)
@given(st.text())
def test_newlines_become_plain(text: str) -> None:
    plain = with_plain_newlines(text)

    assert "\r" not in plain
    assert plain == with_plain_newlines(plain)


def test_every_kind_of_line_end_is_one_newline() -> None:
    assert with_plain_newlines("a\r\nb\rc\n\r\nd") == "a\nb\nc\n\nd"


@settings(deadline=None)
@given(st.text(st.characters(categories=None)))
def test_valid_unicode_can_be_written(text: str) -> None:
    valid = as_valid_unicode(text)

    assert valid.encode("utf-8").decode("utf-8") == valid
    assert "\0" not in valid


def test_joins_pairs_of_surrogates() -> None:
    assert as_valid_unicode("a\ud83d\ude00b\ud83dc\0") == "a\U0001f600b\ufffdc"


@settings(deadline=None)
@given(st.text(max_size=30))
def test_blank_is_what_cannot_be_seen(text: str) -> None:
    seen = any(unicodedata.category(character)[0] not in "CZ" for character in text)

    assert not (seen and is_blank(text))


def test_marks_alone_are_blank() -> None:
    assert is_blank("\u200b\ufeff \n\u2028")
    assert not is_blank("\u200b.")
