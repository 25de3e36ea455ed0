"""Suggests what to ask next, while nobody is kept waiting by it."""

from __future__ import annotations

import logging
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from index.errors import FootnoteError, StoppedError
from interface.arguments import read_text
from interface.choosing import settle_scope
from interface.conversation import history_of, read_turns
from retrieval.followups import suggest_followups

if TYPE_CHECKING:
    from index.library import Library
    from interface.asking import Runs
    from retrieval.assistant import Assistant

logger = logging.getLogger(__name__)


class Suggester:
    """Tries follow-ups one at a time; a question that somebody asks comes first."""

    def __init__(self, library: Library, assistant: Assistant, runs: Runs) -> None:
        """Suggest what `assistant` can answer.

        Args:
            library: The documents.
            assistant: Tries what is suggested.
            runs: The questions that are being answered; while there are any, nothing is tried.
        """
        self._library = library
        self._assistant = assistant
        self._runs = runs
        self._suggesting = Lock()

    def suggest(self, conversation: object) -> list[str]:
        """Return what to ask after the last turn; nothing while questions are being answered."""
        if not self._suggesting.acquire(blocking=False):
            return []
        try:
            return list(self._suggest(conversation))
        except FootnoteError:
            return []  # suggestions are a courtesy
        except Exception:
            logger.exception("no follow-ups could be suggested")
            return []
        finally:
            self._suggesting.release()

    def _suggest(self, conversation: object) -> tuple[str, ...]:
        *before, last = read_turns(conversation) or [{}]
        scope = settle_scope(self._library, conversation)
        ask = partial(
            self._assistant.ask,
            collection=scope.collection,
            documents=scope.ids,
            observer=self._give_way,
        )
        question = read_text(last.get("question"), name="question")
        answer = ask(question, history=history_of(before))  # remembered since it was shown
        return suggest_followups(answer, ask, go_on=lambda: not self._runs.busy)

    def _give_way(self, _stage: str, _taken_ms: float | None) -> None:
        if self._runs.busy:
            raise StoppedError("somebody asks; suggestions can wait")
