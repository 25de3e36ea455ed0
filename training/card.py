"""The reader's model card: what it learnt from, how good it is, and what it can't do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NAMES = {
    "answerable_answered": "answerable questions answered",
    "right_of_those": "of those, the span is right",
    "unanswerable_declined": "other questions declined",
    "auc_answerable": "ROC AUC, answerable or not",
    "auc_right": "ROC AUC, right or not",
}
_CARD = """# The span reader

A cross-encoder over a question and a passage, made of the embedder's encoder (all-MiniLM-L6-v2,
Apache 2.0) with two heads: where an answer starts and ends, and whether the passage answers at all.
`python -m training reader` made the weights (SHA-256 `{sha256}`) in stages,
`python -m training calibrate` the calibration and this card. A later stage begins with the weights
before and is written as a mean with them, `share` of it its own. What the weights' file tells, each
teacher by its encoder and the start of its weights' SHA-256:

{stages}

The teacher `all-mpnet-base-v2 5d69a20dd136` is that encoder (Apache 2.0, SHA-256
`78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658`) after one stage with
`--answered 7500 --declined 3200 --mined 2300 --far 300 --swapped 300 --claims 300 --written 9000
--batch 16 --rate 4e-05 --seed 21`; what it says of each example was written down once, spans as
16-bit floats. A teacher `all-MiniLM-L6-v2` is the reader before.

## Data

| data | licence | used for |
| --- | --- | --- |
| SQuAD 1.1, training part without 24 articles | CC BY-SA 4.0 | answers |
| SQuAD 2.0's unanswerable questions, as published by UnAnsQ | CC BY-SA 4.0 | declining |
| Natural Questions, through QED; Wikipedia's paragraphs | CC BY-SA 3.0 | answers |
| claims of SICK | CC BY-NC-SA 3.0 | yes-or-no answers |
| claims of SciFact | CC BY-NC 2.0 | yes-or-no answers |
| claims of RTE and Climate-FEVER | none named | yes-or-no answers |
| `training/written.json`, questions about invented texts | this project's | answers, declining |

30 of SQuAD's articles, 600 of the typed questions and the 104 pairs of texts of
`training/held_out.json` are held out for the calibration, the threshold and the choice of the mean.
Stages that the file doesn't name had learnt from
the typed ones before they were set apart, and from four about articles of SQuAD's validation set.
Questions are read in lower case and without punctuation, because unanswerable ones were spelled
differently in the data. Near passages that don't hold the answer, found by the embedder, stand for
what a search gets wrong.

## Figures

{questions} questions, searched in what was held out; {strangers} of them are about other texts.
The threshold was chosen on the same questions, so that the first and the third figure are a little
flattered; the README has those of articles that took no part in anything.

| figure | value | 95 % interval |
| --- | --- | --- |
{rows}

An answer is given from a confidence of {threshold:.3f}.

## Limits

English alone. Answers are stretches of at most {longest} tokens that stand in one passage: nothing
is counted, compared or concluded. It has learnt from encyclopedia articles and from invented
letters, rules, minutes, manuals, notes, tables and the like.
"""


def write_card(
    folder: Path,
    fields: Mapping[str, Any],
    *,
    stages: Sequence[Mapping[str, Any]],
    longest: int,
    strangers: int,
) -> None:
    """Write `README.md` beside the weights.

    Args:
        folder: Holds the weights.
        fields: What `calibration.json` holds.
        stages: The recipe of each.
        longest: Tokens of the longest span.
        strangers: How many questions about something else there were.
    """
    figures: Mapping[str, Sequence[float]] = fields["held_out"]
    rows = "\n".join(
        f"| {label} | {figures[name][0]:.3f} | {figures[name][1]:.3f} to {figures[name][2]:.3f} |"
        for name, label in NAMES.items()
    )
    text = _CARD.format(
        sha256=fields["sha256"],
        stages="\n".join(map(_line, stages)),
        questions=f"{fields['questions']:,}",
        strangers=strangers,
        rows=rows,
        threshold=fields["threshold"],
        longest=longest,
    )
    (folder / "README.md").write_text(text, "utf-8")


def _line(stage: Mapping[str, Any]) -> str:
    values = [
        (name, each)
        for name, value in stage.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    return f"- `{' '.join(f'--{name} {each}' for name, each in values)}`"
