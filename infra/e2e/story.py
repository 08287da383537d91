"""What a team does with a deployed Moffman, from the first deployment to the last.

Every step is a function whose first line says what it shows; they run in the order of the file and build on each other.
"""

import datetime
import json
from dataclasses import dataclass, field
from pathlib import Path

from api import Api
from aws import STACK, Aws
from byroapi import TEMPLATE, Byroapi
from fuzz import fuzz
from google import Google
from mail import MailServer
from processes import Failed, until

BRNO, PRAGUE, OSTRAVA, PILSEN, ZLIN = (
    f"{city}-office@group.calendar.example.com" for city in ("brno", "prague", "ostrava", "pilsen", "zlin")
)
EVA, JAN = "eva@example.com", "jan@example.com"
PEOPLE = {EVA: "Eva Example", JAN: "Jan Sample"}
SPREADSHEET = "sample-spreadsheet"
OFFICES = [["Office", "Calendar"], ["Prague", PRAGUE]]
KEY_PARAMETER = "/moffman/service-account-key"
GENEROUS = {"RequestsPerSecond": 1000, "RequestBurst": 1000, "RequestsPerDay": 1_000_000}
# How long a schedule of one minute may take to start a sweep and this to be done: MiniStack looks every 10 seconds.
A_MINUTE_AT_MOST = 120


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

    def configuration(self, *, sweep_interval: int, reload_interval: int | None, offices: dict[str, str]) -> Path:
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


def deploy(stage: Stage) -> None:
    """An engineer stores the key, deploys, and has the schedules made"""
    for calendar in (BRNO, PRAGUE, OSTRAVA, PILSEN, ZLIN):
        stage.google.make_calendar(calendar)
    stage.google.fill_sheet(SPREADSHEET, "Offices", OFFICES)
    people = [["E-mail", "First name", "Last name", "Number"], [JAN, "Jan", "Sample", "0002"]]
    stage.google.fill_sheet(SPREADSHEET, "Manual users", people)
    stage.aws.client("ssm").put_parameter(Name=KEY_PARAMETER, Type="SecureString", Value=stage.google.key)
    file = stage.configuration(sweep_interval=7200, reload_interval=None, offices={"Brno": BRNO})
    stage.aws.build(file)
    stage.aws.deploy(ServiceAccountKeyParameter=KEY_PARAMETER, **GENEROUS)
    stage.aws.invoke(stage.aws.outputs()["Sweeper"], {"task": "maintain"})
    stage.api = Api(stage.aws.api_url(), stage.aws.api_key())


def schedules_are_made(stage: Stage) -> None:
    """The schedules are those of the configuration"""
    schedules = stage.aws.schedules()
    found = {name: schedule["ScheduleExpression"] for name, schedule in schedules.items()}
    expect("the schedules", found, {"maintain": "rate(1 hour)", "sweep-0-of-1": "rate(2 hours)"})


def roles_count(stage: Stage) -> None:
    """The functions may do what their roles allow, and nothing else"""
    iam, role = stage.aws.client("iam"), {"RoleName": stage.aws.resources()["ApiRole"], "PolicyName": "api"}
    policy = iam.get_role_policy(**role)["PolicyDocument"]
    stage.api.get("/api/v1/forms").ok()
    iam.delete_role_policy(**role)
    stage.api.get("/api/v1/forms").problem(500, "internal-error")
    iam.put_role_policy(**role, PolicyDocument=json.dumps(policy))
    stage.api.get("/api/v1/forms").ok()


def key_is_needed(stage: Stage) -> None:
    """Without the key there is only health"""
    paths = stage.api.get("/api/v1/openapi.json").ok()["paths"]
    operations = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    expect("how many operations", len(operations), 9)
    for key in ("", "not-the-key"):
        caller = Api(stage.api.url, key)
        for method, path in operations:
            answer = caller.send(method, path.replace("{form_id}", "some-form"), b"{}" if method == "POST" else None)
            if path == "/api/v1/health":
                expect("health", answer.ok()["status"], "ok")
            else:
                answer.problem(403, "wrong-api-key")


def reservation_is_approved(stage: Stage) -> None:
    """A reservation is registered, then approved, and stays so"""
    days = (str(stage.day(20)), str(stage.day(22)))
    for approved, status, title, colour in [
        (False, "pending", "(Ada Example)", "4"),
        (True, "approved", "Ada Example", "5"),
        (False, "approved", "Ada Example", "5"),
    ]:
        answer = stage.api.reserve("Ada Example", "Brno", *days, approved=approved, request_dt="8:00").ok()
        expect("the answer", (answer["status"], answer["start"], answer["end"]), (status, *days))
        ((event, content),) = stage.google.events(BRNO).items()
        expect("the event", (event, content["summary"], content["colorId"]), (answer["id"], title, colour))


