from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from evaluation.options import Options
from evaluation.run import run
from index.errors import DatasetError, LockedError
from tests.evaluation.fakes import (
    answer_object,
    fake_opener,
    folder_question,
    hit_object,
    refuse,
    write_beir,
    write_folder,
    write_squad,
)


def quietly(_: str) -> None:
    """Say nothing."""


def stop() -> dict[str, Any]:
    """Interrupt a run."""
    raise KeyboardInterrupt


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_run_writes_predictions_figures_and_a_report(tmp_path: Path) -> None:
    opener, _ = fake_opener()
    options = Options(write_squad(tmp_path), tmp_path / "out")
    metrics = run(options, tell=quietly, opener=opener)
    output = tmp_path / "out"
    assert {path.name for path in output.iterdir()} == {
        *("predictions.jsonl", "scores.jsonl", "metrics.json", "report.html", ".lock"),
    }
    assert [row["id"] for row in lines(output / "predictions.jsonl")] == ["when", "where", "died"]
    assert json.loads((output / "metrics.json").read_text("utf-8")) == metrics
    assert metrics["answers"]["exact_match"]["value"] == 1 / 3
    assert metrics["citations"]["precision"]["value"] == 1 / 3
    assert metrics["abstention"]["accuracy"]["value"] == 2 / 3
    assert metrics["retrieval"]["hit_rate@1"]["value"] == 1 / 2
    assert metrics["latency"]["stages"]["read"]["p50"]["value"] == 6
    assert metrics["counts"] == {
        "questions": 3,
        "answerable": 2,
        "abstained": 0,
        "with_relevant_passages": 2,
    }


def test_a_figure_can_be_traced(tmp_path: Path) -> None:
    opener, _ = fake_opener()
    options = Options(write_squad(tmp_path), tmp_path / "out", seed=7)
    provenance = run(options, tell=quietly, opener=opener)["provenance"]
    assert provenance["index_hash"] == "abc"
    assert provenance["options"]["seed"] == 7
    assert provenance["code"]
    assert provenance["machine"]["cores"] >= 1
    assert {"python", "numpy", "ir-measures"} <= set(provenance["versions"])


def test_a_retrieval_set_is_searched(tmp_path: Path) -> None:
    found = [hit_object(name, 0, 5) for name in ("a", "b", "d", "c")]
    opener, opened = fake_opener(found=found)
    told: list[str] = []
    options = Options(write_beir(tmp_path / "set"), tmp_path / "out")
    metrics = run(options, tell=told.append, opener=opener)
    assert metrics["retrieval"]["mrr"]["value"] == 0.5
    assert metrics["retrieval"]["recall@100"]["value"] == 1
    assert "answers" not in metrics
    assert opened[0].asked == []
    assert told == ["warning: documents without text"]


def test_a_query_that_is_refused_ends_no_run(tmp_path: Path) -> None:
    opener, _ = fake_opener(found=[hit_object("b", 0, 5)], most_characters=5)
    told: list[str] = []
    options = Options(write_beir(tmp_path / "set"), tmp_path / "out")
    metrics = run(options, tell=told.append, opener=opener)
    assert metrics["retrieval"]["mrr"]["value"] == 0
    assert told[-1].startswith("warning: 1 questions were refused; the first: refused: the quest")


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    options = Options(write_squad(tmp_path), tmp_path / "out")
    opener, opened = fake_opener(script={"died": stop})
    with pytest.raises(KeyboardInterrupt):
        run(options, tell=quietly, opener=opener)
    assert opened[0].asked == ["when", "where", "died"]
    assert not (tmp_path / "out" / "predictions.jsonl").exists()

    told: list[str] = []
    opener, opened = fake_opener()
    run(options, tell=told.append, opener=opener)
    assert opened[0].asked == ["died"]
    assert told == ["going on after 2 questions"]
    assert len(lines(tmp_path / "out" / "predictions.jsonl")) == 3


@pytest.mark.parametrize("change", ["dataset", "settings", "index"])
def test_a_run_begins_anew_where_anything_changed(tmp_path: Path, change: str) -> None:
    dataset = write_squad(tmp_path)
    opener, _ = fake_opener(script={"died": stop})
    with pytest.raises(KeyboardInterrupt):
        run(Options(dataset, tmp_path / "out"), tell=quietly, opener=opener)
    facts = {"index_hash": "xyz" if change == "index" else "abc"}
    if change == "dataset":
        dataset.write_text(dataset.read_text("utf-8") + "\n", "utf-8")
    told: list[str] = []
    opener, opened = fake_opener(facts=facts)
    options = Options(dataset, tmp_path / "out", seed=int(change == "settings"))
    run(options, tell=told.append, opener=opener)
    assert opened[0].asked == ["when", "where", "died"]
    assert told == [
        "dataset, code, settings or index changed since the interruption: starting again"
    ]


