"""A page served over the fakes, clients and a browser for it, and the fakes themselves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from interface.environment import go_offline
from tests.interface.fakes import FakeAssistant, FakeLibrary, make_library
from tests.interface.serving import connect, serve_fakes

go_offline()  # before any test imports Gradio

if TYPE_CHECKING:
    from gradio_client import Client  # type: ignore[import-untyped]
    from playwright.sync_api import Browser, BrowserContext, Page, Request

    from index.library import Library
    from interface.endpoints import Endpoints
    from retrieval.assistant import Assistant

TIMEOUT_MS = 15_000  # that an action or an expectation may take
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def library(tmp_path: Path) -> FakeLibrary:
    return make_library(tmp_path)


@pytest.fixture
def assistant(library: FakeLibrary) -> FakeAssistant:
    return FakeAssistant(library)


@pytest.fixture
def endpoints(library: FakeLibrary, assistant: FakeAssistant) -> Endpoints:
    from interface.endpoints import Endpoints

    return Endpoints(cast("Library", library), cast("Assistant", assistant))


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the server, with a file in it that nobody may download."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "catalogue.sqlite3").write_text("secret")
    return folder


@pytest.fixture(scope="session")
def address(data_dir: Path) -> Iterator[str]:
    with serve_fakes(data_dir) as served:
        yield served


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[Client]:
    client = connect(address)
    yield client
    client.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of one module.

    Not for longer: as long as it is open, playwright keeps an event loop running in this thread,
    in which no other test could start one.
    """
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(CHROMIUM_FLAGS)
        )
        yield browser
        browser.close()


@dataclass
class Visit:
    """One visitor's browser, which remembers what it asked for and what went wrong."""

    context: BrowserContext
    address: str
    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def open(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("request", self._remember)
        page.on("pageerror", lambda error: self.failures.append(str(error)))
        # From the start: a file chooser that opens before a listener counts is cancelled at once.
        page.on("filechooser", lambda _: None)
        page.goto(self.address)
        page.wait_for_selector(".fn-example", timeout=60_000)  # the first visit is the slowest
        return page

    def external_requests(self) -> list[str]:
        own = (self.address, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]

    def _remember(self, request: Request) -> None:
        self.requests.append(request.url)


@pytest.fixture
def visit(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A visit to the page; whatever a test does there, nothing may be asked of another host."""
    options = getattr(request, "param", {"viewport": {"width": 1280, "height": 800}})
    context = browser.new_context(**options)
    visit = Visit(context, address)
    yield visit
    context.close()
    assert visit.external_requests() == []
    assert visit.failures == []


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit.open()
