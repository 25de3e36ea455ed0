"""Trains the reader: passages in, weights out, in stages that an interruption doesn't undo."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from index.embedders import choose_embedder
from index.embedding import Embedder
from index.errors import ModelError
from index.packaged_model import NAME, model_name, packaged_folder
from index.progress import Progress
from index.tokenizer import ModelTokenizer
from index.values import checksum, digest
from retrieval.pairs import Pairing
from training.claims import read_claims
from training.examples import Asked, Corpus, Example, join_corpora, make_examples, read_corpus
from training.negatives import draw, mine
from training.questions import HELD_OUT_ARTICLES, HELD_OUT_TYPED, WRITTEN, load_articles
from training.reader_model import ReaderModel, loss_of
from training.reader_weights import load_reader
from training.recipe import Recipe
from training.swaps import swap

CLAIMS = "claims/pairs.jsonl"
FAR_GROUP = 250  # questions whose passages are compared with one another's
SORTED_BATCHES = 50  # examples of so many batches are sorted by length, so that little is padded
WARM_UP = 0.06  # share of the steps
CHECKPOINT_SECONDS = 300
LOG_STEPS = 200
CHECK_STEPS = 600
CHECKED = 800  # held-out questions
SMOOTHING = 0.01  # share of a step's loss in the one that is logged


def load_corpora(data: Path) -> tuple[Corpus, Corpus]:
    """Return the public questions to learn from and those held out: SQuAD's first articles.

    What was typed about an article of SQuAD's validation set isn't learnt from.
    """
    articles = load_articles(data / "reading/squad/train.json")
    typed = load_articles(data / "reading/natural-questions/train.json")[HELD_OUT_TYPED:]
    measured = {_title(each) for each in load_articles(data / "reading/squad/validation.json")}
    typed = [each for each in typed if _title(each) not in measured]
    learnt = join_corpora([read_corpus(articles[HELD_OUT_ARTICLES:]), read_corpus(typed)])
    return learnt, read_corpus(articles[:HELD_OUT_ARTICLES])


def _title(article: dict[str, Any]) -> str:
    return str(article["title"]).replace("_", " ").casefold()


def select(corpus: Corpus, claims: Corpus, written: Corpus, recipe: Recipe) -> Corpus:
    """Return the stage's questions, each with a passage, in the order of the draw."""
    embedder = choose_embedder(NAME)
    answered = [each for each in corpus.asked if each.answer]
    declined = [each for each in corpus.asked if not each.answer]
    near = draw(answered, recipe.mined, recipe.seed)
    far = draw(answered, recipe.far, recipe.seed + 1)
    groups = [far[start : start + FAR_GROUP] for start in range(0, len(far), FAR_GROUP)]
    chosen = [
        *draw(answered, recipe.answered, recipe.seed),
        *draw(declined, recipe.declined, recipe.seed),
        *mine(corpus, near, embedder, seed=recipe.seed),
        *(each for group in groups for each in mine(corpus, group, embedder, seed=recipe.seed)),
        *draw(swap(corpus, seed=recipe.seed), recipe.swapped, recipe.seed),
    ]
    stage = join_corpora(
        [
            Corpus(corpus.passages, chosen),
            Corpus(claims.passages, draw(claims.asked, recipe.claims, recipe.seed)),
            Corpus(written.passages, draw_written(written, embedder, recipe)),
        ]
    )
    random.Random(recipe.seed).shuffle(stage.asked)  # noqa: S311
    return stage


