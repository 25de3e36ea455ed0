from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evaluation.options import Options
from evaluation.report import excerpt
from evaluation.run import run
from tests.evaluation.fakes import (
    answer_object,
    fake_opener,
    hit_object,
    qa,
    squad,
    write_beir,
    write_squad,
)

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'


class Page(HTMLParser):
    """Collects elements, and checks that they are closed in order."""

    VOID = frozenset({"meta", "input", "img", "br", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture
def page(tmp_path: Path) -> Page:
    content = squad()
    content["data"][0]["title"] = EVIL
    content["data"][0]["paragraphs"][0]["qas"].append(qa("evil", f"Why {EVIL}?", ("program", 20)))
    evil = answer_object("", answer=EVIL, short_answer=EVIL, citations=[], hits=[])
    declined = answer_object(
        "", abstained=True, short_answer="", answer="", citations=[], hits=[hit_object(EVIL, 0, 40)]
    )
    citation = {"marker": 1, "source": EVIL, "start": 0, "end": 5, "quote": EVIL, "score": 1}
    wrong = answer_object(
        "", short_answer="x", answer="x", citations=[citation], hits=[hit_object(EVIL, 0, 60)]
    )
    script = {
        "evil": lambda: evil,
        "when": lambda: wrong,
        "died": lambda: declined,
        "where": lambda: wrong,
    }
    opener, _ = fake_opener(script=script)
    run(
        Options(write_squad(tmp_path, content), tmp_path / "out"),
        tell=lambda _: None,
        opener=opener,
    )
    return Page((tmp_path / "out" / "report.html").read_text("utf-8"))


def test_nothing_from_documents_or_questions_is_markup(page: Page) -> None:
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    assert len(scripts) == 1  # the page's own
    assert "img" not in {tag for tag, _ in page.elements}
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert sum(EVIL in words for words in page.words) >= 5


def test_nothing_is_loaded_from_anywhere(page: Page) -> None:
    for tag, attributes in page.elements:
        assert tag not in {"link", "iframe", "object", "image"}
        assert "src" not in attributes
        assert all((attributes.get(name) or "#").startswith("#") for name in ("href", "xlink:href"))
    policies = [
        attributes["content"] for tag, attributes in page.elements if "http-equiv" in attributes
    ]
    assert policies[0] is not None
    assert policies[0].startswith("default-src 'none'")


def test_failures_are_sorted_by_what_went_wrong(page: Page) -> None:
    buttons = [attributes["data-sort"] for tag, attributes in page.elements if tag == "button"]
    assert buttons == ["", "not retrieved", "retrieved but not answered", "should have abstained"]


def test_the_four_plots_are_in_the_page(page: Page) -> None:
    labels = [attributes["aria-label"] for tag, attributes in page.elements if tag == "figure"]
    assert len(labels) == 4
    assert sum(tag == "svg" for tag, _ in page.elements) == 4
    assert {"coverage", "confidence", "milliseconds"} <= set(page.words)


def test_ids_of_the_plots_do_not_collide(tmp_path: Path, page: Page) -> None:
    ids = [made["id"] for tag, made in page.elements if tag == "clippath"]
    assert len(ids) == len(set(ids))


def test_a_retrieval_report_shows_what_was_not_found(tmp_path: Path) -> None:
    found = [hit_object(name, 0, 5) for name in ("a",)]
    opener, _ = fake_opener(found=found)
    run(Options(write_beir(tmp_path / "set"), tmp_path / "out"), tell=lambda _: None, opener=opener)
    text = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "not retrieved (1)" in text
    assert re.search(r"<dt>relevant</dt><dd>b, c</dd>", text)
    assert text.count("<svg") == 1


def test_a_report_without_failures_says_so(tmp_path: Path) -> None:
    opener, _ = fake_opener()
    options = Options(write_squad(tmp_path), tmp_path / "out", limit=1, kind="answerable", seed=1)
    content = squad()
    content["data"][0]["paragraphs"].pop()
    write_squad(tmp_path, content)
    run(options, tell=lambda _: None, opener=opener)
    assert "<p>None.</p>" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_the_same_run_makes_the_same_plots(tmp_path: Path) -> None:
    def plots(name: str) -> list[str]:
        opener, _ = fake_opener()
        run(Options(write_squad(tmp_path), tmp_path / name), tell=lambda _: None, opener=opener)
        text = (tmp_path / name / "report.html").read_text("utf-8")
        return re.findall(r"<svg.*?</svg>", text, re.DOTALL)[:3]

    assert plots("one") == plots("two")


def test_long_passages_are_shown_by_their_beginning() -> None:
    assert excerpt("a\n\n b") == "a b"
    assert len(excerpt("x" * 1000)) == 301
