"""The reader: an encoder over question and passage that points at the words that answer.

It scores every passage, too: by whether it answers at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.bert import BertRunner, project_each
from index.errors import ModelError
from index.model_files import Weights, read_config, read_weights
from index.packaged_model import check_packaged_model, packaged_folder
from index.pieces import cluster_end
from index.snapshot import Snapshot
from index.tokenizer import ModelTokenizer
from index.values import checksum
from retrieval.calibration import Calibration, Spotted, load_calibration, sigmoid
from retrieval.pairs import Pairing, Window
from retrieval.questions import ask_about
from retrieval.reading import Evidence, Lead, Reading, keep_silent
from retrieval.sentences import end_of_unit, label_ranges, quotable_ranges
from retrieval.spans import lies_in
from retrieval.values import Hit

FOLDER = "reader"  # below this package: weights, calibration and the model card
WEIGHTS = "weights.safetensors"
LONGEST_SPAN = 30  # tokens
SPANS = 3  # considered of each window
# Passages that are read side by side, until one answers or hope is lost: when HOPELESS_AFTER leave
# a confidence below HOPELESS. On 2,100 held-out questions 2.7 passages are read instead of 4.0 and
# what answers leads after 1.8 instead of 3.5; the best span is right for .727 of the answerable
# instead of .730, as many are answered, and .746 of the others are declined instead of .744.
AT_ONCE = 2
HOPELESS_AFTER = 4
HOPELESS = 0.2
# Logits that a heading or front matter has to be ahead: "Relations since 1964" is a poor quote
# where a sentence says nearly the same.
LABEL_MARGIN = 3.0
_START, _END, _ANSWERABLE = range(3)  # the values of a token; the last is the first token's


class SpanReader:
    """Reads passages with the encoder that `training` made. Threads may share it."""

    def __init__(
        self, folder: Path | None = None, *, calibration: Calibration | None = None
    ) -> None:
        """Load the weights and compile them for this processor.

        Args:
            folder: Holds `weights.safetensors` and `calibration.json`; by default the program's.
            calibration: Instead of the folder's.

        Raises:
            ModelError: A file is missing or isn't the one it should be.
            UnsupportedModelError: OpenVINO can't run it here.
        """
        with as_file(files("retrieval").joinpath(FOLDER)) as own:
            self._calibration = calibration or load_calibration(folder or own)
            weights = _load_weights(folder or own, self._calibration.sha256)
        check_packaged_model()
        body = packaged_folder()
        head = project_each(weights.pop("head.weight"), weights.pop("head.bias"))
        # The word vectors are the embedder's: training leaves them as they are.
        weights = {**read_weights(body / "model.safetensors"), **weights}
        self._runner = BertRunner(read_config(body), weights, head)
        self._pairing = Pairing(ModelTokenizer.from_folder(body))
        self.name = f"span-reader@{self._calibration.sha256[:12]}"
        self.runtime = self._runner.runtime

    @property
    def threshold(self) -> float:
        """Confidence below which the documents are said not to answer."""
        return self._calibration.threshold

    def read(
        self,
        question: str,
        hits: Sequence[Hit],
        snapshot: Snapshot,  # noqa: ARG002
        *,
        lead: Lead = keep_silent,
    ) -> Reading:
        """Return the evidence in `hits`, best first, and how likely the first is right.

        Passages are read until one answers, or none is likely to. What answers leads, and of those
        behind it one of each other document is read, as it may say something else.
        """
        spotted: list[Spotted] = []
        confidence, read = 0.0, 0
        while read < len(hits) and confidence < self.threshold and _is_hopeful(read, confidence):
            spotted += self.spot(question, hits[read : read + AT_ONCE])
            confidence = self._calibration.confidence(spotted)
            read += AT_ONCE
        first = self._calibration.best(spotted)
        elsewhere = _of_other_documents(hits[:read], hits[read:])
        if confidence >= self.threshold and elsewhere:
            lead(self.weigh(spotted, hits))
            spotted += self.spot(question, elsewhere)
        return self.weigh(spotted, hits, first=first)

    def weigh(
        self, spotted: Sequence[Spotted], hits: Sequence[Hit], *, first: Spotted | None = None
    ) -> Reading:
        """Return what was spotted in `hits` as evidence: `first` if it is given, the best first."""
        odds = [(self._calibration.odds(each), each) for each in spotted]
        ordered = sorted(odds, key=lambda pair: (pair[1] is not first, -pair[0]))
        evidence = [_evidence(each, sigmoid(own)) for own, each in ordered]
        confidence = self._calibration.confidence([first] if first else spotted)
        return Reading(_distinct(evidence), rerank(hits, evidence), confidence)

    def spot(self, question: str, hits: Sequence[Hit]) -> list[Spotted]:
        """Return the likeliest spans of each passage, likeliest first within each."""
        (asked,) = self._pairing.questions([ask_about(question)])
        cut = self._pairing.passages([hit.chunk.text for hit in hits])
        places = [(hit, window) for hit, each in zip(hits, cut, strict=True) for window in each]
        results = self._runner.run([self._pairing.join(asked, window) for _, window in places])
        return [
            spotted
            for (hit, window), values in zip(places, results, strict=True)
            for spotted in _spans(hit, window, values, len(asked))
        ]


def rerank(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> tuple[Hit, ...]:
    """Return the hits in a better order: each one's best evidence is added to its score."""
    best = {id(item.hit): item.score for item in reversed(evidence)}
    scored = [
        replace(hit, score=hit.score + best.get(id(hit), 0.0), stage="rerank") for hit in hits
    ]
    return tuple(sorted(scored, key=lambda hit: -hit.score))


