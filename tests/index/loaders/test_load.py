from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

import index.loaders
from index.errors import RefusedFileError
from index.loaders import SUFFIXES, Limits, extract, load, read_bytes, unsupported
from tests.growth import grows_evenly

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"})


def test_loads_a_file_by_its_suffix(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "notes.TXT"
    path.write_bytes(b"The bridge opened in 1932.")

    found = load(path, limits=limits)

    assert (found.text, found.markup, found.pages) == ("The bridge opened in 1932.", "text", ())


def test_whatever_a_parser_raises_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, limits: Limits
) -> None:
    def surprise(_data: bytes, *, limits: Limits) -> None:
        raise AssertionError(limits)

    monkeypatch.setitem(index.loaders._LOADERS, ".txt", surprise)
    with pytest.raises(RefusedFileError, match="it can't be read; it may be damaged"):
        extract(b"text", ".txt", limits=limits)


def test_supports_what_it_says() -> None:
    expected = (
        ".txt .text .md .markdown .html .htm .xhtml .pdf .docx .pptx .xlsx .xlsm .csv .tsv .eml "
        ".epub .odt .rtf .png .jpg .jpeg .tif .tiff"
    )

    assert set(expected.split()) == SUFFIXES


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_refuses_an_empty_file_of_any_type(suffix: str, tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / f"empty{suffix}"
    path.touch()

    with pytest.raises(RefusedFileError, match=r"^the file is empty$"):
        load(path, limits=limits)


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
@pytest.mark.parametrize("blank", [b" \n\t\r\n ", b"\xef\xbb\xbf \n", "\ufeff \u200b\n".encode()])
def test_refuses_white_space_of_any_type(suffix: str, blank: bytes, limits: Limits) -> None:
    reason = "only white space|it isn't an? "

    with pytest.raises(RefusedFileError, match=reason):
        extract(blank, suffix, limits=limits)


@pytest.mark.parametrize("suffix", sorted(SUFFIXES - PICTURES))
def test_refuses_a_picture_under_any_other_name(suffix: str, png: bytes, limits: Limits) -> None:
    with pytest.raises(RefusedFileError, match="PNG picture"):
        extract(png, suffix, limits=limits)


@pytest.mark.parametrize("suffix", sorted(SUFFIXES - {".html", ".htm", ".xhtml"}))
def test_refuses_random_bytes_under_any_name(suffix: str, limits: Limits) -> None:
    noise = bytes(position * 97 % 256 for position in range(5_000))

    with pytest.raises(RefusedFileError, match=r"binary|something else"):
        extract(noise, suffix, limits=limits)


@pytest.mark.parametrize(("suffix", "named"), [(".mp4", r"type \.mp4"), ("", "without a suffix")])
def test_refuses_types_that_it_does_not_know(
    suffix: str, named: str, tmp_path: Path, limits: Limits
) -> None:
    path = tmp_path / f"clip{suffix}"
    path.write_bytes(b"x")

    with pytest.raises(RefusedFileError, match=named):
        load(path, limits=limits)
    assert ".docx" in unsupported(suffix)


def test_refuses_a_file_that_vanished(tmp_path: Path, limits: Limits) -> None:
    with pytest.raises(RefusedFileError, match="no longer there"):
        load(tmp_path / "gone.txt", limits=limits)


def test_refuses_a_folder_with_a_files_name(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "folder.txt"
    path.mkdir()

    with pytest.raises(RefusedFileError, match="it is a folder"):
        load(path, limits=limits)


@pytest.mark.timeout(10)
def test_refuses_a_pipe_without_waiting_for_it(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "pipe.txt"
    os.mkfifo(path)

    with pytest.raises(RefusedFileError, match="pipe, socket or device"):
        load(path, limits=limits)


@pytest.mark.timeout(10)
def test_does_not_wait_for_a_file_that_became_a_pipe(tmp_path: Path, limits: Limits) -> None:
    path, pipe = tmp_path / "notes.txt", tmp_path / "pipe"
    path.write_text("words")
    os.mkfifo(pipe)

    with pytest.raises(RefusedFileError, match="pipe, socket or device"):
        read_bytes(path, limits=limits, opener=lambda _, flags: os.open(pipe, flags))


@pytest.mark.enable_socket
def test_refuses_a_socket(tmp_path: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.txt")

        with pytest.raises(RefusedFileError, match="pipe, socket or device"):
            load(tmp_path / "socket.txt", limits=limits)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs an endless device")
def test_refuses_a_link_to_an_endless_device(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "endless.txt"
    path.symlink_to("/dev/zero")

    with pytest.raises(RefusedFileError, match="pipe, socket or device"):
        load(path, limits=limits)


def test_refuses_a_file_that_may_not_be_read(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("words")

    def opener(path: Path, flags: int) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    with pytest.raises(RefusedFileError, match="no permission to read the file"):
        read_bytes(path, limits=limits, opener=opener)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything; see the test above")
def test_refuses_a_file_without_permissions(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("words")
    path.chmod(0)

    with pytest.raises(RefusedFileError, match="no permission to read the file"):
        load(path, limits=limits)


def test_says_what_the_system_says_about_other_failures(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "broken.txt"
    path.write_text("words")

    def opener(path: Path, flags: int) -> int:
        raise OSError(5, "Input/output error", str(path))

    with pytest.raises(RefusedFileError, match=r"can't be read: Input/output error$"):
        read_bytes(path, limits=limits, opener=opener)


def test_refuses_a_path_with_a_nul(limits: Limits) -> None:
    with pytest.raises(RefusedFileError, match="can't be read"):
        load(Path("a\0b.txt"), limits=limits)


def test_refuses_a_file_that_changes_under_the_reader(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "log.txt"
    path.write_text("first")

    real_fstat = os.fstat
    calls: list[int] = []

    def fstat(descriptor: int) -> os.stat_result:
        calls.append(descriptor)
        if len(calls) == 2:
            path.write_text("first and more")
        return real_fstat(descriptor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.loaders.contents.os.fstat", fstat)
        with pytest.raises(RefusedFileError, match="changed while it was being read"):
            read_bytes(path, limits=limits)


def test_refuses_by_size_without_reading(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    opened: list[Path] = []

    def opener(path: Path, flags: int) -> int:
        opened.append(path)
        return os.open(path, flags)

    with pytest.raises(RefusedFileError, match=r"10,000,000,000 bytes or more, where 100,000,000"):
        read_bytes(path, limits=Limits(), opener=opener)
    assert not opened


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs files without a size")
def test_refuses_by_size_while_reading_a_file_that_hides_it(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError, match="too large: 11 bytes or more, where 10"):
        read_bytes(Path("/proc/self/status"), limits=Limits(max_file_bytes=10))


@pytest.mark.parametrize("suffix", [".txt", ".md"])
@pytest.mark.timeout(60)
def test_refuses_a_hundred_megabytes_of_one_line(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"line{suffix}"
    path.write_bytes(b"word " * 20_000_000)

    with pytest.raises(RefusedFileError, match=r"too long: 25,000,000 characters or more"):
        load(path, limits=Limits())


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
def test_reads_millions_of_characters_of_one_line_in_linear_time(suffix: str) -> None:
    def read_line(count: int) -> None:
        line = b"word " * count + b"end."
        assert len(extract(line, suffix, limits=Limits()).text) == len(line)

    assert grows_evenly(read_line, 500_000)


def test_importing_the_loaders_loads_no_library() -> None:
    import subprocess

    heavy = (
        "docx pptx openpyxl PIL pypdfium2 lxml trafilatura markdown_it yaml charset_normalizer "
        "dateutil"
    )
    program = (
        f"import sys, index.loaders; print(*sorted(set('{heavy}'.split()) & set(sys.modules)))"
    )
    root = Path(index.loaders.__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root
    )

    assert run.stdout.strip() == ""
