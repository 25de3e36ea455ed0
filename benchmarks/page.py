"""How quickly the page is there, and how quickly it begins to answer, in a real Chromium.

The application serves on loopback the seeds among paragraphs of SQuAD. Each visit starts with an
empty cache: the page counts as there when its example questions can be seen. Then questions are
typed and sent. The first step is when the page says what it is doing, which is no word of the
answer; the first word is when the answer's first sentence stands there, the answer when all of it
does, with its sources. Every question is asked once, so that none is answered from memory.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.reading import AT_ONCE, OTHERS, SQUAD
from benchmarks.results import BenchmarkError, cell, markdown_table, tell, write_result
from benchmarks.startup import failure, find_free_port
from evaluation.datasets import load_dataset
from evaluation.measures import PERCENTILES
from evaluation.output import make_folder
from index.library import Library
from index.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

CHUNKS = 10_000
VISITS = 5
QUESTIONS = 20
LONGEST_S = 600.0
MOMENTS = {  # of what is measured: its name, and the milliseconds that it may take
    "there": ("a visit to the first meaningful paint", 1500.0),
    "step": ("input to the first visible step", None),
    "word": ("input to the answer's first word", 300.0),
    "answer": ("input to the whole answer", None),
}
_ROOT = Path(__file__).parents[1]
# Both run in the page, whose clock starts with the visit, so that driving it costs no time.
_NOTE_THERE = """() => {
    const look = () => {
        if (document.querySelector('.fn-example')?.offsetParent) {
            requestAnimationFrame(() => { window.there = performance.now(); });
        } else requestAnimationFrame(look);
    };
    look();
}"""
_NOTE_MOMENTS = """() => {
    const turns = document.querySelectorAll('.fn-turn').length;
    const moments = window.moments = {};
    const first = (name, found) => {
        if (found && !(name in moments)) moments[name] = performance.now() - moments.sent;
    };
    addEventListener('keydown', () => { moments.sent ??= performance.now(); }, true);
    new MutationObserver(() => {
        const turn = document.querySelectorAll('.fn-turn')[turns];
        if (!turn) return;
        first('step', turn.querySelector('.fn-steps li'));
        first('word', turn.querySelector('.fn-answer-text')?.textContent);
        first('answer', turn.querySelector('.fn-answered, .fn-abstained'));
    }).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--chunks", type=int, default=CHUNKS, help="in the library, at least")
    parser.add_argument("--squad", type=Path, default=SQUAD, help="documents and questions")
    parser.add_argument("--others", type=Path, default=OTHERS, help="more documents, likewise")
    parser.add_argument("--visits", type=int, default=VISITS, help="with an empty cache each")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="that are asked")
    parser.add_argument("--data-dir", type=Path, help="of the library (default: a new one)")
    parser.add_argument("--output", type=Path, default=Path("runs/benchmarks"), help="of results")


def run(arguments: argparse.Namespace) -> None:
    """Measure visits and questions; print the table, write page.json.

    Raises:
        FootnoteError: A set can't be read, or the server or Chromium doesn't start.
    """
    make_folder(arguments.output)
    asked = [each.text for each in load_dataset(arguments.squad).questions[: arguments.questions]]
    with TemporaryDirectory() as scratch:
        data_dir = (arguments.data_dir or Path(scratch) / "data").absolute()
        chunks = fill(data_dir, [arguments.squad, arguments.others], arguments.chunks)
        with serve(data_dir, Path(scratch) / "log") as address, open_browser() as browser:
            visits = [visit(browser, address) for _ in range(arguments.visits)]
            replies = ask(browser, address, asked)
    taken = {"there": visits, **collect(replies)}
    figures = {name: describe(values) for name, values in taken.items()}
    print(page_table(figures))
    result = {"chunks": chunks, "questions": len(replies), "visits": len(visits), "ms": figures}
    tell(f"results: {write_result(arguments.output, 'page', result)}")


