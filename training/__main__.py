"""`python -m training`: similarity."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from index.errors import FootnoteError
from training.similarity import train

OUTPUT = Path(__file__).parent.parent / "retrieval" / "similarity.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    parser = argparse.ArgumentParser("python -m training", description=__doc__)
    parser.add_argument("what", choices=["similarity"], help="what to fit")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="public data")
    parser.add_argument("--work-dir", type=Path, default=Path(".footnote/training"), metavar="DIR")
    parser.add_argument("--output", type=Path, default=OUTPUT, metavar="FILE")
    parser.add_argument("--limit", type=int, default=2_000, help="questions of each set")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        result = train(
            options.data, options.work_dir, options.output, limit=options.limit, seed=options.seed
        )
    except FootnoteError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(result["held_out"], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
