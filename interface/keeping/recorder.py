"""Keeps answers as they are given; one that can't be kept is still given."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from index.errors import FootnoteError
from interface.keeping.conversations import Conversations, TurnView

if TYPE_CHECKING:
    from retrieval.values import Answer

logger = logging.getLogger(__name__)


def conversation_id_of(value: object) -> str | None:
    """Return the id of the conversation that a page sends back, or None where it isn't kept."""
    found = value.get("id") if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else None


def keep_turn(
    conversations: Conversations | None,
    owner: str | None,
    conversation: object,
    *,
    answer: Answer,
    view: Mapping[str, Any],
    replaced: Sequence[str] = (),
) -> tuple[str | None, TurnView]:
    """Keep an answer in the conversation that the page shows.

    Only the answer is kept, which the server made; of what the page sent just ids are used.

    Args:
        conversations: Keeps it.
        owner: Whose it is.
        conversation: What the page sent.
        answer: The answer.
        view: What the page shows of it.
        replaced: Ids of the turns in whose place it was asked again.

    Returns:
        The conversation's id, and the view with the turn's `id`; None for both where nothing was
        kept, because nobody can be told to own it or the disk is full.
    """
    known = conversation_id_of(conversation)
    if conversations is not None and owner is not None:
        try:
            return conversations.keep(owner, known, answer=answer, view=view, replaced=replaced)
        except FootnoteError:
            logger.exception("an answer could not be kept")
    return known, {**view, "id": None, "judged": ""}
