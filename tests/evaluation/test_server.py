from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

from evaluation.datasets import Dataset, Question, SourceText
from evaluation.server import ServerSystem, connect
from index.errors import InvalidInputError, ServerError
from retrieval.wire import UNEXPECTED
from tests.evaluation.fakes import answer_object, hit_object

ADDRESS = "http://server"
COLLECTION = "evaluation-9a5ca51e4adc"  # by what the documents hold
QUESTION = Question("q", "When?", (), (), "x", history=(("user", "Hi"),))


class FakeServer:
    """The public endpoints, over documents in memory; others have documents there too."""

    def __init__(self) -> None:
        self.documents = {"default": {"theirs.txt": "text"}}
        self.calls: list[tuple[Any, ...]] = []
        self.broken: Exception | None = None

    def predict(self, *arguments: Any, api_name: str) -> Any:
        self.calls.append((api_name, *arguments))
        if self.broken is not None and api_name in ("/ask", "/search"):
            raise self.broken
        return getattr(self, api_name.removeprefix("/"))(*arguments)

    def add_documents(self, files: list[dict[str, Any]], collection: str) -> dict[str, Any]:
        refused = []
        for file in files:
            path = Path(file["path"])
            text = path.read_text("utf-8")
            if text.startswith("?"):
                refused.append({"id": None, "source": path.name, "reason": "not to our taste"})
            else:
                self.documents.setdefault(collection, {})[path.name] = text
        return {"added": [], "unchanged": [], "refused": refused}

    def list_documents(self) -> list[dict[str, Any]]:
        return [
            {
                "id": f"{collection}/{name}",
                "source": name,
                "size": len(text),
                "collection": collection,
            }
            for collection, documents in self.documents.items()
            for name, text in documents.items()
        ]

    def remove_document(self, document_id: str) -> None:
        collection, _, name = document_id.partition("/")
        del self.documents[collection][name]

    def status(self) -> dict[str, Any]:
        return {"version": "1", "models": {"embedder": "fake"}, "generation": 7}

    def ask(self, question: str, history: list[dict[str, str]], collection: str) -> dict[str, Any]:
        return answer_object(question, timings_ms={"total": 0.0} if history else {})

    def search(self, query: str, k: int, collection: str) -> list[dict[str, Any]]:
        return [hit_object("a.txt", 0, 4)]


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


def dataset(count: int = 1) -> Dataset:
    texts = [("a", "text"), ("b", "?!"), *((f"more{n}", "text") for n in range(count - 1))]
    documents = tuple(SourceText(name, name, text) for name, text in texts)
    return Dataset("set", "squad", documents, (), (), "0123456789abcdef", Path("set.json"))


def test_documents_are_in_a_collection_of_their_own_while_it_lasts(server: FakeServer) -> None:
    with ServerSystem.open(dataset(), server, ADDRESS) as system:
        assert server.documents[COLLECTION] == {"a.txt": "text"}
        assert system.names == {"a.txt": "a"}
        assert system.complaints == ("document b was refused: not to our taste",)
    assert server.documents == {"default": {"theirs.txt": "text"}, COLLECTION: {}}


def test_documents_are_removed_when_the_run_fails(server: FakeServer) -> None:
    with pytest.raises(KeyboardInterrupt), ServerSystem.open(dataset(), server, ADDRESS):
        raise KeyboardInterrupt
    assert server.documents[COLLECTION] == {}


def test_many_documents_are_uploaded_in_portions(server: FakeServer) -> None:
    done: list[tuple[str, int, int]] = []
    with ServerSystem.open(dataset(119), server, ADDRESS, lambda *step: done.append(step)):
        uploads = [call for call in server.calls if call[0] == "/add_documents"]
    assert [len(files) for _, files, _ in uploads] == [50, 50, 20]
    assert done[:3] == [("upload", 50, 120), ("upload", 100, 120), ("upload", 120, 120)]
    assert done[-1] == ("remove", 119, 119)


def test_questions_go_through_the_public_endpoints(server: FakeServer) -> None:
    with ServerSystem.open(dataset(), server, ADDRESS) as system:
        assert system.ask(QUESTION)["short_answer"] == "1843"
        assert system.search("When?", 20)[0]["source"] == "a.txt"
        assert system.longest_search == 1000
    history = [{"role": "user", "content": "Hi"}]
    assert ("/ask", "When?", history, COLLECTION) in server.calls
    assert ("/search", "When?", 20, COLLECTION) in server.calls


def test_what_network_and_queue_add_is_a_stage_of_its_own(server: FakeServer) -> None:
    with ServerSystem.open(dataset(), server, ADDRESS) as system:
        assert system.ask(QUESTION)["timings_ms"]["network and queue"] > 0
        assert system.ask(replace(QUESTION, history=()))["timings_ms"] == {}


def test_the_figures_depend_on_the_servers_version_and_models(server: FakeServer) -> None:
    with ServerSystem.open(dataset(), server, ADDRESS) as system:
        assert system.facts == {"version": "1", "models": {"embedder": "fake"}}


def test_what_the_server_refuses_is_invalid_input(server: FakeServer) -> None:
    server.broken = AppError("the question is too long", title="InvalidInputError")
    with (
        ServerSystem.open(dataset(), server, ADDRESS) as system,
        pytest.raises(InvalidInputError, match="http://server/ask: the question is too long"),
    ):
        system.ask(QUESTION)


@pytest.mark.parametrize("title", ["Error", "NotFoundError", "CatalogueError"])
def test_what_a_server_fails_on_is_no_refusal(server: FakeServer, title: str) -> None:
    server.broken = AppError(UNEXPECTED, title=title)
    with (
        ServerSystem.open(dataset(), server, ADDRESS) as system,
        pytest.raises(ServerError, match="http://server/ask: Footnote failed on this request"),
    ):
        system.ask(QUESTION)


def test_a_server_that_fails_is_named(server: FakeServer) -> None:
    server.broken = ConnectionError("gone away")
    with (
        ServerSystem.open(dataset(), server, ADDRESS) as system,
        pytest.raises(ServerError, match=r"http://server/search failed \(gone away\)"),
    ):
        system.search("When?", 5)


def test_a_given_passage_has_no_endpoint(server: FakeServer) -> None:
    system = ServerSystem(server, ADDRESS, "x")
    with pytest.raises(InvalidInputError, match="q: a given passage is read in process only"):
        system.read(QUESTION)


def test_no_server_at_an_address_is_one_clear_error() -> None:
    with pytest.raises(ServerError, match=r"no Footnote server answers at http://127\.0\.0\.1:9"):
        connect("http://127.0.0.1:9")
