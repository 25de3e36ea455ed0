"""Footnote beside LangChain, LlamaIndex, txtai, Chroma and Haystack, on the same chunks.

All get the same chunks and the same embedding model. Indexing embeds, loading the model left out;
searching goes over a library whose vectors sentence-transformers computed beforehand, a query at a
time. Each run of each system has a process of its own, and runs alternate between the systems.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.peers_data import Material, read_material, write_chunks, write_vectors
from benchmarks.peers_environment import ROOT, offline, prepare_environment
from benchmarks.peers_figures import draw_peers, figures_of, medians, peers_table, ratios
from benchmarks.results import save_plot, tell, write_result
from index.library import Library
from index.packaged_model import packaged_folder
from index.sentence_transformer import SentenceTransformerEmbedder
from index.settings import Settings

WARM_UP_QUERIES = 10
SQUAD = Path("../shared/data/reading/squad")
LONGEST_S = 3600.0
OURS = "benchmarks.systems.footnote:Footnote"
PEERS = {
    "sentence-transformers + FAISS": "SentenceTransformersFaiss",
    "LangChain + FAISS": "LangChain",
    "LlamaIndex": "LlamaIndex",
    "LlamaIndex + FAISS": "LlamaIndexFaiss",
    "txtai": "Txtai",
    "txtai hybrid": "TxtaiHybrid",
    "Chroma": "Chroma",
    "Haystack": "Haystack",
}


@dataclass(frozen=True, slots=True)
class System:
    """A system to measure.

    Attributes:
        name: For the table.
        place: Its class, as "module:class".
        python: The interpreter that has its packages.
    """

    name: str
    place: str
    python: Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        default=[SQUAD / "validation.json", SQUAD / "train.json"],
        help="SQuAD files: paragraphs of all, in this order, questions of the first",
    )
    parser.add_argument("--chunks", type=int, default=1000, help="to embed and index")
    parser.add_argument("--library", type=int, default=10_000, help="chunks to search in")
    parser.add_argument("--queries", type=int, default=200, help="to time")
    parser.add_argument("--judged", type=int, default=1000, help="questions to judge hits by")
    parser.add_argument("--runs", type=int, default=3, help="of each system")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(".benchmarks/peers"),
        help="for the peers' environment and what is computed once; delete it to update them",
    )
    parser.add_argument("--output", type=Path, default=Path("runs/benchmarks"), help="of results")


def run(arguments: argparse.Namespace) -> None:
    """Measure all systems; print the table, write peers.json and peers.svg.

    Raises:
        FootnoteError: The data can't be read, or the environment can't be made.
    """
    folder = arguments.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    library = Library(Settings(data_dir=folder / "unused"))
    tell("choosing the chunks")
    material = read_material(arguments.data, library, size=max(arguments.library, arguments.chunks))
    tell("making the peers' environment, if it isn't there")
    python = prepare_environment(folder / "environment")
    tell("embedding the library, if it isn't there")
    vectors = write_vectors(
        [text for _, text in material.chunks], SentenceTransformerEmbedder(), folder
    )
    systems = [System("Footnote", OURS, Path(sys.executable))]
    systems += [
        System(name, f"benchmarks.systems.peers:{place}", python) for name, place in PEERS.items()
    ]
    sizes = Sizes(arguments.chunks, arguments.queries, arguments.judged, arguments.runs)
    with TemporaryDirectory(dir=folder) as scratch:
        job = {
            "model": str(packaged_folder()),
            "chunks": str(write_chunks(material.chunks, Path(scratch) / "chunks.jsonl")),
            "vectors": str(vectors),
        }
        measured = compare(systems, job, material, sizes=sizes, logs=folder / "logs")
    print(peers_table(measured))
    result = {"sizes": {**asdict(sizes), "library": len(material.chunks)}, "systems": measured}
    tell(f"results: {write_result(arguments.output, 'peers', result)}")
    save_plot(arguments.output / "peers.svg", partial(draw_peers, systems=measured))


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: chunks to embed, queries to time and to judge, runs."""

    chunks: int
    queries: int
    judged: int
    runs: int


def compare(
    systems: Sequence[System],
    job: Mapping[str, Any],
    material: Material,
    *,
    sizes: Sizes,
    logs: Path,
) -> list[dict[str, Any]]:
    """Return each system's figures, with their ratios to the first system's.

    Args:
        systems: What to compare, Footnote first.
        job: What all jobs have in common.
        material: The chunks and questions.
        sizes: How much to measure.
        logs: Folder for what the systems print.
    """
    timed = [question.text for question in material.questions[: sizes.queries]]
    # Others than those: what a system remembers of a question would be timed.
    warm = [question.text for question in material.questions[sizes.queries :][:WARM_UP_QUERIES]]
    judged = material.questions[: sizes.judged]
    results: dict[str, list[dict[str, Any]]] = {system.name: [] for system in systems}
    for number in range(sizes.runs):
        # Rankings don't change between runs, so that one is enough.
        asked = [question.text for question in judged] if number == 0 else []
        common = {**job, "embed": sizes.chunks, "warm": warm, "timed": timed, "judged": asked}
        relevant = [question.relevant for question in judged] if number == 0 else []
        for system in systems:
            tell(f"run {number + 1} of {sizes.runs}: {system.name}")
            result = measure(system, common, logs)
            if "failure" not in result:
                result["figures"] = figures_of(result, embedded=sizes.chunks, relevant=relevant)
                del result["found"], result["query_ms"]
            results[system.name].append(result)
    return [described(name, runs, results[systems[0].name]) for name, runs in results.items()]


def measure(system: System, job: Mapping[str, Any], logs: Path) -> dict[str, Any]:
    """Return what was measured of a system in a process of its own, or its `failure`."""
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{system.name}.log"
    with TemporaryDirectory() as scratch, log.open("w", encoding="utf-8") as written:
        job_path, result_path = Path(scratch) / "job.json", Path(scratch) / "result.json"
        own = {**job, "system": system.place, "folder": str(Path(scratch) / "index")}
        job_path.write_text(json.dumps(own), "utf-8")
        module = "benchmarks.systems.measuring"
        command = [str(system.python), "-m", module, str(job_path), str(result_path)]
        try:
            subprocess.run(  # noqa: S603 - the command is fixed
                command,
                cwd=ROOT,
                env=offline(Path(scratch)),
                stdout=written,
                stderr=written,
                timeout=LONGEST_S,
                check=True,
            )
            result: dict[str, Any] = json.loads(result_path.read_text("utf-8"))
        except subprocess.TimeoutExpired:
            return {"failure": f"not done after {LONGEST_S:.0f} s"}
        except subprocess.CalledProcessError as error:
            return {"failure": last_line(log) or f"exit code {error.returncode}"}
    return result


def described(
    name: str, runs: Sequence[Mapping[str, Any]], base: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a system's medians and ratios, what it is made of, its runs and its failures."""
    done = [each for each in runs if "failure" not in each]
    versions = done[0]["versions"] if done else {}
    detail = done[0]["variant"] or next(iter(versions.values())) if done else "failed"
    figures = medians([each["figures"] for each in done])
    return {
        "name": name,
        "label": f"{name} ({detail})",
        "versions": versions,
        "figures": figures,
        "ratios": ratios(
            figures, medians([each["figures"] for each in base if "failure" not in each])
        ),
        "runs": list(runs),
        "failures": [each["failure"] for each in runs if "failure" in each],
    }


def last_line(log: Path) -> str:
    """Return the last line that says something, shortened."""
    lines = log.read_text("utf-8", "replace").split("\n")
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")
