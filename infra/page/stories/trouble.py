"""A server that is down, slow or busy."""

from playwright.sync_api import expect

from stage import PRAGUE, Stage, expected

DAY = ("2026-06-17", "2026-06-18")


def server_goes_down_and_comes_back(stage: Stage) -> None:
    """The server goes down while a manager types a reason, which is still there when it comes back"""
    service = stage.service(stage.google(), {"Prague": PRAGUE})
    id = service.api().reserve("Ada Example", "Prague", *DAY, approved=False, request_dt="now").ok()["id"]
    visitor = stage.visitor(service)
    visitor.meets("down")
    page = visitor.opens("view=waiting&office=Prague")
    page.get_by_role("button", name="Reject Ada Example").click()
    dialog = page.get_by_role("dialog", name="Reject Ada Example?")
    reason = dialog.get_by_label("Reason (optional)")
    reason.press_sequentially("Too many of us at ")
    service.end()
    reason.press_sequentially("once.")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    expect(reason).to_have_value("Too many of us at once.")
    service.start()
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("article", name="Ada Example")).to_contain_text("Rejected.")
    kept = service.api().get(f"/api/v1/reservations/{id}?office_id=Prague").ok()
    expected("the reason", kept["reason"], "Too many of us at once.")

    service.end()
    page.get_by_role("link", name="Week", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    service.start()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Wednesday June 10")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def an_answer_takes_its_time(stage: Stage) -> None:
    """An answer takes longer than a second, and the page says so"""
    page = stage.visitor(stage.demo()).opens("view=status")
    held = []
    page.route("**/api/v1/attendance*", lambda route: held.append(route), times=1)
    page.get_by_role("link", name="Week", exact=True).click()
    waiting = page.get_by_text("Still waiting for an answer…")
    expect(waiting).to_be_visible()
    expect(page.get_by_role("main")).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    expect(page.get_by_role("table", name="Who is in")).to_be_visible()
    expect(page.get_by_role("main")).to_have_attribute("aria-busy", "false")
    expect(waiting).to_be_hidden()


def google_is_busy(stage: Stage) -> None:
    """Lists are used up, and the page says when it may work again"""
    visitor = stage.visitor(stage.demo())
    visitor.meets("503")
    page = visitor.opens("view=status")
    problem = {"type": "urn:moffman:problem:lists-used-up", "title": "Lists are used up", "status": 503, "detail": ""}
    answer = {"status": 503, "headers": {"retry-after": "20"}, "json": problem}
    page.route("**/api/v1/attendance*", lambda route: route.fulfill(**answer))
    page.get_by_role("link", name="Week", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("It may work again at 10:40")
    page.unroute("**/api/v1/attendance*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("table", name="Who is in")).to_be_visible()


STORIES = [server_goes_down_and_comes_back, an_answer_takes_its_time, google_is_busy]
