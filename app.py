"""The web application: index the sources, then serve the page and the endpoints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from index.command import say
from index.errors import FootnoteError, NotFoundError
from index.settings import Settings, load_settings

INTERRUPTED = 130  # what shells expect of a program that Ctrl-C ended
DEFAULT_SOURCE = Path(__file__).resolve().parent / "seeds" / "documents"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the application.

    Args:
        arguments: The command line without the program's name; None for the process's own.

    Returns:
        The exit code: 0 after a clean stop, 1 on a known error told in one line, 130 when
        interrupted before it serves.
    """
    flags = vars(make_parser().parse_args(arguments))
    config = flags.pop("config")
    try:
        settings = load_settings(flags, config)
        serve(settings)
    except FootnoteError as error:
        say(str(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return INTERRUPTED
    return 0


def serve(settings: Settings) -> None:
    """Index the sources and serve until stopped; listens only once they are indexed.

    Raises:
        FootnoteError: A setting makes no sense, or the data folder can't be used.
    """
    from interface.preflight import read_users, require_free_port

    users = read_users(settings.auth_file) if settings.auth_file else None
    sources = require_sources(settings.source or (DEFAULT_SOURCE,))
    require_free_port(settings.host, settings.port)

    from interface.environment import give_way, go_offline

    go_offline()  # before anything imports Gradio
    from index.library import Library
    from index.progress import progress_bar
    from interface.examples import read_examples
    from interface.page import build_page
    from interface.server import launch, wait_for_stop
    from retrieval.assistant import Assistant

    library = Library(settings)
    with progress_bar() as progress:
        report = library.add(sources, progress=progress)
    for outcome in report.refused:
        say(f"refused {outcome.source}: {outcome.reason}", file=sys.stderr)
    assistant = Assistant(library)
    with ThreadPoolExecutor(initializer=give_way) as beside:
        warm = beside.submit(assistant.warm_up)
        page = build_page(library, assistant, examples=read_examples(sources), sources=sources)
    warm.result()
    address = launch(page, settings, users)
    count = library.status().documents
    documents = "1 document" if count == 1 else f"{count} documents"
    print(f"Footnote answers from {documents} at {address}", flush=True)
    wait_for_stop(page)


def require_sources(sources: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the sources if all of them exist.

    Raises:
        NotFoundError: One doesn't; nothing is indexed then, as it is likely a slip of the pen.
    """
    for source in sources:
        if not source.exists():
            raise NotFoundError(f"the source {str(source)!r} does not exist; correct --source")
    return sources


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; flags that aren't given are None."""
    parser = argparse.ArgumentParser(
        prog="app.py", description="Serve a page that answers questions about documents."
    )
    parser.add_argument(
        "--source",
        action="append",
        type=Path,
        metavar="DIR",
        help="folder or file to index first; may be repeated (default: seeds/documents)",
    )
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where the index lives")
    parser.add_argument("--host", metavar="H", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, metavar="N", help="port to listen on (default: 7860)")
    parser.add_argument(
        "--auth-file", type=Path, metavar="F", help="file with a line name:password for each user"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
