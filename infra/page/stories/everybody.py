"""The page for everybody: by keyboard, on a narrow screen, in light and dark, in the reader's own language."""

import re

from playwright.sync_api import Locator, Page, expect

from stage import Stage
from visitor import Visitor

VIEWS = {
    "the week": "week=2026-06-08",
    "an office": "week=2026-06-08&office=Prague",
    "no office": "find=Vienna",
    "what waits": "view=waiting",
    "what waits in an office": "view=waiting&office=Brno",
    "forms": "view=forms",
    "forms that were issued": "view=forms&state=issued",
    "no form": "view=forms&state=discarded",
    "the status": "view=status",
}
# How often a key is pressed in search of something.
FAR = 60
# Whether something has the focus; and what has it, if nobody sees that.
FOCUS = """wanted => {
    const focused = document.activeElement;
    const isSeen = focused === document.body || getComputedStyle(focused).outlineStyle !== "none";
    return [focused === wanted, isSeen ? "" : focused.outerHTML];
}"""


def opened(visitor: Visitor, address: str) -> Page:
    """An address of the page, once all of it is there."""
    page = visitor.opens(address)
    expect(page.get_by_role("main")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def tab_to(page: Page, wanted: Locator) -> None:
    """Goes on by the Tab key until this has the focus, which must be seen at every stop."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        is_there, unseen = wanted.evaluate(FOCUS)
        assert not unseen, f"the focus is not seen: {unseen}"
        if is_there:
            return
    raise AssertionError(f"the Tab key does not lead to {wanted}")


def keyboard_is_enough(stage: Stage) -> None:
    """Somebody without a mouse finds what waits, rejects it and goes on where it was"""
    service = stage.demo()
    page = opened(stage.visitor(service), "")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    tab_to(page, page.get_by_role("link", name="Next week"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("15")

    page.goto(f"{service.url}/#view=waiting")
    expect(page.get_by_role("link", name="Brno: ")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Brno: "))
    page.keyboard.press("Enter")
    reject = page.get_by_role("button", name="Reject Mia Example")
    expect(reject).to_be_visible()
    tab_to(page, reject)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Reject Mia Example?")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("element => element.contains(document.activeElement)"), "the focus is in the dialog"
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(reject).to_be_focused()
    page.keyboard.press("Enter")
    reason = dialog.get_by_label("Reason (optional)")
    if not reason.evaluate("element => element === document.activeElement"):
        tab_to(page, reason)
    page.keyboard.type("No room.")
    tab_to(page, dialog.get_by_role("button", name="Reject"))
    page.keyboard.press("Enter")
    mia = page.get_by_role("article", name="Mia Example")
    expect(mia).to_contain_text("Rejected.")
    assert mia.evaluate("element => element.contains(document.activeElement)"), "the focus stays where the work is"


def narrow_screen_is_enough(stage: Stage) -> None:
    """On 320 pixels nothing is cut off"""
    visitor = stage.visitor(stage.demo(), viewport={"width": 320, "height": 640})
    for name, address in VIEWS.items():
        page = opened(visitor, address)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= 320, f"{name} is {wide} pixels wide"
        visitor.is_accessible_to_all(f"{name}, narrow")
    expect(opened(visitor, VIEWS["the week"]).get_by_role("table", name="Who is in")).to_be_visible()
    page = opened(visitor, "view=status")
    page.get_by_role("button", name="Sweep now…").click()
    expect(page.get_by_role("dialog")).to_contain_text("A sweep would do this:")
    dialog = page.get_by_role("dialog").evaluate("element => [element.scrollWidth, element.clientWidth]")
    assert dialog[0] <= dialog[1], f"the dialog is {dialog} pixels wide"


def _in_colours(stage: Stage, scheme: str) -> float:
    """Lets axe look at every view in these colours; answers how bright the paper is."""
    service = stage.demo()
    visitor = stage.visitor(service, color_scheme=scheme)
    for name, address in VIEWS.items():
        opened(visitor, address)
        visitor.is_accessible_to_all(f"{name}, {scheme}")
    for name, address, button in (
        ("rejecting", "view=waiting&office=Brno", "Reject Mia Example"),
        ("sending again", "view=forms&state=held", "Send again: marta.sample@example.com"),
        ("sweeping", "view=status", "Sweep now…"),
    ):
        page = opened(visitor, address)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_visible()
        visitor.is_accessible_to_all(f"{name}, {scheme}")
    visitor.meets("down")
    page.route("**/api/v1/**", lambda route: route.abort("connectionrefused"))
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("link", name="Forms", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.is_accessible_to_all(f"a failure, {scheme}")
    colour = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    return sum(float(part) for part in colour.strip("rgba() ").split(",")[:3])


def light_is_light(stage: Stage) -> None:
    """Every view in light colours, as axe sees it"""
    assert _in_colours(stage, "light") > 600, "light is dark"


def dark_is_dark(stage: Stage) -> None:
    """Every view in dark colours, as axe sees it"""
    assert _in_colours(stage, "dark") < 150, "dark is light"


def dates_are_the_readers(stage: Stage) -> None:
    """Readers see dates and numbers in their own language and order"""
    service = stage.demo()
    for locale, title in (
        ("en-US", r"Jun 8.+14, 2026"),
        ("en-GB", r"8.+14 Jun 2026"),
        ("de-DE", r"8\..*14\. Juni 2026"),
        ("cs-CZ", r"8\..*14\."),
        ("ja-JP", r"2026.*6.*8.*14"),
    ):
        page = opened(stage.visitor(service, locale=locale), "week=2026-06-08")
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(title))
    # What readers prefer need not be the language of their browser.
    visitor = stage.visitor(service)
    visitor.page.add_init_script("Object.defineProperty(navigator, 'languages', { value: ['ar-EG'] })")
    page = opened(visitor, "week=2026-06-08")
    expect(page.get_by_role("row").filter(has_text="Prague")).to_contain_text("٥ in")


STORIES = [keyboard_is_enough, narrow_screen_is_enough, light_is_light, dark_is_dark, dates_are_the_readers]
