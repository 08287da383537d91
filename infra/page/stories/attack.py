"""Names that are attacks stay text, wherever they come from."""

from playwright.sync_api import expect
from urllib.parse import quote

from stage import ANNA, PRAGUE, Stage, expected

ATTACK = '<img src=x onerror="document.title=1;alert(1)">'


def names_are_text(stage: Stage) -> None:
    """An office, a person, a caller, a title and an address with HTML in them do nothing"""
    google = stage.google()
    office, person, caller = f"O {ATTACK}", f"P {ATTACK}", f"C {ATTACK}"
    service = stage.service(google, {office: PRAGUE}, person)
    google.add_event(PRAGUE, ANNA, "2026-06-11", "2026-06-12", f"T {ATTACK}")
    made = service.api().reserve(caller, office, "2026-06-10", "2026-06-11", approved=False, request_dt="now").ok()
    visitor = stage.visitor(service)
    page = visitor.opens()

    def is_text(*texts: str) -> None:
        for text in texts:
            expect(page.get_by_text(text).first).to_be_visible()
        expected("pictures in the page", page.locator("img, script:not([src])").count(), 0)

    is_text(office, person, caller)
    page.get_by_role("rowheader").get_by_role("link", name=office, exact=True).click()
    is_text(office, person, caller)
    page.goto(f"{service.url}/#view=waiting&office={quote(office)}")
    is_text(office, person, caller)
    google.edit_event(PRAGUE, made["id"], summary=f"({caller} again)")
    visitor.meets("412")
    page.get_by_role("button", name=f"Reject {caller}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason (optional)").fill(ATTACK)
    dialog.get_by_role("button", name="Reject").click()
    is_text(caller)
    for address in (f"find={quote(ATTACK)}", f"view=waiting&office={quote(ATTACK)}", f"view={quote(ATTACK)}&week={quote(ATTACK)}"):
        visitor.meets("422")
        visitor.opens(address)
        expect(page.get_by_role("main")).to_have_attribute("aria-busy", "false")
        is_text()
    expect(page.get_by_role("table", name="Who is in")).to_be_visible()


STORIES = [names_are_text]
