"""Moffman in one process, without a state that outlives it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processes import Process, ended, free_port, listens, until


@contextmanager
def moffman(binary: Path, configuration: dict[str, dict], directory: Path, log: Path) -> Iterator[str]:
    """The service with this configuration, sweeping only when it is told to; gives its address."""
    port = free_port()
    file = directory / "moffman.json"
    own = {
        "general": {"manual_calendar_check_interval": None, "storage_path": None},
        "rest_api": {"addr": "127.0.0.1", "port": port, **configuration.get("rest_api", {})},
    }
    file.write_text(json.dumps({**configuration, **own}))
    process = Process(log, [str(binary), "--config", str(file)], {"PATH": os.environ["PATH"]})
    with ended(process):

        def look() -> bool:
            process.must_live()
            return listens(port)

        until("moffman listens", look, seconds=60)
        yield f"http://127.0.0.1:{port}"
