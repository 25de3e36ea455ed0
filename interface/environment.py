"""The process as the page needs it: the environment that Gradio finds, and whose turn it is."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

NICENESS = 10  # of what loads the models, and so of the threads that run them
UPLOADS = "footnote-uploads-"  # what the name of their folder begins with
UPLOADS_KEPT_SECONDS = 3600
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


def go_offline() -> None:
    """Switch off everything that would leave this machine, and give uploads a folder of their own.

    Call it before anything imports Gradio, which reads these variables once. Uploads go to a
    private folder that vanishes with the process, because Gradio's default one is shared by
    every user of the machine.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    if "GRADIO_TEMP_DIR" not in os.environ:
        upload_dir = tempfile.mkdtemp(prefix=UPLOADS)
        os.environ["GRADIO_TEMP_DIR"] = upload_dir
        atexit.register(shutil.rmtree, upload_dir, ignore_errors=True)
    _reach_loopback_directly()


def _reach_loopback_directly() -> None:
    """Keep Gradio's start-up check of its own address away from a configured proxy."""
    for variable in ("NO_PROXY", "no_proxy"):
        names = [name for name in os.environ.get(variable, "").split(",") if name]
        names += [name for name in LOOPBACK_NAMES if name not in names]
        os.environ[variable] = ",".join(names)


def give_way() -> None:
    """Let others go before this thread and those that it starts, where each has its own niceness.

    Reading takes every core there is; the page is to be served and drawn all the same.
    """
    if sys.platform == "linux":
        os.nice(NICENESS)


def sweep_uploads() -> None:
    """Delete what uploads that broke off left in our folder: Gradio knows of whole ones alone."""
    folder = Path(os.environ.get("GRADIO_TEMP_DIR", ""))
    if not folder.name.startswith(UPLOADS):
        return  # somebody else's
    with suppress(OSError):  # others tidy temporary folders, too
        for left in folder.iterdir():
            if left.is_file() and time.time() - left.stat().st_mtime > UPLOADS_KEPT_SECONDS:
                left.unlink()
