from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from index.errors import InvalidInputError, NotFoundError
from index.settings import Settings
from interface import originals
from interface.originals import download_source, may_download
from tests.interface.viewer_documents import TEXT, FiledLibrary

if TYPE_CHECKING:
    from index.library import Library
    from index.values import Document


@pytest.fixture
def filed(tmp_path: Path) -> FiledLibrary:
    return FiledLibrary(tmp_path)


def document_of(filed: FiledLibrary, source: str) -> Document:
    return next(held for held in filed.held.values() if held.source == source)


def download(filed: FiledLibrary, document: Document) -> tuple[str, bytes]:
    reply = download_source(cast("Library", filed), {"document_id": document.id})
    return reply["name"], base64.b64decode(reply["data"])


def test_a_source_is_let_out_as_it_was_indexed(filed: FiledLibrary) -> None:
    document = document_of(filed, "notes.txt")

    assert may_download(cast("Library", filed), document)
    assert download(filed, document) == ("notes.txt", TEXT.encode())


def test_nothing_is_let_out_where_the_setting_says_no(filed: FiledLibrary) -> None:
    filed.settings = Settings(downloads=False)
    document = document_of(filed, "notes.txt")

    assert not may_download(cast("Library", filed), document)
    with pytest.raises(InvalidInputError, match="downloads are switched off on this server"):
        download(filed, document)


def test_a_file_put_in_the_place_of_the_indexed_one_is_not_let_out(
    filed: FiledLibrary, tmp_path: Path
) -> None:
    document = document_of(filed, "notes.txt")
    secret = tmp_path / "secret"
    secret.write_text("password")
    path = filed.files[document.id]
    path.unlink()
    path.symlink_to(secret)

    with pytest.raises(NotFoundError, match="its file is gone or changed"):
        download(filed, document)


def test_a_file_that_is_gone_is_said_to_be_gone(filed: FiledLibrary) -> None:
    document = document_of(filed, "gone.txt")

    assert not may_download(cast("Library", filed), document)
    with pytest.raises(NotFoundError, match="its file is gone or changed"):
        download(filed, document)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "notes.txt", ""])
def test_a_path_is_no_id(filed: FiledLibrary, name: str) -> None:
    with pytest.raises(NotFoundError, match="there is no document"):
        download_source(cast("Library", filed), {"document_id": name})


@pytest.mark.parametrize("source", ["../../notes.txt", "a\\b\\notes.txt", "/a/notes.txt"])
def test_the_name_of_a_download_has_no_folder(filed: FiledLibrary, source: str) -> None:
    document = document_of(filed, "notes.txt")
    filed.held[document.id] = replace(document, source=source)

    assert download(filed, document)[0] == "notes.txt"


def test_what_is_too_large_for_one_reply_is_refused(
    filed: FiledLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(originals, "MOST_BYTES", 10)

    with pytest.raises(InvalidInputError, match="where 10 can be downloaded here"):
        download(filed, document_of(filed, "notes.txt"))


@pytest.mark.parametrize("request_", [None, ["x"], {"document_id": 5}, {}])
def test_a_request_of_another_shape_is_refused(filed: FiledLibrary, request_: object) -> None:
    with pytest.raises(InvalidInputError, match="document_id"):
        download_source(cast("Library", filed), request_)
