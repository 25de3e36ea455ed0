"""What each technique brings: figures with it and without it, from one run.

Variants take turns, and figures are medians over the runs. Beside each ratio stand the lowest and
the highest of runs that followed each other: where 1 lies between them, nothing is shown. Encoding
and rankings are measured on SQuAD's paragraphs, the rest on made-up documents (`scale_corpus`).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ablations_comparison import Ablation, Material, ablations_table
from benchmarks.ablations_encoder import ablate_encoder
from benchmarks.ablations_indexing import ablate_indexing
from benchmarks.ablations_search import ablate_search
from benchmarks.ablations_segments import ablate_segments
from benchmarks.results import tell, write_result
from evaluation.output import make_folder

ABLATIONS: dict[str, Ablation] = {
    "encoder": ablate_encoder,
    "indexing": ablate_indexing,
    "segments": ablate_segments,
    "search": ablate_search,
}
SQUAD = Path("../shared/data/reading/squad/validation.json")
SIZES = (8_192, 16_384, 32_768, 65_536, 131_072)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--data", type=Path, default=SQUAD, help="a SQuAD file")
    parser.add_argument("--texts", type=int, default=512, help="paragraphs to embed")
    parser.add_argument("--chunks", type=int, default=10_000, help="made-up ones to index")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, help="of segments, in vectors"
    )
    parser.add_argument("--questions", type=int, default=200, help="to search for")
    parser.add_argument("--runs", type=int, default=3, help="of each variant")
    parser.add_argument(
        "--only", choices=ABLATIONS, nargs="+", default=list(ABLATIONS), help="a part of them"
    )
    parser.add_argument("--output", type=Path, default=Path("runs/benchmarks"), help="of results")


def run(arguments: argparse.Namespace) -> None:
    """Measure everything; print the table, write ablations.json.

    Raises:
        FootnoteError: The data can't be read, or the output folder can't be made.
    """
    make_folder(arguments.output)
    flags = {name: getattr(arguments, name) for name in ("texts", "chunks", "questions", "runs")}
    sizes = tuple(sorted(arguments.sizes))
    rows = []
    # Beside the results rather than in the system's temporary folder, which may be in memory.
    with TemporaryDirectory(dir=arguments.output, prefix="ablations-") as scratch:
        material = Material(
            data=arguments.data, sizes=sizes, scratch=Path(scratch).absolute(), **flags
        )
        for name in arguments.only:
            tell(f"{name}:")
            for row in ABLATIONS[name](material):
                tell(f"  {' | '.join(row.cells())}")
                rows.append(row)
    print(ablations_table(rows))
    figures = {**flags, "sizes": sizes, "rows": [row.as_object() for row in rows]}
    tell(f"results: {write_result(arguments.output, 'ablations', figures)}")
