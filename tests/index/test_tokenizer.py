from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import ModelError
from index.packaged_model import packaged_folder
from index.tokenizer import ModelTokenizer


@pytest.fixture(scope="module")
def tokenizer() -> ModelTokenizer:
    return ModelTokenizer.from_folder(packaged_folder())


def test_tokens_are_counted_without_the_special_ones(tokenizer: ModelTokenizer) -> None:
    assert tokenizer.count([]) == []
    assert tokenizer.count(["", "hello world", "word " * 300]) == [0, 2, 300]


def test_special_tokens_are_known_by_name(tokenizer: ModelTokenizer) -> None:
    assert tokenizer.special("[CLS]") == 101
    assert tokenizer.special("[NOTHING]") is None


def test_a_missing_or_damaged_tokenizer_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no readable tokenizer.json in .*; give a complete mod"):
        ModelTokenizer.from_folder(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="can't be read; give a complete model folder"):
        ModelTokenizer.from_folder(tmp_path)
