from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index import bert, model_files
from index.errors import UnsupportedModelError
from index.fast_embedder import FastEmbedder
from index.packaged_model import packaged_folder
from index.sentence_transformer import SentenceTransformerEmbedder

pytestmark = pytest.mark.model

TEXTS = [
    "The harbour is closed.",
    "",
    "a",
    "word " * 200,
    "搜索文档",
    "👍🏽",
    "Ferries leave at nine, if the wind allows it. " * 40,
    *(f"Question {number}: what did the {number}th ship carry?" for number in range(40)),
]


@pytest.fixture(scope="module")
def embedder() -> FastEmbedder:
    return FastEmbedder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the packaged model whose files can be replaced."""
    for path in packaged_folder().iterdir():
        (tmp_path / path.name).symlink_to(path)
    return tmp_path


def rewrite(path: Path, **changes: object) -> None:
    fields = json.loads(path.read_text()) | changes
    path.unlink()
    path.write_text(json.dumps(fields))


def test_vectors_are_those_of_sentence_transformers(embedder: FastEmbedder) -> None:
    theirs = SentenceTransformerEmbedder()
    assert embedder.name == theirs.name
    assert (embedder.dimension, embedder.max_tokens) == (theirs.dimension, theirs.max_tokens)
    assert embedder.count_tokens(TEXTS) == theirs.count_tokens(TEXTS)
    cosines = (embedder.embed(TEXTS) * theirs.embed(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.999


def test_in_f32_they_are_almost_the_same() -> None:
    exact = FastEmbedder(precision="f32")
    assert exact.runtime.endswith(" f32")
    assert np.allclose(exact.embed(TEXTS), SentenceTransformerEmbedder().embed(TEXTS), atol=1e-4)


def test_vectors_are_of_unit_length(embedder: FastEmbedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.embed([]).shape == (0, 384)


def test_a_vector_is_the_same_to_the_bit_whatever_is_embedded_with_it(
    embedder: FastEmbedder,
) -> None:
    together = embedder.embed(TEXTS)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert np.array_equal(together, alone)


def test_more_texts_than_are_tokenised_at_once_keep_their_order(embedder: FastEmbedder) -> None:
    many = [f"number {number}" for number in range(600)]
    vectors = embedder.embed(many)
    for place in (0, 255, 256, 599):
        assert np.array_equal(vectors[place], embedder.embed([many[place]])[0])


def test_threads_may_share_it(embedder: FastEmbedder) -> None:
    alone = embedder.embed(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(embedder.embed, [TEXTS] * 8):
            assert np.array_equal(vectors, alone)


def test_all_tokens_up_to_the_limit_are_seen_and_no_more(embedder: FastEmbedder) -> None:
    limit = embedder.max_tokens
    full, last, beyond = (
        embedder.embed([f"{'word ' * (limit - 1)}{end}"])[0]
        for end in ("word", "harbour", "word harbour")
    )
    assert not np.allclose(full, last, atol=1e-4)
    assert np.array_equal(full, beyond)


def test_a_model_that_pools_its_first_token_runs_too(folder: Path) -> None:
    pooling = folder / "1_Pooling"
    pooling.unlink()
    pooling.mkdir()
    modes = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    (pooling / "config.json").write_text(json.dumps({"word_embedding_dimension": 384, **modes}))
    ours, theirs = FastEmbedder(str(folder)), SentenceTransformerEmbedder(str(folder))
    assert ours.name == theirs.name
    assert (ours.embed(TEXTS) * theirs.embed(TEXTS)).sum(axis=1).min() >= 0.999


def test_a_model_as_sentence_transformers_saves_it_since_its_sixth_version_runs(
    folder: Path,
) -> None:
    pooling = folder / "1_Pooling"
    pooling.unlink()
    pooling.mkdir()
    (pooling / "config.json").write_text('{"embedding_dimension": 384, "pooling_mode": "mean"}')
    rewrite(folder / "sentence_bert_config.json", max_seq_length=None)
    rewrite(folder / "tokenizer_config.json", model_max_length=100)
    ours, theirs = FastEmbedder(str(folder)), SentenceTransformerEmbedder(str(folder))
    assert ours.max_tokens == theirs.max_tokens == 98
    assert (ours.embed(TEXTS) * theirs.embed(TEXTS)).sum(axis=1).min() >= 0.999


def unsupported(folder: Path) -> Iterator[tuple[str, str]]:
    rewrite(folder / "config.json", model_type="roberta")
    yield "its model_type is 'roberta', not 'bert'", "config.json"
    rewrite(folder / "config.json", hidden_act="relu")
    yield "its hidden_act is 'relu', not 'gelu'", "config.json"
    rewrite(folder / "config.json", num_hidden_layers=None)
    yield "its config.json lacks a number", "config.json"
    (folder / "modules.json").unlink()
    (folder / "modules.json").write_text('[{"type": "x.Transformer"}, {"type": "x.Dense"}]')
    yield "its modules are Transformer, Dense", "modules.json"
    (folder / "1_Pooling").unlink()
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_max_tokens": true}')
    yield "its pooling is pooling_mode_max_tokens", ""


def test_another_kind_of_model_is_refused_with_the_reason(folder: Path) -> None:
    for reason, restored in unsupported(folder):
        with pytest.raises(UnsupportedModelError, match=reason):
            FastEmbedder(str(folder))
        if restored:
            (folder / restored).unlink()
            (folder / restored).symlink_to(packaged_folder() / restored)


def test_missing_and_damaged_files_are_told(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.unlink()
    weights.write_bytes(b"nothing like it")
    with pytest.raises(UnsupportedModelError, match=r"its weights model.safetensors can't be read"):
        FastEmbedder(str(folder))
    (folder / "config.json").unlink()
    with pytest.raises(UnsupportedModelError, match=r"it has no readable config.json"):
        FastEmbedder(str(folder))


def test_a_tokenizer_without_its_special_tokens_is_told(folder: Path) -> None:
    tokenizer = folder / "tokenizer.json"
    definition = tokenizer.read_text("utf-8").replace("[SEP]", "[END]")
    tokenizer.unlink()
    tokenizer.write_text(definition, "utf-8")
    with pytest.raises(UnsupportedModelError, match=r"its tokenizer has no \[CLS\] and \[SEP\]"):
        FastEmbedder(str(folder))


def test_a_missing_weight_is_told() -> None:
    config = model_files.read_config(packaged_folder())
    with pytest.raises(UnsupportedModelError, match="OpenVINO can't run it here"):
        bert.BertRunner(config, {}, bert.pool_mean)


def test_nothing_that_could_report_usage_is_loaded(embedder: FastEmbedder) -> None:
    embedder.embed(["text"])
    loaded = {name for name, module in sys.modules.items() if module is not None}
    assert not any(name.startswith("openvino_telemetry") for name in loaded)
