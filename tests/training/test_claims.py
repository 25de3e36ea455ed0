from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.errors import DatasetError
from training.claims import ask, read_claims

PAIRS = [
    ("A boat is crossing the lake.", "Something is crossing water", "supports"),
    ("Nobody rows on the lake", "A man is rowing", "contradicts"),
    ("Two ducks swim", "Some ducks are black", "neutral"),
    ("Two ducks swim", "Ducks swim", "supports"),
    (" ".join(["word"] * 40), "A word is long", "supports"),
]


def write_pairs(path: Path) -> Path:
    lines = [
        json.dumps({"source": "s", "premise": premise, "claim": claim, "label": label})
        for premise, claim, label in PAIRS
    ]
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.mark.parametrize(
    ("claim", "question"),
    [
        ("A man is playing guitar.", "Is a man playing guitar?"),
        ("The Baltic herring has been caught", "Has the Baltic herring been caught?"),
        ("Glaciers melt", None),
        ("The man who is old was there", None),
        ("Was it", None),
        ("A b c d e f g h i is late", None),
        ("", None),
    ],
)
def test_a_claim_is_asked_with_its_auxiliary_first(claim: str, question: str | None) -> None:
    assert ask(claim) == question


def test_the_premise_answers_where_it_decides(tmp_path: Path) -> None:
    corpus = read_claims(write_pairs(tmp_path / "pairs.jsonl"), seed=3)
    assert [(each.question, each.answer) for each in corpus.asked] == [
        ("Is something crossing water?", "A boat is crossing the lake"),
        ("Is a man rowing?", "Nobody rows on the lake"),
        ("Are some ducks black?", ""),
    ]
    assert all(each.answer in corpus.passages[each.passage] for each in corpus.asked)
    assert "Two ducks swim." in corpus.passages[corpus.asked[2].passage]
    assert read_claims(tmp_path / "pairs.jsonl", seed=3) == corpus
    assert read_claims(tmp_path / "pairs.jsonl", seed=4) != corpus


@pytest.mark.parametrize("line", ["[]", "{}", "no JSON"])
def test_a_line_of_another_form_is_named(line: str, tmp_path: Path) -> None:
    path = write_pairs(tmp_path / "pairs.jsonl")
    path.write_text(f"{path.read_text('utf-8')}\n{line}\n", "utf-8")
    with pytest.raises(DatasetError, match=r"line 6 of .* isn't a pair of premise and claim"):
        read_claims(path, seed=0)


def test_claims_that_are_missing_are_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="can't be read"):
        read_claims(tmp_path / "pairs.jsonl", seed=0)
