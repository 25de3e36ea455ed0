"""All that is kept in one data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from interface.keeping.conversations import Conversations
from interface.keeping.judgements import Judgements
from interface.keeping.links import Links
from interface.keeping.store import Store


@dataclass(frozen=True, slots=True)
class Kept:
    """The conversations, the links to answers and the judgements of one data folder."""

    conversations: Conversations
    links: Links
    judgements: Judgements


def open_kept(data_dir: Path) -> Kept:
    """Return what is kept in `data_dir`; the file is made when something is kept."""
    store = Store(data_dir)
    return Kept(Conversations(store), Links(store), Judgements(store))
