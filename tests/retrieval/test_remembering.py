from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.embedding import Vectors
from retrieval.remembering import Memory, RememberingEmbedder
from tests.fakes import FakeEmbedder


def test_what_was_asked_for_last_is_kept() -> None:
    memory: Memory[str, int] = Memory(2)
    memory.keep({"a": 1, "b": 2})
    assert memory.recall(["a", "z"]) == {"a": 1}
    memory.keep({"c": 3})
    assert memory.recall(["a", "b", "c"]) == {"a": 1, "c": 3}


def test_an_embedder_that_remembers_is_like_the_one_it_uses() -> None:
    plain = FakeEmbedder()
    remembering_one = RememberingEmbedder(plain)
    assert (remembering_one.name, remembering_one.dimension) == (plain.name, plain.dimension)
    assert (remembering_one.max_tokens, remembering_one.runtime) == (plain.max_tokens, "hand")
    assert remembering_one.count_tokens(["a b"]) == plain.count_tokens(["a b"])
    texts = ["one", "two", "one"]
    assert np.array_equal(remembering_one.embed(texts), plain.embed(texts))
    assert remembering_one.embed([]).shape == (0, plain.dimension)


def test_no_text_is_embedded_twice() -> None:
    plain = FakeEmbedder()
    embedder = RememberingEmbedder(plain)
    embedder.embed(["one", "two", "one"])
    embedder.embed(["two", "three"])
    assert plain.texts == ["one", "two", "three"]


def test_a_vector_that_another_thread_pushes_out_is_still_at_hand() -> None:
    class Interrupted(FakeEmbedder):
        """Embeds something else in the middle of embedding, as another thread may."""

        def embed(self, texts: Sequence[str]) -> Vectors:
            if "rain" in texts:
                embedder.embed(["hail", "fog"])
            return super().embed(texts)

    embedder = RememberingEmbedder(Interrupted())
    embedder._memory = Memory(2)
    embedder.embed(["snow"])
    assert np.array_equal(embedder.embed(["snow", "rain"]), FakeEmbedder().embed(["snow", "rain"]))


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    kept: Memory[str, str] = Memory(2)
    made: list[str] = []

    def make(name: str) -> str:
        return kept.get(name, lambda: made.append(name) or name)  # type: ignore[func-returns-value]

    for name in "abacab":
        assert make(name) == name

    assert made == ["a", "b", "c", "b"]
