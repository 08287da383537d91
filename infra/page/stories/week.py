"""Who is in, week by week."""

import re

from playwright.sync_api import Locator, Page, Route, expect
from pypdf import PdfReader

from stage import Stage, expected
from visitor import Visitor


def row(page: Page, office: str) -> Locator:
    """The row of an office."""
    heading = page.get_by_role("rowheader", name=office)
    return page.get_by_role("table", name="Who is in").get_by_role("row").filter(has=heading)


def newcomer_looks_at_the_week(stage: Stage) -> None:
    """A newcomer looks at the week, at another one, and at one office"""
    page = stage.visitor(stage.demo()).opens()
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(re.compile("Who is in, Jun 8 . 14, 2026"))
    expect(page).to_have_title(re.compile("Who is in, .*Moffman"))
    headers = page.get_by_role("columnheader")
    expect(headers).to_have_count(8)
    expect(headers.nth(3)).to_have_attribute("aria-current", "date")
    expect(headers.nth(3)).to_contain_text("10")
    expect(page.locator("th[aria-current=date]")).to_have_count(1)

    prague = row(page, "Prague")
    cells = prague.get_by_role("cell")
    expect(cells).to_have_count(7)
    expect(cells.nth(2)).to_contain_text("5 in")
    expect(cells.nth(2)).to_contain_text("Bob Example")
    expect(cells.nth(3)).to_contain_text("6 in, 1 waiting")
    expect(cells.nth(3)).to_contain_text("and 3 more")
    expect(cells.nth(5)).to_contain_text("nobody")
    expect(row(page, "Zlín")).to_contain_text("not shared")
    expect(row(page, "Brno").get_by_role("link", name="waiting in Brno")).to_be_visible()

    page.get_by_role("link", name="Next week").click()
    expect(title).to_have_text(re.compile("Who is in, Jun 15 . 21, 2026"))
    assert "week=2026-06-15" in page.url, page.url
    expect(headers.filter(has=page.locator("[aria-current=date]"))).to_have_count(0)
    row(page, "Prague").get_by_role("link", name="Prague", exact=True).click()
    expect(title).to_have_text(re.compile("Prague, Jun 15 . 21, 2026"))
    tuesday = page.get_by_role("region").filter(has=page.get_by_role("heading", name=re.compile("Tuesday")))
    for name in ("Bob Example", "Dan Example", "Jan Dvořák", "Lucie Sample"):
        expect(tuesday).to_contain_text(name)

    page.reload()
    expect(title).to_have_text(re.compile("Prague, Jun 15 . 21, 2026"))
    page.go_back()
    expect(title).to_have_text(re.compile("Who is in, Jun 15 . 21, 2026"))
    page.get_by_role("link", name="This week").click()
    expect(title).to_have_text(re.compile("Who is in, Jun 8 . 14, 2026"))


def an_office_is_found_among_many(stage: Stage) -> None:
    """Somebody finds an office among many, and sends the address to a colleague"""
    offices = {f"Office {number:02}": f"office-{number:02}@group.calendar.example.com" for number in range(45)}
    service = stage.service(stage.google(), offices)
    visitor = stage.visitor(service)
    page = visitor.opens()
    rows = page.get_by_role("rowheader")
    expect(rows).to_have_count(20)
    page.get_by_role("button", name="More offices").click()
    expect(rows).to_have_count(40)
    search = page.get_by_role("searchbox", name="Search offices")
    late: list[Route] = []
    page.route("**/api/v1/attendance*office_id=Office+43*", lambda route: late.append(route))
    with page.expect_request(lambda request: "Office+43" in request.url):
        search.fill("office 43")
    search.clear()
    search.press_sequentially("office 44")
    found = page.get_by_role("main").get_by_text("1 office with “office 44”")
    expect(rows).to_have_text(["Office 44"])
    expect(found).to_be_visible()
    late[0].continue_()
    expect(page.get_by_role("main")).to_have_attribute("aria-busy", "false")
    expect(rows).to_have_text(["Office 44"])
    expect(found).to_be_visible()
    colleague = stage.visitor(service).page
    colleague.goto(page.url)
    expect(colleague.get_by_role("rowheader")).to_have_text("Office 44")
    colleague.get_by_role("searchbox", name="Search offices").fill("Vienna")
    expect(colleague.get_by_role("main")).to_contain_text("No office is called “Vienna”.")
    _many_are_downloaded(visitor, search)


