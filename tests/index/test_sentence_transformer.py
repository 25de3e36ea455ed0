from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelError
from index.packaged_model import SHA256, packaged_folder
from index.sentence_transformer import SentenceTransformerEmbedder

TEXTS = ["The harbour is closed.", "", "A ferry left.", "word " * 200, "搜索文档", "👍🏽"]


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@pytest.fixture
def folder() -> Path:
    """The packaged model's folder."""
    return packaged_folder()


def test_the_name_tells_the_weights(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.name == f"all-MiniLM-L6-v2@{SHA256['model.safetensors'][:12]}"
    assert (embedder.dimension, embedder.max_tokens) == (384, 254)


def test_tokens_are_counted_without_the_special_ones(
    embedder: SentenceTransformerEmbedder,
) -> None:
    assert embedder.count_tokens([]) == []
    assert embedder.count_tokens(["", "hello world", "word " * 300]) == [0, 2, 300]


@pytest.mark.model
def test_a_model_without_that_file_has_its_tokenizer_all_the_same(
    tmp_path: Path, embedder: SentenceTransformerEmbedder, folder: Path
) -> None:
    for path in folder.iterdir():
        if path.name != "tokenizer.json":
            (tmp_path / path.name).symlink_to(path)
    older = SentenceTransformerEmbedder(str(tmp_path))
    assert older.count_tokens(TEXTS) == embedder.count_tokens(TEXTS)
    assert np.allclose(older.embed(TEXTS), embedder.embed(TEXTS), atol=1e-5)


@pytest.mark.model
def test_a_model_that_cant_be_loaded_is_told(tmp_path: Path) -> None:
    for missing in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(ModelError, match=r"can't load the embedding model .*; give the folder"):
            SentenceTransformerEmbedder(str(missing)).embed(["text"])


@pytest.mark.model
def test_vectors_are_of_unit_length(embedder: SentenceTransformerEmbedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.model
def test_no_texts_give_no_vectors(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


@pytest.mark.model
def test_a_vector_doesnt_depend_on_what_is_embedded_with_it(
    embedder: SentenceTransformerEmbedder,
) -> None:
    together = embedder.embed(TEXTS)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-5)


@pytest.mark.model
def test_texts_of_like_meaning_are_near(embedder: SentenceTransformerEmbedder) -> None:
    question, answer, other = embedder.embed(
        ["How many accounts were closed?", "115 bank accounts were shut.", "It rained on Sunday."]
    )
    assert question @ answer > 0.4 > 0.2 > question @ other


@pytest.mark.model
def test_all_tokens_up_to_the_limit_are_seen_and_no_more(
    embedder: SentenceTransformerEmbedder,
) -> None:
    limit = embedder.max_tokens
    full, last, beyond = (
        embedder.embed([f"{'word ' * (limit - 1)}{end}"])[0]
        for end in ("word", "harbour", "word harbour")
    )
    assert not np.allclose(full, last, atol=1e-4)
    assert np.allclose(full, beyond, atol=1e-5)


@pytest.mark.model
def test_any_folder_can_replace_the_packaged_model(
    embedder: SentenceTransformerEmbedder, folder: Path
) -> None:
    same = SentenceTransformerEmbedder(str(folder))
    assert same.name == f"model@{SHA256['model.safetensors'][:12]}"
    assert (same.dimension, same.max_tokens) == (384, 254)
    assert same.count_tokens(TEXTS) == embedder.count_tokens(TEXTS)
    assert np.array_equal(same.embed(TEXTS), embedder.embed(TEXTS))
