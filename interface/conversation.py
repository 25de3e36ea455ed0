"""A conversation as the page shows it: JSON turns that its script draws, node by node."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from index.errors import InvalidInputError
from interface.arguments import read_optional_text, read_text
from interface.asking import Stage
from retrieval.composing import Composition
from retrieval.values import Answer, Turn
from retrieval.wire import answer_object, hit_object

DAMAGED = "the page's conversation is damaged; load it again"
NEAREST_SHOWN = 3
REMEMBERED_TURNS = 10  # a follow-up refers to what was just said, not to an hour ago

# With the backslashes before it, all of them, so that a long run of them takes no quadratic time.
_ACTIVE = re.compile(r"(?<!\\)(\\*+)(<|!(?=\[)|(?<=\])(?:[(:]|\[(?!\d+\])))")
_MARKER = re.compile(r"\[(\d{1,4})\]")

TurnView = dict[str, Any]


def stream_text(answer: Answer) -> Iterator[str]:
    """Yield an answer's Markdown so far, sentence by sentence; the last yield is all of it."""
    shown = 0
    for sentence in answer.sentences[1:]:
        start = answer.text.find(sentence.text, shown + 1)
        if start > shown:
            yield disarm(answer.text[:start].rstrip())
            shown = start
    yield disarm(answer.text)


def disarm(markdown: str) -> str:
    """Return Markdown in which nothing quoted becomes HTML, an image or a link.

    A document may hold `![](http://…)`; whoever renders the stream must not fetch it. A backslash
    that stands before it already is doubled: it would take away the one that is put there.
    """
    return _ACTIVE.sub(lambda match: rf"{2 * match[1]}\{match[2]}", markdown)


def working_turn(question: str, run: str = "") -> TurnView:
    """Return the turn of a question that is being answered.

    Args:
        question: As it was asked.
        run: The token by which the page can stop it.
    """
    return {"state": "working", "question": question, "run": run, "steps": []}


def going_on(stages: Iterable[Stage]) -> TurnView:
    """Return what changes in a working turn with the stages that were told so far.

    A stage that comes again goes on with its time.
    """
    taken: dict[str, float | None] = {}
    for stage in stages:
        before = taken.get(stage.name)
        taken[stage.name] = stage.taken_ms if before is None else before + (stage.taken_ms or 0.0)
    return {"steps": [{"stage": name, "ms": ms} for name, ms in taken.items()]}


def begun(composition: Composition) -> TurnView:
    """Return what changes in a working turn when its first sentence comes."""
    citations = [asdict(citation) for citation in composition.citations]
    return {"parts": split_markers(composition), "citations": citations}


def growing_turns(working: TurnView, finished: TurnView) -> Iterator[TurnView]:
    """Yield the turn while its answer comes, a sentence with its markers at a time.

    All of it stands there before it is kept, which takes a while. What cites nothing doesn't grow.
    """
    parts = finished["parts"]
    starts = [place for place, part in enumerate(parts) if "support" in part]
    for end in (*starts[1:], len(parts)) if starts else ():
        shown = {"parts": parts[:end], "citations": finished["citations"]}
        yield {**working, **shown}


def failed_turn(question: str, message: str, *, replaced: Sequence[str] = ()) -> TurnView:
    """Return the turn of a question that could not be answered, with the reason.

    `replaced` are the ids of kept turns in whose place it was asked, see `replaced_by`.
    """
    failed: TurnView = {"state": "failed", "question": question, "message": message}
    return {**failed, "replaced": list(replaced)} if replaced else failed


def replaced_by(turns: Sequence[Mapping[str, Any]], kept: int) -> list[str]:
    """Return the ids of the kept turns that go when an answer comes after the first `kept` ones.

    Those that a failed question was to replace go with the next answer.
    """
    ids = [turn.get("id") for turn in turns[kept:]]
    for turn in turns:
        if turn.get("state") == "failed" and isinstance(turn.get("replaced"), list):
            ids += turn["replaced"]
    return [each for each in ids if isinstance(each, str)]


def run_of(value: object) -> object:
    """Return the token of the question that a page shows as being answered, None for none."""
    try:
        turns = _open_turns(value)
    except InvalidInputError:
        return None
    last = turns[-1] if turns else {}
    return last.get("run") if last.get("state") == "working" else None


