from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from benchmarks import ablations, ablations_encoder
from benchmarks.__main__ import main
from benchmarks.ablations_comparison import (
    HEADER,
    InTurn,
    Material,
    Row,
    ablations_table,
    alternate,
    during,
    median_ms,
)
from benchmarks.ablations_encoder import (
    Variant,
    ablate_encoder,
    fixed_batches,
    make_variants,
    padding,
    same_bits,
)
from benchmarks.ablations_indexing import ablate_indexing
from benchmarks.ablations_search import (
    CodesSearcher,
    SlowStandIn,
    ablate_search,
    rank_by_codes,
)
from benchmarks.ablations_segments import (
    ablate_segments,
    make_flat,
    make_trained,
    make_vectors,
    recall,
)
from benchmarks.results import BenchmarkError
from benchmarks.scale_corpus import Corpus
from index import bert
from index.embedding import Embedder
from index.library import Library
from index.settings import Settings
from index.vectors import open_segment
from retrieval.assistant import Assistant
from retrieval.search import Searcher
from tests.fakes import FakeEmbedder

PARAGRAPHS = 45


class FakeMaterial(Material):
    """Takes a fake for the embedder."""

    @cached_property
    def embedder(self) -> Embedder:
        return FakeEmbedder()


@pytest.fixture(scope="module")
def squad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = Corpus()
    records = [
        {
            "context": text,
            "qas": [
                {
                    "id": str(place),
                    "question": f"What is {corpus.question(place)}?",
                    "answers": [{"text": text[:5], "answer_start": 0}],
                }
            ],
        }
        for place, text in enumerate(corpus.paragraphs(0)[:PARAGRAPHS])
    ]
    path = tmp_path_factory.mktemp("squad") / "squad.json"
    path.write_text(json.dumps({"data": [{"title": "Made up", "paragraphs": records}]}), "utf-8")
    return path


@pytest.fixture
def material(tmp_path: Path, squad: Path) -> FakeMaterial:
    return FakeMaterial(
        data=squad,
        texts=8,
        chunks=100,
        sizes=(256, 512),
        questions=10,
        runs=2,
        scratch=tmp_path,
    )


# Comparing


def test_where_more_is_better_the_figure_with_it_is_divided() -> None:
    row = Row("sorting", "as they come", "texts/s", (30.0, 10.0, 20.0), (10.0, 5.0, 40.0))
    assert row.ratio == 2.0
    assert row.extremes == (0.5, 3.0)


def test_where_less_is_better_the_figure_without_is_divided() -> None:
    row = Row("sorting", "as they come", "ms", (2.0,), (6.0,))
    assert (row.ratio, row.extremes) == (3.0, (3.0, 3.0))


def test_nothing_is_divided_by_zero() -> None:
    row = Row("sorting", "as they come", "share of padding", (0.0,), (0.5,))
    assert (row.ratio, row.extremes) == (None, (None, None))
    assert row.cells()[-2:] == ["–", "– to –"]


def test_the_table_has_a_row_for_each_comparison() -> None:
    row = Row("sorting", "as they come", "texts/s", (3_000.0,), (1_500.0,))
    header, _, line = ablations_table([row]).splitlines()
    assert header.count("|") == line.count("|") == len(HEADER) + 1
    assert line == (
        "| sorting | as they come | 3,000.0 | 1,500.0 | texts/s | 2.00 | 2.00 to 2.00 |"
    )


def test_measures_take_turns() -> None:
    asked: list[str] = []

    def measure(name: str) -> float:
        asked.append(name)
        return float(len(asked))

    taken = alternate({"a": lambda: measure("a"), "b": lambda: measure("b")}, 2)
    assert asked == ["a", "b", "a", "b"]
    assert taken == {"a": (1.0, 3.0), "b": (2.0, 4.0)}


def test_a_change_is_in_force_only_while_it_is_measured() -> None:
    step = patch.object(bert, "TOKEN_STEP", 1)
    assert during(step, lambda: bert.TOKEN_STEP) == 1
    assert during(step, lambda: bert.TOKEN_STEP) == 1
    assert bert.TOKEN_STEP == 16


