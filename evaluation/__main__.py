"""The command `python -m evaluation`: run a question set, compare two runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.command import exit_code

FELL = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    if getattr(options, "server", None) and options.given_passage:
        parser.error("--given-passage works in this process only: leave out --server")
    return exit_code(
        lambda: int(options.command(options)),
        interrupted="interrupted; the same command goes on from here",
    )


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all subcommands."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="ask all questions of a set and write the figures")
    run.add_argument("dataset", type=Path, help="folder or file of the question set")
    run.add_argument("--output", type=Path, required=True, help="folder for the results")
    run.add_argument(
        "--format", choices=("auto", "folder", "squad", "beir"), default="auto", help="of the set"
    )
    run.add_argument(
        "--given-passage", action="store_true", help="read each question's own passage (squad)"
    )
    run.add_argument("--limit", type=count, help="draw this many questions")
    run.add_argument("--seed", type=int, default=0, help="which draw (default 0)")
    run.add_argument("--kind", help="only questions of this kind")
    run.add_argument("--server", help="address of a running server to evaluate")
    run.add_argument("--data-dir", type=Path, help="keep the index here (default: beside --output)")
    run.set_defaults(command=run_command)

    compare = commands.add_parser("compare", help="put two runs side by side")
    compare.add_argument("before", type=Path, help="output folder of the first run")
    compare.add_argument("after", type=Path, help="output folder of the second run")
    compare.add_argument(
        "--tolerance",
        type=fraction,
        default=0.01,
        help="exit 3 where a figure got worse by more than this (default 0.01)",
    )
    compare.set_defaults(command=compare_command)

    check = commands.add_parser("check", help="exit 3 where a figure misses its threshold")
    check.add_argument("output", type=Path, help="output folder of a run")
    check.add_argument("thresholds", type=Path, help="TOML file of thresholds")
    check.set_defaults(command=check_command)

    figures = commands.add_parser("figures", help="write the figures of several runs to a page")
    figures.add_argument("page", type=Path, help="Markdown file with the markers")
    figures.add_argument("outputs", type=Path, nargs="+", help="output folders of the runs")
    figures.set_defaults(command=figures_command)

    for command in (run, compare, check):
        command.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def run_command(options: argparse.Namespace) -> int:
    """Run a question set."""
    from evaluation.options import Options
    from evaluation.run import run
    from evaluation.tables import metrics_table

    fields = {name: getattr(options, name) for name in Options.__dataclass_fields__}
    metrics = run(Options(**fields), tell=tell)
    show(metrics, metrics_table(metrics), as_json=options.json)
    tell(f"report: {options.output / 'report.html'}")
    return 0


def compare_command(options: argparse.Namespace) -> int:
    """Compare two runs."""
    from evaluation.compare import compare, comparison_table

    comparison = compare(options.before, options.after, tolerance=options.tolerance)
    show(comparison, comparison_table(comparison), as_json=options.json)
    return FELL if comparison["fell"] else 0


def check_command(options: argparse.Namespace) -> int:
    """Check a run against thresholds."""
    from evaluation.thresholds import check, check_table

    found = check(options.output, options.thresholds)
    show(found, check_table(found), as_json=options.json)
    return FELL if found["missed"] else 0


def figures_command(options: argparse.Namespace) -> int:
    """Write the figures of several runs to a page."""
    from evaluation.figures import write_figures

    write_figures(options.page, options.outputs)
    return 0


def show(value: dict[str, Any], table: str, *, as_json: bool) -> None:
    """Print a result for people or for programs."""
    print(json.dumps(value, ensure_ascii=False) if as_json else table)


def tell(message: str) -> None:
    """Print a message, apart from results."""
    print(message, file=sys.stderr)


def count(text: str) -> int:
    """Return a whole number of at least one."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def fraction(text: str) -> float:
    """Return a number from 0 to 1."""
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{number} isn't between 0 and 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