def _is_hopeful(read: int, confidence: float) -> bool:
    """Whether something may still answer, when so many passages leave this confidence."""
    return read < HOPELESS_AFTER or confidence >= HOPELESS


def _of_other_documents(read: Sequence[Hit], others: Sequence[Hit]) -> list[Hit]:
    """Return the best of `others` of each document of which nothing was read."""
    heard = {hit.chunk.document_id for hit in read}
    best: dict[str, Hit] = {}
    for hit in others:
        if hit.chunk.document_id not in heard:
            best.setdefault(hit.chunk.document_id, hit)
    return list(best.values())


def _load_weights(folder: Path, expected: str) -> Weights:
    path = folder / WEIGHTS
    found = checksum(path) if path.is_file() else "nothing"
    if found != expected:
        raise ModelError(
            f"{str(path)!r} has SHA-256 {found[:12]} instead of {expected[:12]}; restore it, or "
            "make it with 'python -m training reader'"
        )
    return read_weights(path)


def _spans(hit: Hit, window: Window, values: NDArray[np.float32], first: int) -> Iterator[Spotted]:
    """Yield the likeliest spans of a window that don't overlap, likeliest first.

    Args:
        hit: The passage.
        window: The part of it that was read.
        values: What the head says of each token, shape (tokens, 3).
        first: Place of the window's first token.
    """
    count = len(window.ids)
    if not count:
        return
    inside = values[first : first + count].copy()
    labels = label_ranges(hit.chunk.text)
    for place, token in enumerate(window.spans if labels else ()):
        if lies_in(token, labels):
            inside[place, _START] -= LABEL_MARGIN
    nowhere = values[0, _START] + values[0, _END]
    # Sums of start and end logits; rows are starts, columns lengths: (count, LONGEST_SPAN).
    ends = np.full(count + LONGEST_SPAN, -np.inf, np.float32)
    ends[:count] = inside[:, _END]
    sums = (
        inside[:, _START, None]
        + np.lib.stride_tricks.sliding_window_view(ends, LONGEST_SPAN)[:count]
    )
    for _ in range(SPANS):
        start, length = np.unravel_index(int(sums.argmax()), sums.shape)
        logits = float(sums[start, length])
        if not np.isfinite(logits):
            return
        end = int(start + length)
        first_character, last_character = window.spans[int(start)][0], window.spans[end][1]
        yield Spotted(
            hit,
            first_character,
            # Tokens leave out the marks on a letter where these are characters of their own.
            cluster_end(hit.chunk.text, first_character, last_character),
            float(values[0, _ANSWERABLE]),
            (logits - float(nowhere), hit.score),
        )
        # What starts before it and ends in it or behind it overlaps it.
        sums[start : end + 1] = -np.inf
        for before in range(max(0, int(start) - LONGEST_SPAN + 1), int(start)):
            sums[before, start - before :] = -np.inf


def _evidence(spotted: Spotted, score: float) -> Evidence:
    """Return the sentences that a span lies in: one, as a rule."""
    offset, text = spotted.hit.chunk.start, spotted.hit.chunk.text
    may_cross = not {"\n", "|"}.isdisjoint(text[spotted.start : spotted.end])
    border = end_of_unit(text, spotted.start) if may_cross else spotted.end
    if border < spotted.end:
        answer = text[spotted.start : border].rstrip(".,;: ")
        spotted = replace(spotted, end=spotted.start + max(1, len(answer)))
    start, end = spotted.start, spotted.end
    touched = [
        (first, last)
        for first, last in quotable_ranges(text)
        if first < spotted.end and last > spotted.start
    ]
    if touched:
        start, end = min(start, touched[0][0]), max(end, touched[-1][1])
    return Evidence(
        spotted.hit,
        offset + start,
        offset + end,
        (offset + spotted.start, offset + spotted.end),
        score,
    )


def _distinct(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the best evidence for each sentence."""
    best: dict[tuple[str, int, int], Evidence] = {}
    for item in evidence:
        best.setdefault((item.hit.chunk.document_id, item.start, item.end), item)
    return tuple(best.values())
