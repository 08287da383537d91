"""Reloads the directory from a Sheets server that others wrote, and from ours: both must do, and answer alike."""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from google import Google
from processes import Failed, arguments_of, ended, perform
from service import moffman
from sheets_server import Backlot, TokenEndpoint

PEM = Path(__file__).resolve().parents[1] / "simulators/data/simulator-service-account-key.pem"

# Numbers, checkboxes, blank rows, and rows without what they need.
TABS: dict[str, list[list]] = {
    "Offices": [
        ["Name", "Calendar"],
        ["Prague", "prague@example.com"],
        [],
        ["Brno", "brno@example.com", "a note"],
        ["Short"],
        [7, "seven@example.com"],
        [True, "true@example.com"],
    ],
    "Manual users": [
        ["Name", "E-mail"],
        ["Anna Nova", "anna@example.com"],
        ["bob@example.com", "Bob", "Kral", 12.0],
        ["nobody", "nowhere"],
    ],
    "Empty": [],
}
BLANK = "the row is blank"
NO_CALENDAR = "the calendar id is missing"
NO_ADDRESS = "neither of the first two cells is an e-mail address"
HEADING = "the row is the heading of the columns; the range should begin below it"
LIMITS = "exceeds grid limits. Max rows: 1000, max columns: 26"

# What is wrong with the rows of either tab, by number.
OFFICES = [(3, BLANK), (5, NO_CALENDAR)]
USERS = [(4, NO_ADDRESS)]

# Ranges of offices and people that hold the same rows, however they are written.
SAME = [
    ("Offices!A2:B", "Manual users!A2:D"),
    ("'Offices'!A2:B", "'Manual users'!A2:D"),
    ("OFFICES!a2:b1000", "manual users!A2:D1000"),
    ("Offices!A2:AB2000", "Manual users!A2:ZZ9999"),
    ("A2:B", "Manual users!2:900"),
    ("Offices!R2C1:R50C2", "'Manual users'!R2C1:R50C4"),
    ("R[1]C[0]:R[49]C[1]", "Manual users!R[1]C[0]:R2000C4"),
    ("offices!B2:A", "'Manual users'!D50:A2"),
    (" Offices!A2:B ", "\u00a0Manual users!A2:D\t"),
]
# Ranges that begin with the heading, the second with a gap above them.
WHOLE = [("Offices", "Manual users"), ("Offices!A:B", "'Manual users'!D:A"), ("'Offices'!1:9", "Manual users!R1C1:R9C4")]
# Ranges that are none, and what is said of them.
REFUSED = [
    ("Nowhere!A2:B", "Unable to parse range: Nowhere!A2:B"),
    ("Offices!A2:", "Unable to parse range: Offices!A2:"),
    ("Offices !A2:B", "Unable to parse range: Offices !A2:B"),
    ("Offices!R2C2:R1C1", "Unable to parse range: Offices!R2C2:R1C1"),
    ("Offices!A2000:B2001", f"Range (Offices!A2000:B2001) {LIMITS}"),
    ("offices!AA2:AB9", f"Range (Offices!AA2:AB9) {LIMITS}"),
    ("'Manual users'!ZZ:ZZ", f"Range ('Manual users'!ZZ) {LIMITS}"),
    ("Empty!1001:1002", f"Range (Empty!1001:1002) {LIMITS}"),
]


@dataclass
class Server:
    """A Sheets server, the spreadsheet in it and the key to it."""

    name: str
    url: str
    spreadsheet: str
    key: Path


def reload(address: str) -> tuple[int, dict]:
    request = urllib.request.Request(f"{address}/api/v1/config_update", method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def must_be(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Failed(f"{what}: {found!r} instead of {expected!r}")


def check(binary: Path, server: Server, directory: Path, log: Path) -> int:
    """Reloads all kinds of ranges from one server; answers how many."""

    def read(ranges: tuple[str, str]) -> tuple[int, dict]:
        offices, users = [{"sheet_id": server.spreadsheet, "range": text} for text in ranges]
        configuration = {
            "google_api": {"service_account_key_path": str(server.key), "endpoint": server.url},
            "offices": {"google_config": offices},
            "manual_users": {"google_config": users},
        }
        with moffman(binary, configuration, directory, log) as address:
            return reload(address)

    def loaded(ranges: tuple[str, str], rows: int, used: int, problems: list) -> None:
        what = f"{server.name}, {ranges}"
        status, report = read(ranges)
        must_be(f"{what}: status", status, 200)
        must_be(f"{what}: rows", (report["offices"]["rows"], report["offices"]["used"]), (rows, used))
        found = [(problem["row"], problem["what"]) for problem in report["problems"]]
        must_be(f"{what}: problems", found, problems)

    for ranges in SAME:
        loaded(ranges, 6, 4, OFFICES + USERS)
    for ranges in WHOLE:
        loaded(ranges, 7, 4, [(1, HEADING), *OFFICES, (1, HEADING), *USERS])
    loaded(("Offices!A4:B4", "Manual users!A3:D3"), 1, 1, [])
    loaded(("Empty!A2:B", "Empty"), 0, 0, [])
    for text, words in REFUSED:
        status, problem = read((text, "Manual users!A2:D"))
        must_be(f"{server.name}, {text}: status", status, 502)
        if not problem["detail"].endswith(f"Google says: {words}"):
            raise Failed(f"{server.name}, {text}: {problem['detail']!r} does not say {words!r}")
    return len(SAME) + len(WHOLE) + 2 + len(REFUSED)


def play(arguments: argparse.Namespace, directory: Path, logs: Path) -> None:
    theirs, ours = directory / "theirs.json", directory / "ours.json"
    with (
        ended(TokenEndpoint()) as token,
        ended(Backlot(arguments.backlot, directory, logs / "backlot.log", TABS)) as backlot,
        ended(Google(arguments.simulate_google, logs / "google.log")) as google,
    ):
        key = {"type": "service_account", "client_email": "moffman@example.com", "token_uri": token.url}
        theirs.write_text(json.dumps({**key, "private_key": PEM.read_text()}))
        ours.write_text(google.key)
        for title, rows in TABS.items():
            google.fill_sheet("team", title, rows)
        backlot.wait()
        for server in (
            Server("backlot", backlot.url, backlot.spreadsheet, theirs),
            Server("simulated Google", google.url, "team", ours),
        ):
            began = time.monotonic()
            count = check(arguments.moffman, server, directory, logs / "moffman.log")
            print(f"{count} ranges reloaded from {server.name} in {time.monotonic() - began:.0f} s", flush=True)
        google.must_be_content()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backlot", type=Path, required=True, help="the binary")
    parser.add_argument("--moffman", type=Path, required=True, help="the binary")
    return perform(play, arguments_of(parser))


if __name__ == "__main__":
    sys.exit(main())
