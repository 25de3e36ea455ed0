"""How well follow-ups are made to stand alone, by what a search then finds.

Each question is searched for in four forms: as it was asked, behind the question before it, as the
program rewrites it, and as people rewrote it, which is as good as it can get. Two sets: CANARD's
dialogues (Elgohary et al., 2019), each of them a document of its answers, which its questions ought
to find; and our own questions about `tests/harbour`, with the passage that answers.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from benchmarks.results import BenchmarkError, cell, markdown_table, write_result
from evaluation.answers import tokens_of
from evaluation.output import make_folder
from index.library import Library
from index.settings import Settings
from retrieval.assistant import Assistant
from retrieval.rewriting import RuleRewriter
from retrieval.values import Hit, Turn

CANARD = Path("../shared/data/conversation/canard.jsonl")
HARBOUR = Path(__file__).parent.parent / "tests" / "harbour"
HEADER = ("set", "form", "questions", "hit@1", "hit@5", "words of the gold form")
SHOWN = 5  # hits that are looked at


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question in a conversation.

    Attributes:
        question: As it was asked.
        history: What was said before it.
        rewrite: As people made it stand alone.
        found: Whether a hit is what the question is about.
    """

    question: str
    history: tuple[Turn, ...]
    rewrite: str
    found: Callable[[Hit], bool]


FORMS: dict[str, Callable[[FollowUp], str]] = {
    "as asked": lambda each: each.question,
    "behind the last question": lambda each: f"{_last_question(each)} {each.question}",
    "rewritten": lambda each: RuleRewriter().rewrite(each.question, each.history),
    "by people": lambda each: each.rewrite,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--data", type=Path, default=CANARD, help="CANARD, JSON lines")
    parser.add_argument("--output", type=Path, default=Path("runs/benchmarks"), help="of results")


def run(arguments: argparse.Namespace) -> None:
    """Measure both sets; print the table, write followups.json.

    Raises:
        FootnoteError: The data can't be read, or the output folder can't be made.
    """
    make_folder(arguments.output)
    rows = []
    for name, prepare in (("canard", read_canard), ("harbour", read_harbour)):
        with TemporaryDirectory(dir=arguments.output, prefix="followups-") as scratch:
            library = Library(Settings(data_dir=Path(scratch).absolute()))
            rows += list(measure(name, prepare(arguments.data, library), library))
    shown = ([*row[:2], str(row[2]), *(cell(value, 3) for value in row[3:])] for row in rows)
    print(markdown_table(HEADER, shown))
    figures = {"rows": [dict(zip(HEADER, row, strict=True)) for row in rows]}
    print(f"results: {write_result(arguments.output, 'followups', figures)}")


def read_canard(path: Path, library: Library) -> list[FollowUp]:
    """Index each dialogue's answers as a document and return the questions of all.

    A dialogue begins with the title and the section of the article that it is about; only what is
    said after them is in its document, or every question that names the title would find it.

    Raises:
        BenchmarkError: The file can't be read, or a line isn't as it should be.
    """
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        dialogues: dict[str, list[str]] = {}
        for line in lines:
            name = line["id"].rpartition("-")[0]
            dialogues[name] = max(dialogues.get(name, []), line["history"][3::2], key=len)
        asked = [(line["id"].rpartition("-")[0], line) for line in lines]
        followups = [
            FollowUp(
                line["question"],
                _turns([", ".join(line["history"][:2]), "", *line["history"][2:]]),
                line["rewrite"],
                _from_source(name),
            )
            for name, line in asked
            if dialogues[name]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BenchmarkError(
            f"{str(path)!r} can't be read as CANARD ({error!r}); give another one with --data"
        ) from error
    library.add_texts([(name, "", " ".join(said)) for name, said in dialogues.items() if said])
    return followups


def read_harbour(path: Path, library: Library) -> list[FollowUp]:  # noqa: ARG001 - comes with us
    """Index the harbour's documents and return the answerable questions about them."""
    library.add([HARBOUR / "documents"])
    lines = (HARBOUR / "followups.jsonl").read_text("utf-8").splitlines()
    return [
        FollowUp(
            line["question"],
            tuple(Turn(turn["role"], turn["content"]) for turn in line["history"]),
            line["rewrite"],
            _with_quote(line["evidence"]),
        )
        for line in map(json.loads, lines)
        if line["evidence"]
    ]


def measure(
    name: str, followups: Sequence[FollowUp], library: Library
) -> Iterator[tuple[str, str, int, float, float, float]]:
    """Yield a row for each form: hit@1, hit@5, and F1 of its words and those of the gold form."""
    assistant = Assistant(library)
    for form, write in FORMS.items():
        first = later = alike = 0.0
        for each in tqdm(followups, unit="q", desc=f"{name}: {form}", leave=False):
            question = write(each)
            hits = [each.found(hit) for hit in assistant.search(question, k=SHOWN)]
            first += any(hits[:1])
            later += any(hits)
            alike += _word_f1(question, each.rewrite)
        count = len(followups)
        yield name, form, count, first / count, later / count, alike / count


def _word_f1(one: str, other: str) -> float:
    first, second = set(tokens_of(one)), set(tokens_of(other))
    shared = len(first & second)
    return 2 * shared / (len(first) + len(second)) if shared else 0.0


def _turns(messages: Sequence[str]) -> tuple[Turn, ...]:
    """Return messages as turns of user and assistant, who alternate."""
    roles = ("user", "assistant")
    return tuple(Turn(roles[place % 2], text) for place, text in enumerate(messages) if text)


def _last_question(each: FollowUp) -> str:
    asked = [turn.content for turn in each.history if turn.role == "user"]
    return asked[-1] if asked else ""


def _from_source(name: str) -> Callable[[Hit], bool]:
    return lambda hit: hit.source == name


def _with_quote(evidence: Sequence[dict[str, str]]) -> Callable[[Hit], bool]:
    return lambda hit: any(
        hit.source.endswith(each["document"]) and each["quote"] in hit.chunk.text
        for each in evidence
    )
