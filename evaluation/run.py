"""Runs a question set: ask every question, score the answers, write the figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from evaluation import asking
from evaluation.datasets import Dataset, Question, load_dataset, select
from evaluation.identity import hash_code, hash_object, machine, versions
from evaluation.journal import Journal
from evaluation.output import replace_file
from evaluation.predictions import Prediction
from evaluation.relevance import rank_passages
from evaluation.scores import Scores, score, score_answer
from evaluation.summary import summarise
from evaluation.systems import LocalSystem, System, default_data_dir
from index.errors import DatasetError, LockedError
from index.progress import progress_bar

OUTPUTS = ("predictions.jsonl", "scores.jsonl", "metrics.json", "report.html")


@dataclass(frozen=True, slots=True)
class Options:
    """What to run and how.

    Attributes:
        dataset: Folder or file of the question set.
        output: Folder that the results go to.
        format: `auto`, `folder`, `squad` or `beir`.
        given_passage: Read the passage that comes with each question instead of searching.
        limit: How many questions to draw, None for all.
        seed: Which draw.
        kind: Only questions of this kind.
        server: Address of a running server to evaluate, None for this process.
        data_dir: Where the index lies, None for a folder beside the output.
    """

    dataset: Path
    output: Path
    format: str = "auto"
    given_passage: bool = False
    limit: int | None = None
    seed: int = 0
    kind: str | None = None
    server: str | None = None
    data_dir: Path | None = None


def run(
    options: Options,
    *,
    tell: Callable[[str], None] = print,
    opener: Callable[[Dataset, Options], AbstractContextManager[System]] | None = None,
) -> dict[str, Any]:
    """Run a question set, write all results and return `metrics.json`'s contents.

    Args:
        options: What to run and how.
        tell: Told what an evaluator should know: warnings, and whether the run goes on.
        opener: Gives the system to evaluate, with the set's documents; by default Footnote.

    Raises:
        DatasetError: The set doesn't follow its format, or can't be read in the way asked for.
        FootnoteError: Whatever indexing and answering raise.
    """
    dataset = load_selected(options)
    options.output.mkdir(parents=True, exist_ok=True)
    with locked(options.output), (opener or open_system)(dataset, options) as system:
        dataset = with_complaints(dataset, system)
        for warning, count in dataset.warnings:
            tell(f"warning: {warning}" + (f" ({count})" if count > 1 else ""))
        identity = identify(dataset, options, system)
        journal = open_journal(dataset, options, identity, tell)
        try:
            answer_all(dataset, system, journal, given_passage=options.given_passage)
        finally:
            journal.close()
        refused = [prediction for prediction in journal.predictions if prediction.refused]
        if refused:
            tell(f"warning: {len(refused)} questions were refused; the first: {refused[0].answer}")
    return finish(dataset, journal, options, identity)


def open_journal(
    dataset: Dataset, options: Options, identity: Mapping[str, Any], tell: Callable[[str], None]
) -> Journal:
    """Go on with an interrupted run or begin anew; results of an earlier run are removed."""
    journal = Journal(options.output, identity, [question.id for question in dataset.questions])
    if journal.discarded:
        tell("dataset, code, settings or index changed since the interruption: starting again")
    elif journal.predictions:
        tell(f"going on after {len(journal.predictions)} questions")
    for name in OUTPUTS:
        (options.output / name).unlink(missing_ok=True)
    return journal


def load_selected(options: Options) -> Dataset:
    """Return the questions to ask.

    Raises:
        DatasetError: The set doesn't follow its format, or can't be read in the way asked for.
    """
    dataset = load_dataset(options.dataset, format_name=options.format)
    dataset = select(dataset, limit=options.limit, seed=options.seed, kind=options.kind)
    if options.given_passage and dataset.format != "squad":
        raise DatasetError(
            f"{options.dataset} has no passage with each question, its format is "
            f"{dataset.format!r}; leave out --given-passage"
        )
    return dataset


@contextmanager
def open_system(dataset: Dataset, options: Options) -> Iterator[System]:
    """Give the system to evaluate, holding the set's documents."""
    if options.server is not None:
        from evaluation.server import ServerSystem

        with (
            progress_bar() as progress,
            ServerSystem.open(dataset, options.server, progress) as server,
        ):
            yield server
        return
    data_dir = options.data_dir or default_data_dir(dataset, options.output)
    with progress_bar() as progress:
        system = LocalSystem(
            dataset, data_dir, progress=progress, keep=options.data_dir is not None
        )
    yield system


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Keep other runs out of the output folder.

    Raises:
        LockedError: There is one.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(output / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise LockedError(
            f"another evaluation is writing to {output}; name another --output"
        ) from error
    try:
        yield
    finally:
        lock.release()


def with_complaints(dataset: Dataset, system: System) -> Dataset:
    """Return the set with a warning for each document that the system had trouble with."""
    warnings = tuple((complaint, 1) for complaint in system.complaints)
    return replace(dataset, warnings=dataset.warnings + warnings)


def identify(dataset: Dataset, options: Options, system: System) -> dict[str, Any]:
    """Return what the predictions depend on."""
    return {
        "dataset": dataset.digest,
        "format": dataset.format,
        "questions": hash_object([question.id for question in dataset.questions]),
        "limit": options.limit,
        "seed": options.seed,
        "kind": options.kind,
        "given_passage": options.given_passage,
        "server": options.server,
        "code": hash_code(),
        **system.facts,
    }


def answer_all(dataset: Dataset, system: System, journal: Journal, *, given_passage: bool) -> None:
    """Ask the questions that the journal has no prediction for, showing how it goes."""
    from tqdm import tqdm

    done = len(journal.predictions)
    running = Running(dataset, journal.predictions)
    with tqdm(total=len(dataset.questions), initial=done, unit="q", desc="questions") as bar:
        for question in dataset.questions[done:]:
            if dataset.answers_expected:
                prediction = asking.ask(system, question, given_passage=given_passage)
            else:
                prediction = asking.search(system, question)
            journal.append(prediction)
            running.add(question, prediction)
            bar.set_postfix_str(str(running), refresh=False)
            bar.update()


class Running:
    """The figures so far, for the progress bar."""

    def __init__(self, dataset: Dataset, predictions: Sequence[Prediction]) -> None:
        """Begin with the predictions that there are."""
        self._sums = {"EM": 0.0, "F1": 0.0, "declined": 0.0}
        self._asked = self._searched = self._hit = 0
        self._answers = dataset.answers_expected
        for question, prediction in zip(dataset.questions, predictions, strict=False):
            self.add(question, prediction)

    def add(self, question: Question, prediction: Prediction) -> None:
        """Count one more."""
        self._asked += 1
        if self._answers:
            numbers = score_answer(question, prediction)
            self._sums["EM"] += numbers["exact_match"]
            self._sums["F1"] += numbers["f1"]
            self._sums["declined"] += numbers["abstained"]
        if question.passages:
            self._searched += 1
            ranking = rank_passages(question, prediction.hits)
            self._hit += any(place is not None for place in ranking[:5])

    def __str__(self) -> str:
        parts = [f"{name} {total / self._asked:.3f}" for name, total in self._sums.items()]
        shown = parts if self._answers else []
        if self._searched:
            shown.append(f"hit@5 {self._hit / self._searched:.3f}")
        return " ".join(shown)


def finish(
    dataset: Dataset, journal: Journal, options: Options, identity: Mapping[str, Any]
) -> dict[str, Any]:
    """Score all predictions and write the results; the predictions come last."""
    from evaluation.report import render_report

    scores = score(dataset, journal.predictions, given_passage=options.given_passage)
    metrics = {
        "dataset": describe(dataset),
        **summarise(scores),
        "provenance": provenance(options, identity),
    }
    output = options.output
    write_scores(output / "scores.jsonl", scores)
    replace_file(output / "metrics.json", json.dumps(metrics, indent=1, ensure_ascii=False) + "\n")
    replace_file(
        output / "report.html", render_report(dataset, journal.predictions, scores, metrics)
    )
    journal.publish(output / "predictions.jsonl")
    return metrics


def write_scores(path: Path, scores: Scores) -> None:
    """Write one row of numbers a question, which comparisons start from."""
    rows = (json.dumps(row, ensure_ascii=False) + "\n" for row in scores.rows())
    replace_file(path, "".join(rows))


def describe(dataset: Dataset) -> dict[str, Any]:
    """Return what was evaluated."""
    return {
        "name": dataset.name,
        "format": dataset.format,
        "digest": dataset.digest,
        "documents": len(dataset.documents),
        "warnings": dict(dataset.warnings),
    }


def provenance(options: Options, identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return where the figures come from."""
    from index.library import VERSION

    chosen = asdict(options)
    for name in ("dataset", "output", "data_dir"):
        chosen[name] = None if chosen[name] is None else str(chosen[name])
    return {
        "footnote": VERSION,
        "options": chosen,
        **identity,
        "versions": versions(),
        "machine": machine(),
    }
