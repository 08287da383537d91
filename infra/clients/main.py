"""Generates clients from the OpenAPI document that a local Moffman serves, and plays a workflow's day with each of them."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from forms import FormService
from google import Google
from processes import Failed, arguments_of, ended, perform
from service import moffman

HERE = Path(__file__).resolve().parent
KEY = "sesame-open"
# How long a command may take, in seconds.
PATIENCE = 120


class Studio:
    """Where clients are made and stories are played: each command has a log."""

    def __init__(self, arguments: argparse.Namespace, directory: Path, logs: Path):
        self.python = arguments.venv / "bin"
        self.node = arguments.node_modules / ".bin"
        self.directory, self.logs = directory, logs

    def run(self, name: str, command: list[str | Path], **environment: str) -> None:
        # The generator for Python looks for its formatter there.
        paths = f"{self.python}:{os.environ['PATH']}"
        log = self.logs / f"{name}.log"
        with log.open("wb") as output:
            done = subprocess.run(
                command,
                cwd=self.directory,
                env={"PATH": paths, "HOME": str(self.directory), **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE,
            )
        if done.returncode:
            raise Failed(f"{name} has failed; see {log}")


def in_python(studio: Studio, document: str, story: list[str]) -> None:
    """A workflow in Python"""
    folder = studio.directory / "python"
    folder.mkdir()
    generate = [studio.python / "openapi-python-client", "generate", "--meta", "none", "--fail-on-warning"]
    studio.run("python-client", [*generate, "--url", document, "--output-path", folder / "moffman_client"])
    # Of what is generated only the types count.
    check = [studio.python / "mypy", "--strict", "--follow-imports", "silent", HERE / "story.py"]
    studio.run("python-types", check, MYPYPATH=str(folder))
    studio.run("python-story", [studio.python / "python", "-B", HERE / "story.py", *story], PYTHONPATH=str(folder))


def in_typescript(studio: Studio, document: str, story: list[str]) -> None:
    """A workflow in TypeScript"""
    folder = studio.directory / "typescript"
    folder.mkdir()
    for name in ("story.ts", "tsconfig.json"):
        shutil.copy(HERE / name, folder)
    studio.run("typescript-client", [studio.node / "openapi-typescript", document, "--output", folder / "moffman.d.ts"])
    studio.run("typescript-types", [studio.node / "tsc", "--project", folder])
    studio.run("typescript-story", ["node", folder / "build/story.js", *story])


# Who enters a day by hand in which office, for whose story.
STORIES = [(in_python, "Prague", "eva@example.com"), (in_typescript, "Brno", "jan@example.com")]


def play(arguments: argparse.Namespace, directory: Path, logs: Path) -> None:
    day = date.today() + timedelta(days=3)
    studio = Studio(arguments, directory, logs)
    with ended(Google(arguments.simulate_google, logs / "google.log")) as google, ended(FormService()) as forms:
        key = directory / "key.json"
        key.write_text(google.key)
        configuration = {
            "google_api": {"service_account_key_path": str(key), "endpoint": google.url},
            "offices": {"office_list": [{"name": office, "id": calendar(office)} for _, office, _ in STORIES]},
            "manual_users": {"user_list": [{"name": "A Person", "id": person} for _, _, person in STORIES]},
            "forms": {"template": "Attendance", "url": forms.url, "email": {"from": "us@example.com", "to": "hr@example.com"}},
            "rest_api": {"api_key": KEY},
        }
        for _, office, person in STORIES:
            google.make_calendar(calendar(office))
            google.add_event(calendar(office), person, str(day), str(day + timedelta(days=1)), "here")
        with moffman(arguments.moffman, configuration, directory, logs / "moffman.log") as address:
            for story, office, _ in STORIES:
                began = time.monotonic()
                print(story.__doc__, flush=True)
                story(studio, f"{address}/api/v1/openapi.json", [address, KEY, office, str(day)])
                print(f"  done in {time.monotonic() - began:.0f} s", flush=True)
        google.must_be_content()


def calendar(office: str) -> str:
    return f"{office.lower()}@group.calendar.google.com"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moffman", type=Path, required=True, help="the binary")
    parser.add_argument("--venv", type=Path, required=True, help="virtual environment with the generator for Python")
    parser.add_argument("--node-modules", type=Path, required=True, help="folder with the generator for TypeScript")
    return perform(play, arguments_of(parser))


if __name__ == "__main__":
    sys.exit(main())
