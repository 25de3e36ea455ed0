"""The settings: flags, then `FOOTNOTE_*` variables, then `footnote.toml`, then defaults."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import SettingsError

PREFIX = "FOOTNOTE_"
FILE = Path("footnote.toml")


class Settings(BaseModel):
    """All settings with their defaults; a value that makes no sense is refused.

    Attributes:
        data_dir: Folder that holds the catalogue, the search index and uploaded originals.
        source: Folders and files that `app.py` indexes before it serves.
        host: Address that the server listens on.
        port: Port that it listens on.
        auth_file: File with a line `name:password` for each user, or None for no sign-in.
        embedder: `all-MiniLM-L6-v2`, or the folder of another sentence-transformers model.
        chunk_tokens: Budget of a chunk in cl100k_base tokens.
        commit_chunks: After so many new chunks the work done is committed, the first time; a long
            job's further commits are up to four times as large.
        max_file_bytes: Larger files are refused.
        max_text_characters: Files with more text than this are refused.
        max_question_characters: Longer questions are refused.
        passages: How many passages are read for an answer.
        reader: `span` for the encoder that points at answers, `similarity` for the plain one.
        downloads: Whether the page lets people download the files that documents were made of.
        lock_timeout_s: How long to wait for another process that is writing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Path(".footnote")
    source: tuple[Path, ...] = ()
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    auth_file: Path | None = None
    embedder: str = "all-MiniLM-L6-v2"
    chunk_tokens: int = Field(default=256, ge=32, le=2048)
    commit_chunks: int = Field(default=1024, ge=1)
    max_file_bytes: int = Field(default=100_000_000, ge=1)
    max_text_characters: int = Field(default=10_000_000, ge=1)
    max_question_characters: int = Field(default=4_000, ge=1)
    passages: int = Field(default=8, ge=1, le=100)
    reader: Literal["span", "similarity"] = "span"
    downloads: bool = True
    lock_timeout_s: float = Field(default=10.0, ge=0)


def load_settings(
    flags: Mapping[str, object] | None = None,
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings from all places, the first that names one deciding.

    Args:
        flags: Values from the command line; None stands for a flag that wasn't given.
        config: The settings file; without it `footnote.toml` here, if there is one.
        environment: Environment variables; without it the process's own.

    Raises:
        SettingsError: A file can't be read, a name is unknown or a value makes no sense.
    """
    given = {key: value for key, value in (flags or {}).items() if value is not None}
    values: dict[str, Any] = {**_read_file(config), **_read_environment(environment), **given}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = ", ".join(Settings.model_fields)
            raise SettingsError(f"unknown setting {name!r}; there are: {known}") from error
        raise SettingsError(
            f"setting {name!r} can't be {first['input']!r}: {first['msg']}; correct the flag, "
            f"the variable {PREFIX}{name.upper()} or the line in {FILE.name}"
        ) from error


def _read_file(config: Path | None) -> dict[str, Any]:
    path = config or FILE
    if config is None and not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"the settings file {str(path)!r} can't be read ({error}); correct it or leave it out"
        ) from error


def _read_environment(environment: Mapping[str, str] | None) -> dict[str, Any]:
    variables = os.environ if environment is None else environment
    values: dict[str, Any] = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(PREFIX)
    }
    if "source" in values:
        values["source"] = tuple(part for part in values["source"].split(os.pathsep) if part)
    return values
