"""How large one file may be, packed and unpacked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep one hostile or mistaken file from taking the machine down.

    Attributes:
        max_file_bytes: Largest file that is read at all.
        max_text_characters: Longest text that one document may have, in code points.
        max_unpacked_bytes: Most that a packed format (DOCX) may unpack to.
        max_pages: Most pages that a document may have.
        max_scanned_pages: Most pages whose text is recognised, which takes seconds each.
    """

    max_file_bytes: int = 100_000_000
    max_text_characters: int = 10_000_000
    max_unpacked_bytes: int = 500_000_000
    max_pages: int = 20_000
    max_scanned_pages: int = 500