def mistakes_are_explained(stage: Stage) -> None:
    """Mistakes of callers are problems that say what is wrong"""
    days = (str(stage.day(30)), str(stage.day(31)))
    reserve = stage.api.reserve
    problem = reserve("Ada Example", "Atlantis", *days, approved=True, request_dt="1").problem(422, "unknown-office")
    expect("the field", problem["field"], "office_id")
    problem = reserve("", "Brno", *days, approved=True, request_dt="1").problem(422, "invalid-content")
    expect("the field", problem["field"], "user.name")
    problem = reserve("Ada Example", "Brno", *reversed(days), approved=True, request_dt="1").problem(422, "invalid-content")
    expect("the field", problem["field"], "end")
    # The joined texts, of which the id is made, are the same.
    reserve("Dot Example", "Brno", *days, approved=True, request_dt="a.b").ok()
    reserve("Dot Example.a", "Brno", *days, approved=True, request_dt="b").problem(409, "reservation-conflict")
    stage.api.get("/api/v1/nowhere").problem(404, "no-such-route")


def sheet_is_read_again(stage: Stage) -> None:
    """An office that is added to the spreadsheet is known after a reload"""
    days = (str(stage.day(40)), str(stage.day(41)))
    stage.google.fill_sheet(SPREADSHEET, "Offices", [*OFFICES, ["Ostrava", OSTRAVA]])
    stage.api.reserve("Ada Example", "Ostrava", *days, approved=True, request_dt="1").problem(422, "unknown-office")
    report = stage.api.post("/api/v1/config_update").ok()
    expect("the offices", (report["offices"]["used"], report["problems"]), (2, []))
    stage.api.reserve("Ada Example", "Ostrava", *days, approved=True, request_dt="1").ok()


def ordered_sweep_approves(stage: Stage) -> None:
    """A day that a person entered is approved by a sweep ordered over the API, and the form is mailed"""
    event = stage.google.add_event(BRNO, EVA, str(stage.day(5)), str(stage.day(7)), "Eva in the office")
    (plan,) = stage.api.post("/api/v1/sweeps", {"office_id": "Brno", "dry_run": True}).ok()["plans"]
    expect("approvals in the plan", len([line for line in plan["plan"] if line.startswith("approve ")]), 1)
    report = stage.api.post("/api/v1/sweeps").ok()
    found = (report["offices_swept"], report["events_approved"], report["forms"]["issued"], report["problems"])
    expect("the report", found, (3, 1, 1, []))
    stage.expect_form(BRNO, event, seconds=10)
    stage.expect_approved(BRNO, event, "Eva Example")
    stage.forms = stage.api.get("/api/v1/forms").ok()["forms"]
    expect("the forms", [form["state"] for form in stage.forms], ["done"])


def document_is_kept(stage: Stage) -> None:
    """The API does what its OpenAPI document says, whatever it is sent"""
    fuzz(stage.api, stage.logs, stage.seed)
    stage.google.must_be_content()
    expect("mails so far", len(stage.mail_server.mails), 1)


def update_keeps_state(stage: Stage) -> None:
    """A deployment that changes the configuration takes effect in both functions and loses nothing"""
    days = (str(stage.day(50)), str(stage.day(51)))
    stage.api.reserve("Ada Example", "Pilsen", *days, approved=True, request_dt="1").problem(422, "unknown-office")
    before = stage.aws.resources()
    file = stage.configuration(sweep_interval=60, reload_interval=60, offices={"Brno": BRNO, "Pilsen": PILSEN})
    stage.aws.build(file)
    stage.aws.deploy(ServiceAccountKeyParameter=KEY_PARAMETER, **GENEROUS)
    after = stage.aws.resources()
    expect("the table", after["Table"], before["Table"])
    expect("the address", stage.aws.api_url(), stage.api.url)
    stage.api.reserve("Ada Example", "Pilsen", *days, approved=True, request_dt="1").ok()
    # What was known is known.
    expect("the forms", [form for form in stage.api.get("/api/v1/forms?office_id=Brno").ok()["forms"]], stage.forms)
    report = stage.api.post("/api/v1/sweeps", {"office_id": "Brno"}).ok()
    expect("the report", (report["events_approved"], report["forms"]["issued"], report["open"]), (0, 0, 0))
    expect("mails so far", len(stage.mail_server.mails), 1)


def schedules_are_changed(stage: Stage) -> None:
    """The schedules follow the configuration"""
    stage.aws.invoke(stage.aws.outputs()["Sweeper"], {"task": "maintain"})
    found = {name: schedule["ScheduleExpression"] for name, schedule in stage.aws.schedules().items()}
    expected = {"maintain": "rate(1 hour)", "sweep-0-of-1": "rate(1 minute)", "reload": "rate(1 minute)"}
    expect("the schedules", found, expected)


