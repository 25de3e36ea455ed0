"""Claims as yes-or-no questions, with a passage whose sentence says whether they are so."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.errors import DatasetError
from training.examples import Asked, Corpus

_AUXILIARIES = frozenset(
    "is are was were has have had can could will would may might must should do does did".split()
)
_CLAUSES = frozenset("who whom whose which that where when while".split())
_SUBJECT = 8  # words before the auxiliary, at most
_LONGEST = 22  # words of a premise: what the reader can mark whole
_TOGETHER = 4  # premises of a passage
_FIELDS = ("source", "premise", "claim", "label")
_DECISIVE = frozenset({"supports", "contradicts"})


def read_claims(path: Path, *, seed: int) -> Corpus:
    """Return each claim that can be turned into a question, with a passage made of premises.

    The claim's own premise is the answer where it supports or contradicts the claim; the others are
    drawn from the same source. Where its own premise leaves the claim open, nothing answers.

    Raises:
        DatasetError: The file isn't there, or a line has another form; names the line.
    """
    pairs = list(_read(path))
    chance = random.Random(seed)  # noqa: S311
    others: dict[str, list[str]] = {}
    for pair in pairs:
        others.setdefault(pair["source"], []).append(pair["premise"])
    corpus = Corpus([], [])
    for pair in pairs:
        question = ask(pair["claim"])
        if question is None:
            continue
        premises = [pair["premise"], *chance.choices(others[pair["source"]], k=_TOGETHER - 1)]
        chance.shuffle(premises)
        answer = pair["premise"] if pair["label"] in _DECISIVE else ""
        corpus.asked.append(Asked(question, len(corpus.passages), answer))
        corpus.passages.append(" ".join(f"{premise}." for premise in premises))
    return corpus


def ask(claim: str) -> str | None:
    """Return the claim as a question, its auxiliary first; None if that can't be told by rule."""
    words = claim.rstrip(" .").split()
    for place, word in enumerate(words[: _SUBJECT + 1]):
        if word in _CLAUSES:
            return None
        if place and word in _AUXILIARIES:
            subject = [words[0][0].lower() + words[0][1:], *words[1:place]]
            return " ".join([word.capitalize(), *subject, *words[place + 1 :]]) + "?"
    return None


def _read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the pairs with a short premise, which loses its last point."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"{str(path)!r} can't be read ({error}); give another folder with --data"
        ) from error
    for number, line in enumerate(lines, 1):
        try:
            pair = {name: str(json.loads(line)[name]) for name in _FIELDS}
        except (ValueError, KeyError, TypeError) as error:
            raise DatasetError(
                f"line {number} of {str(path)!r} isn't a pair of premise and claim ({error!r}); "
                "correct it or give another folder with --data"
            ) from error
        pair["premise"] = pair["premise"].strip().rstrip(" .")
        if 0 < len(pair["premise"].split()) <= _LONGEST:
            yield pair
