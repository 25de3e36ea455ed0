from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from index.errors import ModelError
from index.packaged_model import packaged_folder
from index.progress import silent
from index.tokenizer import ModelTokenizer
from index.values import checksum
from retrieval.pairs import Pairing
from tests.fakes import FakeEmbedder
from tests.training.squad import make_life, make_strange, write_squad
from tests.training.test_claims import write_pairs
from training.examples import Example, make_examples, read_corpus
from training.questions import HELD_OUT_ARTICLES, HELD_OUT_TYPED, load_articles
from training.reader import (
    CLAIMS,
    Run,
    batches,
    draw_written,
    load_corpora,
    train_reader,
)
from training.reader_model import ReaderModel, find_places, loss_of, tensors
from training.reader_weights import export, read_stages, restore
from training.recipe import Recipe

RECIPE = Recipe(
    answered=12, declined=4, mined=4, far=4, swapped=2, claims=3, written=6, batch=4, rate=1e-3
)


def make_rows() -> list[Example]:
    corpus = read_corpus([make_life(number) for number in range(6)])
    pairing = Pairing(ModelTokenizer.from_folder(packaged_folder()))
    return make_examples(corpus.asked, corpus.passages, pairing)


def weights(model: ReaderModel) -> dict[str, Any]:
    return {name: part.detach().float().numpy() for name, part in model.named_parameters()}


def learn(folder: Path, stop: int | None = None) -> ReaderModel:
    """Run a stage, or go on with it, until so many batches are done."""
    import torch

    torch.manual_seed(0)
    model = ReaderModel(packaged_folder())
    folder.mkdir(exist_ok=True)
    run = Run(model, batches(make_rows(), 4), RECIPE, folder)
    for done, _ in run.steps():
        if done == stop:
            run.keep()
            break
    return model


def test_batches_hold_everything_once_and_rows_of_like_length() -> None:
    rows = [Example([0] * (1 + number % 7), 1, ()) for number in range(50)]
    made = batches(rows, 8)
    assert sorted(len(row.ids) for batch in made for row in batch) == sorted(
        len(row.ids) for row in rows
    )
    assert all(len(batch) <= 8 for batch in made)
    assert max(len(batch[-1].ids) - len(batch[0].ids) for batch in made) <= 2


@pytest.mark.model
def test_tensors_name_the_tokens_that_may_and_do_answer() -> None:
    ids, mask, allowed, gold = tensors(
        [Example([1, 7, 2, 5, 6, 2], 3, ((3, 4),)), Example([1, 2, 5, 2], 2, ())]
    )
    assert ids.tolist()[1] == [1, 2, 5, 2, 0, 0]
    assert mask.tolist()[1] == [1, 1, 1, 1, 0, 0]
    assert allowed.int().tolist() == [[1, 0, 0, 1, 1, 0], [1, 0, 1, 0, 0, 0]]
    assert gold[0].nonzero().tolist() == [[3, 0], [4, 1]]
    assert gold[1].nonzero().tolist() == [[0, 0], [0, 1]]  # the first token: no answer


@pytest.mark.model
def test_an_interrupted_stage_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole = weights(learn(tmp_path / "whole"))
    learn(tmp_path / "halves", stop=3)
    halves = weights(learn(tmp_path / "halves"))
    before = weights(ReaderModel(packaged_folder()))
    name = "encoder.encoder.layer.5.output.dense.weight"
    assert (whole[name] != before[name]).any()
    for name, value in whole.items():
        assert (value == halves[name]).all(), name
    frozen = [name for name in whole if name.startswith("encoder.embeddings.")]
    assert frozen
    assert all((whole[name] == before[name]).all() for name in frozen)


@pytest.mark.model
def test_a_stage_may_be_one_batch(tmp_path: Path) -> None:
    run = Run(ReaderModel(packaged_folder()), [make_rows()[:4]], RECIPE, tmp_path)
    assert [done for done, _ in run.steps()] == [1]


@pytest.mark.model
def test_a_checkpoint_of_another_stage_is_not_taken_for_this_one(tmp_path: Path) -> None:
    learn(tmp_path)
    other = replace(RECIPE, rate=2 * RECIPE.rate)
    with pytest.raises(ModelError, match="of a stage with another recipe"):
        Run(ReaderModel(packaged_folder()), batches(make_rows(), 4), other, tmp_path)


def test_exported_weights_are_restored(tmp_path: Path) -> None:
    model = learn(tmp_path / "stage", stop=2)
    path = export(model, tmp_path / "out", RECIPE)
    other = ReaderModel(packaged_folder())
    restore(other, path)
    for name, value in weights(model).items():
        # The file's 16-bit floats have 11 bits, and lose the tiniest values.
        assert np.allclose(weights(other)[name], value, rtol=2**-11, atol=1e-6), name


