"""Every error that Footnote knows, in one tree.

A message says what happened, with which value, and what to do about it, in one line, because the
commands print it as it is::

    FootnoteError
    ├── SettingsError        a flag, variable or line of the settings file makes no sense
    ├── RefusedFileError     one file can't be indexed; the rest of its batch goes on
    ├── NotFoundError        a source, id, file or collection that isn't there
    ├── InvalidInputError    a question, file name or argument outside its bounds
    ├── LockedError          something else is writing to the same data folder
    ├── CatalogueError       the data folder doesn't hold what it should
    │   └── MismatchError    it was written with another embedder or other chunking
    ├── ModelError           a packaged model or table is missing or not the one expected
    │   └── UnsupportedModelError  a model, or a processor, that the fast encoder can't run
    ├── CitationError        a quote that isn't a verbatim slice of its document
    ├── StoppedError         work that its user stopped
    ├── DatasetError         a question set that doesn't follow its format
    └── ServerError          a server that is evaluated can't be reached or answers amiss
"""


class FootnoteError(Exception):
    """Base of all errors that are reported to the user in one line."""


class SettingsError(FootnoteError):
    """A flag, environment variable or line of the settings file makes no sense."""


class RefusedFileError(FootnoteError):
    """One file can't be indexed; the message is the reason that users are shown."""


class NotFoundError(FootnoteError):
    """A source, id, file or collection that was named isn't there."""


class InvalidInputError(FootnoteError):
    """A question, file name or argument lies outside its bounds."""


class LockedError(FootnoteError):
    """Another process is writing to the same data folder."""


class CatalogueError(FootnoteError):
    """The data folder doesn't hold what it should."""


class MismatchError(CatalogueError):
    """The data folder was written with another embedder or other chunking settings."""


class ModelError(FootnoteError):
    """A packaged model or table is missing, damaged or not the one expected."""


class UnsupportedModelError(ModelError):
    """A model, or a processor, that the fast encoder can't run; sentence-transformers may."""


class CitationError(FootnoteError):
    """A quote isn't a verbatim slice of its document."""


class StoppedError(FootnoteError):
    """A user stopped the work; what was done before is kept."""


class DatasetError(FootnoteError):
    """A question set doesn't follow its format."""


class ServerError(FootnoteError):
    """A server that is evaluated can't be reached, or doesn't answer as it should."""
