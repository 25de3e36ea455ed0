"""What the commands share: flags, and how they end."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from index.errors import FootnoteError
from index.settings import load_settings

KNOWN_ERROR, INTERRUPTED, CUT_OFF = 1, 130, 141
# What moves a terminal's cursor, hides or turns round what is printed, or can't be encoded: control
# characters but tab and newline, directions, lone surrogates.
_UNPRINTABLE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def say(text: str, *, file: TextIO | None = None) -> None:
    """Print what may hold words of documents or names of files, harmless to any terminal.

    Args:
        text: What to print.
        file: Where, if not to standard output.
    """
    print(_UNPRINTABLE.sub("\ufffd", text), file=file)


def common_flags() -> argparse.ArgumentParser:
    """Return a parent for the parsers of subcommands, with the flags that all of them take."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data-dir", type=Path, metavar="DIR", help="default: ./.footnote")
    common.add_argument("--config", type=Path, metavar="FILE", help="default: ./footnote.toml")
    common.add_argument("--json", action="store_true", help="print JSON")
    return common


def run_command(
    parser: argparse.ArgumentParser, arguments: Sequence[str] | None, *, interrupted: str
) -> int:
    """Run the subcommand that `arguments` name and return its exit code.

    Wrong usage exits with 2, as argparse does.

    Args:
        parser: Sets `run` to a function of the parsed options and the settings.
        arguments: Of the command line; None for those of this process.
        interrupted: What is said on an interruption.
    """
    options = parser.parse_args(arguments)

    def work() -> int:
        settings = load_settings({"data_dir": options.data_dir}, options.config)
        return int(options.run(options, settings))

    return exit_code(work, interrupted=interrupted)


def exit_code(work: Callable[[], int], *, interrupted: str = "interrupted") -> int:
    """Return what `work` returns; a known error, told in one line, 1; an interruption, 130.

    Args:
        work: What the command does.
        interrupted: What is said on an interruption.
    """
    try:
        code = work()
        sys.stdout.flush()
        return code
    except FootnoteError as error:
        say(f"error: {error}", file=sys.stderr)
        return KNOWN_ERROR
    except KeyboardInterrupt:
        print(interrupted, file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads what is printed has enough, as `head` has. Python flushes once more at its
        # end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_OFF
