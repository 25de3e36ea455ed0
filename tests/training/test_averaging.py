from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from index.errors import ModelError
from training.averaging import average


def write(path: Path, **weights: list[float]) -> Path:
    save_file({name: np.array(values, np.float16) for name, values in weights.items()}, path)
    return path


def test_the_mean_of_all_files_is_written(tmp_path: Path) -> None:
    files = [
        write(tmp_path / "1", a=[1.0, 2.0], b=[0.5]),
        write(tmp_path / "2", a=[3.0, -2.0], b=[0.25]),
    ]
    found = load_file(average(files, tmp_path / "new"))
    assert {name: part.tolist() for name, part in found.items()} == {"a": [2.0, 0.0], "b": [0.375]}
    assert {part.dtype for part in found.values()} == {np.dtype(np.float16)}


def test_large_weights_do_not_overflow_while_they_are_added(tmp_path: Path) -> None:
    files = [write(tmp_path / str(number), a=[60_000.0]) for number in range(3)]
    assert load_file(average(files, tmp_path))["a"] == np.float16(60_000)


@pytest.mark.parametrize("other", [{"b": [1.0]}, {"a": [1.0, 2.0]}, None])
def test_what_is_no_stage_of_the_same_reader_is_named(
    other: dict[str, list[float]] | None, tmp_path: Path
) -> None:
    files = [write(tmp_path / "1", a=[1.0]), tmp_path / "2"]
    if other is None:
        files[1].write_bytes(b"nothing of the kind")
    else:
        write(files[1], **other)
    with pytest.raises(ModelError, match=r"2' can't be averaged .*; give ones that stages"):
        average(files, tmp_path / "new")
    assert not (tmp_path / "new").exists()
