"""What to run and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


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
