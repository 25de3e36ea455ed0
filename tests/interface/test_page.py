from __future__ import annotations

import asyncio
from typing import Any, cast

import gradio as gr
import pytest

from interface.page import build_page
from tests.interface.fakes import FakeAssistant, FakeLibrary
from tests.interface.serving import build_in_event_loop

PUBLIC = {
    "ask",
    "chat",
    "search",
    "list_documents",
    "add_documents",
    "remove_document",
    "document",
    "status",
    "feedback",
}


@pytest.fixture
def page(library: FakeLibrary, assistant: FakeAssistant) -> gr.Blocks:
    return build_in_event_loop(
        lambda: build_page(cast("Any", library), cast("Any", assistant), examples=["Why?"])
    )


def test_only_the_contract_and_feedback_are_public(page: gr.Blocks) -> None:
    functions = list(page.fns.values())
    assert {fn.api_name for fn in functions if fn.api_visibility == "public"} == PUBLIC
    assert {fn.api_visibility for fn in functions} == {"public", "private"}


def test_every_endpoint_and_argument_is_described(page: gr.Blocks) -> None:
    described = page.get_api_info()["named_endpoints"]
    assert described.keys() == {f"/{name}" for name in PUBLIC}
    assert all(endpoint["description"] for endpoint in described.values())
    parameters = {
        name: [parameter["parameter_name"] for parameter in endpoint["parameters"]]
        for name, endpoint in described.items()
    }
    assert parameters == {
        "/ask": ["question", "history", "collection", "documents"],
        "/chat": ["message", "history", "collection", "documents"],
        "/search": ["query", "k", "collection", "documents"],
        "/list_documents": ["collection"],
        "/add_documents": ["files", "collection"],
        "/remove_document": ["id"],
        "/document": ["id"],
        "/status": [],
        "/feedback": ["answer", "verdict", "reasons", "right_answer"],
    }


def test_missing_arguments_of_endpoints_take_their_defaults(page: gr.Blocks) -> None:
    search = next(fn for fn in page.fns.values() if fn.api_name == "search")
    filled = asyncio.run(page.preprocess_data(search, ["bank"], None))
    assert filled == ["bank", 10, None, None]


def test_missing_arguments_of_the_page_itself_are_an_error(page: gr.Blocks) -> None:
    submit = next(fn for fn in page.fns.values() if fn.api_name == "submit")
    with pytest.raises(ValueError, match="didn't receive enough input values"):
        asyncio.run(page.preprocess_data(submit, [], None))


@pytest.mark.parametrize("address", ["http://files.example/a.txt", "https://[/"])
def test_no_file_is_fetched_from_an_address(page: gr.Blocks, address: str) -> None:
    add = next(fn for fn in page.fns.values() if fn.api_name == "add_documents")
    file = {"path": address, "meta": {"_type": "gradio.FileData"}}
    with pytest.raises(gr.Error, match="files aren't fetched from addresses; upload the file"):
        asyncio.run(page.preprocess_data(add, [[file]], None))


def test_nothing_on_the_page_comes_from_elsewhere(page: gr.Blocks) -> None:
    assert page.analytics_enabled is False
