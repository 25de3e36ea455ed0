from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evaluation.datasets import Dataset, SourceText
from evaluation.staging import PREFIX, stage


def dataset(*documents: SourceText) -> Dataset:
    return Dataset("set", "squad", documents, (), (), "0123456789abcdef", Path("set.json"))


def named(*names: str) -> Dataset:
    return dataset(*(SourceText(name, name, f"text of {name}") for name in names))


def test_each_document_is_a_file_with_its_text() -> None:
    with stage(named("Ada", "Babbage")) as staged:
        texts = {path.name: path.read_text("utf-8") for path in staged.files}
    assert texts == {"Ada.txt": "text of Ada", "Babbage.txt": "text of Babbage"}
    assert staged.names == {"Ada.txt": "Ada", "Babbage.txt": "Babbage"}
    assert staged.sizes["Ada.txt"] == len("text of Ada")
    assert not any(path.exists() for path in staged.files)


def test_the_collection_belongs_to_the_documents_whatever_is_asked() -> None:
    def collection(text: str, digest: str) -> str:
        asked = replace(dataset(SourceText("Ada", "", text)), digest=digest)
        with stage(asked) as staged:
            return staged.collection

    assert collection("one", "0") == collection("one", "1") != collection("two", "1")
    assert collection("one", "0").startswith(PREFIX)


def test_names_that_no_file_could_have_map_back() -> None:
    names = ("../etc/passwd", "..etc passwd", "", "東京", "x" * 500, "a/b", "a_b", "AC/DC?")
    with stage(named(*names)) as staged:
        files = [path.name for path in staged.files]
    assert files == [
        *("etc_passwd.txt", "etc_passwd-2.txt", "document.txt", "document-2.txt"),
        *("x" * 80 + ".txt", "a_b.txt", "a_b-2.txt", "AC_DC.txt"),
    ]
    assert [staged.names[file] for file in files] == list(names)


def test_documents_without_text_are_left_out() -> None:
    with stage(dataset(SourceText("a", "", " \n"), SourceText("b", "", "text"))) as staged:
        assert list(staged.names.values()) == ["b"]


def test_files_keep_their_bytes_and_their_suffix(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    path.write_bytes(b"<p>\xff</p>")
    with stage(dataset(SourceText("sub/x.html", "", "text", path))) as staged:
        assert [(file.name, file.read_bytes()) for file in staged.files] == [
            ("sub_x.html", b"<p>\xff</p>")
        ]


def test_line_ends_are_left_alone() -> None:
    with stage(dataset(SourceText("a", "", "x\r\ny\rz\n"))) as staged:
        assert staged.files[0].read_bytes() == b"x\r\ny\rz\n"
