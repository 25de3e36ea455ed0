"""Predictions on disk while a run is under way, so that an interrupted run can go on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.output import replace_file
from evaluation.predictions import Prediction, prediction_from

NAME = "predictions.partial.jsonl"


class Journal:
    """A file whose first line says what the run depends on and each further one a prediction."""

    def __init__(self, folder: Path, identity: Mapping[str, Any], ids: Sequence[str]) -> None:
        """Go on with what is there if it is of the same run, else begin anew.

        Args:
            folder: The output folder.
            identity: What the predictions depend on.
            ids: The questions' ids, in their order.
        """
        self.path = folder / NAME
        first = json.dumps(identity, sort_keys=True) + "\n"
        lines = self.path.read_bytes().splitlines(keepends=True) if self.path.exists() else []
        self.discarded = bool(lines) and lines[0] != first.encode()
        kept = [] if self.discarded else complete_lines(lines[1:], ids)
        self.predictions = [prediction_from(json.loads(line)) for line in kept]
        self._file = self.path.open("ab")
        if lines and not self.discarded:
            self._file.truncate(sum(map(len, [lines[0], *kept])))
        else:
            self._file.truncate(0)
            self._file.write(first.encode())
            self._file.flush()

    def append(self, prediction: Prediction) -> None:
        """Write a prediction so that it survives the end of this process."""
        self.predictions.append(prediction)
        self._file.write((json.dumps(prediction.as_object()) + "\n").encode())
        self._file.flush()

    def publish(self, path: Path) -> None:
        """Write the complete predictions in their public form, all at once, and end the journal."""
        # As ASCII, because Unicode has line ends that some readers would break lines at.
        lines = [json.dumps(prediction.as_published()) + "\n" for prediction in self.predictions]
        replace_file(path, "".join(lines))
        self.close()
        self.path.unlink()

    def close(self) -> None:
        """Let go of the file, which stays."""
        self._file.close()


def complete_lines(lines: Sequence[bytes], ids: Sequence[str]) -> list[bytes]:
    """Return the lines up to the first that was cut off or isn't the next question's."""
    kept: list[bytes] = []
    for line, identifier in zip(lines, ids, strict=False):
        try:
            same = line.endswith(b"\n") and json.loads(line)["id"] == identifier
        except (ValueError, KeyError, TypeError):
            break
        if not same:
            break
        kept.append(line)
    return kept
