from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluation.compare import bootstrap_p, compare, comparison_table, mcnemar_p
from evaluation.options import Options
from evaluation.run import run
from index.errors import DatasetError
from tests.evaluation.fakes import answer_object, fake_opener, qa, squad, write_squad

DECLINED = answer_object(
    "", answer="No.", short_answer="", abstained=True, confidence=0.2, citations=[]
)


def run_over(tmp_path: Path, name: str, wrong: set[int], count: int = 30) -> Path:
    """Run a set of `count` answerable questions of which those in `wrong` are declined."""
    content = squad()
    content["data"][0]["paragraphs"][0]["qas"] = [
        qa(f"q{number:02}", f"When was number {number}?", ("1843", 31)) for number in range(count)
    ]
    content["data"][0]["paragraphs"].pop()
    script = {f"q{number:02}": lambda: DECLINED for number in wrong}
    opener, _ = fake_opener(script=script)
    output = tmp_path / name
    (tmp_path / f"{name}-set").mkdir()
    run(
        Options(write_squad(tmp_path / f"{name}-set", content), output),
        tell=lambda _: None,
        opener=opener,
    )
    return output


def test_a_run_equals_itself(tmp_path: Path) -> None:
    output = run_over(tmp_path, "a", {1, 2})
    comparison = compare(output, output)
    assert comparison["fell"] == []
    assert comparison["right_to_wrong"] == comparison["wrong_to_right"] == []
    exact = comparison["figures"]["answers.exact_match"]
    assert (exact["difference"], exact["low"], exact["high"], exact["p"]) == (0, 0, 0, 1)
    assert comparison["figures"]["answers.f1"]["p"] == 1


def test_changes_are_listed_in_both_directions(tmp_path: Path) -> None:
    before = run_over(tmp_path, "before", {0, 1})
    after = run_over(tmp_path, "after", {1, 2, 3})
    comparison = compare(before, after)
    assert [each["id"] for each in comparison["right_to_wrong"]] == ["q02", "q03"]
    assert comparison["wrong_to_right"] == [{"id": "q00", "question": "When was number 0?"}]
    exact = comparison["figures"]["answers.exact_match"]
    assert exact["before"] == 28 / 30
    assert exact["difference"] == pytest.approx(-1 / 30)
    assert exact["low"] < exact["difference"] < exact["high"]
    assert exact["test"] == "McNemar, exact"


def test_a_drop_beyond_the_tolerance_is_a_fall(tmp_path: Path) -> None:
    before = run_over(tmp_path, "before", set())
    after = run_over(tmp_path, "after", {1, 2, 3})
    assert "answers.f1" in compare(before, after, tolerance=0.09)["fell"]
    assert "answers.f1" not in compare(before, after, tolerance=0.1)["fell"]
    assert "answers.f1" not in compare(after, before, tolerance=0.0)["fell"]


def test_an_error_that_grows_has_fallen_and_latency_never_counts(tmp_path: Path) -> None:
    before = run_over(tmp_path, "before", set())
    after = run_over(tmp_path, "after", {1, 2, 3})
    fell = compare(after, before, tolerance=0.0)["fell"]
    assert not any(path.startswith("latency.") for path in fell)
    assert compare(before, after, tolerance=0.0)["figures"]["latency.p50"]["difference"] is not None


def test_only_shared_questions_are_compared(tmp_path: Path) -> None:
    before = run_over(tmp_path, "before", set(), count=8)
    after = run_over(tmp_path, "after", {1}, count=5)
    comparison = compare(before, after)
    assert (comparison["questions"], comparison["only_before"], comparison["only_after"]) == (
        5,
        3,
        0,
    )
    assert f"3 questions are in {before} alone" in comparison_table(comparison)


def test_runs_that_share_no_question_are_refused(tmp_path: Path) -> None:
    opener, _ = fake_opener()
    other = tmp_path / "other"
    run(Options(write_squad(tmp_path), other), tell=lambda _: None, opener=opener)
    with pytest.raises(DatasetError, match="share no question; compare runs of one set"):
        compare(run_over(tmp_path, "a", set()), other)


def test_other_questions_under_the_same_ids_are_not_compared(tmp_path: Path) -> None:
    runs = [run_over(tmp_path, name, set(), count=8) for name in ("a", "b", "c")]
    for output, count in ((runs[1], 1), (runs[2], -1)):
        path = output / "predictions.jsonl"
        text = path.read_text("utf-8")
        path.write_text(text.replace("When was", "Where was", count), "utf-8")
    assert compare(runs[0], runs[1])["questions"] == 7
    with pytest.raises(DatasetError, match="share no question"):
        compare(runs[0], runs[2])


def test_an_incomplete_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"there is no .*scores\.jsonl"):
        compare(tmp_path, tmp_path)


def test_figures_that_are_undefined_are_left_out_of_the_table(tmp_path: Path) -> None:
    output = run_over(tmp_path, "a", set())
    comparison = compare(output, output)
    assert comparison["figures"]["abstention.roc_auc"]["difference"] is None
    assert "roc_auc" not in comparison_table(comparison)


def test_the_table_marks_what_fell_and_names_the_questions(tmp_path: Path) -> None:
    before = run_over(tmp_path, "before", set(), count=40)
    after = run_over(tmp_path, "after", set(range(30)), count=40)
    table = comparison_table(compare(before, after))
    (line,) = [line for line in table.splitlines() if line.startswith("answers.exact_match")]
    assert line.split()[1:4] == ["1.0000", "0.2500", "-0.7500"]
    assert line.endswith("fell")
    assert "right to wrong: 30\n  q00  When was number 0?" in table
    assert "and 10 more" in table


def column(*values: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)


def test_mcnemars_test_is_the_exact_binomial_of_the_questions_that_changed() -> None:
    # One gained, five lost: twice the chance of at most one head in six tosses, 2 * 7/64.
    a, b = column(0, 1, 1, 1, 1, 1, 1, 0), column(1, 0, 0, 0, 0, 0, 1, 0)
    assert mcnemar_p(a, b) == pytest.approx(2 * 7 / 64)
    assert mcnemar_p(a, a) == 1
    assert mcnemar_p(column(np.nan, 1), column(np.nan, 0)) == 1


def test_the_bootstrap_p_is_the_share_of_draws_beyond_zero_on_both_sides() -> None:
    draws = column(*[1.0] * 989, *[-1.0] * 10)
    assert bootstrap_p(draws) == pytest.approx(2 * 11 / 1000)
    assert bootstrap_p(-draws) == bootstrap_p(draws)
    assert bootstrap_p(column(0, 0, 0)) == 1
