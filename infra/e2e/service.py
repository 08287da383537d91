"""Moffman in one process, without a state that outlives it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from form_service import FormService
from google import Google
from processes import Process, ended, free_port, listens, until


def team(google: Google, forms: FormService, directory: Path, people: dict[str, str]) -> dict[str, dict]:
    """Makes a calendar for the office of each of these people, who may enter days by hand; answers the configuration."""
    key = directory / "key.json"
    key.write_text(google.key)
    for office in people.values():
        google.make_calendar(calendar(office))
    return {
        "google_api": {"service_account_key_path": str(key), "endpoint": google.url},
        "offices": {"office_list": [{"name": office, "id": calendar(office)} for office in people.values()]},
        "manual_users": {"user_list": [{"name": "A Person", "id": person} for person in people]},
        "forms": {"template": "Attendance", "url": forms.url, "email": {"from": "us@example.com", "to": "hr@example.com"}},
    }


def calendar(office: str) -> str:
    return f"{office.lower()}@group.calendar.google.com"


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
