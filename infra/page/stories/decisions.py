"""What waits for a manager: approving, rejecting, and what others do meanwhile."""

import re

from playwright.sync_api import Locator, Page, Route, expect

from api import Api
from stage import PRAGUE, Stage, expected

THREE_DAYS = ("2026-06-17", "2026-06-20")


def card(page: Page, name: str) -> Locator:
    """The card of what somebody has reserved."""
    return page.get_by_role("article", name=name)


def reserved(api: Api, name: str) -> str:
    """Somebody reserves three days of next week in Prague; answers the id."""
    return api.reserve(name, "Prague", *THREE_DAYS, approved=False, request_dt="now").ok()["id"]


def manager_approves_and_rejects(stage: Stage) -> None:
    """A manager approves one reservation and rejects another, with a reason"""
    service = stage.demo()
    page = stage.visitor(service).opens()
    week = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Brno"))
    week.get_by_role("link", name=re.compile("waiting")).click()
    expect(page.get_by_role("heading", level=2, name="Brno")).to_be_visible()

    karel = card(page, "Karel Sample")
    expect(karel).to_contain_text("Entered by hand. Its form is ")
    expect(karel.get_by_role("button")).to_have_count(0)

    nina = card(page, "Nina Example").first
    expect(nina).to_contain_text(re.compile("Jun 10.*12"))
    names = [button.get_attribute("aria-label") for button in page.get_by_role("button", name="Approve").all()]
    assert len(set(names)) == len(names) > 1, names
    approve = nina.get_by_role("button", name=re.compile("^Approve Nina Example, .*Jun 10.*12"))
    reject = nina.get_by_role("button", name=re.compile("^Reject Nina Example, .*Jun 10.*12"))
    sent: list[Route] = []
    page.route("**/api/v1/reservations/*/approve", lambda route: sent.append(route))
    approve.click()
    for button in (approve, reject):
        expect(button).to_have_attribute("aria-disabled", "true")
        button.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expected("the decisions that were sent", len(sent), 1)
    sent[0].continue_()
    expect(nina).to_contain_text("Approved.")
    expect(nina.get_by_role("button")).to_have_count(0)
    expect(page.locator("#said")).to_have_text("Nina Example: approved.")

    mia = card(page, "Mia Example")
    mia.get_by_role("button", name="Reject Mia Example").click()
    dialog = page.get_by_role("dialog", name="Reject Mia Example?")
    dialog.get_by_label("Reason (optional)").fill("The office is being painted.")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).to_be_hidden()
    expect(mia).to_contain_text("Rejected.")
    expect(page.locator("#said")).to_have_text("Mia Example: rejected.")

    days = service.api().get("/api/v1/attendance?office_id=Brno&from=2026-06-10&to=2026-06-17").ok()["offices"][0]["days"]
    status = {person["name"]: person["status"] for day in days for person in day["people"]}
    expected("what Nina's days are", status["Nina Example"], "approved")
    assert "Mia Example" not in {person["name"] for person in days[-1]["people"]}, days


def somebody_changes_it_meanwhile(stage: Stage) -> None:
    """A manager meets what others have changed meanwhile, and overwrites nothing"""
    google = stage.google()
    service = stage.service(google, {"Prague": PRAGUE})
    api = service.api()
    moved, approved, rejected, cancelled = (reserved(api, f"{name} Example") for name in ("Ada", "Bea", "Cem", "Dag"))
    visitor = stage.visitor(service)
    visitor.meets("412", "409")
    page = visitor.opens("view=waiting&office=Prague")
    ada, bea, cem, dag = (card(page, f"{name} Example") for name in ("Ada", "Bea", "Cem", "Dag"))
    expect(dag.get_by_role("button", name="Approve Dag Example")).to_be_visible()

    google.edit_event(PRAGUE, moved, start={"date": "2026-06-24"}, end={"date": "2026-06-25"})
    ada.get_by_role("button", name="Approve Ada Example").click()
    alert = ada.get_by_role("alert")
    expect(alert).to_contain_text("This changed meanwhile.")
    expect(alert).to_contain_text("24")
    expected("the title in the calendar", google.events(PRAGUE)[moved]["summary"], "(Ada Example)")
    ada.get_by_role("button", name="Approve Ada Example").click()
    expect(ada).to_contain_text("Approved.")
    event = google.events(PRAGUE)[moved]
    expected("what is approved", (event["summary"], event["start"]["date"]), ("Ada Example", "2026-06-24"))

    api.post(f"/api/v1/reservations/{approved}/approve", {"office_id": "Prague"}).ok()
    bea.get_by_role("button", name="Reject Bea Example").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Reject").click()
    expect(bea.get_by_role("alert")).to_contain_text("This changed meanwhile.")
    expect(bea.get_by_role("alert")).to_contain_text("approved")
    expect(bea.get_by_role("button", name="Approve Bea Example")).to_have_count(0)
    expected("the title in the calendar", google.events(PRAGUE)[approved]["summary"], "Bea Example")

    api.post(f"/api/v1/reservations/{rejected}/reject", {"office_id": "Prague", "reason": "No room."}).ok()
    cem.get_by_role("button", name="Approve Cem Example").click()
    expect(cem.get_by_role("alert")).to_contain_text("This changed meanwhile.")
    expect(cem.get_by_role("alert")).to_contain_text("rejected")
    expect(cem.get_by_role("button", name="Approve Cem Example")).to_have_count(0)

    api.send("DELETE", f"/api/v1/reservations/{cancelled}?office_id=Prague", None).ok()
    dag.get_by_role("button", name="Reject Dag Example").click()
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    expect(dag.get_by_role("alert")).to_contain_text("This changed meanwhile.")
    assert not {rejected, cancelled} & google.events(PRAGUE).keys(), "what was ended stays so"


def nothing_waits(stage: Stage) -> None:
    """A manager finds that nothing waits"""
    page = stage.visitor(stage.service(stage.google(), {"Prague": PRAGUE})).opens("view=waiting")
    expect(page.get_by_text("Nothing waits in the next 31 days.")).to_be_visible()
    page.get_by_role("combobox", name="Office").fill("Prague")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing waits in Prague in these days.")).to_be_visible()


def a_week_far_ahead_is_decided(stage: Stage) -> None:
    """A manager follows a week far ahead to what waits in it, and asks for an office in small letters"""
    service = stage.service(stage.google(), {"Prague": PRAGUE})
    service.api().reserve("Ada Example", "Prague", "2026-12-15", "2026-12-16", approved=False, request_dt="now").ok()
    page = stage.visitor(service).opens("week=2026-12-14")
    page.get_by_role("row").get_by_role("link", name=re.compile("1 waiting")).click()
    ada = card(page, "Ada Example")
    ada.get_by_role("button", name="Approve Ada Example").click()
    expect(ada).to_contain_text("Approved.")
    page.get_by_role("combobox", name="Office").fill("prague")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=2, name="Prague")).to_be_visible()


STORIES = [manager_approves_and_rejects, somebody_changes_it_meanwhile, nothing_waits, a_week_far_ahead_is_decided]
