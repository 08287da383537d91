"""The real Byroapi, with a form for each of the sample people."""

import json
import os
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mail import MailServer
from processes import Process, free_port, listens, until

TEMPLATE = "Office_Attendance"
# Where a field is filled in, in millimetres from the lower left corner.
FIELDS = {"date_from": (70, 230), "date_to": (70, 220), "date_approved": (70, 210)}


class Byroapi:
    """Listens on a free port of 127.0.0.1; mails by way of `mail_server`."""

    def __init__(self, bin: Path, directory: Path, log: Path, people: dict[str, str], mail_server: MailServer):
        forms = directory / "blank-forms"
        forms.mkdir()
        for address, name in people.items():
            draw_blank_form(forms / f"{address}.pdf", name)
        self.port = free_port()
        file = directory / "byroapi.yaml"
        # JSON is YAML.
        file.write_text(json.dumps(configuration(forms, self.port, mail_server.port)))
        # It insists on a mail server whose certificate it can trust.
        environment = {"PATH": os.environ["PATH"], "SSL_CERT_FILE": str(mail_server.certificate)}
        command = [str(bin / "byroapi"), "--config", str(file)]
        self._process = Process(log, command, environment)
        self.url = f"http://127.0.0.1:{self.port}/api/v1/form"

    def wait(self) -> None:
        def look() -> bool:
            self._process.must_live()
            return listens(self.port)

        until("Byroapi listens", look, seconds=30)

    def end(self) -> None:
        self._process.end()


def configuration(forms: Path, port: int, mail_port: int) -> dict:
    fields = [{"name": name, "type": "string", "coords": {"x": x, "y": y}} for name, (x, y) in FIELDS.items()]
    source = {"path": str(forms), "path_value_substitution": {"value": "user_id", "pattern": "{0}.pdf"}}
    return {
        "general": {"log_level": "INFO"},
        "templating": {"fonts": [], "templates": [{"id": TEMPLATE, "template": source, "fields": fields}]},
        "email": {"smtp": {"host": "localhost", "port": mail_port, "smtp_skip_login": True}},
        "rest_api": {"addr": "127.0.0.1", "port": port},
    }


def draw_blank_form(file: Path, name: str) -> None:
    """A page with the person's name and a label before each field."""
    canvas = Canvas(str(file))
    canvas.drawString(30 * mm, 250 * mm, "Attendance in the office (sample)")
    canvas.drawString(30 * mm, 240 * mm, f"Name: {name}")
    for field, (x, y) in FIELDS.items():
        canvas.drawString((x - 40) * mm, y * mm, field.replace("_", " "))
    canvas.save()
