from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers_data import Question, read_material, write_chunks, write_vectors
from benchmarks.results import BenchmarkError
from index.library import Library
from index.settings import Settings
from tests.fakes import FakeEmbedder

BRIDGE = "The bridge was opened in 1932. It carries eight lanes."
FERRY = "The ferry takes twenty minutes."
LONG = " ".join(f"Sentence number {number} says little." for number in range(40))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(Settings(data_dir=tmp_path / "data"), embedder=FakeEmbedder())


def write_squad(path: Path, paragraphs: dict[str, dict[str, str]]) -> Path:
    """Write paragraphs, each with its questions and their answers, "" for none."""
    records = [
        {
            "context": context,
            "qas": [
                {
                    "id": question,
                    "question": question,
                    "answers": [{"text": answer, "answer_start": context.index(answer)}]
                    if answer
                    else [],
                }
                for question, answer in asked.items()
            ],
        }
        for context, asked in paragraphs.items()
    ]
    article = {"title": "Harbour", "paragraphs": records}
    path.write_text(json.dumps({"data": [article]}), "utf-8")
    return path


@pytest.fixture
def first(tmp_path: Path) -> Path:
    asked = {"When was it opened?": "1932", "Who built it?": ""}
    return write_squad(tmp_path / "first.json", {BRIDGE: asked, LONG: {"How many?": "39"}})


@pytest.fixture
def second(tmp_path: Path) -> Path:
    paragraphs = {BRIDGE: {"How many lanes?": "eight"}, FERRY: {"How long?": "twenty"}}
    return write_squad(tmp_path / "second.json", paragraphs)


def test_paragraphs_come_once_and_whole_and_questions_from_the_first_file(
    first: Path, second: Path, library: Library
) -> None:
    material = read_material([first, second], library, size=2)
    assert material.chunks == (("c0", BRIDGE), ("c1", FERRY))
    assert material.questions == (Question("When was it opened?", "c0"),)


def test_no_more_paragraphs_are_taken_than_are_asked_for(
    first: Path, second: Path, library: Library
) -> None:
    assert read_material([second, first], library, size=1).chunks == (("c0", BRIDGE),)


def test_too_few_paragraphs_are_an_error(first: Path, library: Library) -> None:
    with pytest.raises(BenchmarkError, match="1 paragraphs that stay one chunk, 5 are asked for"):
        read_material([first], library, size=5)


def test_nothing_is_added_to_the_library(first: Path, library: Library) -> None:
    read_material([first], library, size=1)
    assert not library.data_dir.exists()


def test_chunks_are_a_line_each(tmp_path: Path) -> None:
    path = write_chunks([("c0", "one\nline"), ("c1", "é")], tmp_path / "chunks.jsonl")
    lines = path.read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"id": "c0", "text": "one\nline"},
        {"id": "c1", "text": "é"},
    ]


def test_vectors_are_computed_once(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    path = write_vectors([BRIDGE, FERRY], embedder, tmp_path)
    assert write_vectors([BRIDGE, FERRY], embedder, tmp_path) == path
    assert embedder.calls == 1
    assert write_vectors([FERRY], embedder, tmp_path) != path
    np.testing.assert_array_equal(np.load(path), FakeEmbedder().embed([BRIDGE, FERRY]))
