"""Turns whatever goes wrong inside a file into a reason that its owner understands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from index.errors import FootnoteError, RefusedFileError
from index.loaders.limits import Limits


@contextmanager
def refusing(reason: str) -> Iterator[None]:
    """Refuse the file for `reason` when anything inside the block fails.

    A damaged or hostile file makes a parser raise almost anything (KeyError, RecursionError,
    AssertionError ...), and the rest of its batch has to go on, so this catches every Exception but
    that memory ran out, which isn't the file's damage.

    Args:
        reason: The message of the error that is raised instead.

    Raises:
        RefusedFileError: Whenever the block raises; errors of Footnote's own pass unchanged.
    """
    try:
        yield
    except (FootnoteError, MemoryError):
        raise
    except Exception as error:
        raise RefusedFileError(reason) from error


def too_long(characters: int, limits: Limits) -> RefusedFileError:
    """Return the refusal of a text of (at least) `characters` code points."""
    return RefusedFileError(
        f"its text is too long: {characters:,} characters or more, where one document may have "
        f"{limits.max_text_characters:,}; split it into several files"
    )
