"""Plain text: every character of it, and the title and date that it states."""

from __future__ import annotations

from index.loaders.dates import stated_day
from index.loaders.encoding import decode, with_plain_newlines
from index.loaders.limits import Limits
from index.loaders.refusal import too_long
from index.loaders.titles import heading_of_text
from index.values import Extract

# No encoding spends more than four bytes on a character.
_MAX_BYTES_A_CHARACTER = 4


def extract(data: bytes, *, limits: Limits) -> Extract:
    """Return the text as it is, with LF line ends and without a byte order mark.

    Raises:
        RefusedFileError: The bytes aren't text, or are more than one document may have.
    """
    text = plain_text(data, limits=limits)
    return Extract(text, heading_of_text(text), stated_day(text), (), "text")


def plain_text(data: bytes, *, limits: Limits) -> str:
    """Return the decoded text with LF line ends; raises RefusedFileError as `extract` does."""
    least_characters = len(data) // _MAX_BYTES_A_CHARACTER
    if least_characters > limits.max_text_characters:
        raise too_long(least_characters, limits)
    return with_plain_newlines(decode(data))
