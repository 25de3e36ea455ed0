from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.records import Line, Record, line_of, read_json, read_lines, read_text
from index.errors import DatasetError


def record(**fields: object) -> Record:
    return Record(fields, Line(Path("set.jsonl"), 7))


def test_a_missing_field_is_named_with_its_line() -> None:
    with pytest.raises(DatasetError, match=r"^set\.jsonl:7: the field 'id' is missing; add it$"):
        record().text("id")


@pytest.mark.parametrize(
    ("value", "shown"), [(3, "3"), (None, "null"), (["a"], r'\["a"\]'), (True, "true")]
)
def test_a_field_of_another_type_is_shown(value: object, shown: str) -> None:
    with pytest.raises(DatasetError, match=f"7: 'id' is {shown}; it must be a string"):
        record(id=value).text("id")


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(DatasetError, match=r"'id' is \[0, 1, .+ 16\.\.\.; it must be"):
        record(id=list(range(100))).text("id")


def test_true_is_no_number() -> None:
    with pytest.raises(DatasetError, match="'start' is true; it must be a whole number"):
        record(start=True).number("start")


def test_an_item_of_another_type_is_shown_with_its_position() -> None:
    with pytest.raises(DatasetError, match=r"7: answers\[1\] is 2; it must be a string"):
        record(answers=["a", 2]).strings("answers")


def test_a_blank_text_is_refused_unless_it_may_be_blank() -> None:
    with pytest.raises(DatasetError, match="'id' is empty; give it a value"):
        record(id=" ").text("id")
    assert record(id=" ").text("id", blank=True) == " "
    assert record().text("id", optional=True) == ""


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(DatasetError, match="'id' has half a surrogate pair at character 1"):
        record(id="a\ud800").text("id")
    with pytest.raises(DatasetError, match="'answers' has half a surrogate pair"):
        record(answers=["\udc00"]).strings("answers")


def test_flags_and_optional_lists_have_defaults() -> None:
    assert record().flag("unanswerable", default=False) is False
    assert record().records("evidence", optional=True) == []
    assert record(unanswerable=True).flag("unanswerable") is True


def test_items_of_a_jsonl_line_stand_on_that_line() -> None:
    (item,) = record(evidence=[{"quote": "x"}]).records("evidence")
    assert str(item.place) == "set.jsonl:7"


def test_lines_are_read_one_object_each_and_blank_ones_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "a"}\r\n\n{"id": "b"}')
    assert [(found.text("id"), str(found.place)) for found in read_lines(path)] == [
        ("a", f"{path}:1"),
        ("b", f"{path}:3"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": "a"}\n{"id": "b', r":2: the JSON ends too early; the file was cut off"),
        ('{"id": "a"}\n{"id": ', r":2: the JSON ends too early"),
        ('{"id": "a"}\n{"id": "b",', r":2: the JSON ends too early"),
        ('{"id": a}', r":1: not JSON \(Expecting value at column 8\); correct it"),
        ("[1]", r":1: \[1\] is no object; make it one"),
        ("{} {}", r":1: not JSON \(Extra data at column 4\)"),
    ],
)
def test_a_line_that_is_no_whole_object_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(DatasetError, match=message):
        list(read_lines(path))


def test_a_number_of_thousands_of_digits_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text(f'{{"a": {"9" * 5_000}}}', "utf-8")
    with pytest.raises(DatasetError, match=":1: a number is too long"):
        read_json(path)


def test_json_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text("[" * 200_000, "utf-8")
    with pytest.raises(DatasetError, match=":1: nested too deeply; flatten it"):
        read_json(path)


def test_a_json_file_that_is_cut_off_is_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text('{\n"data": [\n{"title": "x"},\n', "utf-8")
    with pytest.raises(DatasetError, match=r"set\.json:\d: the JSON ends too early"):
        read_json(path)


def test_a_value_inside_a_json_file_is_found_by_line_and_steps(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text('{"data": [\n {"title": "x"},\n {"title": 3}]}', "utf-8")
    second = read_json(path).records("data")[1]
    with pytest.raises(DatasetError, match=r"set\.json:3 \(data\[1\]\): 'title' is 3"):
        second.text("title")


def test_a_file_that_is_not_utf_8_is_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b"{}\n{}\n\xff")
    with pytest.raises(DatasetError, match=r"set\.jsonl:3: not UTF-8; save the file as UTF-8"):
        read_text(path)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"can't read .*set\.jsonl \(No such file"):
        read_text(tmp_path / "set.jsonl")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_every_value_of_indented_json_is_found_on_its_line(value: object) -> None:
    text = json.dumps(value, indent=1)
    lines = text.split("\n")

    def walk(inner: object, steps: tuple[str | int, ...]) -> None:
        start = lines[line_of(text, steps) - 1].strip().rstrip(",")
        first = json.dumps(inner, indent=1).split("\n")[0]
        assert start.endswith(first)
        if isinstance(inner, dict):
            for key, item in inner.items():
                walk(item, (*steps, key))
        elif isinstance(inner, list):
            for position, item in enumerate(inner):
                walk(item, (*steps, position))

    walk(value, ())


def test_steps_that_do_not_exist_give_the_first_line() -> None:
    assert line_of('{"a":\n 1}', ("b",)) == 1
