"""A running moffman, with simulated services, whose clock begins at the same time in every story."""

import datetime
import glob
import json
import os
from pathlib import Path

from api import Api
from google import Google
from processes import Failed, Process, free_port, until

# The time of the world: a Wednesday morning.
NOW = datetime.datetime(2026, 6, 10, 8, 40, tzinfo=datetime.UTC)
# How often the calendars are swept: once, at the start, unless somebody orders it.
SWEEPS = 3600


def at_that_time() -> dict[str, str]:
    """The environment of a program whose clock on the wall begins at `NOW`; how fast time goes by stays as it is."""
    found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not found:
        raise Failed("libfaketime is missing; `make page` installs it")
    when = NOW.strftime("@%Y-%m-%d %H:%M:%S")
    clock = {"LD_PRELOAD": found[0], "FAKETIME": when, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}
    return {"PATH": os.environ["PATH"], **clock}


class Service:
    """A process of `moffman`; with options it is more than the demo."""

    def __init__(self, binary: Path, log: Path, options: dict[str, object] | None = None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        given = {"general.storage_path": None, "general.manual_calendar_check_interval": SWEEPS, "rest_api.port": self.port}
        self._environment = at_that_time() | {
            "MOFFMAN_" + name.upper().replace(".", "__"): value if isinstance(value, str) else json.dumps(value)
            for name, value in (given | (options or {})).items()
        }
        self._binary, self._log = binary, log
        self._process: Process | None = None
        self.start()

    def start(self) -> None:
        """Starts it, also again, on the same port."""
        self._process = Process(self._log, [str(self._binary)], self._environment)
        until("the service answers", self._answers, seconds=30, every=0.02)

    def api(self, key: str = "") -> Api:
        """The service as a caller sees it who has this key."""
        return Api(self.url, key)

    def wait_for_sweep(self, key: str = "") -> None:
        """Waits until the sweep at the start is over."""

        def look() -> bool:
            sweeps = self.api(key).get("/api/v1/status").ok()["sweeps"]
            return bool(sweeps) and sweeps[0]["last"] >= NOW.strftime("%Y-%m-%dT%H:%M:%SZ")

        until("the sweep at the start", look, seconds=30, every=0.05)

    def end(self) -> None:
        """Ends it, if it runs."""
        if self._process:
            self._process.end()
            self._process = None

    def _answers(self) -> bool:
        self._process.must_live()
        try:
            return self.api().get("/api/v1/health").status == 200
        except OSError:
            return False


def with_google(google: Google, directory: Path, **options: object) -> dict[str, object]:
    """The options of a service that asks this Google."""
    key = directory / "key.json"
    key.write_text(google.key)
    return {"google_api.service_account_key_path": str(key), "google_api.endpoint": google.url} | options