def finished_turn(answer: Answer) -> TurnView:
    """Return the turn of an answer, of an abstention or of a remark such as a greeting.

    `parts` is the answer's text cut by `split_markers`, `nearest` the passages that came closest,
    for an abstention only, `asked_of` how many chosen documents were asked, None for all.
    """
    wire = answer_object(answer)
    asked = answer.provenance.documents
    nearest = answer.hits[:NEAREST_SHOWN] if answer.abstained else ()
    return {
        "state": _state_of(answer),
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "text": answer.text,
        "parts": split_markers(answer),
        "citations": wire["citations"],
        "disagreement": wire["disagreement"],
        "nearest": [hit_object(hit) for hit in nearest],
        "timings_ms": wire["timings_ms"],
        "total_ms": answer.timings_ms.get("total"),
        "asked_of": None if asked is None else len(asked),
    }


def split_markers(answer: Answer | Composition) -> list[dict[str, Any]]:
    """Cut an answer's text into `{"text": ...}` and `{"marker": n}`, in their order.

    A part that is a sentence says by `support` how its citations carry it. Markers are looked for
    between the sentences alone: a sentence is quoted from a document, and may hold a `[1]` of its
    own.
    """
    markers = {citation.marker for citation in answer.citations}
    parts: list[dict[str, Any]] = []
    shown = 0
    for sentence in answer.sentences:
        start = answer.text.find(sentence.text, shown)
        if sentence.text and start >= 0:
            parts += _read_markers(answer.text[shown:start], markers)
            parts.append({"text": sentence.text, "support": sentence.support})
            shown = start + len(sentence.text)
    return parts + _read_markers(answer.text[shown:], markers)


def seal(turn: Mapping[str, Any]) -> str:
    """Return a turn as it goes to the page and comes back: as the text of its JSON.

    Everything between a callback and the page's script copies values node by node, several times
    each way: after twenty turns a search began 28 ms later. A text is copied at once.
    """
    return json.dumps(turn)


def read_turns(value: object) -> list[TurnView]:
    """Return the turns that a page sends back, dropping any that is still being answered.

    Raises:
        InvalidInputError: They aren't what this module makes.
    """
    return [turn for turn in _open_turns(value) if turn.get("state") != "working"]


def _open_turns(value: object) -> list[TurnView]:
    if value is None:  # a question that was sent before the page had loaded its own
        return []
    turns = value.get("turns") if isinstance(value, Mapping) else None
    if not isinstance(turns, Sequence) or isinstance(turns, str):
        raise InvalidInputError("the page lost its conversation; load it again")
    try:
        opened: list[Any] = [json.loads(turn) for turn in turns]
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInputError(DAMAGED) from error
    if not all(isinstance(turn, dict) for turn in opened):
        raise InvalidInputError(DAMAGED)
    return opened


def read_collection(value: object) -> str | None:
    """Return the collection that a page's conversation is asked in, or None for all of them.

    Raises:
        InvalidInputError: It isn't the name of one.
    """
    chosen = value.get("collection") if isinstance(value, Mapping) else None
    return read_optional_text(chosen, name="collection")


def history_of(turns: Sequence[Mapping[str, Any]]) -> tuple[Turn, ...]:
    """Return the last turns as the history of the next question."""
    history: list[Turn] = []
    for turn in turns[-REMEMBERED_TURNS:]:
        if turn.get("state") != "failed":
            history.append(Turn("user", read_text(turn.get("question"), name="question")))
            history.append(Turn("assistant", read_text(turn.get("text"), name="answer")))
    return tuple(history)


def _state_of(answer: Answer) -> str:
    if not answer.abstained:
        return "answered"
    return "abstained" if answer.hits else "remark"  # what wasn't searched for isn't missing


def _read_markers(text: str, markers: set[int]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    shown = 0
    for found in _MARKER.finditer(text):
        if int(found[1]) in markers:
            parts += [{"text": text[shown : found.start()]}, {"marker": int(found[1])}]
            shown = found.end()
    parts.append({"text": text[shown:]})
    return [part for part in parts if part.get("text") != ""]
