"""Changes a catalogue, within one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from index.catalogue.reader import CatalogueReader
from index.catalogue.records import FileState, Passage
from index.embedding import Vectors
from index.values import Chunk, Document


class CatalogueWriter(CatalogueReader):
    """Reads and writes a catalogue within one transaction."""

    def remember(self, **settings: str) -> None:
        """Remember a value under each name."""
        self.connection.executemany("REPLACE INTO settings VALUES (?, ?)", settings.items())

    def put_in_force(self, number: int, fingerprint: str) -> None:
        """Let a generation of the search index be the one that belongs to these documents."""
        self.remember(generation=str(number), fingerprint=fingerprint)

    def put_document(
        self,
        document: Document,
        state: FileState,
        passages: Sequence[Passage],
        *,
        markup: str,
        language: str,
    ) -> range:
        """Insert a document that isn't there, and return the keys of its chunks."""
        self.connection.execute(
            f"INSERT INTO documents VALUES ({','.join('?' * 15)})",  # noqa: S608
            (
                document.id,
                document.collection,
                document.source,
                document.title,
                document.date,
                document.text,
                json.dumps([list(asdict(page).values()) for page in document.pages]),
                document.content_hash,
                document.modified,
                markup,
                language,
                len(document.text),
                state.path,
                state.device,
                state.stamp,
            ),
        )
        return self.put_chunks(passages)

    def put_chunks(self, passages: Sequence[Passage]) -> range:
        """Insert a document's chunks, and return their keys, which were never used before."""
        row = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'")
        first = 1 + (0 if row is None else int(row[0]))
        self.connection.executemany(
            f"INSERT INTO chunks VALUES ({','.join('?' * 11)})",  # noqa: S608
            (
                (first + place, *_chunk_row(p.chunk), json.dumps(p.faint), p.vector)
                for place, p in enumerate(passages)
            ),
        )
        return range(first, first + len(passages))

    def delete_chunks(self) -> None:
        """Delete the chunks of all documents, to be put anew."""
        self.connection.execute("DELETE FROM chunks")

    def refresh_state(self, state: FileState) -> None:
        """Note that a file was touched without a change of its content."""
        self.connection.execute(
            "UPDATE documents SET device = ?, stamp = ? WHERE id = ?",
            (state.device, state.stamp, state.document_id),
        )

    def delete_documents(self, ids: Sequence[str]) -> tuple[list[int], list[str]]:
        """Delete documents with their chunks; return the chunks' keys and their vectors' hashes.

        The vectors stay, as what is put next may share them: see `drop_vectors`.
        """
        rows: list[tuple[int, str]] = []
        for document_id in ids:
            rows += self.connection.execute(
                "SELECT key, vector FROM chunks WHERE document_id = ?", (document_id,)
            )
            self.connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
        return [key for key, _ in rows], [vector for _, vector in rows]

    def drop_vectors(self, hashes: Sequence[str]) -> None:
        """Delete those of these vectors that no chunk refers to."""
        self.connection.executemany(
            "DELETE FROM vectors WHERE hash = ?1 "
            "AND NOT EXISTS (SELECT 1 FROM chunks WHERE vector = ?1)",
            ((key,) for key in hashes),
        )

    def put_vectors(self, vectors: Mapping[str, Vectors]) -> None:
        """Store vectors by the hash of what was embedded."""
        self.connection.executemany(
            "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
            ((key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()),
        )

    def drop_odd_vectors(self, dimension: int) -> None:
        """Delete the vectors whose length, in float32 numbers, isn't `dimension`."""
        self.connection.execute("DELETE FROM vectors WHERE length(vector) <> ?", (4 * dimension,))

    def drop_unused_vectors(self) -> None:
        """Delete the vectors that no chunk refers to."""
        self.connection.execute("DELETE FROM vectors WHERE hash NOT IN (SELECT vector FROM chunks)")

    def start_job(self, kind: str, started: str) -> int:
        """Note that a job begins, closing those that a crash left open, and return its id."""
        self.connection.execute(
            "UPDATE jobs SET finished = ?, outcome = 'interrupted' WHERE finished IS NULL",
            (started,),
        )
        cursor = self.connection.execute(
            "INSERT INTO jobs (kind, started, outcome) VALUES (?, ?, 'running')", (kind, started)
        )
        return int(cursor.lastrowid or 0)

    def finish_job(self, job_id: int, finished: str, outcome: str) -> None:
        """Note how and when a job ended."""
        self.connection.execute(
            "UPDATE jobs SET finished = ?, outcome = ? WHERE id = ?", (finished, outcome, job_id)
        )


def _chunk_row(chunk: Chunk) -> tuple[object, ...]:
    return (
        chunk.id,
        chunk.document_id,
        chunk.ordinal,
        chunk.start,
        chunk.end,
        chunk.text,
        chunk.heading,
        chunk.page,
    )
