from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from benchmarks import scale, scale_probe
from benchmarks.__main__ import main
from benchmarks.results import BenchmarkError
from benchmarks.scale import TrainingClock, add_arguments, describe_real, disk_bytes, measure_sizes
from benchmarks.scale_corpus import (
    FUNCTION_WORDS,
    PARAGRAPHS,
    WORDS,
    WORDS_OF_PARAGRAPH,
    Corpus,
    make_vocabulary,
)
from benchmarks.scale_figures import HEADER, Row, draw, scale_table, summarize
from benchmarks.scale_neighbours import Exact, describe_structure
from benchmarks.scale_probe import (
    Arrival,
    Job,
    Question,
    measure,
    measure_changes,
    measure_recall,
    memory_bytes,
    read_job,
    write_job,
)
from benchmarks.stand_in import StandInEmbedder
from index.lexical import LexicalIndex
from index.library import Library
from index.settings import Settings
from index.values import DocumentSummary
from retrieval.assistant import Assistant

SIZE = 250


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus()


@pytest.fixture
def library(tmp_path: Path, corpus: Corpus) -> Library:
    library = Library(Settings(data_dir=tmp_path / "data"), embedder=StandInEmbedder())
    library.add_texts([corpus.document(number) for number in range(2)])
    return library


def make_arrival(corpus: Corpus, number: int) -> Arrival:
    return Arrival(*corpus.document(number), corpus.question(number * PARAGRAPHS))


