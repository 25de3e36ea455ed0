from __future__ import annotations

from pathlib import Path

import pytest

from index.embedders import choose_embedder
from index.fast_embedder import FastEmbedder
from index.packaged_model import packaged_folder
from index.sentence_transformer import SentenceTransformerEmbedder


@pytest.mark.model
def test_the_packaged_model_runs_fast() -> None:
    embedder = choose_embedder()
    assert isinstance(embedder, FastEmbedder)
    assert embedder.runtime.startswith("OpenVINO 20")


@pytest.mark.model
def test_what_the_fast_encoder_cant_run_sentence_transformers_does(tmp_path: Path) -> None:
    for path in packaged_folder().iterdir():
        if path.name != "modules.json":
            (tmp_path / path.name).symlink_to(path)
    modules = (packaged_folder() / "modules.json").read_text()
    (tmp_path / "modules.json").write_text(modules.replace("Normalize", "LayerNorm"))
    embedder = choose_embedder(str(tmp_path))
    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert embedder.runtime.startswith("sentence-transformers 6.")
    assert "its modules are Transformer, Pooling, LayerNorm" in embedder.runtime
