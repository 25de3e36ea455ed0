"""How texts and questions are worded before they are searched by words."""

from __future__ import annotations

import re
import unicodedata

# Words that a question is put with rather than about; tantivy's stop words leave most of them in,
# and in a small library they are rare, so that their weight would be great. Not with a capital
# ("The Who", "in May"), before a number ("may 1968") or within a code ("how-to").
_ASKING = re.compile(
    r"(?<![\w'’/-])(?:who|whom|whose|what|when|where|why|which|how|many|much|do|does|did|has|have|had|"
    r"having|am|is|are|was|were|been|being|can|could|would|will|should|shall|might|must|"
    r"may(?! \d))(?:n?['’][a-z]{1,2})?(?![\w'’/-])"
)
_SCRIPTS_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)


def without_asking(question: str) -> str:
    """Return a question without the words that only ask; all of them may."""
    begun = question.lower() if question.isupper() else question[:1].lower() + question[1:]
    return _ASKING.sub(" ", begun)


def segmented(text: str) -> str:
    """Return `text` composed, with a space after each pair of letters where a script has no spaces.

    Chinese, Japanese, Thai and their like are searched by overlapping pairs of letters. An accent
    that is a character of its own would end a word.
    """
    if text.isascii():
        return text
    return _SCRIPTS_WITHOUT_SPACES.sub(_pairs, unicodedata.normalize("NFC", text))


def _pairs(match: re.Match[str]) -> str:
    run = match[0]
    if len(run) == 1:
        return f" {run} "
    return " " + " ".join(run[place : place + 2] for place in range(len(run) - 1)) + " "


def edits(word: str) -> set[str]:
    """Return what `word` becomes by one letter more, less, changed or swapped with the next."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    shorter = {left + right[1:] for left, right in halves if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    changed = {left + new + right[1:] for left, right in halves if right for new in letters}
    longer = {left + new + right for left, right in halves for new in letters}
    return shorter | swapped | changed | longer
