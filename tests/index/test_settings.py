from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from index.errors import SettingsError
from index.settings import Settings, load_settings


def write(folder: Path, text: str, name: str = "footnote.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_defaults_are_those_of_the_design() -> None:
    settings = load_settings({}, None, {})
    assert settings == Settings()
    assert (settings.data_dir, settings.host, settings.port) == (
        Path(".footnote"),
        "127.0.0.1",
        7860,
    )


def test_flags_come_before_variables_before_the_file_before_defaults(tmp_path: Path) -> None:
    config = write(tmp_path, 'host = "file"\nport = 1001\nchunk_tokens = 101\n')
    variables = {"FOOTNOTE_HOST": "variable", "FOOTNOTE_PORT": "1002", "HOST": "nobody's"}
    settings = load_settings({"host": "flag"}, config, variables)
    assert (settings.host, settings.port, settings.chunk_tokens) == ("flag", 1002, 101)
    assert settings.passages == Settings().passages


def test_a_flag_that_wasnt_given_decides_nothing() -> None:
    assert load_settings({"port": None}, None, {"FOOTNOTE_PORT": "1002"}).port == 1002


def test_the_file_in_the_working_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().port == 7860
    write(tmp_path, "port = 1003")
    assert load_settings().port == 1003


def test_variables_of_the_process_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_PASSAGES", "3")
    assert load_settings().passages == 3


def test_several_sources_are_separated_as_paths_are(tmp_path: Path) -> None:
    assert load_settings({}, None, {"FOOTNOTE_SOURCE": "a:b c"}).source == (Path("a"), Path("b c"))
    config = write(tmp_path, 'source = ["x", "y"]')
    assert load_settings({}, config, {}).source == (Path("x"), Path("y"))


def test_an_empty_list_of_sources_names_none() -> None:
    assert load_settings({}, None, {"FOOTNOTE_SOURCE": ""}).source == ()


@pytest.mark.parametrize("place", ["flag", "variable", "file"])
def test_an_unknown_name_is_refused_with_those_that_exist(place: str, tmp_path: Path) -> None:
    flags = {"prot": 1} if place == "flag" else {}
    variables = {"FOOTNOTE_PROT": "1"} if place == "variable" else {}
    config = write(tmp_path, "prot = 1" if place == "file" else "")
    with pytest.raises(SettingsError, match=r"unknown setting 'prot'; there are: .*port") as caught:
        load_settings(flags, config, variables)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 0),
        ("port", 65536),
        ("port", "many"),
        ("chunk_tokens", 31),
        ("chunk_tokens", 2049),
        ("commit_chunks", 0),
        ("max_file_bytes", 0),
        ("max_question_characters", -1),
        ("passages", 101),
        ("lock_timeout_s", -1),
        ("host", 7),
        ("data_dir", 7),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(name: str, value: object) -> None:
    with pytest.raises(SettingsError, match=f"setting '{name}' can't be {value!r}: ") as caught:
        load_settings({name: value}, None, {})
    assert f"the variable FOOTNOTE_{name.upper()} " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_isnt_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"footnote.toml' can't be read .*; correct it or leave"
    ):
        load_settings({}, write(tmp_path, "port: 7"), {})


def test_a_file_that_isnt_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"host = '\xff'")
    with pytest.raises(SettingsError, match=r"x.toml' can't be read"):
        load_settings({}, tmp_path / "x.toml", {})


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing.toml' can't be read"):
        load_settings({}, tmp_path / "missing.toml", {})


def test_settings_cant_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1
