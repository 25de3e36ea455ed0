"""The embedder's own tokenizer, as its model folder holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelError


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text.

    Attributes:
        ids: What they are.
        spans: Where each stands in the text, as (start, end) in code points.
    """

    ids: list[int]
    spans: list[tuple[int, int]]


class ModelTokenizer:
    """Splits texts into the tokens that a model reads. Any number of threads may use it."""

    def __init__(self, definition: str) -> None:
        """Make a tokenizer of what a `tokenizer.json` holds.

        Raises:
            ModelError: It can't be read.
        """
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_str(definition)
        except Exception as error:  # tokenizers raises plain Exception
            raise ModelError(
                "the tokenizer of the embedding model can't be read; give a complete model folder"
            ) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @classmethod
    def from_folder(cls, folder: Path) -> ModelTokenizer:
        """Read `tokenizer.json` in a model folder.

        Raises:
            ModelError: It isn't there or can't be read.
        """
        try:
            definition = (folder / "tokenizer.json").read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(
                f"no readable tokenizer.json in {str(folder)!r}; give a complete model folder"
            ) from error
        return cls(definition)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text's tokens, special tokens left out."""
        batch = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in batch]

    def locate(self, texts: Sequence[str]) -> list[Tokens]:
        """Return each text's tokens and their places, special tokens left out."""
        batch = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [Tokens(encoding.ids, encoding.offsets) for encoding in batch]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, special tokens not counted."""
        return [len(ids) for ids in self.encode(texts)]

    def special(self, token: str) -> int | None:
        """Return the id of a special token such as `[CLS]`, or None where there is none."""
        found = self._tokenizer.token_to_id(token)
        return None if found is None else int(found)
