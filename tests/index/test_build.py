from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.build import (
    EMBED_AT_ONCE,
    Job,
    Workshop,
    build,
    commit,
    embed,
    embed_passages,
    entry,
    prepare,
    prepare_passages,
)
from index.catalogue import Catalogue, FileState, Passage
from index.chunking import ChunkingSettings
from index.embedding import Vectors
from index.errors import RefusedFileError
from index.lexical import Entry
from index.local_engine import LocalEngine
from index.progress import silent
from index.values import Chunk, Document, Extract, Outcome, Page, digest
from tests.fakes import FakeEmbedder


class FailingEmbedder(FakeEmbedder):
    """Breaks down at its second call."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.calls == 1:
            raise RuntimeError("out of memory")
        return super().embed(texts)


def make_workshop(folder: Path, embedder: FakeEmbedder, commit_chunks: int = 512) -> Workshop:
    catalogue = Catalogue(folder / "catalogue.sqlite3")
    catalogue.create()
    return Workshop(
        catalogue, LocalEngine(folder / "index"), embedder, ChunkingSettings(64), commit_chunks
    )


@pytest.fixture
def workshop(tmp_path: Path, embedder: FakeEmbedder) -> Workshop:
    return make_workshop(tmp_path, embedder)


def make_job(source: str, text: str, *, markup: str = "text", title: str | None = None) -> Job:
    def load() -> Extract:
        if not text:
            raise RefusedFileError("there is nothing in it")
        return Extract(text, title, "2020-02-21", (Page(1, 0, len(text)),), markup)

    state = FileState(digest("default", source), source, f"/docs/{source}", 7, "stamp", "hash")
    return Job(state, "default", "2021-03-04T05:06:07+00:00", load)


def committed(workshop: Workshop) -> list[str]:
    with workshop.catalogue.read() as reader:
        return [summary.source for summary in reader.summaries()]


def found(workshop: Workshop, query: str) -> list[int]:
    with workshop.catalogue.read() as reader:
        index = workshop.engine.open(reader.generation)
    keys, _ = index.words(None).search(query, 9)
    return [int(key) for key in keys]


def embed_and_keep(passages: Sequence[Passage], workshop: Workshop) -> None:
    for step in embed_passages(passages, workshop):
        with workshop.catalogue.write() as writer:
            writer.put_vectors(step.vectors)


def test_files_are_loaded_cut_embedded_and_committed(workshop: Workshop) -> None:
    jobs = [make_job("a", "Alpha."), make_job("b", "Beta.")]
    outcomes = list(build(jobs, workshop, silent))
    assert outcomes == [Outcome(digest("default", s), s, "") for s in ("a", "b")]
    assert committed(workshop) == ["a", "b"]
    assert found(workshop, "beta") == [2]
    with workshop.catalogue.read() as reader:
        assert reader.generation == 1
        assert workshop.engine.open(1).state == (1, reader.fingerprint)
        assert reader.languages() == {"und"}


def test_a_file_that_is_refused_doesnt_stop_the_others(workshop: Workshop) -> None:
    jobs = [make_job("a", "Alpha."), make_job("b", ""), make_job("c", "Gamma.")]
    outcomes = list(build(jobs, workshop, silent))
    assert [(o.source, o.id is None, o.reason) for o in outcomes] == [
        ("a", False, ""),
        ("b", True, "there is nothing in it"),
        ("c", False, ""),
    ]
    assert committed(workshop) == ["a", "c"]


def test_a_jobs_note_is_told_once_it_is_indexed(workshop: Workshop) -> None:
    jobs = [replace(make_job(*words), note="by the way") for words in (("a", "Alpha."), ("b", ""))]
    outcomes = list(build(jobs, workshop, silent))
    assert [outcome.reason for outcome in outcomes] == ["by the way", "there is nothing in it"]


def test_refusals_alone_make_no_generation(workshop: Workshop) -> None:
    assert len(list(build([make_job("a", "")], workshop, silent))) == 1
    assert not (workshop.catalogue.path.parent / "index").exists()


def test_a_long_job_is_committed_in_parts_that_grow(tmp_path: Path, embedder: FakeEmbedder) -> None:
    workshop = make_workshop(tmp_path, embedder, commit_chunks=1)
    jobs = [make_job(name, f"This is {name}.") for name in "abcdefghijklm"]
    seen = ["".join(committed(workshop)) for _ in build(jobs, workshop, silent)]
    assert list(dict.fromkeys(seen)) == ["a", "abc", "abcdefg", "abcdefghijk", "abcdefghijklm"]


def test_what_took_long_to_read_is_committed_before_there_is_much_of_it(
    tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.build.LONGEST_BATCH_S", 0.0)
    jobs = [make_job("a", "Alpha."), make_job("b", ""), make_job("c", "Gamma.")]
    workshop = make_workshop(tmp_path, embedder, commit_chunks=100)
    assert [(outcome.source, committed(workshop)) for outcome in build(jobs, workshop, silent)] == [
        ("a", ["a"]),
        ("b", ["a"]),
        ("c", ["a", "c"]),
    ]


def test_what_was_committed_stays_when_the_work_breaks_off(tmp_path: Path) -> None:
    workshop = make_workshop(tmp_path, FailingEmbedder(), commit_chunks=1)
    with pytest.raises(RuntimeError, match="out of memory"):
        list(build([make_job("a", "Alpha."), make_job("b", "Beta.")], workshop, silent))
    assert committed(workshop) == ["a"]
    assert found(workshop, "alpha beta") == [1]


def test_progress_tells_passages_and_files(tmp_path: Path, embedder: FakeEmbedder) -> None:
    told: list[tuple[str, int, int]] = []
    workshop = make_workshop(tmp_path, embedder, commit_chunks=2)
    jobs = [make_job("a", "Alpha."), make_job("b", ""), make_job("c", "C."), make_job("d", "D.")]
    list(build(jobs, workshop, lambda *step: told.append(step)))
    assert told == [("passages", 2, 2), ("files", 3, 4), ("passages", 1, 1), ("files", 4, 4)]


def test_a_document_is_made_of_what_the_loader_gives(workshop: Workshop) -> None:
    job = make_job("sub/a.md", "# A\n\nAlpha.", markup="markdown", title="The title")
    prepared = prepare(job, workshop)
    assert prepared.document == Document(
        id=digest("default", "sub/a.md"),
        collection="default",
        source="sub/a.md",
        title="The title",
        date="2020-02-21",
        text="# A\n\nAlpha.",
        pages=(Page(1, 0, 11),),
        content_hash="hash",
        modified="2021-03-04T05:06:07+00:00",
    )
    assert (prepared.state, prepared.markup) == (job.state, "markdown")
    (passage,) = prepared.passages
    assert (passage.chunk.heading, passage.chunk.page) == ("A", 1)


def test_a_document_without_a_title_is_called_by_its_name(workshop: Workshop) -> None:
    assert prepare(make_job("sub/a.txt", "Alpha."), workshop).document.title == "a.txt"


def test_the_heading_is_embedded_and_faint_lines_are_not(
    workshop: Workshop, embedder: FakeEmbedder
) -> None:
    text = "# A\n\nSaid once.\n\n- again\n\n- again\n"
    prepared = prepare(make_job("a.md", text, markup="markdown"), workshop)
    embed_and_keep(prepared.passages, workshop)
    assert embedder.texts == ["A\n# A\n\nSaid once.\n\n- again"]
    (passage,) = prepared.passages
    assert [passage.chunk.text[start:end] for start, end in passage.faint] == ["- again"]


def test_vectors_of_two_embedders_have_different_names(
    workshop: Workshop, embedder: FakeEmbedder
) -> None:
    document = prepare(make_job("a", "Alpha."), workshop).document
    (ours,) = prepare_passages(document, "text", workshop)
    embedder.name = "another@1"
    (theirs,) = prepare_passages(document, "text", workshop)
    assert ours.chunk == theirs.chunk
    assert ours.vector != theirs.vector


def test_texts_are_embedded_by_length_in_portions(
    workshop: Workshop, embedder: FakeEmbedder
) -> None:
    jobs = [make_job(str(n), f"{'word ' * (n % 30)}{n}") for n in range(EMBED_AT_ONCE + 5)]
    passages = [p for job in jobs for p in prepare(job, workshop).passages]
    embed_and_keep(passages, workshop)
    assert embedder.calls == 2
    lengths = [len(text) for text in embedder.texts]
    assert lengths == sorted(lengths)
    embed_and_keep(passages, workshop)
    assert embedder.calls == 2


def test_vectors_are_safe_after_each_portion(tmp_path: Path) -> None:
    workshop = make_workshop(tmp_path, FailingEmbedder(), commit_chunks=10_000)
    jobs = [make_job(str(n), f"Text {n}.") for n in range(EMBED_AT_ONCE + 5)]
    with pytest.raises(RuntimeError, match="out of memory"):
        list(build(jobs, workshop, silent))
    with workshop.catalogue.read() as reader:
        assert (reader.count("vectors"), reader.count("documents")) == (EMBED_AT_ONCE, 0)


def test_committing_nothing_changes_nothing(workshop: Workshop) -> None:
    commit([], [], workshop)
    with workshop.catalogue.read() as reader:
        assert reader.generation == 0
    assert not (workshop.catalogue.path.parent / "index").exists()


def test_documents_are_replaced_and_removed_in_one_step(workshop: Workshop) -> None:
    list(build([make_job("a", "Alpha."), make_job("b", "Beta.")], workshop, silent))
    prepared = prepare(make_job("a", "Changed."), workshop)
    embed_and_keep(prepared.passages, workshop)
    commit([prepared], [digest("default", "b")], workshop)
    assert committed(workshop) == ["a"]
    assert (found(workshop, "alpha beta"), found(workshop, "changed")) == ([], [3])
    with workshop.catalogue.read() as reader:
        assert (reader.generation, reader.count("vectors")) == (2, 1)


def test_a_commit_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    workshop = make_workshop(tmp_path, FailingEmbedder())
    list(build([make_job("a", "Alpha.")], workshop, silent))
    prepared = prepare(make_job("b", "Never embedded."), workshop)
    with pytest.raises(RuntimeError, match="out of memory"):
        commit([prepared], [], workshop)
    assert committed(workshop) == ["a"]
    assert found(workshop, "never") == []


def test_a_text_that_moves_to_another_file_keeps_or_regains_its_vector(
    workshop: Workshop, embedder: FakeEmbedder
) -> None:
    list(build([make_job("a", "Alpha.")], workshop, silent))
    moved = prepare(make_job("b", "Alpha."), workshop)
    (step,) = list(embed([[moved]], workshop))  # its vector is known, so none is made
    assert step.vectors == {}
    list(build([make_job("a", "Changed.")], workshop, silent))  # which drops it
    commit(list(step.finished), [], workshop)  # type: ignore[arg-type]
    assert found(workshop, "alpha") == [3]
    assert embedder.texts == ["Alpha.", "Changed.", "Alpha."]


def test_vectors_in_the_index_are_those_of_the_catalogue(workshop: Workshop) -> None:
    list(build([make_job("a", "Alpha."), make_job("b", "Beta.")], workshop, silent))
    ((_, vectors, exact),) = workshop.engine.open(1).blocks()
    assert exact
    assert np.array_equal(vectors, FakeEmbedder().embed(["Alpha.", "Beta."]))


def test_an_entry_holds_faint_lines_apart() -> None:
    chunk = Chunk("c", "d", 0, 0, 16, "Menu\nIt is said.", "Heading", None)
    assert entry(5, "default", Passage(chunk, ((0, 4),), "v")) == Entry(
        5, "d", "default", "It is said.", "Heading", "Menu"
    )