def draw_written(written: Corpus, embedder: Embedder, recipe: Recipe) -> list[Asked]:
    """Return questions of the project's own, part of them with a near passage."""
    near = draw([each for each in written.asked if each.answer], recipe.written // 4, recipe.seed)
    asked = draw(written.asked, recipe.written - len(near), recipe.seed)
    return [*asked, *mine(written, near, embedder, seed=recipe.seed)]


def batches(examples: Sequence[Example], size: int) -> list[list[Example]]:
    """Return the examples in batches of `size` that are about the same length."""
    made: list[list[Example]] = []
    for start in range(0, len(examples), size * SORTED_BATCHES):
        part = sorted(examples[start : start + size * SORTED_BATCHES], key=lambda e: len(e.ids))
        group = [part[place : place + size] for place in range(0, len(part), size)]
        random.Random(start).shuffle(group)  # noqa: S311
        made += group
    return made


def load_batches(data: Path, recipe: Recipe) -> tuple[list[list[Example]], list[list[Example]]]:
    """Return what a stage learns from, and what its loss is checked on: held-out questions."""
    learnt, held_out = load_corpora(data)
    pairing = Pairing(ModelTokenizer.from_folder(packaged_folder()))
    claims = read_claims(data / CLAIMS, seed=recipe.seed) if recipe.claims else Corpus([], [])
    written = read_corpus(load_articles(WRITTEN))
    stage = select(learnt, claims, written, recipe)
    examples = make_examples(stage.asked, stage.passages, pairing)
    drawn = draw(held_out.asked, CHECKED, recipe.seed)
    checks = make_examples(drawn, held_out.passages, pairing)
    return batches(examples, recipe.batch), batches(checks, recipe.batch)


def train_reader(
    data: Path,
    work_dir: Path,
    recipe: Recipe,
    *,
    encoder: str = NAME,
    start: Path | None = None,
    teachers: Sequence[tuple[str, Path]] = (),
    progress: Progress,
) -> ReaderModel:
    """Run one stage, from its last checkpoint where there is one.

    Args:
        data: Folder with `reading/squad/train.json` and `reading/natural-questions/train.json`.
        work_dir: Where checkpoints and the log go.
        recipe: What to learn from.
        encoder: Model to begin with: the embedder's, or a folder with one of the same word pieces.
        start: Weights of an earlier stage with that encoder, or None to begin with it alone.
        teachers: Encoder and weights of each reader whose answers are learnt, too.
        progress: Told the examples that were seen.

    Raises:
        ModelError: A folder holds no such encoder, a file no reader of it, the checkpoint is of
            another stage, or there are teachers, but no share for them, or the reverse.
    """
    if bool(teachers) != bool(recipe.soft):
        raise ModelError(
            f"{len(teachers)} teachers have the share {recipe.soft} of the loss; give --teacher "
            "and --soft together"
        )
    torch.manual_seed(recipe.seed)
    work_dir.mkdir(parents=True, exist_ok=True)
    made, checks = load_batches(data, recipe)
    total = sum(map(len, made))
    model = load_reader(encoder, start)
    run = Run(
        model,
        made,
        recipe,
        work_dir,
        teachers=[load_reader(*each).eval() for each in teachers],
        origins=[
            model_name(encoder),
            *map(checksum, [*([start] if start else []), *(weights for _, weights in teachers)]),
        ],
    )
    for done, loss in run.steps():
        progress("examples", min(done * recipe.batch, total), total)
        if done % LOG_STEPS == 0 or done == len(run.batches):
            run.log(step=done, loss=loss)
        if done % CHECK_STEPS == 0 or done == len(run.batches):
            run.log(step=done, held_out=validate(model, checks))
    return model


class Run:
    """A stage's state: the model, the optimiser and how far they are."""

    def __init__(
        self,
        model: ReaderModel,
        made: list[list[Example]],
        recipe: Recipe,
        work_dir: Path,
        *,
        teachers: Sequence[ReaderModel] = (),
        origins: Sequence[str] = (),
    ) -> None:
        """Go on from `work_dir`'s checkpoint, or begin.

        Args:
            model: What learns.
            made: Its batches.
            recipe: The stage's.
            work_dir: Where checkpoints and the log go.
            teachers: Readers whose answers are learnt, too.
            origins: What the stage begins with and learns from, by name or checksum.

        Raises:
            ModelError: The checkpoint is of another stage.
        """
        self.batches, self._model, self._dir = made, model, work_dir
        self._loss = partial(loss_of, teachers=teachers, share=recipe.soft)
        self._stage = digest(repr(recipe), *origins, str(len(made)))
        self._learning = [part for part in model.parameters() if part.requires_grad]
        # The model computes in bf16, which would swallow small steps: they are taken on copies.
        self._exact = [part.detach().float() for part in self._learning]
        self._optimiser = torch.optim.AdamW(
            self._exact, lr=recipe.rate, weight_decay=0.01, fused=True
        )
        warm_up = max(1, int(WARM_UP * len(made)))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimiser,
            lambda step: min(
                (step + 1) / warm_up, (len(made) - step) / max(1, len(made) - warm_up)
            ),
        )
        self._average: float | None = None
        self._done = self._resume()

    def steps(self) -> Iterator[tuple[int, float]]:
        """Learn from each batch that is left; yield the number of those done and the loss."""
        kept = time.monotonic()
        while self._done < len(self.batches):
            self._model.train()
            loss = self._loss(self._model, self.batches[self._done])
            loss.backward()  # type: ignore[no-untyped-call]
            self._step()
            self._done += 1
            now = float(loss.detach())
            before = now if self._average is None else self._average
            self._average = before + SMOOTHING * (now - before)
            if time.monotonic() - kept > CHECKPOINT_SECONDS or self._done == len(self.batches):
                self.keep()
                kept = time.monotonic()
            yield self._done, self._average

    def _step(self) -> None:
        for exact, part in zip(self._exact, self._learning, strict=True):
            exact.grad = None if part.grad is None else part.grad.float()
            part.grad = None
        nn.utils.clip_grad_norm_(self._exact, 1.0)
        self._optimiser.step()
        self._schedule.step()
        with torch.no_grad():
            for exact, part in zip(self._exact, self._learning, strict=True):
                part.copy_(exact)

    def log(self, **fields: Any) -> None:
        """Add a line to the log."""
        with (self._dir / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"seconds": round(time.time()), **fields}) + "\n")

    def keep(self) -> None:
        """Write the checkpoint."""
        state = {
            "exact": self._exact,
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
            "average": self._average,
            "done": self._done,
            "stage": self._stage,
        }
        partial = self._dir / "checkpoint.part"
        torch.save(state, partial)
        partial.replace(self._dir / "checkpoint.pt")

    def _resume(self) -> int:
        path = self._dir / "checkpoint.pt"
        if not path.is_file():
            return 0
        state = torch.load(path, weights_only=True)
        if state.get("stage") != self._stage:
            raise ModelError(
                f"{str(path)!r} is of a stage with another recipe, start or data; give another "
                "--work-dir, or delete it"
            )
        with torch.no_grad():
            for exact, part, kept in zip(self._exact, self._learning, state["exact"], strict=True):
                exact.copy_(kept)
                part.copy_(kept)
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        self._average = state["average"]
        return int(state["done"])


def validate(model: ReaderModel, made: Sequence[Sequence[Example]]) -> float:
    """Return the mean loss."""
    model.eval()
    with torch.no_grad():
        losses = [float(loss_of(model, batch)) * len(batch) for batch in made]
    return sum(losses) / sum(map(len, made))
