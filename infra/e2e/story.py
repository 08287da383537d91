"""What a team does with a deployed Moffman, from the first deployment to the last.

Every step is a function whose first line says what it shows; they run in the order of the file and build on each other.
"""

import json
import re

from api import Api
from differences import event_with_key
from ending import delete, delete_again, nothing_is_left_behind, table_is_used_again
from fuzz import Caller, fuzz
from processes import until
from stage import BRNO, EVA, GENEROUS, JAN, KEY_PARAMETER, OSTRAVA, PILSEN, PRAGUE, SPREADSHEET, ZLIN, Stage, expect

OFFICES = [["Office", "Calendar"], ["Prague", PRAGUE]]
# How long a new schedule of one minute may take to begin, and its task to be done: MiniStack looks every 10 seconds.
A_ROUND = 180


def deploy(stage: Stage) -> None:
    """An engineer stores the key, deploys, and has the schedules made"""
    for calendar in (BRNO, PRAGUE, OSTRAVA, PILSEN, ZLIN):
        stage.google.make_calendar(calendar)
    stage.google.fill_sheet(SPREADSHEET, "Offices", OFFICES)
    people = [["E-mail", "First name", "Last name", "Number"], [JAN, "Jan", "Sample", "0002"]]
    stage.google.fill_sheet(SPREADSHEET, "Manual users", people)
    stage.aws.client("ssm").put_parameter(Name=KEY_PARAMETER, Type="SecureString", Value=stage.google.key)
    file = stage.configuration(sweep_interval=None, reload_interval=7200, offices={"Brno": BRNO})
    stage.aws.build(file)
    stage.aws.deploy(ServiceAccountKeyParameter=KEY_PARAMETER, **GENEROUS)
    stage.aws.invoke(stage.aws.outputs()["Sweeper"], {"task": "maintain"})
    stage.api = Api(stage.aws.api_url(), stage.aws.api_key())


def schedules_are_made(stage: Stage) -> None:
    """The schedules are those of the configuration"""
    expect("the schedules", stage.aws.schedules(), {"maintain": "rate(1 hour)", "reload": "rate(2 hours)"})


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
    """Without the key there are only health and the document"""
    document = Api(stage.api.url, "").get("/api/v1/openapi.json").ok()
    expect("how many servers", len(document["servers"]), 1)
    paths = document["paths"]
    operations = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    expect("how many operations", len(operations), 17)
    for key in ("", "not-the-key"):
        caller = Api(stage.api.url, key)
        for method, path in operations:
            path = path.replace("{form_id}", "some-form").replace("{id}", "some_event")
            answer = caller.send(method, path, b"{}" if method == "POST" else None)
            if path in ("/api/v1/health", "/api/v1/openapi.json"):
                answer.ok()
            else:
                answer.problem(403, "wrong-api-key")
    for path in ("/api/v1/offices", "/api/v1/attendance", "/api/v1/status", "/api/v1/forms"):
        for key, status in (("", 403), (stage.api.key, 200)):
            expect(f"the status of HEAD {path}", Api(stage.api.url, key).send("HEAD", path, None).status, status)
    expect("the status of a HEAD that would reload", stage.api.send("HEAD", "/api/v1/config_update", None).status, 404)


def page_is_shown(stage: Stage) -> None:
    """The page and its files need no key, also at an address without its last slash"""
    nobody = Api(stage.api.url, "")
    for slash in ("", "/"):
        page = nobody.get(slash)
        expect("the page", (page.status, page.headers.get_content_type()), (200, "text/html"))
        (digest,) = set(re.findall(r"\?file=([0-9a-f]+)/", page.body.decode()))
        for path in (f"{slash}?file={digest}/main.js", f"/page/{digest}/week.js"):
            script = nobody.get(path)
            expect(path, (script.status, script.headers.get_content_type()), (200, "text/javascript"))
            expect(path, "immutable" in script.headers["cache-control"], True)
        expect("the status of HEAD", nobody.send("HEAD", slash, None).status, 200)


def keys_have_roles(stage: Stage) -> None:
    """The stack has a key for each role, and the function knows what each may do"""
    function = f"{stage.aws.resources()['ApiFunction']}:live"
    # The office of the sample is none of this team's.
    expected = {"reader": (403, 403), "workflow": (422, 403), "operator": (422, 200)}
    for role, key_id in stage.aws.key_ids().items():
        Api(stage.api.url, stage.aws.api_key(role)).get("/api/v1/offices").ok()
        place, sweep = (event_with_key(f"api-{name}.json", key_id) for name in ("reservation", "sweep"))
        sweep["body"] = json.dumps({"dry_run": True})
        statuses = tuple(stage.aws.invoke(function, event)["statusCode"] for event in (place, sweep))
        expect(f"what a {role} may do", statuses, expected[role])
    lines = [json.loads(line) for line in stage.aws.log(stage.aws.outputs()["ApiLog"]) if '"message":"request"' in line]
    found = [line["caller"] for line in lines if line["status"] == 422]
    expect("the callers in the log", found, [stage.aws.key_ids()[role] for role in ("operator", "workflow")])


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
    expect("the forms", [form["state"] for form in stage.forms], ["issued"])


