"""The peers' own Python environment, apart from the project's."""

from __future__ import annotations

import os
import subprocess
import venv
from collections.abc import Mapping
from pathlib import Path

from benchmarks.results import BenchmarkError
from evaluation.identity import hash_object

ROOT = Path(__file__).parents[1]
TORCH, PEERS = ROOT / "torch.pin", Path(__file__).with_name("peers.txt")
OFFLINE = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGSMITH_TRACING": "false",
    "TRANSFORMERS_OFFLINE": "1",
}


def prepare_environment(folder: Path) -> Path:
    """Make the environment, unless it is there, and return its Python.

    Raises:
        BenchmarkError: pip couldn't install the peers.
    """
    python = folder / "bin" / "python"
    stamp = folder / "installed"
    wanted = hash_object([TORCH.read_text("utf-8"), PEERS.read_text("utf-8")])
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        venv.create(folder, with_pip=True, clear=True)
        pip_install(python, "--requirement", str(TORCH))
        pip_install(python, "--constraint", str(TORCH), "--requirement", str(PEERS))
        stamp.write_text(wanted, "utf-8")
    return python


def pip_install(python: Path, *arguments: str) -> None:
    """Install packages.

    Raises:
        BenchmarkError: pip failed.
    """
    command = [str(python), "-m", "pip", "install", "--quiet", *arguments]
    done = subprocess.run(command, check=False)  # noqa: S603 - the command is fixed
    if done.returncode:
        raise BenchmarkError(
            f"pip couldn't install {arguments[-1]!r}, as it says above; connect to a package "
            "index and try again"
        )


def offline(folder: Path) -> Mapping[str, str]:
    """Return the environment variables of a measurement: nothing is downloaded or reported.

    Args:
        folder: Where LlamaIndex may keep its cache, which it makes even if it needs none.
    """
    return {**os.environ, **OFFLINE, "LLAMA_INDEX_CACHE_DIR": str(folder)}
