"""Approval forms that need a person."""

import re

from playwright.sync_api import Locator, Page, expect

from stage import Stage, expected

HELD, WAITING, IN_DOUBT = (f"{name}.sample@example.com" for name in ("marta", "karel", "oliver"))


def form(page: Page, person: str) -> Locator:
    """The card of a person's form."""
    return page.get_by_role("article", name=person)


def settle(page: Page, button: str, person: str) -> None:
    """Presses a button of a form, and the same one in the dialog that says what will happen."""
    form(page, person).get_by_role("button", name=f"{button}: {person}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_contain_text("?")
    dialog.get_by_role("button", name=button).click()
    expect(dialog).to_be_hidden()


def operator_settles_forms(stage: Stage) -> None:
    """An operator has a held form sent again, and ends the one that is in doubt"""
    service = stage.demo()
    page = stage.visitor(service).opens("view=forms")
    for person in (HELD, WAITING, IN_DOUBT):
        expect(form(page, person)).to_have_count(1)
    state = page.get_by_role("combobox", name="State")
    state.focus()
    state.select_option("Held")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(state).to_be_focused()
    held = form(page, HELD)
    expect(held).to_contain_text("Jun 17")
    expect(held).to_contain_text("Jun 7")
    expect(held).to_contain_text("Prague")

    held.get_by_role("button", name=re.compile(f"^Send again: {HELD}, .*Jun 17")).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expected("the forms that are held", len(service.api().get("/api/v1/forms?state=held").ok()["forms"]), 1)
    settle(page, "Send again", HELD)
    expect(page.locator("#said")).to_contain_text(HELD)
    expect(held.get_by_role("button", name=f"Send again: {HELD}")).to_have_count(0)

    page.get_by_role("combobox", name="State").select_option("In doubt")
    expect(form(page, IN_DOUBT)).to_contain_text("Jun 16")
    settle(page, "It arrived", IN_DOUBT)
    expect(page.locator("#said")).to_contain_text(IN_DOUBT)
    service.api().post("/api/v1/sweeps").ok()
    states = {listed["user_id"]: listed["state"] for listed in service.api().get("/api/v1/forms?limit=200").ok()["forms"]}
    expected("what became of the held one", states[HELD], "issued")
    page.get_by_role("combobox", name="State").select_option("Discarded")
    expect(form(page, IN_DOUBT)).to_have_count(1)


def operator_has_a_copy_sent(stage: Stage) -> None:
    """An operator has a copy sent of a form that was issued"""
    service = stage.demo()
    page = stage.visitor(service).opens("view=forms&state=issued&office=Ostrava")
    person = "alice.sample@example.com"
    expect(page.get_by_role("article")).to_have_count(1)
    settle(page, "Send a copy", person)
    expect(page.locator("#said")).to_have_text(re.compile(f"^{person}: "))
    swept = service.api().post("/api/v1/sweeps").ok()
    expected("the forms that were sent", swept["forms"]["issued"], 1)


def nothing_is_discarded(stage: Stage) -> None:
    """An operator looks for forms in a state that none is in"""
    page = stage.visitor(stage.demo()).opens("view=forms&state=discarded")
    expect(page.get_by_text("No form is discarded.")).to_be_visible()
    expect(page.get_by_role("combobox", name="State")).to_have_value("discarded")


STORIES = [operator_settles_forms, operator_has_a_copy_sent, nothing_is_discarded]
