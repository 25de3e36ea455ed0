"""`python -m retrieval`: ask, search, replay."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from index.command import common_flags, run_command, say
from index.errors import NotFoundError
from index.library import Library
from index.settings import Settings
from retrieval.assistant import Assistant
from retrieval.receipts import asked_of, compare_answers, load_receipt
from retrieval.values import Answer
from retrieval.wire import answer_object, hit_object


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 for a known error, 2 for wrong usage."""
    return run_command(make_parser(), arguments, interrupted="interrupted")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of `python -m retrieval`."""
    common = common_flags()
    common.add_argument("--collection", metavar="NAME", help="default: all collections")
    parser = argparse.ArgumentParser("python -m retrieval", description="Ask the documents.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    ask = commands.add_parser("ask", parents=[common], help="answer a question with citations")
    ask.add_argument("question", metavar="QUESTION")
    ask.set_defaults(run=_ask)
    search = commands.add_parser("search", parents=[common], help="find passages")
    search.add_argument("query", metavar="QUERY")
    search.add_argument("--k", type=int, default=10, help="how many (default: 10)")
    search.set_defaults(run=_search)
    replay = commands.add_parser(
        "replay", parents=[common], help="ask a kept answer's question again; say what changed"
    )
    replay.add_argument("receipt", type=Path, metavar="RECEIPT", help="what 'ask --json' printed")
    replay.set_defaults(run=_replay)
    return parser


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    answer = Assistant(Library(settings)).ask(options.question, collection=options.collection)
    say(json.dumps(answer_object(answer)) if options.json else _as_text(answer))
    return 0


def _as_text(answer: Answer) -> str:
    lines = [answer.text]
    for item in answer.disagreement:
        lines += ["", item.note]
        sides = zip(item.citations, item.values, item.attributions, item.dates, strict=True)
        lines += [
            f"- {value}: {', '.join(filter(None, (who, date)))} [{marker}]"
            for marker, value, who, date in sides
        ]
    if answer.citations:
        lines.append("")
    for citation in answer.citations:
        within = f", {citation.place}" if citation.place else ""
        place = f"{citation.source}{within}, characters {citation.start} to {citation.end}"
        lines.append(f"[{citation.marker}] {citation.title} ({place})")
    if answer.abstained and answer.hits:
        lines += ["", "The nearest passages, none of them an answer:"]
        lines += [
            f"- {hit.source}: {' '.join(hit.chunk.text.split())[:100]}" for hit in answer.hits[:3]
        ]
    return "\n".join(lines)


def _search(options: argparse.Namespace, settings: Settings) -> int:
    hits = Assistant(Library(settings)).search(
        options.query, k=options.k, collection=options.collection
    )
    for hit in hits:
        if options.json:
            print(json.dumps(hit_object(hit)))
        else:
            place = f"{hit.source} {hit.chunk.start}-{hit.chunk.end}"
            say(f"{hit.score:.3f}  {place}: {' '.join(hit.chunk.text.split())[:100]}")
    return 0


def _replay(options: argparse.Namespace, settings: Settings) -> int:
    before = load_receipt(options.receipt)
    library = Library(settings)
    collection, asked = asked_of(before)
    collection = options.collection or collection
    documents, gone = _part(library, collection, asked)
    answer = Assistant(library).ask(
        before["standalone_question"], collection=collection, documents=documents
    )
    changes = [f"no longer there: {document_id}" for document_id in gone]
    changes += compare_answers(before, answer_object(answer))
    if options.json:
        print(json.dumps({"changes": changes, "answer": answer_object(answer)}))
    else:
        say("\n".join(changes) if changes else "nothing has changed")
    return 0


def _part(
    library: Library, collection: str | None, asked: Sequence[str] | None
) -> tuple[Sequence[str] | None, Sequence[str]]:
    """Return those of the documents that were asked which are still there, and the others.

    Raises:
        NotFoundError: None of them is, so that nothing can be asked again.
    """
    if asked is None:
        return None, ()
    there = {summary.id for summary in library.documents(collection, ids=asked)}
    if not there:
        raise NotFoundError(
            f"none of the {len(asked)} documents that were asked is there any more; add them "
            "again, or ask the question anew with 'python -m retrieval ask'"
        )
    return sorted(there), [document_id for document_id in asked if document_id not in there]


if __name__ == "__main__":
    sys.exit(main())
