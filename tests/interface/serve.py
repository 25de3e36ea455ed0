"""Serves the page over the fakes, in a process of its own: `python serve.py FOLDER PORT [AUTH]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast


def main() -> None:
    from interface.environment import go_offline

    go_offline()
    from index.library import Library
    from index.settings import Settings
    from interface.page import build_page
    from interface.preflight import read_users
    from interface.server import launch, wait_for_stop
    from retrieval.assistant import Assistant
    from tests.interface.fakes import FakeAssistant, make_library

    folder, port, *rest = sys.argv[1:]
    settings = Settings(data_dir=Path(folder), port=int(port), max_file_bytes=1_000_000)
    library = make_library(settings.data_dir)
    page = build_page(
        cast("Library", library),
        cast("Assistant", FakeAssistant(library)),
        examples=("How many accounts were closed?", "What of <b>that</b>?"),
        sources=[Path(folder)],
    )
    users = read_users(Path(rest[0])) if rest else None
    print(launch(page, settings, users), flush=True)
    wait_for_stop(page)


if __name__ == "__main__":
    main()
