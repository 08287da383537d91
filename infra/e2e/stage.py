"""Who takes part in the story, and what they look at."""

import datetime
import json
from dataclasses import dataclass, field
from pathlib import Path

from api import Api
from aws import Aws
from byroapi import TEMPLATE, Byroapi
from google import Google
from mail import MailServer
from processes import Failed, until

BRNO, PRAGUE, OSTRAVA, PILSEN, ZLIN = (
    f"{city}-office@group.calendar.example.com" for city in ("brno", "prague", "ostrava", "pilsen", "zlin")
)
EVA, JAN = "eva@example.com", "jan@example.com"
PEOPLE = {EVA: "Eva Example", JAN: "Jan Sample"}
SPREADSHEET = "sample-spreadsheet"
KEY_PARAMETER = "/moffman/service-account-key"
GENEROUS = {"RequestsPerSecond": 1000, "RequestBurst": 1000, "RequestsPerDay": 1_000_000}


@dataclass
class Stage:
    """Everybody who takes part, and what later steps need to know of earlier ones."""

    directory: Path
    logs: Path
    aws: Aws
    google: Google
    byroapi: Byroapi
    mail_server: MailServer
    seed: int
    today: datetime.date = field(default_factory=datetime.date.today)
    api: Api = field(default_factory=lambda: Api("", ""))
    forms: list[dict] = field(default_factory=list)
    # How many mails there are, as the form says.
    mails: int = 1
    # What the deleted stack has left.
    table: str = ""

    def configuration(self, *, sweep_interval: int | None, reload_interval: int | None, offices: dict[str, str]) -> Path:
        """Writes the file that is deployed."""
        sheet = {"sheet_id": SPREADSHEET, "update_interval": reload_interval}
        content = {
            "general": {"manual_calendar_check_interval": sweep_interval},
            "google_api": {"endpoint": self.google.url},
            "manual_users": {
                "user_list": [{"id": EVA, "first_name": "Eva", "last_name": "Example", "employee_number": "0001"}],
                "google_config": sheet,
            },
            "offices": {
                "office_list": [{"name": name, "id": calendar} for name, calendar in offices.items()],
                "google_config": sheet,
            },
            "forms": {
                "template": TEMPLATE,
                "url": self.byroapi.url,
                "email": {
                    "from": {"moffman@example.com": "Moffman"},
                    "to": {"attendance@example.com": "Attendance"},
                    "subject": "Attendance: {user_name} {date_from} - {date_to}",
                    "contents": "Approved on {date_approved}.",
                    "attachments": "{last_name}_{date_from_attachment}.pdf",
                },
            },
        }
        file = self.directory / "moffman.yaml"
        # JSON is YAML.
        file.write_text(json.dumps(content, indent=2))
        return file

    def day(self, later: int) -> datetime.date:
        """A day of this run's future."""
        return self.today + datetime.timedelta(days=later)

    def expect_form(self, calendar: str, event: str, *, seconds: float) -> None:
        """Waits for the mail with the form of an event, and reads the form."""
        content = self.google.events(calendar)[event]
        person, name = content["creator"]["email"], PEOPLE[content["creator"]["email"]]
        first = datetime.date.fromisoformat(content["start"]["date"])
        last = datetime.date.fromisoformat(content["end"]["date"]) - datetime.timedelta(days=1)
        # The day on which it was entered.
        approved = datetime.date.fromisoformat(content["created"][:10])
        mail = self.mail_server.wait(f"Attendance: {name} {czech(first)} - {czech(last)}", seconds=seconds)
        expect("the recipients", mail.recipients, sorted(["attendance@example.com", person]))
        file = f"{name.split()[1]}_{first}.pdf"
        expect("the attachments", list(mail.attachments), [file])
        text = mail.pdf_text(file)
        for line in (f"Name: {name}", czech(first), czech(last), czech(approved)):
            if line not in text:
                raise Failed(f"the form of {name} lacks {line!r}: {text}")

    def expect_approved(self, calendar: str, event: str, title: str) -> None:
        """Waits until the event is approved in the calendar."""

        def look() -> bool:
            found = self.google.events(calendar)[event]
            return found["summary"] == title and found.get("colorId") == "5"

        until(f"{title!r} is approved", look, seconds=30)


def czech(day: datetime.date) -> str:
    """As `forms.date_format` has it, by default."""
    return day.strftime("%d.%m.%Y")


def expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Failed(f"{what}: {found!r}, expected {expected!r}")
