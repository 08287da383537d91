"""Sends a local Moffman requests that are made from its OpenAPI document, with the keys of several roles."""

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path

from fuzz import Caller, fuzz
from google import Google
from processes import arguments_of, ended, perform
from service import moffman

OFFICES = {"Prague": "prague@group.calendar.google.com", "Brno": "brno@group.calendar.google.com"}
EVA = "eva@example.com"


def play(arguments: argparse.Namespace, directory: Path, logs: Path) -> None:
    callers = [Caller(role, f"key-of-the-{role}") for role in arguments.roles]
    with ended(Google(arguments.simulate_google, logs / "google.log")) as google:
        for calendar in OFFICES.values():
            google.make_calendar(calendar)
        day = date.today() + timedelta(days=3)
        google.add_event(OFFICES["Brno"], EVA, str(day), str(day + timedelta(days=1)), "Eva in the office")
        key = directory / "key.json"
        key.write_text(google.key)
        configuration = {
            "google_api": {"service_account_key_path": str(key), "endpoint": google.url},
            "offices": {"office_list": [{"name": name, "id": calendar} for name, calendar in OFFICES.items()]},
            "manual_users": {"user_list": [{"name": "Eva Example", "id": EVA}]},
            "rest_api": keys(callers),
        }
        with moffman(arguments.moffman, configuration, directory, logs / "moffman.log") as address:
            fuzz(address, callers, logs, arguments.seed, arguments.cases)
        google.must_be_content()


def keys(callers: list[Caller]) -> dict:
    """The keys as the configuration has them."""
    (operator,) = [caller.key for caller in callers if caller.role == "operator"]
    return {"api_key": operator}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moffman", type=Path, required=True, help="the binary")
    parser.add_argument("--cases", type=int, required=True, help="how many requests, by all roles together")
    parser.add_argument("--roles", nargs="+", required=True, help="whose keys are used")
    parser.add_argument("--seed", type=int, default=1, help="which requests schemathesis makes")
    return perform(play, arguments_of(parser))


if __name__ == "__main__":
    sys.exit(main())
