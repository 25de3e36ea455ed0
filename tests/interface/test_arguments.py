from __future__ import annotations

import re
from pathlib import Path

import pytest

from index.errors import InvalidInputError
from interface.arguments import (
    MAX_DOCUMENTS,
    read_count,
    read_documents,
    read_files,
    read_history,
    read_optional_text,
    read_text,
    read_uploads,
)
from retrieval.values import Turn


def test_a_string_is_taken_as_it_is() -> None:
    assert read_text(" 𝔘 <b> ", name="question") == " 𝔘 <b> "


@pytest.mark.parametrize("value", [None, 3, ["a"], {"text": "a"}, b"a"])
def test_what_is_not_a_string_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(InvalidInputError, match="question must be a string, not"):
        read_text(value, name="question")


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="surrogate pair at character 2"):
        read_text("ab\ud800", name="question")


def test_null_is_no_collection() -> None:
    assert read_optional_text(None, name="collection") is None
    assert read_optional_text("reports", name="collection") == "reports"


@pytest.mark.parametrize("count", [1, 10, 1000])
def test_counts_within_bounds_are_taken(count: int) -> None:
    assert read_count(count) == count


@pytest.mark.parametrize("value", [0, -1, 1001, True, 2.0, "5", None, "9" * 1000])
def test_counts_out_of_bounds_are_refused(value: object) -> None:
    with pytest.raises(InvalidInputError, match="k must be a whole number from 1 to 1000") as info:
        read_count(value)
    assert len(str(info.value)) < 150


@pytest.mark.parametrize("value", [None, [], ()])
def test_no_history_is_an_empty_one(value: object) -> None:
    assert read_history(value) == ()


def test_contents_may_be_strings_or_lists_of_text_parts() -> None:
    parts = [{"type": "text", "text": "It did."}, {"type": "text", "text": "In March."}]
    history = read_history(
        [
            {"role": "user", "content": "Did it close?", "metadata": None, "options": []},
            {"role": "assistant", "content": parts},
        ]
    )
    assert history == (Turn("user", "Did it close?"), Turn("assistant", "It did.\n\nIn March."))


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("hello", "history must be a list of messages, not str"),
        ({"role": "user"}, "history must be a list of messages, not dict"),
        (7, "history must be a list of messages, not int"),
        (["hello"], "message 1 of the history must be {role, content}, not str"),
        ([["hi", "hello"]], "message 1 of the history must be {role, content}, not list"),
        ([{"role": "robot", "content": "x"}], "message 1 of the history has the role 'robot'"),
        ([{"role": ["user"], "content": "x"}], r"has the role \['user'\]"),
        ([{"content": "x"}], "has the role None"),
        ([{"role": "user"}], "content of message 1 of the history must be a string, not null"),
        ([{"role": "user", "content": {"a": 1}}], "must be a string, not dict"),
        ([{"role": "user", "content": [{"type": "file"}]}], "may hold text only"),
        ([{"role": "user", "content": ["x"]}], "may hold text only"),
        ([{"role": "user", "content": [{"type": "text"}]}], "must be a string, not null"),
        ([{"role": "user", "content": "x"}] * 1001, "history has 1001 messages; send the last"),
    ],
)
def test_a_history_of_another_shape_is_refused(value: object, complaint: str) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        read_history(value)


def test_documents_are_ids_or_null_for_all() -> None:
    assert read_documents(None) is None
    assert read_documents(["a", "b"]) == ("a", "b")
    assert len(read_documents(["a"] * MAX_DOCUMENTS) or ()) == MAX_DOCUMENTS


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("a", "documents must be a list of ids, not str"),
        ({"a": 1}, "documents must be a list of ids, not dict"),
        ([], "documents has 0 ids; name 1 to 1000, or null for all of them"),
        (["a"] * (MAX_DOCUMENTS + 1), "documents has 1001 ids"),
        (["a", 5], "id 2 of documents must be a string, not int"),
        (["\ud83d"], "id 1 of documents has half of a surrogate pair"),
    ],
)
def test_documents_of_another_shape_are_refused(value: object, complaint: str) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        read_documents(value)