@pytest.mark.model
def test_a_later_stage_is_written_as_the_mean_with_its_start(tmp_path: Path) -> None:
    torch.manual_seed(0)
    start = export(ReaderModel(packaged_folder()), tmp_path / "start", RECIPE)
    model = learn(tmp_path / "stage", stop=4)
    alone, mean = (
        load_file(export(model, tmp_path / name, RECIPE, start=start, share=share))
        for name, share in (("alone", 1.0), ("mean", 0.25))
    )
    before = load_file(start)
    assert any((alone[name] != before[name]).any() for name in alone)
    for name, value in mean.items():
        expected = 0.75 * before[name].astype("f4") + 0.25 * alone[name].astype("f4")
        np.testing.assert_allclose(value, expected, rtol=2**-10, atol=1e-6)
    recipe = asdict(RECIPE)
    assert read_stages(tmp_path / "mean" / start.name) == [recipe, {**recipe, "share": 0.25}]
    taught = [("models/large", start)]
    first = export(model, tmp_path / "taught", RECIPE, teachers=taught)
    assert read_stages(first) == [{**recipe, "teacher": [f"large {checksum(start)[:12]}"]}]


@pytest.mark.model
@pytest.mark.parametrize("content", [None, b"", b"nothing of the kind"])
def test_a_file_without_a_reader_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"holds no reader .*; give the one that an earlier stage"):
        restore(ReaderModel(packaged_folder()), path)


@pytest.mark.model
def test_a_model_of_another_kind_is_refused() -> None:
    path = packaged_folder() / "model.safetensors"
    with pytest.raises(ModelError, match="holds no reader"):
        restore(ReaderModel(packaged_folder()), path)


