from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scale_corpus import Corpus
from benchmarks.scale_neighbours import describe_structure
from benchmarks.stand_in import TOKENS_PER_WORD, ReadyEmbedder, StandInEmbedder
from index.embedding import Embedder

TEXTS = ["A harbour pilot boards.", "The harbour pilots wait.", "of the", ""]
HARBOUR = "harbourmaster nightwatch lighthouse"


@pytest.fixture
def embedder() -> StandInEmbedder:
    return StandInEmbedder()


def test_vectors_are_of_unit_length_and_always_the_same(embedder: StandInEmbedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), embedder.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0)
    assert np.array_equal(vectors, StandInEmbedder().embed(TEXTS))


def test_no_text_gives_no_vector(embedder: StandInEmbedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_a_vector_does_not_depend_on_the_texts_beside_it(embedder: StandInEmbedder) -> None:
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert np.array_equal(alone, embedder.embed(TEXTS))


def test_texts_are_alike_as_far_as_they_share_long_words(embedder: StandInEmbedder) -> None:
    texts = [HARBOUR, f"The {HARBOUR.upper()} of it.", "lighthouse", "submarines"]
    whole, same, part, other = embedder.embed(texts)
    assert whole @ same == pytest.approx(1.0)
    assert whole @ same > whole @ part > whole @ other + 0.2


def test_tokens_are_counted_by_words(embedder: StandInEmbedder) -> None:
    assert embedder.count_tokens(["one", "one two"]) == [TOKENS_PER_WORD, 2 * TOKENS_PER_WORD]


def test_both_are_embedders_of_one_name() -> None:
    ready: Embedder = ReadyEmbedder()
    plain: Embedder = StandInEmbedder()
    assert (ready.name, ready.max_tokens) == (plain.name, plain.max_tokens)


def test_ready_vectors_are_those_of_the_stand_in(embedder: StandInEmbedder) -> None:
    ready = ReadyEmbedder()
    prepared = ready.prepare(TEXTS)
    assert np.array_equal(prepared, embedder.embed(TEXTS))
    assert np.array_equal(ready.embed(TEXTS[::-1]), prepared[::-1])


def test_what_is_not_ready_is_computed(embedder: StandInEmbedder) -> None:
    ready = ReadyEmbedder()
    ready.prepare(TEXTS)
    texts = [HARBOUR, TEXTS[0]]
    assert np.array_equal(ready.embed(texts), embedder.embed(texts))
    assert ready.embed([]).shape == (0, embedder.dimension)


def test_what_is_prepared_takes_the_place_of_what_was() -> None:
    ready = ReadyEmbedder()
    ready.prepare(TEXTS)
    prepared = ready.prepare([HARBOUR])
    assert np.array_equal(ready.embed([HARBOUR]), prepared)


def test_its_vectors_are_clustered_but_harder_to_search_than_real_ones() -> None:
    corpus = Corpus()
    paragraphs = [paragraph for number in range(30) for paragraph in corpus.paragraphs(number)]
    structure = describe_structure(ReadyEmbedder().prepare(paragraphs))
    # Beside them: what the module says of MiniLM's.
    assert 0.5 < structure.nearest_cosine[1] <= 0.64
    assert 0.4 < structure.tenth_cosine[1] < 0.55
    assert structure.two_nn_dimension > 12.0
    assert structure.levina_bickel_dimension > 13.5
    assert structure.listed < 0.94


def test_a_question_lies_near_its_paragraph_but_not_at_it() -> None:
    corpus, ready = Corpus(), ReadyEmbedder()
    paragraphs = ready.prepare(corpus.paragraphs(7))
    questions = ready.embed([corpus.question(7 * 50 + place) for place in range(50)])
    cosines = np.einsum("nd,nd->n", questions, paragraphs)
    assert 0.55 < np.median(cosines) < 0.7
