"""The layers and the adapters, from what each module imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("index", "retrieval", "interface", "app")  # each may import itself and those before
ON_TOP = ("evaluation", "training", "benchmarks")
# What only one module may import (or one package, or those named), because it is heavy, may be
# replaced one day, or is a risk.
ADAPTERS = {
    "sentence_transformers": {"index.sentence_transformer"},
    "transformers": {"index.sentence_transformer"},
    "tokenizers": {"index.tokenizer"},
    "torch": set[str](),
    "openvino": {"index.bert"},
    "safetensors": {"index.model_files"},
    "onnxruntime": set[str](),
    "faiss": {"index.vectors", "index.codebook"},
    "tantivy": {"index.lexical"},
    "tiktoken": {"index.tokens"},
    "sqlite3": {"index.database", "index.diagnosis"},  # the latter asks for its version
    "pypdfium2": {f"index.loaders.pdf{part}" for part in ("", "_fields", "_pages")},
    "docx": {"index.loaders.docx"},
    "pptx": {"index.loaders.pptx"},
    "PIL": {"index.loaders.picture"},
    "openpyxl": {"index.loaders.xlsx"},
    "trafilatura": {"index.loaders.html"},
    "markdown_it": {"index.structure", "index.loaders.markdown"},
    "charset_normalizer": {"index.loaders.legacy"},
    "dateutil": {"index.loaders.dates", "retrieval.quantities"},
    "text_to_num": {"retrieval.quantities"},
    "py3langid": {"index.language"},
    "sentencex": {"index.pieces"},
    "regex": {"index.pieces"},
    "pydantic": {"index.settings"},
    "gradio_client": {"evaluation.server"},
    "mcp": {"interface.tools"},
}
HEAVY = (
    "torch",
    "openvino",
    "gradio",
    "transformers",
    "sentence_transformers",
    "faiss",
    "tantivy",
    "trafilatura",
)


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of each module of the project, tests left out."""
    paths = [ROOT / "app.py"]
    for package in (*LAYERS[:-1], *ON_TOP):
        paths += (ROOT / package).rglob("*.py")
    return {name_of(path): ast.parse(path.read_text("utf-8")) for path in paths}


TREES = modules()


def imports(name: str, *, types: bool = False) -> set[str]:
    """Return what a module imports, wherever in it; with `types`, for annotations, too."""
    return set(_imports(TREES[name], types=types))


def _imports(node: ast.AST, *, types: bool) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports hide the layer"
        yield str(node.module)
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not types:
        return
    for child in ast.iter_child_nodes(node):
        yield from _imports(child, types=types)


def importers(package: str, *, types: bool = False) -> set[str]:
    """Return the modules that import `package` or a part of it."""
    return {
        name
        for name in TREES
        if any(f"{found}.".startswith(f"{package}.") for found in imports(name, types=types))
    }


def test_all_packages_are_looked_at() -> None:
    assert {"app", "index.library", "index.loaders.pdf", "evaluation.server"} <= TREES.keys()
    assert "index.errors" in imports("index.library")
    assert "faiss" in imports("index.vectors")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_is_imported_by_those_above_it_alone(layer: str) -> None:
    above = {*LAYERS[LAYERS.index(layer) :], *ON_TOP}
    assert {name.split(".")[0] for name in importers(layer, types=True)} <= above


@pytest.mark.parametrize("package", ON_TOP)
def test_what_sits_on_top_is_imported_by_nothing_else(package: str) -> None:
    # Benchmarks judge as evaluation does, and time the reader beside the one that training runs.
    allowed = {package, "benchmarks"}
    assert {name.split(".")[0] for name in importers(package, types=True)} <= allowed


def test_the_app_is_imported_by_nothing() -> None:
    assert importers("app", types=True) == set()


@pytest.mark.parametrize("library", ADAPTERS)
def test_a_library_is_imported_by_its_adapter_alone(library: str) -> None:
    # Training and benchmarks exist to try libraries out.
    found = {name for name in importers(library) if name.split(".")[0] not in ON_TOP[1:]}
    assert found == ADAPTERS[library]


def test_lxml_is_imported_by_the_loaders_alone() -> None:
    assert {name.rpartition(".")[0] for name in importers("lxml")} == {"index.loaders"}


def test_gradio_is_imported_by_the_interface_and_the_app_alone() -> None:
    assert {name.split(".")[0] for name in importers("gradio")} <= {"interface", "app"}
    assert any(name.startswith("interface.") for name in importers("gradio"))


def test_nothing_is_pickled() -> None:
    picklers = ("pickle", "shelve", "marshal", "dill", "joblib")
    assert {name for library in picklers for name in importers(library)} == set()


def test_importing_the_lower_layers_loads_nothing_heavy() -> None:
    code = (
        "import sys, index, retrieval, index.library, index.maintenance, retrieval.assistant\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
