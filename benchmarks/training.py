"""What each kind of question brings that the reader learns from.

Readers learn from equally many examples, from the embedder's encoder on; where a kind is left out,
more of SQuAD's answered questions take its place. The questions that tell them apart are searched
in what no reader learns from. Readers and checkpoints stay in `--work-dir`: interrupted, the same
command goes on from there.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.results import cell, markdown_table, write_result
from evaluation.output import make_folder
from index.progress import Progress, progress_bar
from index.values import digest
from retrieval.span_reader import WEIGHTS
from training.calibration import Asked, Best, ask, fit_measures, load_uncalibrated
from training.questions import WRITTEN, join_sets, load_held_out
from training.reader import train_reader
from training.reader_weights import export
from training.recipe import Recipe

DATA = Path("../shared/data")
EVERYTHING = Recipe(
    answered=8_000,
    declined=3_000,
    mined=3_000,
    far=500,
    swapped=500,
    claims=500,
    written=4_500,
    batch=16,
)
LEFT_OUT: Mapping[str, Sequence[str]] = {
    "everything": (),
    "without the project's own questions": ("written",),
    "without near passages": ("mined", "far"),
    "without SQuAD's unanswerable questions": ("declined",),
    "without changed questions and claims": ("swapped", "claims"),
}
STRANGERS = "strangers"  # what is asked about other documents


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--data", type=Path, default=DATA, help="public data")
    parser.add_argument("--examples", type=int, default=20_000, help="that a reader learns from")
    parser.add_argument("--questions", type=int, default=1_000, help="asked of each kind")
    parser.add_argument("--only", choices=LEFT_OUT, nargs="+", default=list(LEFT_OUT))
    parser.add_argument("--work-dir", type=Path, default=Path(".footnote/ablations"))
    parser.add_argument("--output", type=Path, default=Path("runs/benchmarks"), help="of results")


def run(arguments: argparse.Namespace) -> None:
    """Train and judge each reader; print the table, write training.json.

    Raises:
        FootnoteError: The data can't be read, or the output folder can't be made.
    """
    make_folder(arguments.output)
    rows: dict[str, dict[str, float]] = {}
    for name, kinds in LEFT_OUT.items():
        if name not in arguments.only:
            continue
        recipe = leave_out(scale(EVERYTHING, arguments.examples), kinds)
        # By what it learns from: a reader that learnt from something else is none of these.
        folder = arguments.work_dir / digest(repr(recipe), _stamp(arguments.data))
        with progress_bar() as progress:
            if not (folder / WEIGHTS).is_file():
                model = train_reader(arguments.data, folder, recipe, progress=progress)
                export(model, folder, recipe)
            rows[name] = judge(
                folder,
                arguments.data,
                work_dir=arguments.work_dir / "held-out",
                questions=arguments.questions,
                progress=progress,
            )
    columns = list(next(iter(rows.values())))
    body = ([name, *(cell(row[column], 3) for column in columns)] for name, row in rows.items())
    print(markdown_table(("learnt from", *columns), body))
    figures = {"examples": arguments.examples, "questions": arguments.questions, "rows": rows}
    print(f"results: {write_result(arguments.output, 'training', figures)}")


def _stamp(data: Path) -> str:
    """Return what changes with the public data and our own questions."""
    files = [*sorted(data.rglob("*.json*")), WRITTEN]
    return digest(*(f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files))


def scale(recipe: Recipe, examples: int) -> Recipe:
    """Return a recipe of about so many examples, in the same proportions."""
    counts = counts_of(recipe)
    total = sum(counts.values())
    return replace(recipe, **{kind: count * examples // total for kind, count in counts.items()})


def leave_out(recipe: Recipe, kinds: Sequence[str]) -> Recipe:
    """Return a recipe without some kinds, and as many more answered questions."""
    counts = counts_of(recipe)
    more = sum(counts[kind] for kind in kinds)
    return replace(recipe, answered=recipe.answered + more, **dict.fromkeys(kinds, 0))


def counts_of(recipe: Recipe) -> dict[str, int]:
    """Return how many examples of each kind there are."""
    kinds = ("answered", "declined", "mined", "far", "swapped", "claims", "written")
    return {kind: getattr(recipe, kind) for kind in kinds}


def judge(
    folder: Path, data: Path, *, work_dir: Path, questions: int, progress: Progress
) -> dict[str, float]:
    """Return a reader's figures by their names.

    Of each kind of question: the share of the answerable whose best span is right; and the areas
    under the ROC curve of `answerable`, against the unanswerable of the same kind, and of SQuAD's
    against questions about other documents.
    """
    sets, strangers = load_held_out(data, limit=questions, seed=0)
    reader = load_uncalibrated(folder)
    asked = ask(join_sets(*sets.values()), strangers, reader, work_dir, progress)
    kinds = [kind for kind, held in sets.items() for _ in held.questions]
    kinds += [STRANGERS] * len(strangers)
    return figures_of(kinds, asked)


def figures_of(kinds: Sequence[str], asked: Sequence[Asked]) -> dict[str, float]:
    """Return the figures by their names; `kinds` has that of each of `asked`."""
    weights = fit_measures(asked)
    best: dict[str, list[Best]] = {}
    for kind, each in zip(kinds, asked, strict=True):
        best.setdefault(kind, []).append(each.best(weights))
    strange = best.pop(STRANGERS)
    figures = {}
    for kind, found in best.items():
        answerable = [each for each in found if each.answerable]
        others = [each for each in found if not each.answerable]
        figures[f"{kind}: right"] = float(np.mean([each.right for each in answerable]))
        if others:
            figures[f"{kind}: AUC"] = auc(answerable, others)
    known = [each for each in best["SQuAD"] if each.answerable]
    return figures | {"SQuAD: AUC against strangers": auc(known, strange)}


def auc(answerable: Sequence[Best], others: Sequence[Best]) -> float:
    """Return the area under the ROC curve of `answerable`."""
    from sklearn.metrics import roc_auc_score

    scores = [each.spotted.answerable for each in (*answerable, *others)]
    return float(roc_auc_score([True] * len(answerable) + [False] * len(others), scores))
