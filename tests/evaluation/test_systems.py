from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from evaluation.datasets import Dataset, Question, SourceText, load_dataset
from evaluation.options import Options
from evaluation.run import run
from evaluation.staging import PREFIX, Staged
from evaluation.systems import LocalSystem, default_data_dir, discard_other_code, take_stock
from index.errors import InvalidInputError
from index.progress import Progress, silent
from index.settings import Settings
from index.values import AddReport, Chunk, DocumentSummary, Outcome
from retrieval.assistant import MOST_HITS
from retrieval.values import Answer, Hit, Provenance, Turn
from tests.evaluation.fakes import folder_question, write_folder

if TYPE_CHECKING:
    from index.library import Library
    from retrieval.assistant import Assistant


@dataclass(frozen=True)
class FakeStatus:
    index_hash: str = "abc"
    models: dict[str, str] = field(default_factory=lambda: {"embedder": "fake"})


class FakeLibrary:
    """Keeps what is uploaded; refuses what begins with a question mark."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.texts: dict[str, str] = {"stale.txt": "of an earlier version of the set"}
        self.others = {"old.txt": "evaluation-of-old", "kept.txt": "default"}
        self.collection = ""

    def add_uploads(
        self, files: Sequence[Path], *, collection: str, progress: Progress = silent
    ) -> AddReport:
        self.collection = collection
        refused = []
        for file in files:
            text = file.read_text("utf-8")
            if text.startswith("?"):
                refused.append(Outcome(None, file.name, "not to our taste"))
            else:
                self.texts[file.name] = text.replace("\r\n", "\n")
        return AddReport((), (), tuple(refused), ())

    def documents(self, collection: str | None = None) -> tuple[DocumentSummary, ...]:
        found = [
            DocumentSummary(f"id of {name}", name, name, None, len(text), 1, "", self.collection)
            for name, text in self.texts.items()
        ]
        found += [
            DocumentSummary(f"id of {source}", source, "", None, 9, 1, "", theirs)
            for source, theirs in self.others.items()
        ]
        return tuple(each for each in found if collection in (None, each.collection))

    def remove(self, document_id: str) -> None:
        name = document_id.removeprefix("id of ")
        del (self.others if name in self.others else self.texts)[name]

    def status(self) -> FakeStatus:
        return FakeStatus()


class FakeAssistant:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def ask(self, question: str, *, history: Sequence[Turn], collection: str) -> Answer:
        self.calls.append((question, tuple(history), collection))
        return an_answer(question)

    def read_passage(self, question: str, document_id: str, start: int, end: int) -> Answer:
        self.calls.append((question, document_id, start, end))
        return an_answer(question)

    def search(self, query: str, *, k: int, collection: str) -> tuple[Hit, ...]:
        self.calls.append((query, k, collection))
        chunk = Chunk("c", "id of a.txt", 0, 0, 4, "text", "", None)
        return (Hit(chunk, 0.5, "fusion", "a.txt", "a"),)


def an_answer(question: str) -> Answer:
    return Answer(
        question=question,
        standalone_question=question,
        text="No.",
        short_answer="",
        sentences=(),
        citations=(),
        hits=(),
        abstained=True,
        confidence=0.1,
        disagreement=(),
        timings_ms={"total": 1.0},
        provenance=Provenance(1, "abc", "fake", "fake", None),
        best_span="",
    )


def dataset(*texts: tuple[str, str]) -> Dataset:
    documents = tuple(SourceText(name, name, text) for name, text in texts)
    return Dataset("set", "squad", documents, (), (), "0123456789abcdef", Path("set.json"))


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def system(library: FakeLibrary, assistant: FakeAssistant) -> LocalSystem:
    return LocalSystem(
        dataset(("a", "text"), ("b", "?!"), ("c", "x\r\ny")),
        cast("Library", library),
        cast("Assistant", assistant),
    )


QUESTION = Question("q", "When?", (), (), "x", "a", (3, 9), (("user", "Hi"),))


def test_documents_are_uploaded_and_those_of_another_version_removed(
    system: LocalSystem, library: FakeLibrary
) -> None:
    assert set(library.texts) == {"a.txt", "c.txt"}
    assert library.collection.startswith(PREFIX)
    assert library.others == {"kept.txt": "default"}
    assert system.names == {"a.txt": "a", "c.txt": "c"}


def test_refused_documents_and_shifted_offsets_are_complaints(system: LocalSystem) -> None:
    assert system.complaints == (
        "document b was refused: not to our taste",
        "document c has other offsets in the index",
    )


def test_complaints_need_a_reason() -> None:
    staged = Staged("x", (), {"a.txt": "a"}, {"a.txt": 4})
    assert take_stock(staged, {"a.txt": 4}, {}) == ({"a.txt": "a"}, ())


def test_a_question_goes_to_the_sets_collection_with_its_history(
    system: LocalSystem, assistant: FakeAssistant, library: FakeLibrary
) -> None:
    assert system.ask(QUESTION)["abstained"]
    assert assistant.calls == [("When?", (Turn("user", "Hi"),), library.collection)]


def test_a_passage_is_read_from_its_document(system: LocalSystem, assistant: FakeAssistant) -> None:
    assert system.read(QUESTION)["timings_ms"] == {"total": 1.0}
    assert assistant.calls == [("When?", "id of a.txt", 3, 9)]


def test_a_passage_of_a_refused_document_cannot_be_read(system: LocalSystem) -> None:
    with pytest.raises(InvalidInputError, match="question 'q' has no passage that was indexed"):
        system.read(replace(QUESTION, document="b"))


def test_a_search_gives_hits_as_the_endpoint_does(system: LocalSystem) -> None:
    (hit,) = system.search("When?", 5)
    assert (hit["source"], hit["start"], hit["end"], hit["score"]) == ("a.txt", 0, 4, 0.5)


def test_a_search_may_be_as_long_as_the_assistant_allows(system: LocalSystem) -> None:
    assert system.longest_search == MOST_HITS == 100_000


def test_the_figures_depend_on_index_models_and_settings(system: LocalSystem) -> None:
    assert system.facts["index_hash"] == "abc"
    assert system.facts["models"] == {"embedder": "fake"}
    assert "data_dir" not in system.facts["settings"]
    assert system.facts["settings"]["chunk_tokens"]


def test_the_data_folder_lies_beside_the_output_and_belongs_to_the_set(tmp_path: Path) -> None:
    one = default_data_dir(dataset(), tmp_path / "runs" / "a")
    assert one.parent == tmp_path / "runs"
    assert one.name.startswith(".index-")
    assert default_data_dir(dataset(), tmp_path / "runs" / "b") == one


def test_an_index_made_by_other_code_is_discarded(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    discard_other_code(folder)
    (folder / "catalogue").write_text("x", "utf-8")
    discard_other_code(folder)
    assert (folder / "catalogue").exists()
    for marked in (json.dumps({"index_code": "old"}), ""):  # a power cut may leave it empty
        (folder / "catalogue").write_text("x", "utf-8")
        (folder / "evaluation.json").write_text(marked, "utf-8")
        discard_other_code(folder)
        assert not (folder / "catalogue").exists()
    assert [each.name for each in tmp_path.iterdir()] == ["index"]


@pytest.mark.model
def test_footnote_itself_answers_a_set(tmp_path: Path) -> None:
    unknown = folder_question(id="none", question="Who invented the telephone?", answers=[])
    unknown |= {"unanswerable": True, "evidence": []}
    path = write_folder(tmp_path / "set", folder_question(), unknown)
    (path / "documents" / "empty.txt").write_text("", "utf-8")
    options = Options(path, tmp_path / "out")
    told: list[str] = []
    metrics = run(options, tell=told.append)
    assert metrics["retrieval"]["hit_rate@5"]["value"] == 1
    assert metrics["citations"]["verbatim"]["value"] in {1, None}
    assert metrics["provenance"]["index_hash"]
    assert [line.startswith("warning: document empty.txt can't be indexed") for line in told] == [
        True
    ]
    assert len(load_dataset(path).documents) == 3
    again = run(options, tell=told.append)
    assert again["provenance"]["index_hash"] == metrics["provenance"]["index_hash"]
