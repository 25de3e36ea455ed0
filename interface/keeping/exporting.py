"""A kept conversation as a file: Markdown for people, JSON for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from interface.conversation import disarm
from interface.keeping.conversations import Conversation
from retrieval.receipts import asked_of

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 60


def as_json(conversation: Conversation) -> str:
    """Return its id, title, begin and the answer object of each turn."""
    value = {
        "id": conversation.id,
        "title": conversation.title,
        "begun": conversation.begun,
        "answers": conversation.answers,
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def as_markdown(conversation: Conversation) -> str:
    """Return its questions and answers, each answer with its citations as footnotes.

    What documents say stays text: nothing in it becomes HTML, an image or a link.
    """
    lines = [f"# {disarm(conversation.title)}", "", f"Begun {conversation.begun[:19]} UTC.", ""]
    for answer in conversation.answers:
        lines += _answer_lines(answer)
    return "\n".join(lines)


def file_name(conversation: Conversation, suffix: str) -> str:
    """Return a name for its file that every file system takes."""
    stem = _UNSAFE.sub("-", conversation.title)[:_LONGEST_NAME].strip(".-")
    return f"{stem or 'conversation'}{suffix}"


def _answer_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    question = " ".join(answer["question"].split())
    yield from (f"## {disarm(question)}", "")
    if answer["standalone_question"] not in ("", answer["question"]):
        yield from (f"Searched for: {disarm(answer['standalone_question'])}", "")
    _, documents = asked_of(answer)
    if documents is not None:
        count = "1 chosen document" if len(documents) == 1 else f"{len(documents)} chosen documents"
        yield from (f"Asked of {count}.", "")
    yield from (disarm(answer["answer"]), "")
    for item in answer["disagreement"]:
        yield from (disarm(item["note"]), "")
    for citation in answer["citations"]:
        yield from _citation_lines(citation)


def _citation_lines(citation: Mapping[str, Any]) -> Iterator[str]:
    page = None if citation["page"] is None else f"page {citation['page']}"
    place = citation.get("place", page)  # answers that were kept before there were places have none
    within = "" if place is None else f", {place}"
    where = f"{citation['source']}{within}, characters {citation['start']} to {citation['end']}"
    yield f"[{citation['marker']}] {disarm(citation['title'])} ({disarm(where)}):"
    yield ""
    yield from (f"> {disarm(line)}" for line in citation["quote"].splitlines())
    yield ""
