from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.datasets import Dataset, Question, load_dataset, recognise, select
from index.errors import DatasetError
from tests.evaluation.fakes import folder_question, qa, squad, write_beir, write_folder, write_squad


def test_formats_are_recognised_by_their_shape(tmp_path: Path) -> None:
    assert recognise(write_squad(tmp_path)) == "squad"
    assert recognise(write_beir(tmp_path / "beir")) == "beir"
    assert recognise(write_folder(tmp_path / "folder", folder_question())) == "folder"


def test_a_folder_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"holds neither questions\.jsonl .* nor corpus\.jsonl"):
        recognise(tmp_path)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DatasetError, match=r"there is no question set at .*nowhere; check the path"
    ):
        load_dataset(tmp_path / "nowhere")


def test_a_format_can_be_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"has no qrels"):
        load_dataset(tmp_path, format_name="beir")


def test_a_set_without_questions_or_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="has no questions; add one"):
        load_dataset(write_squad(tmp_path, squad(data=[])))
    (tmp_path / "beir" / "corpus.jsonl").parent.mkdir()
    write_beir(tmp_path / "beir")
    (tmp_path / "beir" / "corpus.jsonl").write_text("", "utf-8")
    with pytest.raises(DatasetError, match="has no documents; add one"):
        load_dataset(tmp_path / "beir")


def test_the_digest_changes_with_any_file(tmp_path: Path) -> None:
    path = write_beir(tmp_path)
    before = load_dataset(path).digest
    assert load_dataset(path).digest == before
    (path / "qrels" / "test.tsv").write_text("q1\tb\t1\n", "utf-8")
    assert load_dataset(path).digest != before


def of_many(tmp_path: Path, count: int = 20) -> Dataset:
    content = squad()
    content["data"][0]["paragraphs"][0]["qas"] = [qa(f"q{n}", "Why?") for n in range(count)]
    return load_dataset(write_squad(tmp_path, content))


def ids(questions: tuple[Question, ...]) -> list[str]:
    return [question.id for question in questions]


def test_a_limit_draws_by_seed_and_keeps_file_order_and_documents(tmp_path: Path) -> None:
    dataset = of_many(tmp_path)
    drawn = select(dataset, limit=5, seed=1)
    assert len(drawn.questions) == 5
    assert ids(drawn.questions) == [
        name for name in ids(dataset.questions) if name in ids(drawn.questions)
    ]
    assert ids(select(dataset, limit=5, seed=1).questions) == ids(drawn.questions)
    assert ids(select(dataset, limit=5, seed=2).questions) != ids(drawn.questions)
    assert drawn.documents == dataset.documents


def test_a_limit_beyond_the_set_takes_all_of_it(tmp_path: Path) -> None:
    dataset = of_many(tmp_path)
    assert select(dataset, limit=99) == dataset


@given(seed=st.integers(0, 50))
def test_every_question_can_be_drawn(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    dataset = of_many(tmp_path_factory.mktemp("set"), 4)
    assert set(ids(select(dataset, limit=3, seed=seed).questions)) < {
        "q0",
        "q1",
        "q2",
        "q3",
        "died",
    }


def test_a_kind_is_chosen_before_the_limit(tmp_path: Path) -> None:
    dataset = of_many(tmp_path)
    assert ids(select(dataset, kind="answerable", limit=3).questions) == ["died"]


def test_an_unknown_kind_names_those_that_there_are(tmp_path: Path) -> None:
    message = r"has no questions of kind 'odd'; it has answerable, unanswerable"
    with pytest.raises(DatasetError, match=message):
        select(of_many(tmp_path), kind="odd")


def test_unicode_survives(tmp_path: Path) -> None:
    content = squad()
    content["data"][0]["title"] = "Café 🙂"
    path = write_squad(tmp_path, content)
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    assert load_dataset(path).documents[0].name == "Café 🙂"