def test_uploads_are_read_by_their_path(tmp_path: Path) -> None:
    file = tmp_path / "a" / "notice.txt"
    file.parent.mkdir()
    file.write_text("x")
    assert read_uploads([{"path": str(file)}], upload_dir=tmp_path) == (file.resolve(),)
    assert read_uploads([], upload_dir=tmp_path) == ()


@pytest.mark.parametrize(
    "item",
    [
        {"path": "/etc/passwd"},
        {"path": "../outside.txt"},
        {"path": "missing.txt"},
        {"path": ""},
        {"path": "a\0b"},
        {"path": "x" * 5000},
        {"path": 5},
        {},
        "/etc/passwd",
        None,
    ],
)
def test_what_was_not_uploaded_is_refused(
    item: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (tmp_path / "outside.txt").write_text("x")
    monkeypatch.chdir(uploads)
    with pytest.raises(InvalidInputError, match="file 1 was not uploaded; upload it first"):
        read_uploads([item], upload_dir=uploads)


def test_a_link_out_of_the_upload_folder_is_refused(tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (tmp_path / "secret.txt").write_text("x")
    (uploads / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(InvalidInputError, match="file 1 was not uploaded"):
        read_uploads([{"path": str(uploads / "link.txt")}], upload_dir=uploads)


@pytest.mark.parametrize("value", [None, "notice.txt", {"path": "x"}])
def test_files_must_come_as_a_list(value: object, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="files must be a list of uploaded files, not"):
        read_uploads(value, upload_dir=tmp_path)


def test_files_within_a_request_are_written_one_beside_the_other(tmp_path: Path) -> None:
    uploads, scratch = tmp_path / "uploads", tmp_path / "scratch"
    uploads.mkdir()
    scratch.mkdir()
    (uploads / "sent.txt").write_text("x")
    sent = {"path": str(uploads / "sent.txt")}
    items = [{"name": "ü.txt", "base64": "w7w="}, sent, {"name": "ü.txt", "base64": ""}]
    first, second, third = read_files(items, upload_dir=uploads, scratch_dir=scratch)
    assert (first.name, first.read_text("utf-8")) == ("ü.txt", "ü")
    assert second == (uploads / "sent.txt").resolve()
    assert (third.name, third.read_bytes()) == ("ü.txt", b"")


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        ({"name": "a.txt", "base64": "w7w"}, "the base64 of file 1, 'a.txt', is none"),
        ({"name": "a.txt", "base64": "data:text/plain;base64,w7w="}, "of file 1, 'a.txt', is none"),
        ({"name": "a.txt", "base64": "ü"}, "the base64 of file 1, 'a.txt', is none"),
        ({"name": "a.txt", "base64": None}, "the base64 of file 1 must be a string, not null"),
        ({"base64": ""}, "the name of file 1 must be a string, not null"),
        ({"name": "\ud800", "base64": ""}, "the name of file 1 has half of a surrogate pair"),
        ({"name": "", "base64": ""}, "file 1 can't be called ''"),
        ({"name": ".", "base64": ""}, "file 1 can't be called '.'"),
        ({"name": "..", "base64": ""}, "file 1 can't be called '..'"),
        ({"name": "../a.txt", "base64": ""}, "file 1 can't be called '../a.txt'"),
        ({"name": "/etc/passwd", "base64": ""}, "can't be called '/etc/passwd'; give it a name"),
        ({"name": "a\0b", "base64": ""}, "file 1 can't be called"),
        ({"name": "x" * 5000, "base64": ""}, "can't be written: File name too long; shorten its"),
        ({"name": "a.txt"}, "file 1 was not uploaded"),
        ("a.txt", "file 1 was not uploaded"),
    ],
)
def test_what_is_no_file_is_refused(item: object, complaint: str, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(InvalidInputError, match=re.escape(complaint)):
        read_files([item], upload_dir=tmp_path, scratch_dir=scratch)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