def test_all_questions_are_asked() -> None:
    asked: list[str] = []
    median_ms(asked.append, ["a", "b"])
    assert asked == ["a", "b"]


def test_too_few_paragraphs_are_an_error(material: FakeMaterial) -> None:
    with pytest.raises(BenchmarkError, match="has 45 paragraphs, 46 are asked for"):
        replace(material, texts=46).embedded  # noqa: B018 - reading it is what fails


# The encoder


class Padded:
    """An embedder that pads as the encoder does, and whose vectors depend on the company."""

    def embed(self, texts: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        ids, _ = bert._pad([[1] * len(text) for text in texts])
        return np.array([[len(text), ids.shape[1]] for text in texts], np.float32)


def test_padding_is_what_is_computed_for_nothing() -> None:
    texts = ["a" * 16, "a" * 4]
    assert padding(Variant(Padded().embed), texts) == 1 - 20 / 32
    exact = patch.object(bert, "TOKEN_STEP", 1)
    assert padding(Variant(Padded().embed, exact), ["a" * 4, "a" * 4]) == 0.0


def test_texts_are_compared_alone_and_among_others() -> None:
    assert same_bits(Variant(Padded().embed), ["a" * 20, "a" * 4]) == 0.5


def test_fixed_batches_keep_the_order() -> None:
    batches = list(fixed_batches([[1]] * 70))
    assert [len(batch) for batch in batches] == [32, 32, 6]
    assert batches[1][0] == 32


@pytest.mark.model
def test_all_variants_of_the_encoder_give_the_same_vectors(material: FakeMaterial) -> None:
    texts = material.embedded
    vectors = {}
    for name, variant in make_variants().items():
        with variant.change:
            vectors[name] = variant.embed(texts)
    for found in vectors.values():
        assert np.sum(found * vectors["f32"], axis=1) == pytest.approx(np.ones(8), abs=1e-3)


@pytest.mark.model
def test_the_encoder_is_ablated(material: FakeMaterial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ablations_encoder, "WARM_UP", 2)
    rows = {(row.technique, row.unit): row for row in ablate_encoder(material)}
    assert all(len(row.having) == 2 for (_, unit), row in rows.items() if unit == "texts/s")
    wasted = rows["sorted batches of BATCH_TOKENS", "share of padding"]
    assert wasted.having < wasted.lacking
    assert rows["widths in steps of TOKEN_STEP", "share with the same bits alone"].having == (1.0,)
    assert rows["all cores on a lone text", "ms"].ratio != 1.0


# Indexing, segments and search


def test_indexing_is_ablated(material: FakeMaterial) -> None:
    rows = list(ablate_indexing(material))
    assert [row.technique for row in rows] == [
        "overlapping steps, real embedder",
        "overlapping steps, no embedding",
        "vectors and words at the same time",
        "commits of 1,024 chunks that grow",
        "commits of 1,024 chunks",
    ]
    assert all(len(row.having) == len(row.lacking) == 2 for row in rows)
    assert list(material.scratch.iterdir()) == []


def test_segments_are_ablated(material: FakeMaterial) -> None:
    rows = list(ablate_segments(material))
    assert [(row.technique, row.unit) for row in rows] == [
        ("trained segment, 256 vectors", "ms"),
        ("trained segment, 512 vectors", "ms"),
        ("exact products of 100, 512 vectors", "recall@10"),
        ("merging by shared centroids, 2 x 256", "s"),
    ]
    assert rows[2].lacking[0] <= rows[2].having[0] <= 1.0


def test_a_flat_segment_recalls_everything(material: FakeMaterial) -> None:
    vectors, questions = make_vectors(material)
    tenths = np.sort(questions @ vectors.T, axis=1)[:, -10].tolist()
    flat = open_segment(make_flat(material.scratch / "flat", vectors))
    assert recall(flat, vectors, questions, tenths, 10) == 1.0
    assert recall(flat, vectors, questions, tenths, 5) == 0.5


def test_segments_with_one_codebook_merge_whole(material: FakeMaterial) -> None:
    vectors, _ = make_vectors(material)
    first = open_segment(make_flat(material.scratch / "a", vectors[:256]))
    trained = make_trained(material.scratch / "b", first)
    second = open_segment(make_flat(material.scratch / "c", vectors[256:], first=256))
    like = make_trained(material.scratch / "d", second, like=open_segment(trained))
    merged = make_trained(material.scratch / "e", open_segment(trained), open_segment(like))
    assert sorted(open_segment(merged).keys.tolist()) == list(range(512))


def test_search_is_ablated(material: FakeMaterial) -> None:
    rows = list(ablate_search(material))
    assert len(rows) == 8
    shares = [row for row in rows if row.unit == "right one first"]
    assert [row.technique for row in shares] == ["exact cosines", "moving the question"]
    assert all(0 < row.having[0] <= 1 for row in shares)


def test_codes_rank_what_only_words_found_as_the_least_near() -> None:
    near = np.array([7, 3], np.int64), np.array([0.9, 0.5], np.float32)
    by_words = np.array([5, 7], np.int64), np.array([1.0, 0.5], np.float32)
    keys, scores = rank_by_codes(near, by_words)
    assert keys.tolist() == [3, 5, 7]
    assert scores == pytest.approx([0.5, 0.9, 1.1], abs=1e-6)


def test_without_words_codes_rank_alone() -> None:
    near = np.array([7, 3], np.int64), np.array([0.9, 0.5], np.float32)
    none = np.zeros(0, np.int64), np.zeros(0, np.float32)
    keys, scores = rank_by_codes(near, none)
    assert (keys.tolist(), scores.tolist()) == ([3, 7], [0.5, 0.9])


def test_ranking_by_codes_finds_the_same_first_where_codes_are_exact(tmp_path: Path) -> None:
    library = Library(Settings(data_dir=tmp_path / "data"), embedder=FakeEmbedder())
    library.add_texts([("a", "", "The harbour closed."), ("b", "", "Ferries leave at nine.")])
    with library.snapshot() as snapshot:
        for searcher in (Searcher(library.embedder), CodesSearcher(library.embedder)):
            hits = searcher.search(snapshot, "when do ferries leave", k=1)
            assert [hit.source for hit in hits] == ["b"]


def test_what_is_to_be_done_beside_is_done_at_once() -> None:
    assert InTurn().submit(max, 1, 2).result(timeout=0) == 2


def test_the_slow_stand_in_takes_the_real_ones_time() -> None:
    real = FakeEmbedder()
    assert SlowStandIn(real).embed(["harbour"]).shape == (1, 384)
    assert real.texts == ["harbour"]


def test_nothing_is_remembered_where_there_is_no_room(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    library = Library(Settings(data_dir=tmp_path / "data"), embedder=embedder)
    library.add_texts([("a", "", "The harbour closed."), ("b", "", "Ferries leave at nine.")])
    with (
        patch("retrieval.assistant.REMEMBERED_ANSWERS", 0),
        patch("retrieval.remembering._TEXTS", 0),
    ):
        assistant = Assistant(library)
        assistant.ask("When do ferries leave?")
        before = len(embedder.texts)
        assistant.ask("When do ferries leave?")
    assert len(embedder.texts) > before


# The command


def test_a_part_of_the_benchmark_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Material] = []

    def ablate(material: Material) -> list[Row]:
        seen.append(material)
        return [Row("sorting", "as they come", "ms", (2.0,), (6.0,))]

    monkeypatch.setitem(ablations.ABLATIONS, "search", ablate)
    command = ["ablations", "--only", "search", "--sizes", "512", "256", "--texts", "8"]
    assert main([*command, "--output", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    assert "| sorting | as they come | 2.00 | 6.00 | ms | 3.00 |" in shown.out
    assert shown.err.startswith("search:\n  sorting | ")
    assert (seen[0].sizes, seen[0].texts) == ((256, 512), 8)
    result = json.loads((tmp_path / "ablations.json").read_text("utf-8"))
    assert result["rows"][0]["ratio"] == 3.0
    assert [path.name for path in tmp_path.iterdir()] == ["ablations.json"]


@pytest.mark.model
def test_the_embedder_is_the_products() -> None:
    material = Material(Path("none"), 1, 1, (1,), 1, 1, Path("none"))
    assert material.embedder.name.startswith("all-MiniLM-L6-v2@")
