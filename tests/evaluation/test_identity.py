from __future__ import annotations

from pathlib import Path

from evaluation.identity import hash_code, hash_object, hash_package, machine, processor, versions


def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "module.py").write_text("x = 1", "utf-8")
    (folder / "weights.json").write_text("{}", "utf-8")
    return folder


def test_a_change_of_code_or_weights_changes_the_hash(tmp_path: Path) -> None:
    folder = package(tmp_path)
    before = hash_package(folder)
    (folder / "__pycache__" / "module.pyc").write_bytes(b"x")
    assert hash_package(folder) == before
    (folder / "weights.json").write_text("[]", "utf-8")
    after = hash_package(folder)
    assert after != before
    (folder / "module.py").rename(folder / "other.py")
    assert hash_package(folder) not in {before, after}


def test_this_projects_code_has_a_hash() -> None:
    assert hash_code() == hash_code()


def test_the_order_of_keys_does_not_matter() -> None:
    assert hash_object({"a": 1, "b": 2}) == hash_object({"b": 2, "a": 1})
    assert hash_object({"a": 1}) != hash_object({"a": 2})


def test_versions_name_python_and_what_is_installed() -> None:
    assert versions()["python"].startswith("3.")
    assert "numpy" in versions()


def test_the_machine_is_described() -> None:
    assert set(machine()) == {"system", "processor", "cores"}


def test_the_processor_is_read_where_linux_names_it(tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text("processor : 0\nmodel name : Fast CPU @ 3 GHz\n", "utf-8")
    assert processor(path) == "Fast CPU @ 3 GHz"
    path.write_text("processor : 0\n", "utf-8")
    assert processor(path)
    assert processor(tmp_path / "none")