def _many_are_downloaded(visitor: Visitor, search: Locator) -> None:
    """The calls to Google are used up in the middle of a table: it is saved whole, or not at all"""
    page = visitor.page
    search.fill("office 2")
    expect(page.get_by_role("rowheader")).to_have_count(10)
    visitor.meets("503", "down")
    asked, waits = [], [600, 1]

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) % 3 == 0 and waits:
            problem = {"type": "urn:moffman:problem:lists-used-up", "title": "", "status": 503, "detail": ""}
            route.fulfill(status=503, headers={"retry-after": str(waits.pop(0))}, json=problem)
        elif len(asked) == 8:
            route.abort("connectionrefused")
        else:
            route.continue_()

    page.route("**/api/v1/attendance*format=csv*", answer)
    downloads = []
    page.on("download", lambda download: downloads.append(download))
    save = page.get_by_role("button", name="Download CSV")
    save.click()
    expect(page.get_by_text("Read so far: 2 of 10 offices.")).to_be_visible()
    expect(page.get_by_text("goes on by itself at 10:50")).to_be_visible()
    expect(save).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#said")).to_have_text("Nothing was saved.")
    expect(save).to_be_focused()

    save.click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved. Another try goes on from what was read.")
    expected("what is saved until then", downloads, [])
    with page.expect_download() as whole:
        page.get_by_role("button", name="Try again").click()
    expected("the file", whole.value.suggested_filename, "attendance-2026-06-08.csv")
    # Three until it was stopped; then ten, one of them put off and one lost.
    expected("how often parts were asked for", len(asked), 15)
    expect(page.get_by_role("alert")).to_have_count(0)


def there_is_no_office_yet(stage: Stage) -> None:
    """Somebody looks before there is any office"""
    page = stage.visitor(stage.service(stage.google(), {})).opens()
    expect(page.get_by_role("main")).to_contain_text("There is no office yet.")


def the_week_is_downloaded(stage: Stage) -> None:
    """Somebody takes the week into a spreadsheet program"""
    page = stage.visitor(stage.demo()).opens("week=2026-06-08")
    with page.expect_download() as all_offices:
        page.get_by_role("button", name="Download CSV").click()
    expected("the file", all_offices.value.suggested_filename, "attendance-2026-06-08.csv")
    lines = all_offices.value.path().read_text().splitlines()
    expected("its heading", lines[0].lstrip("\ufeff"), "office,date,name,status")
    assert "Prague,2026-06-10,Bob Example,approved" in lines, lines
    page.get_by_role("rowheader", name="Brno").get_by_role("link", name="Brno", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Brno")
    with page.expect_download() as one_office:
        page.get_by_role("button", name="Download CSV").click()
    expected("the file", one_office.value.suggested_filename, "attendance-Brno-2026-06-08.csv")
    offices = {line.split(",")[0] for line in one_office.value.path().read_text().splitlines()[1:]}
    expected("its offices", offices, {"Brno"})
    page.goto(page.url.split("#")[0] + "#find=Vienna")
    expect(page.get_by_text("No office is called “Vienna”.")).to_be_visible()
    page.get_by_role("button", name="Download CSV").click()
    expect(page.locator("#said")).to_have_text("There is nothing to save.")


def the_reception_prints_the_week(stage: Stage) -> None:
    """The reception prints the week on one sheet of paper"""
    page = stage.visitor(stage.demo()).opens("week=2026-06-08")
    page.evaluate("() => { window.print = () => { document.title = 'printed' } }")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")
    for office in ("", "Prague"):
        page.goto(page.url.split("#")[0] + f"#week=2026-06-08&office={office}")
        expect(page.get_by_role("heading", level=1)).to_contain_text(office or "Who is in")
        expect(page.get_by_role("main")).to_have_attribute("aria-busy", "false")
        sheet = stage.directory / f"sheet{office}.pdf"
        page.pdf(path=sheet, format="A4", prefer_css_page_size=True)
        pages = PdfReader(sheet).pages
        expected(f"the sheets of paper of {office or 'all offices'}", len(pages), 1)
        text = " ".join(pages[0].extract_text().split())
        for word in ("Prague", "Bob Example", "Eva Nováková"):
            assert word in text, f"{word} in {text}"
        for word in ("Download CSV", "Next week", "Forms"):
            assert word not in text, f"{word} in {text}"


STORIES = [
    newcomer_looks_at_the_week,
    an_office_is_found_among_many,
    there_is_no_office_yet,
    the_week_is_downloaded,
    the_reception_prints_the_week,
]
