from __future__ import annotations

import re

import pytest

from interface.static import read_static, read_styles, static_path
from interface.strings import make_i18n, read_script, read_translations

SCRIPTS = sorted(path.name for path in static_path("look.js").parent.glob("*.js"))
TEMPLATES = sorted(path.name for path in static_path("look.js").parent.glob("*.html"))
USED_BY_NAME = re.compile(
    r"""\bt\('(\w+)'[,)]|data-t(?:-label)?="(\w+)"|'((?:key|shortcut)_\w+)'"""
)
FORMS = ("", "_one", "_other")


def names_used() -> set[str]:
    texts = [read_static(name) for name in (*SCRIPTS, *TEMPLATES)]
    found = {next(filter(None, names)) for text in texts for names in USED_BY_NAME.findall(text)}
    return {name for name in found if not name.endswith("_")}


def test_every_string_that_the_page_names_is_there() -> None:
    english = read_translations()["en"]
    assert len(names_used()) > 40
    missing = [name for name in names_used() if not any(name + form in english for form in FORMS)]
    assert missing == []


@pytest.mark.parametrize("language", read_translations())
def test_a_translation_has_no_string_that_english_lacks(language: str) -> None:
    known = {name.removesuffix("_one").removesuffix("_other") for name in read_translations()["en"]}
    bare = {
        re.sub(r"_(zero|one|two|few|many|other)$", "", name)
        for name in read_translations()[language]
    }
    assert bare <= known


def test_gradio_has_the_same_strings() -> None:
    assert make_i18n().translations_dict == read_translations()


def test_a_script_comes_after_the_strings_and_cannot_end_its_element() -> None:
    script = read_script("header.js")
    assert script.startswith('const STRINGS = {"en": {')
    assert "</" not in script.splitlines()[0]
    assert script.index("function t(") < script.index("function drawLook(")


def test_the_other_styles_follow_the_common_ones() -> None:
    styles = read_styles()
    assert styles.startswith(read_static("style.css"))
    assert read_static("asking.css") in styles
