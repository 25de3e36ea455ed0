"""The reader while it learns: an encoder with two heads, on torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from index.bert import best_precision
from index.errors import ModelError
from index.packaged_model import packaged_folder
from training.examples import Example

NOWHERE = -1e4  # of a token that can't be part of an answer


class ReaderModel(nn.Module):
    """Span and answerability over an encoder's states (Devlin et al., 2018, section 4.3).

    The word vectors stay as they are: so that the reader's file needn't hold them, and words that
    no training question has keep their place among the others.
    """

    places: Tensor  # the encoder's number of each of the embedder's word pieces

    def __init__(self, folder: Path) -> None:
        """Start with the encoder in a model folder, in bf16 where the processor has it.

        Raises:
            ModelError: The folder holds no encoder, or one of other word pieces than the embedder.
        """
        from transformers import AutoModel

        super().__init__()
        self.register_buffer("places", torch.tensor(find_places(folder)), persistent=False)
        bf16 = best_precision() == "bf16"
        kind = torch.bfloat16 if bf16 else torch.float32
        try:
            self.encoder = AutoModel.from_pretrained(
                folder,
                add_pooling_layer=False,
                # The gradient of "eager" is twice as fast in bf16 on processors; in f32 a training
                # step with "sdpa", which is taken where an encoder has it, is 1.2 times as fast.
                attn_implementation="eager" if bf16 else None,
                dtype=kind,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
            )
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(
                f"no encoder can be read in {str(folder)!r} ({error}); give a complete model folder"
            ) from error
        self.encoder.embeddings.requires_grad_(False)
        width = self.encoder.config.hidden_size
        self.span = nn.Linear(width, 2, dtype=kind)
        self.answerable = nn.Linear(width, 1, dtype=kind)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits of start and end, (rows, tokens, 2), and of an answer, (rows,).

        Tokens are the embedder's, whatever the encoder.
        """
        states = self.encoder(self.places[ids], attention_mask=mask).last_hidden_state
        return self.span(states), self.answerable(states[:, 0]).squeeze(-1)


def tensors(batch: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return ids, mask, which tokens may be start or end, and which are; all (rows, tokens).

    The last has two values a token. The first token stands for "there is no answer".
    """
    shape = len(batch), max(len(example.ids) for example in batch)
    ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    allowed, gold = np.zeros(shape, np.bool_), np.zeros((*shape, 2), np.bool_)
    for row, example in enumerate(batch):
        length = len(example.ids)
        ids[row, :length] = example.ids
        mask[row, :length] = 1
        allowed[row, example.first : length - 1] = True
        allowed[row, 0] = True
        for side in (0, 1):
            gold[row, [span[side] for span in example.spans] or [0], side] = True
    return _tensor(ids), _tensor(mask), _tensor(allowed), _tensor(gold)


def loss_of(
    model: ReaderModel,
    batch: Sequence[Example],
    *,
    teachers: Sequence[ReaderModel] = (),
    share: float = 0.0,
) -> Tensor:
    """Return the mean loss: of the span, of which each place counts, and of answerability.

    Args:
        model: What learns.
        batch: The examples.
        teachers: Readers whose mean logits tell what to say, too (Hinton et al., "Distilling the
            knowledge in a neural network", 2015).
        share: Of the loss, what is asked of them; the rest is asked of the examples' answers.
    """
    ids, mask, allowed, gold = tensors(batch)
    answered = torch.tensor([float(bool(example.spans)) for example in batch])
    spans, answerable = _read(model, ids, mask, allowed)
    right = spans.masked_fill(~gold, NOWHERE).logsumexp(1)
    binary = nn.functional.binary_cross_entropy_with_logits
    loss: Tensor = (spans.logsumexp(1) - right).mean() + binary(answerable, answered)
    if not teachers:
        return loss
    with torch.no_grad():
        said = [_read(teacher, ids, mask, allowed) for teacher in teachers]
        told, likely = (torch.stack(each).mean(0) for each in zip(*said, strict=True))
    places = nn.functional.cross_entropy(spans, told.softmax(1))
    return torch.lerp(loss, places + binary(answerable, likely.sigmoid()), share)


def _read(model: ReaderModel, ids: Tensor, mask: Tensor, allowed: Tensor) -> tuple[Tensor, Tensor]:
    spans, answerable = model(ids, mask)
    return spans.float().masked_fill(~allowed.unsqueeze(-1), NOWHERE), answerable.float()


def find_places(folder: Path) -> list[int]:
    """Return the number that a model has for each of the embedder's word pieces.

    They are found by their spelling, and those that stand for a start, an end, a gap by their role.

    Raises:
        ModelError: The folder holds no tokenizer, or one of other word pieces.
    """
    from transformers import AutoTokenizer

    try:
        ours, theirs = (AutoTokenizer.from_pretrained(each) for each in (packaged_folder(), folder))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"no tokenizer can be read in {str(folder)!r} ({error}); give a complete model folder"
        ) from error
    special = theirs.special_tokens_map
    names = {piece: special.get(role, piece) for role, piece in ours.special_tokens_map.items()}
    pieces = ours.convert_ids_to_tokens(list(range(len(ours))))
    wanted = [names.get(piece, piece) for piece in pieces]
    known = theirs.get_vocab()
    missing = [piece for piece in wanted if piece not in known]
    if missing:
        raise ModelError(
            f"the model in {str(folder)!r} lacks {len(missing):,} of the embedder's word pieces, "
            f"such as {missing[0]!r}; give one with BERT's lower-case English ones"
        )
    return [known[piece] for piece in wanted]


def _tensor(array: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(array)
