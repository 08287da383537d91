"""How it is going."""

from playwright.sync_api import expect

from stage import Stage, expected


def operator_looks_and_sweeps(stage: Stage) -> None:
    """An operator looks how it is going, sees what a sweep would do, and sweeps"""
    service = stage.demo()
    visitor = stage.visitor(service)
    page = visitor.opens()
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Status").click()
    main = page.get_by_role("main")
    for heading in ("Sweeps", "Spreadsheet", "Offices in trouble", "Rows left out", "Forms"):
        expect(main.get_by_role("heading", level=2, name=heading, exact=True)).to_be_visible()
    expect(main.get_by_text("This needs a person: 1 office in trouble, ")).to_contain_text("1 form held until")
    expect(main).to_contain_text("Zlín")
    expect(main).to_contain_text("who needs the right to make changes to events")
    expect(main).to_contain_text("either of the first two cells is an e-mail address")
    expect(main.get_by_text("overdue")).to_have_count(0)

    form = service.api().get("/api/v1/forms?state=held").ok()["forms"][0]
    service.api().post(f"/api/v1/forms/{form['id']}/resend").ok()
    page.get_by_role("button", name="Sweep now…").click()
    dialog = page.get_by_role("dialog", name="Sweep now?")
    expect(dialog).to_contain_text("A sweep would do this:")
    expect(dialog).to_contain_text("Prague")
    expected("the form meanwhile", service.api().get("/api/v1/forms?state=due").ok()["forms"][0]["id"], form["id"])
    dialog.get_by_role("button", name="Sweep now").click()
    report = page.get_by_role("dialog", name="The sweep is done")
    expect(report).to_contain_text("1 form issued")
    expect(report).to_contain_text("Zlín")
    report.get_by_role("button", name="Close").click()
    expect(report).to_be_hidden()
    expected("what is held or due", service.api().get("/api/v1/forms?state=due").ok()["forms"], [])


def nothing_is_to_be_swept(stage: Stage) -> None:
    """An operator hears that a sweep would have nothing to do"""
    page = stage.visitor(stage.service(stage.google(), {"Prague": "prague@group.calendar.example.com"})).opens("view=status")
    expect(page.get_by_text("Everything runs.")).to_be_visible()
    page.get_by_role("button", name="Sweep now…").click()
    expect(page.get_by_role("dialog", name="Sweep now?")).to_contain_text("There is nothing to do.")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


STORIES = [operator_looks_and_sweeps, nothing_is_to_be_swept]
