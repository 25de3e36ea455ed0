"""The reader while it learns: the embedder's encoder with two heads, on torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from index.bert import best_precision
from training.examples import Example

NOWHERE = -1e4  # of a token that can't be part of an answer


class ReaderModel(nn.Module):
    """Span and answerability over BERT's states (Devlin et al., 2018, section 4.3).

    The word vectors stay as they are: so that the reader's file needn't hold them, and words that
    no training question has keep their place among the others.
    """

    def __init__(self, folder: Path) -> None:
        """Start with the encoder in a model folder, in bf16 where the processor has it."""
        from transformers import BertModel

        super().__init__()
        bf16 = best_precision() == "bf16"
        kind = torch.bfloat16 if bf16 else torch.float32
        self.encoder = BertModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            # The gradient of "eager" is twice as fast in bf16 on processors; in f32 a training step
            # with "sdpa" is 1.2 times as fast.
            attn_implementation="eager" if bf16 else "sdpa",
            dtype=kind,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.encoder.embeddings.requires_grad_(False)
        width = self.encoder.config.hidden_size
        self.span = nn.Linear(width, 2, dtype=kind)
        self.answerable = nn.Linear(width, 1, dtype=kind)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits of start and end, (rows, tokens, 2), and of an answer, (rows,)."""
        states = self.encoder(ids, attention_mask=mask).last_hidden_state
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


def loss_of(model: ReaderModel, batch: Sequence[Example]) -> Tensor:
    """Return the mean loss: of the span, of which each place counts, and of answerability."""
    ids, mask, allowed, gold = tensors(batch)
    answered = torch.tensor([float(bool(example.spans)) for example in batch])
    spans, answerable = model(ids, mask)
    logits = spans.float().masked_fill(~allowed.unsqueeze(-1), NOWHERE)
    right = logits.masked_fill(~gold, NOWHERE).logsumexp(1)
    places = (logits.logsumexp(1) - right).mean()
    whether = nn.functional.binary_cross_entropy_with_logits(answerable.float(), answered)
    loss: Tensor = places + whether
    return loss


def _tensor(array: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(array)
