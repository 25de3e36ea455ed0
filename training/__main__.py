"""`python -m training`: similarity, reader, calibrate."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from index.command import exit_code
from index.packaged_model import NAME
from index.progress import progress_bar
from training.recipe import Recipe

RETRIEVAL = Path(__file__).parent.parent / "retrieval"
INTERRUPTED = "interrupted; the same command goes on from the last checkpoint"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    options = make_parser().parse_args(arguments)
    return exit_code(lambda: int(options.run(options) or 0), interrupted=INTERRUPTED)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; each sets `run`."""
    parser = argparse.ArgumentParser("python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, required=True, metavar="DIR", help="public data")
    common.add_argument("--work-dir", type=Path, default=Path(".footnote/training"), metavar="DIR")

    similarity = commands.add_parser(
        "similarity", parents=[common], help="fit the plain reader's weights"
    )
    similarity.add_argument(
        "--output", type=Path, default=RETRIEVAL / "similarity.json", metavar="FILE"
    )
    similarity.add_argument("--limit", type=int, default=2_000, help="questions of each set")
    similarity.add_argument("--seed", type=int, default=0)
    similarity.set_defaults(run=run_similarity)

    reader = commands.add_parser("reader", parents=[common], help="train a stage of the reader")
    reader.add_argument("--output", type=Path, default=RETRIEVAL / "reader", metavar="DIR")
    reader.add_argument(
        "--encoder",
        default=NAME,
        metavar="DIR",
        help="model to begin with; the program reads with none but the default, so that another "
        "one's weights, a teacher's, need an --output of their own",
    )
    reader.add_argument("--start", type=Path, metavar="FILE", help="weights of an earlier stage")
    reader.add_argument(
        "--teacher",
        nargs=2,
        action="append",
        default=[],
        metavar=("DIR", "FILE"),
        help="encoder and weights of a reader to learn from as far as --soft says; may be repeated",
    )
    for name, value in asdict(Recipe()).items():
        reader.add_argument(f"--{name}", type=type(value), default=value)
    reader.add_argument(
        "--share", type=float, default=0.7, help="of a later stage in the mean with its start"
    )
    reader.set_defaults(run=run_reader)

    calibrate = commands.add_parser(
        "calibrate", parents=[common], help="fit the reader's confidence and threshold"
    )
    calibrate.add_argument("--output", type=Path, default=RETRIEVAL / "reader", metavar="DIR")
    calibrate.add_argument("--seed", type=int, default=0)
    calibrate.set_defaults(run=run_calibrate)
    return parser


def run_similarity(options: argparse.Namespace) -> None:
    """Fit the plain reader and print its figures."""
    from training.similarity import train

    result = train(
        options.data, options.work_dir, options.output, limit=options.limit, seed=options.seed
    )
    print(json.dumps(result["held_out"], indent=1))


def run_reader(options: argparse.Namespace) -> None:
    """Train a stage of the reader and print where its weights are."""
    from training.reader import train_reader
    from training.reader_weights import export

    teachers = [(encoder, Path(weights)) for encoder, weights in options.teacher]
    recipe = Recipe(**{field.name: getattr(options, field.name) for field in fields(Recipe)})
    with progress_bar() as progress:
        model = train_reader(
            options.data,
            options.work_dir,
            recipe,
            encoder=options.encoder,
            start=options.start,
            teachers=teachers,
            progress=progress,
        )
    path = export(
        model,
        options.output,
        recipe,
        start=options.start,
        share=options.share,
        teachers=teachers,
    )
    print(path)


def run_calibrate(options: argparse.Namespace) -> None:
    """Fit the reader's calibration, write its model card and print the figures."""
    from training.calibration import calibrate

    work_dir = options.work_dir / "calibration"
    with progress_bar() as progress:
        result = calibrate(
            options.data, work_dir, options.output, seed=options.seed, progress=progress
        )
    print(json.dumps(result["held_out"], indent=1))


if __name__ == "__main__":
    sys.exit(main())
