"""Serves the page over documents in every format: `python serve_viewer.py FOLDER PORT`."""

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
    from interface.server import launch, wait_for_stop
    from retrieval.assistant import Assistant
    from tests.interface.viewer_documents import FiledLibrary, QuotingAssistant

    folder, port, *rest = sys.argv[1:]
    data_dir = Path(folder) / "data"
    data_dir.mkdir(exist_ok=True)
    library = FiledLibrary(Path(folder))
    library.settings = Settings(data_dir=data_dir, port=int(port), downloads="closed" not in rest)
    page = build_page(
        cast("Library", library),
        cast("Assistant", QuotingAssistant(library)),
        examples=("What does the text say?",),
    )
    print(launch(page, library.settings), flush=True)
    wait_for_stop(page)


if __name__ == "__main__":
    main()
