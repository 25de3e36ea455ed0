"""`python -m interface`: what users thought of answers."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from index.command import common_flags, run_command, say
from index.library import Library
from index.settings import Settings
from interface.keeping.judgements import Judgement, Judgements
from interface.keeping.question_set import export_question_set
from interface.keeping.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 for a known error, 2 for wrong usage."""
    return run_command(make_parser(), arguments, interrupted="interrupted")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of `python -m interface`."""
    common = common_flags()
    parser = argparse.ArgumentParser("python -m interface", description=__doc__)
    subjects = parser.add_subparsers(required=True, metavar="COMMAND")
    feedback = subjects.add_parser("feedback", help="what users thought of answers")
    commands = feedback.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", parents=[common], help="list it, the oldest first")
    listing.set_defaults(run=_list)
    export = commands.add_parser(
        "export", parents=[common], help="write it as a question set for 'python -m evaluation run'"
    )
    export.add_argument("folder", type=Path, metavar="DIR", help="an empty folder, or none yet")
    export.set_defaults(run=_export)
    return parser


def _list(options: argparse.Namespace, settings: Settings) -> int:
    for judgement in Judgements(Store(settings.data_dir)).all():
        say(json.dumps(asdict(judgement)) if options.json else _as_text(judgement))
    return 0


def _as_text(judgement: Judgement) -> str:
    answer, opinion = judgement.answer, judgement.opinion
    reasons = f" ({', '.join(opinion.reasons)})" if opinion.reasons else ""
    lines = [
        f"{judgement.made[:16]} {opinion.verdict}{reasons} by {judgement.owner}",
        f"  asked: {_on_one_line(answer['question'])}",
        f"  answer: {_on_one_line(answer['answer'])}",
    ]
    if opinion.right_answer:
        lines.append(f"  right answer: {_on_one_line(opinion.right_answer)}")
    return "\n".join(lines)


def _on_one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"


def _export(options: argparse.Namespace, settings: Settings) -> int:
    judgements = Judgements(Store(settings.data_dir)).all()
    report = export_question_set(judgements, Library(settings), options.folder)
    for line in report.left_out:
        say(f"left out: {line}", file=sys.stderr)
    if options.json:
        print(json.dumps(asdict(report)))
    else:
        print(f"{report.questions} questions, {report.documents} documents in {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