def make_encoder(folder: Path, pieces: Iterable[str]) -> Path:
    """Write a small encoder of another kind than the embedder's, with these word pieces."""
    from transformers import MPNetConfig, MPNetModel, MPNetTokenizer

    special = ["<s>", "<pad>", "</s>", "<mask>"]
    known = {piece: place for place, piece in enumerate(dict.fromkeys([*special, *pieces]))}
    config = MPNetConfig(
        vocab_size=len(known),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    MPNetModel(config).save_pretrained(folder)
    MPNetTokenizer(vocab=known).save_pretrained(folder)
    return folder


@pytest.fixture
def pieces() -> list[str]:
    vocabulary = json.loads((packaged_folder() / "tokenizer.json").read_text("utf-8"))
    return sorted(vocabulary["model"]["vocab"], key=vocabulary["model"]["vocab"].__getitem__)


@pytest.mark.model
def test_another_encoder_is_given_its_own_numbers_of_the_word_pieces(
    tmp_path: Path, pieces: list[str]
) -> None:
    backwards = pieces[::-1]
    places = find_places(make_encoder(tmp_path, backwards))
    start = 4  # pieces that the encoder has and the embedder hasn't
    for name, place in (("[CLS]", 0), ("[PAD]", 1), ("[SEP]", 2), ("[MASK]", 3)):
        assert places[pieces.index(name)] == place
    for name in ("the", "##ing", "[UNK]"):
        assert places[pieces.index(name)] == start + backwards.index(name)
    assert find_places(packaged_folder()) == list(range(len(pieces)))


@pytest.mark.model
def test_an_encoder_of_other_word_pieces_is_refused(tmp_path: Path, pieces: list[str]) -> None:
    folder = make_encoder(tmp_path, [piece for piece in pieces if piece not in {"the", "of"}])
    with pytest.raises(ModelError, match="lacks 2 of the embedder's word pieces, such as 'the'"):
        ReaderModel(folder)
    with pytest.raises(ModelError, match=r"no tokenizer can be read in .*nothing"):
        ReaderModel(tmp_path / "nothing")
    whole = make_encoder(tmp_path / "whole", pieces)
    (whole / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"no encoder can be read in .*whole"):
        ReaderModel(whole)


@pytest.mark.model
def test_a_share_of_the_loss_is_asked_of_the_mean_of_the_teachers() -> None:
    torch.manual_seed(0)
    learner, one, other = (ReaderModel(packaged_folder()).float().eval() for _ in range(3))
    rows = make_rows()[:4]

    def loss(share: float, *teachers: ReaderModel) -> float:
        return float(loss_of(learner, rows, teachers=teachers, share=share).detach())

    plain = loss(0.0)
    assert loss(0.0, one) == pytest.approx(plain)
    assert loss(0.5, one) == pytest.approx((plain + loss(1.0, one)) / 2)
    # Nobody is nearer to what a reader says than itself, and the mean of two is neither of them.
    assert loss(1.0, learner) < min(loss(1.0, one), loss(1.0, other))
    middle = ReaderModel(packaged_folder()).float().eval()
    with torch.no_grad():
        for head, first, second in zip(
            (middle.span, middle.answerable),
            (one.span, one.answerable),
            (other.span, other.answerable),
            strict=True,
        ):
            head.weight.copy_((first.weight + second.weight) / 2)
            head.bias.copy_((first.bias + second.bias) / 2)
    assert loss(1.0, one, other) == pytest.approx(loss(1.0, middle), rel=1e-5)
    assert loss(1.0, one, other) != pytest.approx(loss(1.0, one), rel=1e-5)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lives = [make_life(number) for number in range(HELD_OUT_ARTICLES + 8)]
    strange = [make_strange(number) for number in range(HELD_OUT_TYPED + 4)]
    write_squad(tmp_path / "data/reading/squad/train.json", lives)
    typed = write_squad(tmp_path / "data/reading/natural-questions/train.json", strange)
    measured = [{"title": load_articles(typed)[-1]["title"].upper(), "paragraphs": []}]
    write_squad(tmp_path / "data/reading/squad/validation.json", measured)
    (tmp_path / "data/claims").mkdir()
    write_pairs(tmp_path / "data" / CLAIMS)
    return tmp_path / "data"


def test_what_is_held_out_is_not_learnt(data: Path) -> None:
    learnt, held_out = load_corpora(data)
    assert len(held_out.passages) == 2 * HELD_OUT_ARTICLES
    assert len(learnt.passages) == 2 * 8 + 4 - 1
    assert set(learnt.passages).isdisjoint(held_out.passages)


def test_a_quarter_of_our_own_questions_get_a_passage_that_does_not_answer() -> None:
    written = read_corpus([make_life(number) for number in range(8)])
    drawn = draw_written(written, FakeEmbedder(), replace(RECIPE, written=16))
    own, near = drawn[:12], drawn[12:]
    assert set(own) <= set(written.asked)
    assert len(near) == 4
    assert {each.answer for each in near} == {""}
    assert set(near).isdisjoint(written.asked)


@pytest.mark.model
def test_a_stage_logs_its_losses_and_can_be_started_from_another(
    data: Path, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(stage: str, done: int, total: int) -> None:
        told.append((stage, done, total))

    first = train_reader(data, tmp_path / "1", RECIPE, progress=tell)
    assert told[-1] == ("examples", 34, 34)
    log = (tmp_path / "1/log.jsonl").read_text("utf-8").splitlines()
    keys = {key for line in log for key in json.loads(line)}
    assert keys == {"seconds", "step", "loss", "held_out"}
    path = export(first, tmp_path / "out", RECIPE)
    still = replace(RECIPE, rate=0.0, seed=1)
    second = train_reader(data, tmp_path / "2", still, start=path, progress=tell)
    for name, tensor in load_file(export(second, tmp_path / "again", RECIPE)).items():
        np.testing.assert_array_equal(tensor, load_file(path)[name])


@pytest.mark.model
def test_a_stage_learns_what_a_teacher_of_another_encoder_says(
    data: Path, tmp_path: Path, pieces: list[str]
) -> None:
    encoder = str(make_encoder(tmp_path / "encoder", pieces))
    teacher = train_reader(data, tmp_path / "teacher", RECIPE, encoder=encoder, progress=silent)
    taught = (encoder, export(teacher, tmp_path / "taught", RECIPE))
    soft = replace(RECIPE, soft=0.5)
    alone = train_reader(data, tmp_path / "alone", RECIPE, progress=silent)
    both = train_reader(data, tmp_path / "both", soft, teachers=[taught], progress=silent)
    name = "encoder.encoder.layer.5.output.dense.weight"
    assert (weights(alone)[name] != weights(both)[name]).any()
    with pytest.raises(ModelError, match="of a stage with another recipe"):
        train_reader(data, tmp_path / "both", RECIPE, progress=silent)
    with pytest.raises(ModelError, match="of a stage with another recipe"):
        train_reader(data, tmp_path / "alone", RECIPE, encoder=encoder, progress=silent)
    for recipe, teachers in ((soft, []), (RECIPE, [taught])):
        with pytest.raises(ModelError, match="give --teacher and --soft together"):
            train_reader(data, tmp_path / "none", recipe, teachers=teachers, progress=silent)
