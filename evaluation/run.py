"""Runs a question set: ask every question, then write the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from evaluation import asking, results
from evaluation.datasets import Dataset, load_dataset, select
from evaluation.identity import hash_code, hash_object
from evaluation.journal import Journal
from evaluation.options import Options
from evaluation.output import make_folder
from evaluation.running import Running
from evaluation.systems import System, default_data_dir, open_local
from index.errors import DatasetError, LockedError
from index.progress import progress_bar


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
    make_folder(options.output)
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
    return results.write_results(dataset, journal, options, identity)


def open_journal(
    dataset: Dataset, options: Options, identity: Mapping[str, Any], tell: Callable[[str], None]
) -> Journal:
    """Go on with an interrupted run or begin anew; results of an earlier run are removed."""
    journal = Journal(options.output, identity, [question.id for question in dataset.questions])
    if journal.discarded:
        tell("dataset, code, settings or index changed since the interruption: starting again")
    elif journal.predictions:
        tell(f"going on after {len(journal.predictions)} questions")
    for name in results.FILES:
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
        from evaluation.server import ServerSystem, connect

        client = connect(options.server)
        with (
            progress_bar() as progress,
            ServerSystem.open(dataset, client, options.server, progress) as server,
        ):
            yield server
        return
    data_dir = options.data_dir or default_data_dir(dataset, options.output)
    with progress_bar() as progress:
        keep = options.data_dir is not None
        system = open_local(dataset, data_dir, progress=progress, keep=keep)
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
