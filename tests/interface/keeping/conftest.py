"""A store in a folder of its own, and answers to keep in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from interface.conversation import finished_turn
from interface.keeping.kept import Kept, open_kept
from tests.interface.fakes import FakeAssistant

KeepAnswer = Callable[..., tuple[str, str]]
ANNA, BEN = "user:anna", "user:ben"


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return open_kept(tmp_path)


@pytest.fixture
def keep_answer(kept: Kept, assistant: FakeAssistant) -> KeepAnswer:
    """Ask and keep the answer; gives the ids of the conversation and of the turn."""

    def keep(question: str, owner: str = ANNA, conversation: str | None = None) -> tuple[str, str]:
        answer = assistant.ask(question)
        known, view = kept.conversations.keep(
            owner, conversation, answer=answer, view=finished_turn(answer)
        )
        return known, view["id"]

    return keep
