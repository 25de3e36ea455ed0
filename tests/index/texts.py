"""Texts that are hard to cut, for hypothesis."""

from __future__ import annotations

import regex
from hypothesis import strategies as st

FAMILY = "👩\u200d👩\u200d👧\u200d👦"
WORDS = (
    "word",
    "Dr.",
    "e\u0301te\u0301",  # accents as characters of their own
    "a\u0323\u0302\u0301",
    FAMILY,
    "👍🏽",
    "🇫🇷🇩🇪",
    "‼\ufe0f",
    "搜索文档。",
    "検索エンジン",
    "ค้นหาเอกสาร",
    "ไม่",
    "שלום",
    "مرحبا؟",
    "हिन्दी",
    "한국어",
    "x" * 700,
    "文" * 900,
    FAMILY * 200,
    "12,345.67",
    "Hello there!",
    "“Quoted.”",
    "# heading",
    "| a | b |",
    "- item",
    "```",
)
SPACES = (" ", "  ", "\n", "\n\n", "\t", "\r\n", "\r", "\u00a0", "\u3000", "\n \t \n" * 9, ". ")

texts = st.lists(
    st.one_of(
        st.sampled_from(WORDS),
        st.sampled_from(SPACES),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    ),
    max_size=40,
).map("".join)


def cluster_starts(text: str) -> set[int]:
    """Return the offsets at which a text may be cut without dividing what is seen as one letter.

    A mark on a space may be divided from it: the space belongs to no passage.
    """
    starts = {0, len(text)}
    for cluster in regex.finditer(r"\X", text):
        starts.add(cluster.start())
        if any(character.isspace() for character in cluster[0]):
            starts.update(range(cluster.start(), cluster.end()))
    return starts
