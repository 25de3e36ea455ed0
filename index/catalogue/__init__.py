"""The catalogue: one SQLite database that is the truth about a data folder.

Everything else in the folder is derived from it. Adding or removing documents and moving on to the
next generation happen in one transaction, so that a reader's transaction sees all of it or nothing.
"""

from index.catalogue.database import REMEDY, Catalogue
from index.catalogue.reader import CatalogueReader
from index.catalogue.records import FileState, FoundChunk, Passage
from index.catalogue.writer import CatalogueWriter

__all__ = [
    "REMEDY",
    "Catalogue",
    "CatalogueReader",
    "CatalogueWriter",
    "FileState",
    "FoundChunk",
    "Passage",
]
