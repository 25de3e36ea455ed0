"""Serves the viewer's documents in a made-up language: `python serve_translated.py FOLDER PORT`."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    from interface.environment import go_offline

    go_offline()
    from interface import strings
    from tests.interface import serve_viewer
    from tests.interface.translated import write_translations

    folder = write_translations(Path(sys.argv[1]) / "translations")
    strings.read_translations.cache_clear()
    strings.TRANSLATIONS = folder
    serve_viewer.main()


if __name__ == "__main__":
    main()
