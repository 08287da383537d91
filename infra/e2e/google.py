"""Simulated Google: the process, and what people do in it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from processes import Failed, Process


class Google:
    """A process of `simulate-google`, which is told in lines of JSON what a person does."""

    def __init__(self, binary: Path, log: Path, environment: Mapping[str, str] | None = None):
        self._process = Process(log, [str(binary)], environment or {"PATH": os.environ["PATH"]}, talks=True)
        greeting = self._listen()
        self.url: str = greeting["url"]
        self.service_account: str = greeting["service_account_email"]
        self.key: str = greeting["service_account_key"]

    def make_calendar(self, calendar: str) -> None:
        self._do("make calendar", calendar=calendar, time_zone="Europe/Prague")

    def fill_sheet(self, spreadsheet: str, title: str, rows: list[list[str]]) -> None:
        """Fills a tab from its first cell on, in place of what it had."""
        self._do("fill sheet", spreadsheet=spreadsheet, title=title, rows=rows)

    def add_event(self, calendar: str, creator: str, start: str, end: str, title: str) -> str:
        """A person enters days by hand, `end` exclusive; answers the id of the event."""
        return self._do("add event", calendar=calendar, creator=creator, start=start, end=end, title=title)

    def edit_event(self, calendar: str, event: str, **fields: object) -> None:
        """A person changes fields of an event, as Google names them."""
        self._do("edit event", calendar=calendar, event=event, fields=fields)

    def events(self, calendar: str) -> dict[str, dict]:
        """The events of a calendar that are not deleted, by id."""
        return {event["id"]: event for event in self._do("list events", calendar=calendar)}

    def must_be_content(self) -> None:
        """Fails if anything was asked that real Google would not have accepted."""
        complaints = self._do("list complaints")
        if complaints:
            raise Failed("simulated Google complains:\n" + "\n".join(complaints))

    def end(self) -> None:
        self._process.end()

    def _do(self, what: str, **details: object):
        self._process.must_live()
        self._process.child.stdin.write(json.dumps({"do": what, **details}) + "\n")
        self._process.child.stdin.flush()
        answer = self._listen()
        if "error" in answer:
            raise Failed(f"simulated Google: {answer['error']}")
        return answer["ok"]

    def _listen(self) -> dict:
        line = self._process.child.stdout.readline()
        if not line:
            raise Failed("simulated Google has ended")
        return json.loads(line)
