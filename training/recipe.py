"""What a stage of the reader's training is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a stage learns from, and how.

    Attributes:
        answered: Questions with the passage that answers them.
        declined: Questions that were written to have no answer, with their passage.
        mined: Questions with a near passage that doesn't answer them.
        far: Questions with the nearest of a few passages, mostly of other articles.
        swapped: Questions that were changed so that their passage doesn't answer them.
        claims: Yes-or-no questions made of claims.
        written: Questions of the project's own, a quarter with a near passage that doesn't answer.
        batch: Examples that are learnt from at once.
        rate: Highest learning rate.
        soft: Of the loss, the share that is asked of teachers instead of the answers in the data.
        seed: Of all draws.
    """

    answered: int = 60_000
    declined: int = 20_000
    mined: int = 28_000
    far: int = 0
    swapped: int = 0
    claims: int = 0
    written: int = 8_000
    batch: int = 32
    rate: float = 1.5e-4
    soft: float = 0.0
    seed: int = 0