def make_question(corpus: Corpus, number: int, tenth: float) -> Question:
    return Question(corpus.question(number), corpus.source(number // PARAGRAPHS), tenth)


def make_probe(**changes: object) -> Row:
    return {
        "open_ms": 50.0,
        "search_ms": [1.0, 2.0, 3.0],
        "encode_ms": [10.0, 10.0],
        "add_ms": [5.0, 6.0, 9.0],
        "remove_ms": [4.0, 4.0, 7.0],
        "memory": {"resident": 80_000_000, "peak": 90_000_000, "anonymous": 40_000_000},
        "memory_with_encoder": {"resident": 300_000_000},
        "recall": 0.98,
        "found": 1.0,
        "lost": 0,
        "embedder": "fake",
        **changes,
    }


GROWTH = {
    "chunks": 1000,
    "load_s": 2.0,
    "training_s": 1.5,
    "load_chunks_s": 2000.0,
    "disk_bytes": 5_000_000,
}


# The texts


def test_documents_are_made_up_the_same_each_time(corpus: Corpus) -> None:
    assert corpus.document(3) == Corpus().document(3)
    assert len({corpus.document(number)[2] for number in range(5)}) == 5
    assert Corpus(seed=1).document(3) != corpus.document(3)


def test_paragraphs_are_of_sentences(corpus: Corpus) -> None:
    paragraphs = corpus.paragraphs(0)
    first, below = WORDS_OF_PARAGRAPH
    assert len(paragraphs) == PARAGRAPHS
    assert all(first <= len(paragraph.split()) < below for paragraph in paragraphs)
    assert all(re.fullmatch(r"([A-Z][a-z]*( [a-z]+)*\.? ?)+", part) for part in paragraphs[:5])
    assert all(paragraph.endswith(".") for paragraph in paragraphs)


def test_few_words_are_frequent_and_most_are_rare(corpus: Corpus) -> None:
    text = " ".join(part for number in range(40) for part in corpus.paragraphs(number))
    counts = Counter(re.findall(r"[a-z]+", text.lower()))
    total = counts.total()
    assert counts.most_common(1)[0][0] == FUNCTION_WORDS[0]
    assert 0.15 < sum(counts[word] for word in FUNCTION_WORDS) / total < 0.35
    assert sum(count == 1 for count in counts.values()) / len(counts) > 0.3
    ranks = np.unique(np.geomspace(30, 5_000, 30).astype(int))
    frequencies = np.array([count for _, count in counts.most_common()])[ranks]
    slope, _ = np.polyfit(np.log(ranks), np.log(frequencies), 1)
    assert -1.2 < slope < -0.7


def test_words_are_distinct_and_no_stemmer_changes_them() -> None:
    words = make_vocabulary()
    assert len(set(words)) == WORDS
    sample = words[len(FUNCTION_WORDS) :: 997]
    assert LexicalIndex().terms(" ".join(sample)) == sample


def test_each_paragraph_becomes_a_chunk(library: Library, corpus: Corpus) -> None:
    with library.snapshot() as snapshot:
        (summary, _) = snapshot.catalogue.summaries()
        chunks = snapshot.catalogue.document_chunks(summary.id)
    assert [chunk.text for chunk in chunks] == corpus.paragraphs(0)


def test_a_question_has_half_of_a_paragraphs_longer_words(corpus: Corpus) -> None:
    paragraph = corpus.paragraphs(1)[3].lower()
    words = corpus.question(PARAGRAPHS + 3).split()
    longer = {word for word in re.findall(r"[a-z]+", paragraph) if len(word) > 5}
    assert set(words) < longer
    assert len(words) == (len(longer) + 1) // 2


# Neighbours


def test_the_best_products_are_kept_whatever_the_portions() -> None:
    random = np.random.default_rng(0)
    queries, vectors = (random.standard_normal((n, 8), np.float32) for n in (3, 50))
    exact = Exact(queries)
    exact.see(vectors[:7])
    exact.see(vectors[7:])
    assert exact.worst == pytest.approx(np.sort(queries @ vectors.T, axis=1)[:, -10])


def test_the_dimension_of_a_subspace_is_found() -> None:
    random = np.random.default_rng(0)
    vectors = np.zeros((1_000, 16), np.float32)
    vectors[:, :4] = random.standard_normal((1_000, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    structure = describe_structure(vectors)
    assert structure.two_nn_dimension == pytest.approx(3.0, abs=0.4)
    assert structure.levina_bickel_dimension == pytest.approx(3.0, abs=0.4)
    assert 0.8 < structure.listed <= 1.0
    low, middle, high = structure.tenth_cosine
    assert low < middle < high < structure.nearest_cosine[2] <= 1.0


# Measuring one folder


def test_a_folder_is_measured(library: Library, corpus: Corpus) -> None:
    questions = tuple(make_question(corpus, number, 0.0) for number in (0, 30, 70))
    job = Job(library.data_dir, questions, (make_arrival(corpus, 9),))
    measured = measure(job, StandInEmbedder())
    assert (measured["found"], measured["lost"], measured["recall"]) == (1.0, 0, 1.0)
    counts = {name: len(measured[name]) for name in ("search_ms", "add_ms", "remove_ms")}
    assert counts == {"search_ms": 2, "add_ms": 1, "remove_ms": 1}
    assert len(measured["encode_ms"]) == scale_probe.ENCODED
    assert measured["memory"]["peak"] >= measured["memory"]["resident"] > 0
    assert [document.source for document in library.documents()] == [
        corpus.source(0),
        corpus.source(1),
    ]


def test_what_the_index_misses_lowers_recall(library: Library, corpus: Corpus) -> None:
    exact = Exact(library.embedder.embed([corpus.question(0)]))
    exact.see(library.embedder.embed(corpus.paragraphs(0) + corpus.paragraphs(1)))
    (tenth,) = exact.worst.tolist()
    found = make_question(corpus, 0, tenth)
    assert measure_recall(library, [found]) == 1.0
    assert measure_recall(library, [found, replace(found, tenth=1.1)]) == 0.5


def test_a_document_that_is_not_found_is_an_error(
    library: Library, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale_probe, "_LONGEST_S", 0.0)
    arrival = replace(make_arrival(corpus, 9), question=corpus.question(0))
    with pytest.raises(BenchmarkError, match=r"made-up/9\.txt' was added, but isn't found"):
        measure_changes(Assistant(library), [arrival])


class KeepingLibrary(Library):
    """Removes nothing."""

    def remove(self, source_or_id: str) -> tuple[DocumentSummary, ...]:
        return ()


def test_a_document_that_does_not_go_is_an_error(
    library: Library, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale_probe, "_LONGEST_S", 0.0)
    keeping = KeepingLibrary(library.settings, embedder=library.embedder)
    with pytest.raises(BenchmarkError, match="was removed, but is still found"):
        measure_changes(Assistant(keeping), [make_arrival(corpus, 9)])


def test_memory_is_known_on_linux_only(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="run this on Linux"):
        memory_bytes(tmp_path / "status")


def test_a_job_is_read_as_it_was_written(tmp_path: Path, corpus: Corpus) -> None:
    job = Job(tmp_path, (make_question(corpus, 0, 0.5),), (make_arrival(corpus, 1),))
    write_job(tmp_path / "job.json", job)
    assert read_job(tmp_path / "job.json") == job


# Growing


def test_a_library_grows_from_size_to_size(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[Job] = []

    def probe(job: Job, scratch: Path) -> Row:
        jobs.append(job)
        library = Library(Settings(data_dir=job.data_dir), embedder=StandInEmbedder())
        assert measure_recall(library, job.questions[:20]) == 1.0
        return make_probe(found=float(library.status().chunks))

    monkeypatch.setattr(scale, "probe", probe)
    rows = measure_sizes([SIZE, 2 * SIZE], corpus, tmp_path, runs=2)
    assert [(row["chunks"], row["found"]) for row in rows] == [(SIZE, SIZE), (500, 500)]
    assert len(jobs) == 4
    assert jobs[-1].questions[-1].source == corpus.source(9)
    assert all(row["load_chunks_s"] > 0 and row["disk_bytes"] > 500_000 for row in rows)


def test_training_is_timed_from_its_first_report_to_its_last() -> None:
    clock = TrainingClock(iter((1.0, 4.0, 6.0, 10.0, 11.5)).__next__)
    for stage, done, total in (
        ("passages", 1, 2),
        ("training", 0, 2),
        ("training", 1, 2),
        ("training", 2, 2),
        ("training", 0, 1),
        ("training", 1, 1),
    ):
        clock(stage, done, total)
    assert clock.seconds == 6.5


def test_a_file_with_two_names_is_counted_once(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_bytes(b"12345")
    (tmp_path / "b").hardlink_to(tmp_path / "folder" / "a")
    (tmp_path / "c").write_bytes(b"123")
    assert disk_bytes(tmp_path) == 8


def test_a_process_that_fails_is_told(tmp_path: Path, corpus: Corpus) -> None:
    job = Job(tmp_path / "empty", (make_question(corpus, 0, 0.5),), ())
    with pytest.raises(BenchmarkError, match=r"the measuring process failed.*there is no index"):
        scale.probe(job, tmp_path)


# Figures


def test_figures_are_medians_over_the_processes() -> None:
    probes = [make_probe(), make_probe(open_ms=60.0, lost=1), make_probe(open_ms=90.0)]
    row = summarize(GROWTH, probes)
    assert (row["open_ms"], row["lost"], row["embedder"]) == (60.0, 1, "fake")
    assert (row["search_p50_ms"], row["search_and_encode_p50_ms"]) == (2.0, 12.0)
    assert (row["add_ms"], row["add_worst_ms"], row["remove_worst_ms"]) == (6.0, 9.0, 7.0)
    assert (row["resident_bytes"], row["resident_with_encoder_bytes"]) == (80e6, 300e6)


def test_the_table_has_a_row_for_each_size() -> None:
    header, rule, row = scale_table([summarize(GROWTH, [make_probe()])]).splitlines()
    assert header.count("|") == rule.count("|") == row.count("|") == len(HEADER) + 1
    assert row.startswith("| 1,000 | 2,000 | 1.5 | 50 | 2.0 | 2.9 | 12.0 | 13.0 | 0.9800 |")


def test_costs_are_drawn_against_size() -> None:
    rows = [summarize({**GROWTH, "chunks": size}, [make_probe()]) for size in (1000, 10_000)]
    figure = Figure()
    draw(figure, rows=rows)
    assert [(axes.get_xscale(), axes.get_yscale()) for axes in figure.axes] == 3 * [("log", "log")]
    assert [axes.get_ylabel() for axes in figure.axes] == ["ms", "MB", "µs a chunk"]
    lines = {str(line.get_label()): line for axes in figure.axes for line in axes.lines}
    assert np.array_equal(lines["open"].get_ydata(), [50.0, 50.0])
    assert np.array_equal(lines["bulk load"].get_ydata(), [500.0, 500.0])


# The command


@pytest.mark.parametrize("size", ["150", "275", "many"])
def test_a_size_is_a_number_of_whole_documents(
    size: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(["--sizes", size])
    assert f"'{size}' isn't a multiple of 50 from 201 up" in capsys.readouterr().err


def test_sizes_may_have_commas() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert parser.parse_args(["--sizes", "1,000", "10_000"]).sizes == [1000, 10_000]


def write_squad(path: Path, paragraphs: Sequence[str]) -> Path:
    records = [{"context": paragraph, "qas": []} for paragraph in paragraphs]
    path.write_text(json.dumps({"data": [{"title": "Made up", "paragraphs": records}]}), "utf-8")
    return path


def test_real_vectors_are_described_beside(tmp_path: Path, corpus: Corpus) -> None:
    paragraphs = corpus.paragraphs(0) + corpus.paragraphs(1)
    path = write_squad(tmp_path / "train.json", paragraphs)
    described = describe_real(path, StandInEmbedder())
    assert described == describe_structure(StandInEmbedder().embed(paragraphs))


def test_real_vectors_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["scale", "--compare", str(tmp_path / "none.json"), "--output", str(tmp_path)]
    monkeypatch.setattr(scale, "COMPARED", 100)
    assert main(command) == 1
    assert "none.json" in capsys.readouterr().err


def test_the_whole_benchmark_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scale, "probe", lambda job, scratch: make_probe())
    monkeypatch.setattr(scale, "COMPARED", 100)
    assert main(["scale", "--sizes", "250", "--output", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("| chunks | load, chunks/s |")
    result = json.loads((tmp_path / "scale.json").read_text("utf-8"))
    assert result["structure"].keys() == {"stand-in"}
    assert [row["chunks"] for row in result["sizes"]] == [SIZE]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scale.json", "scale.svg"]
