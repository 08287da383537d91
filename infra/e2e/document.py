"""Sends a local Moffman requests that are made from its OpenAPI document, with the keys of several roles."""

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path

from api import Api
from form_service import FormService
from fuzz import Caller, fuzz
from google import Google
from processes import arguments_of, ended, perform
from service import calendar, moffman, team

PEOPLE = {"eva@example.com": "Brno", "jan@example.com": "Prague"}


def play(arguments: argparse.Namespace, directory: Path, logs: Path) -> None:
    callers = [Caller(role, f"key-of-the-{role}") for role in arguments.roles]
    operator = Caller("operator", "key-of-the-operator")
    with ended(Google(arguments.simulate_google, logs / "google.log")) as google, ended(FormService()) as forms:
        configuration = team(google, forms, directory, PEOPLE)
        configuration["rest_api"] = {"keys": {caller.role: [caller.key] for caller in [operator, *callers]}}
        day = date.today() + timedelta(days=3)
        for person, office in PEOPLE.items():
            google.add_event(calendar(office), person, str(day), str(day + timedelta(days=1)), "here")
        with moffman(arguments.moffman, configuration, directory, logs / "moffman.log") as address:
            # So that there are forms to settle.
            Api(address, operator.key).post("/api/v1/sweeps").ok()
            fuzz(address, callers, logs, arguments.seed, arguments.cases)
        google.must_be_content()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moffman", type=Path, required=True, help="the binary")
    parser.add_argument("--cases", type=int, required=True, help="how many requests, by all roles together")
    parser.add_argument("--roles", nargs="+", required=True, help="whose keys are used")
    parser.add_argument("--seed", type=int, default=1, help="which requests schemathesis makes")
    return perform(play, arguments_of(parser))


if __name__ == "__main__":
    sys.exit(main())