def attendance_is_read(stage: Stage) -> None:
    """What was registered and entered can be listed, looked at and downloaded"""
    answer = stage.api.get(f"/api/v1/reservations?office_id=Brno&from={stage.day(5)}&to={stage.day(21)}").ok()
    found = [(one["kind"], one["status"], one["name"], one["start"]) for one in answer["reservations"]]
    manual, reserved = ("manual", "approved", "Eva Example"), ("reservation", "approved", "Ada Example")
    expect("the list", found, [(*manual, str(stage.day(5))), (*reserved, str(stage.day(20)))])
    for one in answer["reservations"]:
        single = stage.api.get(f"/api/v1/reservations/{one['id']}?office_id=Brno")
        expect("the same one", (single.ok(), single.headers["ETag"]), (one, one["etag"]))
    table = stage.api.get(f"/api/v1/attendance?office_id=Brno&from={stage.day(5)}&to={stage.day(6)}&format=csv")
    lines = [f"Brno,{stage.day(day)},Eva Example,approved" for day in (5, 6)]
    expect("the table", table.body.decode("utf-8-sig").splitlines(), ["office,date,name,status", *lines])


def reservation_is_ended(stage: Stage) -> None:
    """A reservation that is rejected over the API is not brought back by a late repetition"""
    days, office = (str(stage.day(24)), str(stage.day(25))), {"office_id": "Brno"}
    request = lambda: stage.api.reserve("Bob Example", "Brno", *days, approved=False, request_dt="3")
    path = f"/api/v1/reservations/{request().ok()['id']}"
    for _ in range(2):
        decision = stage.api.post(f"{path}/reject", office | {"reason": "no room"}).ok()
        expect("the decision", (decision["status"], decision["reason"], decision["url"]), ("rejected", "no room", None))
    expect("how it was ended", request().problem(409, "reservation-ended")["ended"], "rejected")
    stage.api.post(f"{path}/approve", office).problem(409, "reservation-ended")
    stage.api.send("DELETE", f"{path}?office_id=Brno", None).problem(409, "reservation-ended")
    found = stage.api.get(f"{path}?office_id=Brno").ok()
    expect("what is remembered", (found["status"], found["reason"], found["name"]), ("rejected", "no room", None))


def document_is_kept(stage: Stage) -> None:
    """The API does what its OpenAPI document says, whatever it is sent"""
    fuzz(stage.api.url, [Caller("operator", stage.api.key)], stage.logs, stage.seed)
    stage.google.must_be_content()
    # It may have ordered copies of the form, each of which is one more mail.
    stage.api.post("/api/v1/sweeps").ok()
    stage.forms = stage.api.get("/api/v1/forms").ok()["forms"]
    expect("the forms", [form["state"] for form in stage.forms], ["issued"])
    stage.mails = stage.forms[0]["mails"]
    expect("mails so far", len(stage.mail_server.mails), stage.mails)


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
    expect("the forms", stage.api.get("/api/v1/forms?office_id=Brno").ok()["forms"], stage.forms)
    report = stage.api.post("/api/v1/sweeps", {"office_id": "Brno"}).ok()
    expect("the report", (report["events_approved"], report["forms"]["issued"], report["open"]), (0, 0, 0))
    expect("mails so far", len(stage.mail_server.mails), stage.mails)


def schedules_are_changed(stage: Stage) -> None:
    """The schedules follow the configuration"""
    stage.aws.invoke(stage.aws.outputs()["Sweeper"], {"task": "maintain"})
    expected = {"maintain": "rate(1 hour)", "reload": "rate(1 minute)", "sweep-0-of-1": "rate(1 minute)"}
    expect("the schedules", stage.aws.schedules(), expected)


def scheduler_sweeps(stage: Stage) -> None:
    """The scheduler starts a sweep that finds a day, and a reload that finds an office"""
    event = stage.google.add_event(PILSEN, JAN, str(stage.day(8)), str(stage.day(9)), "Jan is there")
    stage.google.fill_sheet(SPREADSHEET, "Offices", [*OFFICES, ["Zlín", ZLIN]])
    stage.expect_form(PILSEN, event, seconds=A_ROUND)
    stage.expect_approved(PILSEN, event, "Jan Sample")
    days = (str(stage.day(60)), str(stage.day(61)))

    def look() -> bool:
        return stage.api.reserve("Ada Example", "Zlín", *days, approved=True, request_dt="1").status == 200

    until("the office is known", look, seconds=A_ROUND, every=2)
    status = stage.api.get("/api/v1/status").ok()
    (sweep,) = status["sweeps"]
    expect("the last sweep", (sweep["shard"], sweep["outcome"], status["reload"]["outcome"]), ("0-of-1", "ok", "ok"))
    expect("mails so far", len(stage.mail_server.mails), stage.mails + 1)


def plan_is_limited(stage: Stage) -> None:
    """Who asks too often is told to wait"""
    stage.aws.deploy(ServiceAccountKeyParameter=KEY_PARAMETER, RequestsPerSecond=1, RequestBurst=2, RequestsPerDay=1_000_000)
    answers = [stage.api.get("/api/v1/forms?limit=1") for _ in range(10)]
    expect("statuses", {answer.status for answer in answers}, {200, 429})
    refused = next(answer for answer in answers if answer.status == 429)
    refused.problem(429, "too-many-requests")
    expect("when to come back", refused.headers["Retry-After"], "1")


STEPS = [
    deploy,
    schedules_are_made,
    roles_count,
    key_is_needed,
    page_is_shown,
    keys_have_roles,
    reservation_is_approved,
    mistakes_are_explained,
    sheet_is_read_again,
    ordered_sweep_approves,
    attendance_is_read,
    reservation_is_ended,
    document_is_kept,
    update_keeps_state,
    schedules_are_changed,
    scheduler_sweeps,
    plan_is_limited,
    nothing_is_left_behind,
    delete,
    table_is_used_again,
    delete_again,
]
