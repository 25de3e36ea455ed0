"""What people think of answers: a thumb, reasons, and the right answer if they know it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.errors import InvalidInputError, NotFoundError
from interface.arguments import read_optional_text, read_text
from interface.keeping.store import Store, make_id, now
from retrieval.receipts import read_receipt

if TYPE_CHECKING:
    import sqlite3

VERDICTS = ("up", "down")
REASONS = (
    "wrong answer",
    "wrong citation",
    "should have declined",
    "should have answered",
    "other",
)
LONGEST_RIGHT_ANSWER = 2_000
LARGEST_ANSWER = 200_000  # characters of the JSON that a program may send
HISTORY_TURNS = 10  # as many as a follow-up's question is understood by


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody thinks of an answer.

    Attributes:
        verdict: `up` or `down`.
        reasons: Why it is down, some of `REASONS`.
        right_answer: What the answer should have been, "" where nobody says.
    """

    verdict: str
    reasons: tuple[str, ...]
    right_answer: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """An opinion that was kept, with all that is needed to look into it.

    Attributes:
        id: Of the judgement.
        owner: Who gave it: `user:NAME`, `browser:HASH` or `program`.
        made: When, in UTC.
        opinion: What they think.
        history: The conversation before the question, as the endpoints take it.
        answer: The answer object.
    """

    id: str
    owner: str
    made: str
    opinion: Opinion
    history: tuple[dict[str, str], ...]
    answer: dict[str, Any]


class Judgements:
    """Keeps judgements; all of them are for the person who runs the server."""

    def __init__(self, store: Store) -> None:
        """Keep them in `store`."""
        self._store = store

    def judge(self, owner: str, turn_id: str, opinion: Opinion) -> str:
        """Keep what an owner thinks of one of their turns, in place of what they thought before.

        Returns:
            The judgement's id.

        Raises:
            NotFoundError: The owner has no such turn.
        """
        with self._store.write() as connection:
            history, answer = _read_turn(connection, owner, turn_id)
            return _put(connection, owner, turn_id, opinion, history=history, answer=answer)

    def judge_answer(self, owner: str, answer: Mapping[str, Any], opinion: Opinion) -> str:
        """Keep what is thought of an answer that isn't kept here; returns the judgement's id.

        Raises:
            InvalidInputError: It is too long.
        """
        kept = json.dumps(answer)
        if len(kept) > LARGEST_ANSWER:
            raise InvalidInputError(
                f"the answer object has {len(kept)} characters; {LARGEST_ANSWER} are the most"
            )
        with self._store.write() as connection:
            return _put(connection, owner, None, opinion, history="[]", answer=kept)

    def all(self) -> tuple[Judgement, ...]:
        """Return all judgements, the oldest first."""
        if not self._store.exists():
            return ()
        with self._store.read() as connection:
            rows = connection.execute(
                "SELECT id, owner, made, verdict, reasons, right_answer, history, answer "
                "FROM judgements ORDER BY made, id"
            ).fetchall()
        return tuple(
            Judgement(
                id=row[0],
                owner=row[1],
                made=row[2],
                opinion=Opinion(row[3], tuple(json.loads(row[4])), row[5]),
                history=tuple(json.loads(row[6])),
                answer=json.loads(row[7]),
            )
            for row in rows
        )


def read_opinion(verdict: object, reasons: object, right_answer: object) -> Opinion:
    """Return an opinion that a client sent; null stands for no reasons and no right answer.

    Raises:
        InvalidInputError: A part of it makes no sense.
    """
    if verdict not in VERDICTS:
        raise InvalidInputError(
            f"verdict must be one of {', '.join(VERDICTS)}, not {verdict!r:.60}"
        )
    given = [] if reasons is None else reasons
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise InvalidInputError(f"reasons must be a list of strings, not {given!r:.60}")
    for reason in given:
        if reason not in REASONS:
            raise InvalidInputError(f"the reason {reason!r:.60} is none of {', '.join(REASONS)}")
    right = read_optional_text(right_answer, name="right_answer") or ""
    if len(right) > LONGEST_RIGHT_ANSWER:
        raise InvalidInputError(
            f"right_answer has {len(right)} characters; {LONGEST_RIGHT_ANSWER} are the most"
        )
    return Opinion(str(verdict), tuple(dict.fromkeys(given)), right.strip())


def read_answer(value: object) -> dict[str, Any]:
    """Return an answer object that a client sent, with all that is made of it later.

    Raises:
        InvalidInputError: A part of it is missing or of another kind.
    """
    answer = read_receipt(value)
    found = answer.get("hits")
    if not isinstance(found, list) or not isinstance(answer["abstained"], bool):
        raise InvalidInputError("it is no answer object: hits must be a list, abstained a boolean")
    for name in ("question", "answer", "short_answer"):
        read_text(answer[name], name=name)
    for place in (*answer["citations"], *found):
        for name in ("document_id", "source"):
            read_text(place.get(name) if isinstance(place, Mapping) else None, name=name)
    for citation in answer["citations"]:
        read_text(citation["quote"], name="quote")
    if not answer["question"].strip():
        raise InvalidInputError("the answer's question is empty; send what /ask returned")
    return answer


def _read_turn(connection: sqlite3.Connection, owner: str, turn_id: str) -> tuple[str, str]:
    """Return the conversation before a turn and its answer object, both as JSON."""
    row = connection.execute(
        "SELECT t.key, t.conversation_id, t.answer FROM turns t "
        "JOIN conversations c ON c.id = t.conversation_id WHERE t.id = ? AND c.owner = ?",
        (turn_id, owner),
    ).fetchone()
    if row is None:
        raise NotFoundError("this answer isn't kept, or no longer; ask the question again")
    key, conversation_id, answer = row
    before = connection.execute(
        "SELECT answer FROM turns WHERE conversation_id = ? AND key < ? ORDER BY key DESC LIMIT ?",
        (conversation_id, key, HISTORY_TURNS),
    ).fetchall()
    history: list[dict[str, str]] = []
    for said in (json.loads(earlier) for (earlier,) in reversed(before)):
        history.append({"role": "user", "content": said["question"]})
        history.append({"role": "assistant", "content": said["answer"]})
    return json.dumps(history), str(answer)


def _put(
    connection: sqlite3.Connection,
    owner: str,
    turn_id: str | None,
    opinion: Opinion,
    *,
    history: str,
    answer: str,
) -> str:
    connection.execute("DELETE FROM judgements WHERE owner = ? AND turn_id = ?", (owner, turn_id))
    judgement_id = make_id()
    reasons = json.dumps(opinion.reasons)
    connection.execute(
        "INSERT INTO judgements (id, owner, turn_id, made, verdict, reasons, right_answer, "
        "history, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            judgement_id,
            owner,
            turn_id,
            now(),
            opinion.verdict,
            reasons,
            opinion.right_answer,
            history,
            answer,
        ),
    )
    return judgement_id
