from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

import pytest

from interface.keeping.judgements import REASONS
from interface.static import read_static, read_styles, static_path
from interface.strings import make_i18n, read_script, read_translations

STATIC = static_path("look.js").parent
SCRIPTS = sorted(path.name for path in STATIC.glob("*.js"))
TEMPLATES = sorted(path.name for path in STATIC.glob("*.html"))
MODULES = sorted(STATIC.parent.rglob("*.py"))
FORMS = ("", "_one", "_other")
NAMED = re.compile(
    r"""\bt\('(\w+)'[,)]|\bt\("(\w+)"\)|data-t(?:-label|-title|-placeholder)?="(\w+)"|"""
    r"""['"]((?:key|shortcut|reason|told)_\w+)['"]"""
)
BEGUN = re.compile(r"\b(?:t\(|words\[)'(\w+_)' \+")  # t('stage_' + name)
QUOTED = re.compile(r"""['"](\w+)['"]""")
COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
LITERAL = re.compile(r"""'((?:[^'\\\n]|\\.)*)'""")
# Keys that a keyboard has, and formats and commands that are called the same in every language.
NO_WORDS = re.compile(r"Escape|Enter|Arrow(?:Up|Down)|Page(?:Up|Down)")
SENTENCE = re.compile(r"[A-Z][a-z]+|.*[A-Za-z]{2,} [A-Za-z]{2,}.*|.*[a-z]{2,}[.?!…:]$")
SPOKEN = ("aria-label", "title", "placeholder", "alt")


def page_texts() -> list[str]:
    names = (*SCRIPTS, *TEMPLATES)
    return [*map(read_static, names), *(path.read_text("utf-8") for path in MODULES)]


def names_used() -> set[str]:
    return {next(filter(None, names)) for text in page_texts() for names in NAMED.findall(text)}


def bare_names(strings: Iterable[str]) -> set[str]:
    """Return the names by which strings are asked for, without the forms that go with a count."""
    counted = {name.removesuffix("_one") for name in read_translations()["en"]} & {
        name.removesuffix("_other") for name in read_translations()["en"]
    }
    bare = ((re.sub(r"_(zero|one|two|few|many|other)$", "", name), name) for name in strings)
    return {without if without in counted else name for without, name in bare}


def test_every_string_that_the_page_names_is_there() -> None:
    english = read_translations()["en"]
    assert len(names_used()) > 150
    missing = [name for name in names_used() if not any(name + form in english for form in FORMS)]
    assert missing == []


def test_every_string_is_used() -> None:
    texts = page_texts()
    quoted = {name for text in texts for name in QUOTED.findall(text)}
    begun = tuple({name for text in texts for name in BEGUN.findall(text)})
    names = bare_names(read_translations()["en"])
    unused = {name for name in names if name not in quoted and not name.startswith(begun)}
    assert unused == set()


class Words(HTMLParser):
    """Collects what a template says by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self._take(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in SPOKEN and value:
                self._take(value)

    def _take(self, text: str) -> None:
        if re.search(r"[^\W\d_]", text):
            self.found.append(text.strip())


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_says_nothing_by_itself(name: str) -> None:
    words = Words()
    words.feed(read_static(name))
    assert words.found == []


def said_by(script: str) -> list[str]:
    """Return the literals of a script that look like words for people."""
    code = COMMENT.sub("", script)
    reasons = set(REASONS)  # the names by which the server knows them
    return [
        text
        for text in LITERAL.findall(code)
        if SENTENCE.fullmatch(text)
        and not NO_WORDS.fullmatch(text)
        and text not in reasons
        and not re.match(r"[.#\[]|fn-|\(m|button\b", text)  # selectors, classes, media queries
        and not re.match(r"M\d", text)  # a drawing's path
    ]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_says_nothing_by_itself(name: str) -> None:
    assert said_by(read_static(name)) == []


@pytest.mark.parametrize(
    "script",
    ["tell('Sending…');", "t('x') + ' of all'", "say('Close')", "tell('nothing was found');"],
)
def test_words_in_a_script_would_be_found(script: str) -> None:
    assert len(said_by(script)) == 1


@pytest.mark.parametrize("language", read_translations())
def test_a_translation_has_no_string_that_english_lacks(language: str) -> None:
    assert bare_names(read_translations()[language]) <= bare_names(read_translations()["en"])


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
