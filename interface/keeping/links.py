"""Links to single answers, which whoever may see the page can open."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from index.errors import NotFoundError
from interface.keeping.store import Store, make_id, now


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """An answer as it was when its link was made: what the page shows, and when (UTC)."""

    made: str
    view: dict[str, Any]


class Links:
    """Makes links and follows them."""

    def __init__(self, store: Store) -> None:
        """Keep them in `store`."""
        self._store = store

    def make(self, owner: str, turn_id: str) -> str:
        """Return the id of the link to a turn, the same one each time.

        Raises:
            NotFoundError: The owner has no such turn.
        """
        with self._store.write() as connection:
            connection.execute(
                "INSERT INTO links (id, turn_id, conversation_id, made, view) "
                "SELECT ?, t.id, c.id, ?, t.view FROM turns t "
                "JOIN conversations c ON c.id = t.conversation_id "
                "WHERE t.id = ? AND c.owner = ? ON CONFLICT (turn_id) DO NOTHING",
                (make_id(), now(), turn_id, owner),
            )
            row = connection.execute(
                "SELECT l.id FROM links l JOIN conversations c ON c.id = l.conversation_id "
                "WHERE l.turn_id = ? AND c.owner = ?",
                (turn_id, owner),
            ).fetchone()
        if row is None:
            raise NotFoundError("this answer isn't kept, or no longer; ask the question again")
        return str(row[0])

    def follow(self, link_id: str) -> SharedAnswer:
        """Return the answer that a link leads to.

        Raises:
            NotFoundError: There is no such link, or its conversation was deleted.
        """
        with self._store.read() as connection:
            row = connection.execute(
                "SELECT made, view FROM links WHERE id = ?", (link_id,)
            ).fetchone()
        if row is None:
            raise NotFoundError("this link leads nowhere: its conversation may have been deleted")
        return SharedAnswer(row[0], json.loads(row[1]))