def test_results_of_an_earlier_run_do_not_pass_for_those_of_an_interrupted_one(
    tmp_path: Path,
) -> None:
    options = Options(write_squad(tmp_path), tmp_path / "out")
    opener, _ = fake_opener()
    run(options, tell=quietly, opener=opener)
    opener, _ = fake_opener(script={"died": stop})
    with pytest.raises(KeyboardInterrupt):
        run(options, tell=quietly, opener=opener)
    assert {path.name for path in options.output.iterdir()} == {
        "predictions.partial.jsonl",
        ".lock",
    }


def test_a_malformed_set_leaves_earlier_results_alone(tmp_path: Path) -> None:
    options = Options(write_squad(tmp_path), tmp_path / "out")
    opener, _ = fake_opener()
    run(options, tell=quietly, opener=opener)
    options.dataset.write_text("{", "utf-8")
    with pytest.raises(DatasetError, match="the JSON ends too early"):
        run(options, tell=quietly, opener=opener)
    assert (options.output / "predictions.jsonl").exists()


def test_two_runs_cannot_share_an_output_folder(tmp_path: Path) -> None:
    options = Options(write_squad(tmp_path), tmp_path / "out")
    options.output.mkdir()
    opener, _ = fake_opener()
    with (
        FileLock(options.output / ".lock"),
        pytest.raises(LockedError, match=r"another evaluation is writing to .*out; name another"),
    ):
        run(options, tell=quietly, opener=opener)


def test_an_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", "utf-8")
    with pytest.raises(DatasetError, match=r"can't make the folder .*out \(File exists\)"):
        run(Options(write_squad(tmp_path), tmp_path / "out"), tell=quietly)


def test_a_given_passage_is_read_instead_of_searching(tmp_path: Path) -> None:
    opener, opened = fake_opener()
    options = Options(write_squad(tmp_path), tmp_path / "out", given_passage=True)
    metrics = run(options, tell=quietly, opener=opener)
    assert "retrieval" not in metrics
    assert opened[0].depths == []


def test_only_squad_gives_passages(tmp_path: Path) -> None:
    set_path = write_beir(tmp_path / "set")
    options = Options(set_path, tmp_path / "out", given_passage=True)
    with pytest.raises(DatasetError, match="no passage with each question, its format is 'beir'"):
        run(options, tell=quietly)
    assert not (tmp_path / "out").exists()


def test_kind_and_limit_choose_the_questions(tmp_path: Path) -> None:
    opener, opened = fake_opener()
    options = Options(write_squad(tmp_path), tmp_path / "out", kind="answerable", limit=1, seed=3)
    run(options, tell=quietly, opener=opener)
    assert len(opened[0].asked) == 1
    assert opened[0].asked[0] in {"when", "died"}


def test_refused_questions_and_documents_are_warnings(tmp_path: Path) -> None:
    told: list[str] = []
    complaint = "document Engine was refused: too long"
    opener, _ = fake_opener(script={"when": refuse}, complaints=(complaint,))
    metrics = run(Options(write_squad(tmp_path), tmp_path / "out"), tell=told.append, opener=opener)
    assert told == [
        f"warning: {complaint}",
        "warning: 1 questions were refused; the first: "
        "refused: the question is too long; shorten it",
    ]
    assert metrics["dataset"]["warnings"] == {complaint: 1}


def test_follow_ups_are_asked_with_their_history(tmp_path: Path) -> None:
    history = [{"role": "user", "content": "Tell me of tea"}]
    dataset = write_folder(tmp_path / "set", folder_question(history=history))
    answer = answer_object("", citations=[], hits=[hit_object("sub/other.md", 0, 40)])
    opener, _ = fake_opener(script={"tea": lambda: answer})
    metrics = run(Options(dataset, tmp_path / "out"), tell=quietly, opener=opener)
    assert metrics["dataset"]["format"] == "folder"
    assert metrics["retrieval"]["hit_rate@1"]["value"] == 1
