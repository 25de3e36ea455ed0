"""The command `python -m benchmarks NAME`: speed and scale, side by side with other systems."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from index.command import exit_code

# Each is the module of that name (with _ for -), with `add_arguments(parser)` and `run(arguments)`;
# only the one that runs is imported.
BENCHMARKS = {
    "peers": "indexing, search and memory beside other systems",
    "scale": "indexing and search as a library grows to a million chunks",
    "roofline": "how near embedding comes to what the processor can do",
    "startup": "how long imports, loading and the first answer take",
    "ablations": "what each part of indexing and retrieval contributes",
    "followups": "how well follow-ups are made to stand alone",
    "page": "how quickly the page is there and begins to answer",
    "pdf-quotes": "how surely quotes are marked on the pages of PDFs",
    "reading": "what each part of reading contributes, and how fast the reader is",
    "training": "what each kind of question brings that the reader learns from",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    names = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog="\n".join(f"{name:10} {about}" for name, about in BENCHMARKS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names.add_argument("name", choices=BENCHMARKS, help="which; each takes --help, too")
    name = names.parse_args(words[:1]).name
    module = import_module(f"benchmarks.{name.replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=f"{names.prog} {name}", description=module.__doc__)
    module.add_arguments(parser)
    options = parser.parse_args(words[1:])

    def work() -> int:
        module.run(options)
        return 0

    return exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
