from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from index import packaged_model
from index.errors import ModelError
from index.packaged_model import check_packaged_model, model_folder, model_name, packaged_folder


def test_the_packaged_model_is_the_one_expected() -> None:
    check_packaged_model()


def test_a_damaged_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr(packaged_model, "packaged_folder", lambda: tmp_path)
    with pytest.raises(
        ModelError,
        match=r"model.safetensors of all-MiniLM-L6-v2 has SHA-256 \w{12} instead of 53aa51172d14; ",
    ):
        check_packaged_model()
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="has SHA-256 nothing instead of 53aa51172d14"):
        check_packaged_model()


def test_a_package_that_isnt_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged_model, "PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="'no_such_package' is not installed; run 'make setup'"):
        packaged_folder()


def test_a_model_is_found_by_its_name_or_folder(tmp_path: Path) -> None:
    assert model_folder("all-MiniLM-L6-v2") == packaged_folder()
    assert model_folder(str(tmp_path)) == tmp_path


def test_a_folder_is_called_by_its_name_and_weights(tmp_path: Path) -> None:
    model = tmp_path / "my-model"
    model.mkdir()
    assert model_name(str(model)) == str(model)
    (model / "model.safetensors").write_bytes(b"weights")
    name = model_name(str(model))
    assert name == f"my-model@{hashlib.sha256(b'weights').hexdigest()[:12]}"
    (model / "model.safetensors").write_bytes(b"other weights")
    assert model_name(str(model)) not in (name, str(model))
