"""What can be done with an answer: judge it, link to it, take its receipt along."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import gradio as gr

from index.errors import FootnoteError, InvalidInputError
from interface.arguments import read_text
from interface.events import read_event
from interface.handouts import Handout, Targets, hand_out_file, hand_out_news
from interface.history import UNKNOWN_VISITOR
from interface.keeping.judgements import read_opinion
from interface.keeping.kept import Kept
from interface.strings import UNEXPECTED
from interface.visitors import owner_of

logger = logging.getLogger(__name__)


class AnswerActions:
    """The callbacks of the buttons under an answer; the script sends the turn's id as `turn`."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def receipt(self, browser: object, event: gr.EventData, request: gr.Request) -> Handout:
        """Hand out the answer object, which `python -m retrieval replay` takes."""

        def act(owner: str, turn_id: str) -> Handout:
            answer = self._kept.conversations.answer(owner, turn_id)
            text = json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
            return hand_out_file(f"receipt-{turn_id[:8]}.json", "application/json", text)

        return _act(browser, event, request, act)

    def share(self, browser: object, event: gr.EventData, request: gr.Request) -> Handout:
        """Hand out the id of a link to the answer as it is now."""

        def act(owner: str, turn_id: str) -> Handout:
            return hand_out_news(turn_id, link=self._kept.links.make(owner, turn_id))

        return _act(browser, event, request, act)

    def judge(self, browser: object, event: gr.EventData, request: gr.Request) -> Handout:
        """Keep what the visitor thinks of the answer."""

        def act(owner: str, turn_id: str) -> Handout:
            opinion = read_opinion(
                read_event(event, "verdict"),
                read_event(event, "reasons"),
                read_event(event, "right_answer"),
            )
            self._kept.judgements.judge(owner, turn_id, opinion)
            return hand_out_news(turn_id, verdict=opinion.verdict)

        return _act(browser, event, request, act)


def connect_actions(actions: AnswerActions, targets: Targets) -> None:
    """Connect the events of the conversation's buttons to their callbacks."""
    options: dict[str, Any] = {
        "inputs": targets.browser,
        "outputs": targets.handouts,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    targets.conversation.receipt(actions.receipt, **options)
    targets.conversation.link_answer(actions.share, **options)
    targets.conversation.judge(actions.judge, **options)


def _act(
    browser: object,
    event: gr.EventData,
    request: gr.Request,
    act: Callable[[str, str], Handout],
) -> Handout:
    turn = read_event(event, "turn")
    named = turn if isinstance(turn, str) else None  # nothing else of a client comes back
    try:
        owner = owner_of(browser, request)
        if owner is None:
            raise InvalidInputError(UNKNOWN_VISITOR)
        return act(owner, read_text(turn, name="turn"))
    except FootnoteError as error:
        return hand_out_news(named, error=str(error))
    except Exception:
        logger.exception("an answer's receipt, link or judgement failed")
        return hand_out_news(named, error=UNEXPECTED)
