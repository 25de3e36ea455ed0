"""Kept conversations: each belongs to one owner, and is nobody else's to read or change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.errors import InvalidInputError, NotFoundError
from interface.arguments import fold
from interface.keeping.store import Store, make_id, now
from retrieval.wire import answer_object

if TYPE_CHECKING:
    import sqlite3

    from retrieval.values import Answer

MOST_CONVERSATIONS = 1_000  # of one owner; the one that was used the longest ago makes room
MOST_TURNS = 200  # of one conversation; the next one begins another
LONGEST_TITLE = 120
LONGEST_QUERY = 200
LISTED = 100

TurnView = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Summary:
    """A line of the list of conversations: its id, title, last use (UTC) and number of turns."""

    id: str
    title: str
    used: str
    turns: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A kept conversation.

    Attributes:
        id: Can't be guessed.
        title: The first question, or what its owner calls it.
        begun: When, in UTC.
        turns: What the page showed, each with its `id` and how it was `judged` ("" if it wasn't).
        answers: The answer object of each turn.
    """

    id: str
    title: str
    begun: str
    turns: tuple[TurnView, ...]
    answers: tuple[dict[str, Any], ...]


class Conversations:
    """Keeps conversations, by owner."""

    def __init__(self, store: Store) -> None:
        """Keep them in `store`."""
        self._store = store

    def keep(
        self,
        owner: str,
        conversation_id: str | None,
        *,
        answer: Answer,
        view: Mapping[str, Any],
        replaced: Sequence[str] = (),
    ) -> tuple[str, TurnView]:
        """Keep an answer as the last turn of a conversation.

        Args:
            owner: Whose it is.
            conversation_id: The conversation; another one begins where the owner has no such
                conversation, or a full one.
            answer: The answer.
            view: What the page shows of it.
            replaced: Ids of turns of this conversation in whose place it was asked again.

        Returns:
            The conversation's id, and the view with the turn's `id`.
        """
        turn_id, time = make_id(), now()
        words = fold(f"{answer.question}\n{answer.text}")
        view = {**view, "id": turn_id, "judged": ""}
        kept = (turn_id, time, words, json.dumps(view), json.dumps(answer_object(answer)))
        with self._store.write() as connection:
            connection.executemany(
                "DELETE FROM turns WHERE id = ? AND conversation_id = "
                "(SELECT id FROM conversations WHERE id = ? AND owner = ?)",
                [(turn, conversation_id, owner) for turn in replaced],
            )
            known = _find_with_room(connection, owner, conversation_id)
            if known is None:
                known = _begin(connection, owner, title=answer.question, time=time)
            connection.execute(
                "INSERT INTO turns (conversation_id, id, asked, words, view, answer) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (known, *kept),
            )
            connection.execute("UPDATE conversations SET used = ? WHERE id = ?", (time, known))
        return known, view

    def summaries(self, owner: str, query: str = "") -> tuple[Summary, ...]:
        """Return an owner's conversations, the last used first.

        Args:
            owner: Whose.
            query: Words, all of which occur in the title or in the same turn.
        """
        words = fold(query[:LONGEST_QUERY]).split()
        in_title = " AND ".join(["instr(fold(c.title), ?)"] * len(words)) or "1"
        in_turn = " AND ".join(["instr(t.words, ?)"] * len(words)) or "1"
        with self._store.read() as connection:
            connection.create_function("fold", 1, fold, deterministic=True)
            rows = connection.execute(
                "SELECT c.id, c.title, c.used, "  # noqa: S608 - only question marks are put in
                "(SELECT count(*) FROM turns t WHERE t.conversation_id = c.id) "
                f"FROM conversations c WHERE c.owner = ? AND ({in_title} OR EXISTS "
                f"(SELECT 1 FROM turns t WHERE t.conversation_id = c.id AND {in_turn})) "
                "ORDER BY c.used DESC LIMIT ?",
                (owner, *words, *words, LISTED),
            ).fetchall()
        return tuple(Summary(*row) for row in rows)

    def open(self, owner: str, conversation_id: str) -> Conversation:
        """Return a conversation with all its turns.

        Raises:
            NotFoundError: The owner has no such conversation.
        """
        with self._store.read() as connection:
            title, begun = _require(connection, owner, conversation_id)
            rows = connection.execute(
                "SELECT t.view, t.answer, coalesce(j.verdict, '') FROM turns t "
                "LEFT JOIN judgements j ON j.turn_id = t.id AND j.owner = ? "
                "WHERE t.conversation_id = ? ORDER BY t.key",
                (owner, conversation_id),
            ).fetchall()
        turns = tuple({**json.loads(view), "judged": judged} for view, _, judged in rows)
        answers = tuple(json.loads(answer) for _, answer, _ in rows)
        return Conversation(conversation_id, title, begun, turns, answers)

    def answer(self, owner: str, turn_id: str) -> dict[str, Any]:
        """Return the answer object of one of the owner's turns.

        Raises:
            NotFoundError: The owner has no such turn.
        """
        with self._store.read() as connection:
            row = connection.execute(
                "SELECT t.answer FROM turns t JOIN conversations c ON c.id = t.conversation_id "
                "WHERE t.id = ? AND c.owner = ?",
                (turn_id, owner),
            ).fetchone()
        if row is None:
            raise NotFoundError("this answer isn't kept, or no longer; ask the question again")
        found: dict[str, Any] = json.loads(row[0])
        return found

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Call a conversation `title`.

        Raises:
            NotFoundError: The owner has no such conversation.
            InvalidInputError: The title is empty.
        """
        name = shorten(title)
        if not name:
            raise InvalidInputError("the title is empty; write one")
        with self._store.write() as connection:
            _require(connection, owner, conversation_id)
            connection.execute(
                "UPDATE conversations SET title = ? WHERE id = ?", (name, conversation_id)
            )

    def delete(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation with its turns and the links to its answers.

        Judgements stay: they were given to the person who runs the server.

        Raises:
            NotFoundError: The owner has no such conversation.
        """
        with self._store.write() as connection:
            _require(connection, owner, conversation_id)
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))


def shorten(title: str) -> str:
    """Return a title on one line, and not longer than titles may be."""
    line = " ".join(title.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"


def _require(connection: sqlite3.Connection, owner: str, conversation_id: str) -> Sequence[str]:
    row: Sequence[str] | None = connection.execute(
        "SELECT title, begun FROM conversations WHERE id = ? AND owner = ?",
        (conversation_id, owner),
    ).fetchone()
    if row is None:
        raise NotFoundError("there is no such conversation, or no longer; look at the list")
    return row


def _find_with_room(
    connection: sqlite3.Connection, owner: str, conversation_id: str | None
) -> str | None:
    row = connection.execute(
        "SELECT c.id FROM conversations c WHERE c.id = ? AND c.owner = ? AND "
        "(SELECT count(*) FROM turns t WHERE t.conversation_id = c.id) < ?",
        (conversation_id, owner, MOST_TURNS),
    ).fetchone()
    return None if row is None else str(row[0])


def _begin(connection: sqlite3.Connection, owner: str, *, title: str, time: str) -> str:
    connection.execute(
        "DELETE FROM conversations WHERE id IN (SELECT id FROM conversations WHERE owner = ? "
        "ORDER BY used DESC LIMIT -1 OFFSET ?)",
        (owner, MOST_CONVERSATIONS - 1),
    )
    conversation_id = make_id()
    connection.execute(
        "INSERT INTO conversations (id, owner, title, begun, used) VALUES (?, ?, ?, ?, ?)",
        (conversation_id, owner, shorten(title), time, time),
    )
    return conversation_id
