"""The language of a text, by py3langid's packaged model."""

from __future__ import annotations

from collections.abc import Collection

UNKNOWN = "und"
_SAMPLE = 400  # characters that are looked at
_LEAST_LETTERS = 8
# Natural logarithm of how many times likelier another language must be before a short question
# counts as written in it. Of 5,000 English questions with foreign names none reached 26; most
# questions in another language reach 30 to 130.
_CLEAR = 28.0
# Four of these in one sample are English beyond doubt, in a fraction of the time that ranking all
# languages takes.
_ENGLISH = frozenset(
    "the of and that with which from this these those were been their would into than they there "
    "has have its".split()
)
_ENOUGH_ENGLISH = 4


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of the language of `text`, `und` where there is too little."""
    sample = text[:_SAMPLE]
    if len(_ENGLISH.intersection(sample.lower().split())) >= _ENOUGH_ENGLISH:
        return "en"
    return _rank(sample)[0][0]


def find_foreign(question: str, served: Collection[str]) -> str | None:
    """Return the language of `question` where it is clearly none of `served`, else None."""
    ranking = _rank(question)
    scores = dict(ranking)
    best, score = ranking[0]
    if best == UNKNOWN or best in served:
        return None
    nearest = max((scores[code] for code in served if code in scores), default=score)
    return best if score - nearest > _CLEAR else None


def load_languages() -> None:
    """Load the model, which takes most of a second, before somebody waits for it."""
    import py3langid

    py3langid.rank("ready")


def name_language(code: str) -> str:
    """Return the English name of a language, the code itself where it has none."""
    from babel import Locale

    return str(Locale("en").languages.get(code, code))


def _rank(text: str) -> list[tuple[str, float]]:
    sample = text[:_SAMPLE]
    letters = sum(character.isalpha() for character in sample)
    # Four Korean letters are a question, four Latin ones are an abbreviation.
    if letters < _LEAST_LETTERS and all(ord(character) < 0x250 for character in sample):
        return [(UNKNOWN, 0.0)]
    import py3langid

    ranking: list[tuple[str, float]] = py3langid.rank(sample)
    return ranking
