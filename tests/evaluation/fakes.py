"""A question set small enough to work out by hand, and systems that answer it as they are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluation.datasets import Dataset, Question
from evaluation.options import Options
from evaluation.predictions import Found, Prediction, Quote
from evaluation.systems import System
from index.errors import InvalidInputError

FIRST = "Ada wrote the first program in 1843. It computed Bernoulli numbers."
SECOND = "The engine was never finished. Babbage died in 1871."
ARTICLE = f"{FIRST}\n\n{SECOND}"


def squad(**changes: Any) -> dict[str, Any]:
    """Return a SQuAD file's contents: an article of two paragraphs, three questions."""
    return {
        "version": "v2.0",
        "data": [
            {
                "title": "Engine",
                "paragraphs": [
                    {
                        "context": FIRST,
                        "qas": [
                            qa("when", "When was the first program written?", ("1843", 31)),
                            qa("where", "Where was it printed?"),
                        ],
                    },
                    {
                        "context": SECOND,
                        "qas": [qa("died", "Who died in 1871?", ("Babbage", 31))],
                    },
                ],
            }
        ],
        **changes,
    }


def qa(identifier: str, question: str, *answers: tuple[str, int]) -> dict[str, Any]:
    """Return a SQuAD question with answers as (text, offset in the paragraph)."""
    return {
        "id": identifier,
        "question": question,
        "answers": [{"text": text, "answer_start": start} for text, start in answers],
        "is_impossible": not answers,
    }


def write_squad(folder: Path, content: Mapping[str, Any] | None = None) -> Path:
    """Write a SQuAD file, a line a value, so that errors can name lines."""
    path = folder / "set.json"
    path.write_text(json.dumps(content or squad(), indent=0), "utf-8")
    return path


def write_folder(folder: Path, *questions: Mapping[str, Any]) -> Path:
    """Write a `folder` set about two documents."""
    (folder / "documents" / "sub").mkdir(parents=True)
    (folder / "documents" / "engine.txt").write_text(ARTICLE, "utf-8")
    (folder / "documents" / "sub" / "other.md").write_text(
        "# Tea\n\nTea is grown in Assam.", "utf-8"
    )
    lines = [json.dumps(question) for question in questions]
    (folder / "questions.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def folder_question(**changes: Any) -> dict[str, Any]:
    """Return a line of a `folder` set."""
    return {
        "id": "tea",
        "question": "Where is tea grown?",
        "answers": ["Assam"],
        "unanswerable": False,
        "evidence": [{"document": "sub/other.md", "quote": "grown in Assam"}],
        **changes,
    }


def write_beir(
    folder: Path, qrels: str = "query-id\tcorpus-id\tscore\nq1\tb\t2\nq1\tc\t1\n"
) -> Path:
    """Write a BEIR folder: four documents, two queries, the first of them judged."""
    documents = [
        ("a", "Apples", "red"),
        ("b", "Pears", "green"),
        ("c", "", "a plum"),
        ("d", "", ""),
    ]
    corpus = [{"_id": name, "title": title, "text": text} for name, title, text in documents]
    queries = [{"_id": "q1", "text": "pears and plums"}, {"_id": "q2", "text": "unjudged"}]
    (folder / "qrels").mkdir(parents=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text(
            "".join(json.dumps(row) + "\n" for row in rows), "utf-8"
        )
    (folder / "qrels" / "test.tsv").write_text(qrels, "utf-8")
    return folder


def prediction(identifier: str = "q", **changes: Any) -> Prediction:
    """Return a prediction that answers "1843" from the first paragraph."""
    fields: dict[str, Any] = {
        "id": identifier,
        "question": "?",
        "answer": "It was 1843. [1]",
        "short_answer": "1843",
        "best_span": "1843",
        "abstained": False,
        "confidence": 0.9,
        "citations": (Quote(1, "Engine", 0, 36, FIRST[:36], 0.9),),
        "hits": (Found("Engine", 0, 60, 0.9),),
        "latency_ms": 10.0,
        "timings_ms": {"search": 4.0, "read": 6.0},
        **changes,
    }
    return Prediction(**fields)


def declined(identifier: str = "q", **changes: Any) -> Prediction:
    """Return a prediction that abstains."""
    fields = {
        "answer": "The documents don't answer this.",
        "short_answer": "",
        "abstained": True,
        "confidence": 0.1,
        "citations": (),
        **changes,
    }
    return prediction(identifier, **fields)


def hit_object(source: str, start: int, end: int, score: float = 1.0) -> dict[str, Any]:
    """Return a hit as the endpoints do."""
    return {
        "document_id": f"id of {source}",
        "source": source,
        "start": start,
        "end": end,
        "score": score,
        "text": "",
    }


def answer_object(question: str, **changes: Any) -> dict[str, Any]:
    """Return an answer as the endpoints do: "1843" from the first paragraph."""
    return {
        "question": question,
        "standalone_question": question,
        "answer": "It was 1843. [1]",
        "short_answer": "1843",
        "best_span": "1843",
        "abstained": False,
        "confidence": 0.9,
        "citations": [
            {
                "marker": 1,
                "source": "Engine",
                "start": 0,
                "end": 36,
                "quote": FIRST[:36],
                "score": 0.9,
            }
        ],
        "hits": [hit_object("Engine", 0, 60)],
        "timings_ms": {"search": 4.0, "read": 6.0},
        **changes,
    }


@dataclass
class FakeSystem:
    """Answers every question with "1843", or as the script says; finds what it is given."""

    names: Mapping[str, str]
    script: Mapping[str, Callable[[], dict[str, Any]]] = field(default_factory=dict)
    found: Sequence[dict[str, Any]] = ()
    complaints: Sequence[str] = ()
    facts: Mapping[str, Any] = field(default_factory=lambda: {"index_hash": "abc"})
    asked: list[str] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    longest_search: int = 100_000
    most_characters: int = 4_000

    def ask(self, question: Question) -> Mapping[str, Any]:
        self.asked.append(question.id)
        if question.id in self.script:
            return self.script[question.id]()
        return answer_object(question.text)

    def read(self, question: Question) -> Mapping[str, Any]:
        return self.ask(question)

    def search(self, query: str, k: int) -> Sequence[Mapping[str, Any]]:
        if len(query) > self.most_characters:
            refuse()
        self.depths.append(k)
        return self.found[:k]


def fake_opener(
    **fields: Any,
) -> tuple[Callable[[Dataset, Options], Any], list[FakeSystem]]:
    """Return an opener of fake systems, and the list of those that it opened."""
    opened: list[FakeSystem] = []

    @contextmanager
    def opener(dataset: Dataset, options: Options) -> Iterator[System]:
        names = {document.name: document.name for document in dataset.documents}
        opened.append(FakeSystem(names, **fields))
        yield opened[-1]

    return opener, opened


def refuse() -> dict[str, Any]:
    """Refuse a question."""
    raise InvalidInputError("the question is too long; shorten it")