def scheduler_sweeps(stage: Stage) -> None:
    """The scheduler starts a sweep that finds a day, and a reload that finds an office"""
    event = stage.google.add_event(PILSEN, JAN, str(stage.day(8)), str(stage.day(9)), "Jan is there")
    stage.google.fill_sheet(SPREADSHEET, "Offices", [*OFFICES, ["Zlín", ZLIN]])
    stage.expect_form(PILSEN, event, seconds=A_MINUTE_AT_MOST)
    stage.expect_approved(PILSEN, event, "Jan Sample")
    days = (str(stage.day(60)), str(stage.day(61)))

    def look() -> bool:
        return stage.api.reserve("Ada Example", "Zlín", *days, approved=True, request_dt="1").status == 200

    until("the office is known", look, seconds=A_MINUTE_AT_MOST, every=2)
    expect("mails so far", len(stage.mail_server.mails), 2)


def plan_is_limited(stage: Stage) -> None:
    """Who asks too often is told to wait"""
    stage.aws.deploy(
        ServiceAccountKeyParameter=KEY_PARAMETER, RequestsPerSecond=1, RequestBurst=2, RequestsPerDay=1_000_000
    )
    answers = [stage.api.get("/api/v1/forms?limit=1") for _ in range(10)]
    expect("statuses", {answer.status for answer in answers}, {200, 429})
    refused = next(answer for answer in answers if answer.status == 429)
    refused.problem(429, "too-many-requests")
    expect("when to come back", refused.headers["Retry-After"], "1")


def nothing_is_left_behind(stage: Stage) -> None:
    """Logs name nobody, no task has failed, and Google had nothing to complain about"""
    outputs = stage.aws.outputs()
    secrets = ["example.com", "Example", "Sample", "ya29.", "PRIVATE KEY", stage.api.key, SPREADSHEET]
    for output in ("ApiLog", "SweeperLog"):
        lines = stage.aws.log(outputs[output])
        if not lines:
            raise Failed(f"{outputs[output]} is empty")
        (stage.logs / f"{output}.log").write_text("\n".join(lines))
        for line in lines:
            for secret in secrets:
                if secret in line:
                    raise Failed(f"{outputs[output]} has {secret!r}: {line}")
    attributes = stage.aws.client("sqs").get_queue_attributes(
        QueueUrl=stage.aws.resources()["DeadLetters"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    expect("dead letters", attributes["Attributes"]["ApproximateNumberOfMessages"], "0")
    stage.google.must_be_content()


def delete(stage: Stage) -> None:
    """Deleting the stack leaves the table, and only that"""
    resources = stage.aws.resources()
    stage.aws.delete()
    aws = stage.aws.client
    tables = aws("dynamodb").list_tables()["TableNames"]
    expect("the tables", tables, [resources["Table"]])
    if not aws("dynamodb").scan(TableName=resources["Table"], Limit=1)["Items"]:
        raise Failed("the table is empty")
    left = {
        "functions": aws("lambda").list_functions()["Functions"],
        "layers": aws("lambda").list_layers()["Layers"],
        "schedules": aws("scheduler").list_schedules()["Schedules"],
        "schedule groups": [
            group["Name"]
            for group in aws("scheduler").list_schedule_groups()["ScheduleGroups"]
            if group["Name"] != "default"
        ],
        "APIs": aws("apigateway").get_rest_apis()["items"],
        "API keys": aws("apigateway").get_api_keys()["items"],
        "usage plans": aws("apigateway").get_usage_plans()["items"],
        "queues": aws("sqs").list_queues().get("QueueUrls", []),
        "topics": aws("sns").list_topics()["Topics"],
        "alarms": aws("cloudwatch").describe_alarms()["MetricAlarms"],
        "log groups": [
            group["logGroupName"]
            for group in aws("logs").describe_log_groups()["logGroups"]
            if STACK in group["logGroupName"]
        ],
        "roles": [role["RoleName"] for role in aws("iam").list_roles()["Roles"] if STACK in role["RoleName"]],
    }
    expect("what is left", {kind: names for kind, names in left.items() if names}, {})


STEPS = [
    deploy,
    schedules_are_made,
    roles_count,
    key_is_needed,
    reservation_is_approved,
    mistakes_are_explained,
    sheet_is_read_again,
    ordered_sweep_approves,
    document_is_kept,
    update_keeps_state,
    schedules_are_changed,
    scheduler_sweeps,
    plan_is_limited,
    nothing_is_left_behind,
    delete,
]
