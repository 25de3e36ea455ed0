"""The endpoint with which programs say what was thought of an answer."""

from __future__ import annotations

from typing import Any

from interface.endpoints import register
from interface.keeping.judgements import Judgements, read_answer, read_opinion

PROGRAM = "program"


class FeedbackEndpoint:
    """Keeps what programs pass on of their users' opinions."""

    def __init__(self, judgements: Judgements) -> None:
        self._judgements = judgements

    def feedback(
        self,
        answer: dict[str, Any],
        verdict: str,
        reasons: list[str] | None = None,
        right_answer: str | None = None,
    ) -> dict[str, Any]:
        """Keep what somebody thinks of an answer, for the person who runs the server.

        Args:
            answer: The answer object that /ask returned.
            verdict: "up" where the answer is right, else "down".
            reasons: Why it is down, some of "wrong answer", "wrong citation", "should have
                declined", "should have answered" and "other"; null for none.
            right_answer: What the answer should have been; null where nobody knows.

        Returns:
            The id under which it is kept: id.
        """
        opinion = read_opinion(verdict, reasons, right_answer)
        return {"id": self._judgements.judge_answer(PROGRAM, read_answer(answer), opinion)}


def publish_feedback(endpoint: FeedbackEndpoint) -> None:
    """Register the endpoint with the Gradio page that is being built."""
    register(endpoint.feedback, group="feedback", at_once=1)
