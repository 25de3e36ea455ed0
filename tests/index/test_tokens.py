from __future__ import annotations

import pytest

from index import tokens
from index.errors import ModelError
from index.tokens import count_tokens


def test_tokens_are_those_of_cl100k_base() -> None:
    assert count_tokens(["", "hello world", "tiktoken is great!", "<|endoftext|>"]) == [0, 2, 6, 7]


def test_letters_outside_unicode_are_counted_rather_than_refused() -> None:
    assert count_tokens(["\ud800"]) > [0]


def test_a_table_that_isnt_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "ENCODING", "no_such_table")
    tokens._encoding.cache_clear()
    with pytest.raises(ModelError, match="'no_such_table' is not installed; run 'make setup'"):
        count_tokens(["text"])
