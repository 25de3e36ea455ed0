"""`python -m index`: add, remove, list, status, verify, rebuild, doctor."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from index.command import common_flags, run_command, say
from index.diagnosis import examine
from index.errors import NotFoundError
from index.library import Library
from index.maintenance import rebuild, verify
from index.progress import progress_bar
from index.settings import Settings
from index.values import AddReport, DocumentSummary


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 for a known error, 2 for wrong usage."""
    return run_command(
        make_parser(),
        arguments,
        interrupted="interrupted; what was committed is kept, run it again to go on",
    )


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of `python -m index`."""
    common = common_flags()
    parser = argparse.ArgumentParser("python -m index", description="Keep the index of documents.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add = commands.add_parser("add", parents=[common], help="index files and folders")
    add.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    add.add_argument("--collection", default="default", metavar="NAME")
    add.set_defaults(run=_add)
    remove = commands.add_parser(
        "remove", parents=[common], help="remove documents, or all from below a folder"
    )
    remove.add_argument("names", nargs="+", metavar="SOURCE_OR_ID")
    remove.set_defaults(run=_remove)
    listing = commands.add_parser("list", parents=[common], help="list the documents")
    listing.add_argument("--collection", metavar="NAME")
    listing.set_defaults(run=_list)
    for name, run, text in (
        ("status", _status, "say what is in the index"),
        ("verify", _verify, "check everything against the catalogue"),
        ("rebuild", _rebuild, "make the search index anew from the catalogue"),
        ("doctor", _doctor, "check whether this machine can run everything"),
    ):
        commands.add_parser(name, parents=[common], help=text).set_defaults(run=run)
    return parser


def _add(options: argparse.Namespace, settings: Settings) -> int:
    with progress_bar() as progress:
        report = Library(settings).add(
            options.paths, collection=options.collection, progress=progress
        )
    _print_report(report, as_json=options.json)
    return 1 if report.refused else 0


def _print_report(report: AddReport, *, as_json: bool) -> None:
    for outcome in report.refused:
        say(f"refused {outcome.source}: {outcome.reason}", file=sys.stderr)
    if as_json:
        print(json.dumps(asdict(report)))
        return
    for outcome in report.added:
        say(f"added {outcome.source}")
    for outcome in report.removed:
        say(f"removed {outcome.source}: {outcome.reason}")
    counts = ", ".join(f"{len(rows)} {kind}" for kind, rows in asdict(report).items())
    print(counts)


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    library = Library(settings)
    for name in options.names:
        try:
            removed = library.remove(name)
        except NotFoundError:
            removed = library.remove_below(Path(name))
        for summary in removed:
            _print_summary(summary, "removed ", as_json=options.json)
    return 0


def _list(options: argparse.Namespace, settings: Settings) -> int:
    for summary in Library(settings).documents(options.collection):
        _print_summary(summary, "", as_json=options.json)
    return 0


def _print_summary(summary: DocumentSummary, prefix: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(summary)))
        return
    say(
        f"{prefix}{summary.id}  {summary.source}  “{summary.title}”  {summary.date or 'undated'}  "
        f"{summary.size} characters in {summary.chunks} chunks  [{summary.collection}]"
    )


def _status(options: argparse.Namespace, settings: Settings) -> int:
    status = Library(settings).status()
    fields = {**asdict(status), "models": dict(status.models)}
    if options.json:
        print(json.dumps(fields))
    else:
        for name, value in fields.items():
            say(f"{name}: {value}")
    return 0


def _verify(options: argparse.Namespace, settings: Settings) -> int:
    with progress_bar() as progress:
        problems = verify(Library(settings), progress)
    if options.json:
        print(json.dumps({"problems": problems}))
    else:
        say("\n".join(problems) or "all is well")
    return 1 if problems else 0


def _rebuild(options: argparse.Namespace, settings: Settings) -> int:
    with progress_bar() as progress:
        chunks = rebuild(Library(settings), progress)
    print(json.dumps({"chunks": chunks}) if options.json else f"{chunks} chunks are searchable")
    return 0


def _doctor(options: argparse.Namespace, settings: Settings) -> int:
    findings = examine(settings)
    for finding in findings:
        if options.json:
            print(json.dumps(asdict(finding)))
        else:
            say(f"{'ok  ' if finding.good else 'FAIL'} {finding.what}: {finding.detail}")
    return 0 if all(finding.good for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
