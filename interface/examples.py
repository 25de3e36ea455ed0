"""Example questions for an empty conversation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.values import DocumentSummary

EXAMPLES_SHOWN = 4


def read_examples(sources: Sequence[Path]) -> tuple[str, ...]:
    """Return questions from the question sets that lie beside source folders.

    A set is `questions.jsonl` next to its folder `documents/`. Only questions that the documents
    answer and that need no history are taken: those that are marked with `"example": true`, or
    where none is, some from all over the set. A damaged line is skipped, because examples are a
    courtesy.
    """
    entries = [
        entry
        for source in sources
        for entry in _read_entries(source.resolve().parent / "questions.jsonl")
    ]
    marked = [entry for entry in entries if entry.get("example") is True]
    questions = [entry["question"] for entry in marked or entries]
    step = max(1, len(questions) // EXAMPLES_SHOWN)
    return tuple(questions[::step][:EXAMPLES_SHOWN])


def suggest_questions(
    prepared: Sequence[str], summaries: Sequence[DocumentSummary]
) -> tuple[str, ...]:
    """Return the prepared questions, else some that any documents can be asked."""
    if prepared or not summaries:
        return tuple(prepared[:EXAMPLES_SHOWN])
    newest = sorted(summaries, key=lambda summary: summary.modified, reverse=True)
    titles = list(dict.fromkeys(summary.title for summary in newest))
    summarise = [f"Summarise “{title}”" for title in titles[: EXAMPLES_SHOWN - 1]]
    return ("Which documents do you have?", *summarise)


def _read_entries(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        try:
            entry: Any = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(entry, dict) and _is_example(entry):
            yield entry


def _is_example(entry: dict[str, Any]) -> bool:
    return (
        isinstance(entry.get("question"), str)
        and not entry.get("unanswerable")
        and not entry.get("history")
    )