def fill(data_dir: Path, sets: Sequence[Path], chunks: int) -> int:
    """Add documents of the sets until the library has so many chunks; returns how many it has."""
    library = Library(Settings(data_dir=data_dir))
    for path in sets:
        documents = load_dataset(path).documents
        for start in range(0, len(documents), AT_ONCE):
            if library.status().chunks >= chunks:
                break
            group = documents[start : start + AT_ONCE]
            library.add_texts(
                [(f"{path.stem}/{each.name}", each.title, each.text) for each in group]
            )
            tell(f"{library.status().chunks:,} of {chunks:,} chunks")
    return library.status().chunks


@contextmanager
def serve(data_dir: Path, log: Path) -> Iterator[str]:
    """Run the application on a data folder, and give its address once it answers.

    Raises:
        BenchmarkError: It ended, or isn't there in time.
    """
    port = find_free_port()
    command = [sys.executable, "app.py", "--data-dir", str(data_dir), "--port", str(port)]
    with log.open("wb") as written:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=written
        )
        try:
            wait_for_page(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def wait_for_page(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the page can be fetched.

    Raises:
        BenchmarkError: Its process ended, or it isn't there in time.
    """
    last = time.monotonic() + LONGEST_S
    while time.monotonic() < last:
        if process.poll() is not None:
            raise failure(log)
        try:
            with urllib.request.urlopen(address, timeout=LONGEST_S):  # noqa: S310 - of this machine
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise BenchmarkError(f"no page after {LONGEST_S:.0f} s; start app.py alone to see why")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Give the system's Chromium.

    Raises:
        BenchmarkError: There is none.
    """
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium")
    if executable is None:
        raise BenchmarkError("there is no 'chromium' on the path; install it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


def visit(browser: Browser, address: str) -> float:
    """Return the milliseconds from a visit with an empty cache until the page is there."""
    page = open_page(browser, address)
    taken = float(page.evaluate("() => window.there"))
    page.context.close()
    return taken


def open_page(browser: Browser, address: str) -> Page:
    """Visit the page with an empty cache, and wait until it is there."""
    page = browser.new_context().new_page()
    page.set_default_timeout(1000 * LONGEST_S)
    page.add_init_script(f"({_NOTE_THERE})()")
    page.goto(address)
    page.wait_for_function("() => window.there")
    return page


def ask(browser: Browser, address: str, questions: Sequence[str]) -> list[Mapping[str, float]]:
    """Return the moments of each question, in milliseconds since it was sent.

    The first is asked once before, unmeasured: it waits for the models.
    """
    page = open_page(browser, address)
    replies = [send(page, question) for question in ("Is anybody there?", *questions)]
    page.context.close()
    return replies[1:]


def send(page: Page, question: str) -> Mapping[str, float]:
    """Type a question, send it and return its moments."""
    page.fill("#question textarea", question)
    page.evaluate(_NOTE_MOMENTS)
    with page.expect_response(_is_suggestion):  # or the next question would share the processor
        page.press("#question textarea", "Enter")
    page.wait_for_function("() => 'answer' in window.moments")
    moments: Mapping[str, float] = page.evaluate("() => window.moments")
    return moments


def _is_suggestion(response: Response) -> bool:
    return "component_server" in response.url and "suggest" in (response.request.post_data or "")


def collect(replies: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Return the milliseconds of each moment, over all replies."""
    return {name: [reply[name] for reply in replies] for name in MOMENTS if name != "there"}


def describe(taken: Sequence[float]) -> dict[str, Any]:
    """Return the percentiles of some milliseconds, and these themselves."""
    percentiles = {f"p{each}": float(np.percentile(taken, each)) for each in PERCENTILES}
    return {**percentiles, "runs": list(taken)}


def page_table(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the table: percentiles and targets, in milliseconds."""
    names = [f"p{each}" for each in PERCENTILES]
    header = ("from", *(f"{name}, ms" for name in names), "target, ms")
    rows = (
        [about, *(cell(figures[moment][name], 0) for name in names), cell(target, 0)]
        for moment, (about, target) in MOMENTS.items()
    )
    return markdown_table(header, rows)
