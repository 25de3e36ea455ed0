from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import RefusedFileError
from index.loaders import Limits, extract

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t\r"), min_size=1
)


@settings(deadline=None)
@given(WORDS, st.sampled_from([".txt", ".text", ".md", ".markdown"]))
def test_text_formats_lose_nothing_but_line_end_marks(text: str, suffix: str) -> None:
    text = f"x{text}."

    found = extract(text.encode(), suffix, limits=Limits())

    assert found.text == text.replace("\r\n", "\n").replace("\r", "\n")
    assert found.markup == ("text" if suffix in (".txt", ".text") else "markdown")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_offsets_do_not_depend_on_encoding_or_line_ends(encoding: str, limits: Limits) -> None:
    text = "Café Größe\r\nSecond line\rThird line\r\n"

    found = extract(text.encode(encoding), ".txt", limits=limits)

    assert found.text == "Café Größe\nSecond line\nThird line\n"


def test_refuses_text_beyond_the_limit() -> None:
    with pytest.raises(RefusedFileError, match=r"too long: 11 characters or more, .* may have 10;"):
        extract(b"eleven char", ".txt", limits=Limits(max_text_characters=10))


def test_accepts_text_at_the_limit() -> None:
    found = extract(b"ten chars.", ".txt", limits=Limits(max_text_characters=10))

    assert found.text == "ten chars."


def test_web_page_source_in_a_text_file_is_text(limits: Limits) -> None:
    source = "<html><body>Hello</body></html>"

    assert extract(source.encode(), ".txt", limits=limits).text == source


@pytest.mark.skipif(not SEEDS.exists(), reason="needs the articles in ../shared/seeds")
def test_reads_the_articles_whole(limits: Limits) -> None:
    reports = sorted(SEEDS.glob("*.txt"))
    found = [extract(report.read_bytes(), ".txt", limits=limits) for report in reports]

    texts = [report.read_bytes().decode() for report in reports]
    assert [extract.text for extract in found] == [text.replace("\r\n", "\n") for text in texts]
    assert [extract.title for extract in found] == [
        "North Korea and Cambodia: Are Secret Deals Reviving Ties Amid Sanctions?",
        None,
    ]
    assert [extract.date for extract in found] == [None, None]
