"""What "it" and "he" at the beginning of a quote stand for: the sentence before."""

from __future__ import annotations

import re
from dataclasses import replace

from retrieval.reading import Evidence
from retrieval.sentences import label_ranges, quotable_ranges
from retrieval.spans import lies_in

MOST_CHARACTERS = 600  # of a quote that was lengthened

_LEANING_START = re.compile(
    r"[\"“'‘(]?(?:(?:however|moreover|also|but|and|then|later|there),? )?"
    r"(?:he|she|it|they|this|these|those|that|his|her|its|their|both|such)\b",
    re.IGNORECASE,
)
# "It was reported that" stands for nothing before it.
_IMPERSONAL = re.compile(
    r"[\"“'‘(]?it (?:is|was|has been|had been) (?:\w+ly )?\w+(?: by [^,.;]{1,60})? (?:that|to)\b",
    re.IGNORECASE,
)


def with_antecedent(item: Evidence) -> Evidence:
    """Return the evidence, with the sentences before it up to one that begins without a pronoun.

    "It was closed in 2017" is no answer for somebody who can't see what was. Where the paragraph
    has no such sentence, it stays as it is.
    """
    if not _leans(item.quote):
        return item
    text, offset = item.hit.chunk.text, item.hit.chunk.start
    start, end = item.start - offset, item.end - offset
    labels = label_ranges(text)
    for first, last in reversed([unit for unit in quotable_ranges(text) if unit[0] < start]):
        apart = "\n\n" in text[last:start] or lies_in((first, last), labels)
        if apart or end - first > MOST_CHARACTERS:
            return item
        start = first
        if not _leans(text[start:end]):
            return replace(item, start=start + offset)
    return item


def _leans(quote: str) -> bool:
    return bool(_LEANING_START.match(quote)) and not _IMPERSONAL.match(quote)
