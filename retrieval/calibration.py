"""How sure the reader may be of what it spots, as fitted on held-out articles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.errors import ModelError
from retrieval.values import Hit


@dataclass(frozen=True, slots=True)
class Spotted:
    """A stretch of a passage that may answer.

    Attributes:
        hit: The passage.
        start: Its offset in the passage's text.
        end: Offset after it.
        answerable: Log odds that the passage answers.
        measures: What speaks for it, in the order of `MEASURES`.
    """

    hit: Hit
    start: int
    end: int
    answerable: float
    measures: tuple[float, ...]


MEASURES = (
    "margin",  # logits of the span, less those of "no answer"
    "fusion",  # the passage's score in the search
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was fitted on held-out articles, see `training/calibration.py`.

    Attributes:
        sha256: Of the weights that it belongs to.
        measures: Weight of each of `MEASURES` in the log odds that a span is right, and the bias.
        passage: Weight of `answerable` in the log odds that the best span is right, and the
            bias. How clear a span is and how well its passage fits the question tell which span is
            the best, but not so well as this alone whether any is right.
        threshold: Confidence below which to abstain.
    """

    sha256: str
    measures: Sequence[float]
    passage: tuple[float, float]
    threshold: float

    def odds(self, spotted: Spotted) -> float:
        """Return the log odds that this is the answer, as against the question's other spans."""
        *weights, bias = self.measures
        return bias + sum(w * each for w, each in zip(weights, spotted.measures, strict=True))

    def best(self, spotted: Sequence[Spotted]) -> Spotted | None:
        """Return the span for which most speaks; the first of several, None of none."""
        return max(spotted, key=self.odds, default=None)

    def confidence(self, spotted: Sequence[Spotted]) -> float:
        """Return the probability that the best of these spans answers; 0 where there is none."""
        best = self.best(spotted)
        weight, bias = self.passage
        return sigmoid(weight * best.answerable + bias) if best else 0.0


def load_calibration(folder: Path) -> Calibration:
    """Return what was fitted for the weights in `folder`.

    Raises:
        ModelError: The file is missing or wasn't made for these measures.
    """
    path = folder / "calibration.json"
    try:
        fields = json.loads(path.read_text("utf-8"))
        measures = tuple(float(fields["measures"][name]) for name in (*MEASURES, "bias"))
        confidence = float(fields["confidence"]["answerable"]), float(fields["confidence"]["bias"])
        return Calibration(str(fields["sha256"]), measures, confidence, float(fields["threshold"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"the file {str(path)!r} can't be used ({error!r}); restore it, or make it with "
            "'python -m training calibrate'"
        ) from error


def sigmoid(odds: float) -> float:
    """Return the probability with these log odds."""
    return float(1.0 / (1.0 + np.exp(-odds)))
