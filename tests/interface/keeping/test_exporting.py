from __future__ import annotations

import json

import pytest

from index.values import Page
from interface.conversation import finished_turn
from interface.keeping.exporting import as_json, as_markdown, file_name
from interface.keeping.kept import Kept
from tests.interface.fakes import BANK_QUOTE, FakeAssistant, FakeLibrary, make_document
from tests.interface.keeping.conftest import ANNA, KeepAnswer


def test_markdown_holds_each_answer_with_its_citations(kept: Kept, keep_answer: KeepAnswer) -> None:
    conversation, _ = keep_answer("How many accounts were in that?")
    keep_answer("What is the weather?", conversation=conversation)
    text = as_markdown(kept.conversations.open(ANNA, conversation))
    assert text.startswith("# How many accounts were in that?\n\nBegun 20")
    assert "Searched for: How many accounts were in the notice?" in text
    assert f"{BANK_QUOTE} [1] The regulator counts 117. [2]" in text
    assert "The documents give different numbers." in text
    assert f"> {BANK_QUOTE}\n" in text
    assert "(notice.txt, characters 39 to " in text
    assert "## What is the weather?\n\nThe documents don't answer this.\n" in text


def test_markdown_names_the_page_and_quotes_every_line(kept: Kept, keep_answer: KeepAnswer) -> None:
    conversation, _ = keep_answer("Where is the needle?")
    keep_answer("Which lines?", conversation=conversation)
    text = as_markdown(kept.conversations.open(ANNA, conversation))
    assert "(long.pdf, page 2, characters" in text
    assert "\n> First line of 🧪 two.\n> Second\tline" in text


def test_markdown_names_the_sheet_and_row_and_the_page_of_what_was_kept_before(kept: Kept) -> None:
    text = "Product,Price\nThe needle lies on page two.\n"
    sheet = Page(1, 0, len(text), "sheet Prices", first_row=11)
    library = FakeLibrary([make_document("prices.xlsx", text, pages=(sheet,))])
    answer = FakeAssistant(library).ask("Where is the needle?")
    known, _ = kept.conversations.keep(ANNA, None, answer=answer, view=finished_turn(answer))
    conversation = kept.conversations.open(ANNA, known)
    assert "(prices.xlsx, sheet Prices, row 12, characters" in as_markdown(conversation)
    del conversation.answers[0]["citations"][0]["place"]
    assert "(prices.xlsx, page 1, characters" in as_markdown(conversation)


def test_markdown_disarms_what_documents_say(kept: Kept, keep_answer: KeepAnswer) -> None:
    conversation, _ = keep_answer("What is hostile <img src=x>?\n# and more")
    text = as_markdown(kept.conversations.open(ANNA, conversation))
    assert "<img" not in text.replace("\\<img", "")
    assert "<script" not in text.replace("\\<script", "")
    assert "![pixel](" not in text
    assert "\n# and more" not in text


def test_json_holds_the_answer_objects(kept: Kept, keep_answer: KeepAnswer) -> None:
    conversation, turn = keep_answer("How many accounts?")
    value = json.loads(as_json(kept.conversations.open(ANNA, conversation)))
    assert value.keys() == {"id", "title", "begun", "answers"}
    assert value["answers"] == [kept.conversations.answer(ANNA, turn)]
    assert value["answers"][0]["citations"][0]["quote"] == BANK_QUOTE


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("How many?", "How-many.md"),
        ("../../etc/passwd", "etc-passwd.md"),
        ("???", "conversation.md"),
        ("Größe: é", "Größe-é.md"),
        ("x" * 100, "x" * 60 + ".md"),
    ],
)
def test_a_files_name_is_safe(kept: Kept, keep_answer: KeepAnswer, title: str, name: str) -> None:
    conversation, _ = keep_answer("Why?")
    kept.conversations.rename(ANNA, conversation, title)
    assert file_name(kept.conversations.open(ANNA, conversation), ".md") == name


def test_markdown_says_that_single_documents_were_asked(
    kept: Kept, assistant: FakeAssistant
) -> None:
    def as_text(*documents: str) -> str:
        answer = assistant.ask("How many accounts?", documents=documents)
        known, _ = kept.conversations.keep(ANNA, None, answer=answer, view=finished_turn(answer))
        return as_markdown(kept.conversations.open(ANNA, known))

    first, second, _ = assistant.library.held
    assert "\nAsked of 1 chosen document.\n" in as_text(first)
    assert "\nAsked of 2 chosen documents.\n" in as_text(first, second)
