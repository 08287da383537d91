"""API keys: one that is wrong, one that may do everything, and one that may only look."""

from playwright.sync_api import expect

from stage import Stage, expected

OPERATOR, READER, WORKFLOW = "sesame-open-01", "sesame-look-02", "sesame-work-03"


def a_key_is_asked_for(stage: Stage) -> None:
    """Somebody enters a wrong key, then the right one, which is forgotten with the tab"""
    service = stage.demo(OPERATOR, **{"rest_api.api_key": OPERATOR})
    visitor = stage.visitor(service)
    visitor.meets("403")
    page = visitor.opens("view=status")
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("API key")
    expect(page.get_by_role("alert")).to_have_count(0)
    field, use = page.get_by_label("API key", exact=True), page.get_by_role("button", name="Use key")
    for typed, wrong in (
        ("", "Enter the key"),
        ("  ", "Enter the key"),
        (f"{OPERATOR} ", "There is a space before or after the key"),
        ("sésame", "only plain letters"),
    ):
        field.fill(typed)
        use.click()
        expect(page.get_by_role("alert")).to_contain_text(wrong)
        expect(field).to_be_focused()
    visitor.types_key("sesame-wrong-00")
    expect(page.get_by_role("alert")).to_have_text("This key is not accepted.")
    visitor.types_key(OPERATOR)
    expect(title).to_have_text("Status")
    expect(page.get_by_role("button", name="Sweep now…")).to_be_visible()

    page.reload()
    expect(title).to_have_text("Status")
    expected("where the key is kept", page.evaluate("() => sessionStorage.getItem('moffman.key')"), OPERATOR)
    tab = visitor.opens_a_tab()
    expect(tab.get_by_role("heading", level=1)).to_have_text("API key")
    page.get_by_role("button", name="Change key").click()
    expect(title).to_have_text("API key")
    expected("what is kept then", page.evaluate("() => sessionStorage.getItem('moffman.key')"), None)


def a_reader_only_looks(stage: Stage) -> None:
    """Somebody with a reader's key looks at everything and decides nothing"""
    keys = {"operator": [OPERATOR], "reader": [READER], "workflow": [WORKFLOW]}
    service = stage.demo(OPERATOR, **{f"rest_api.keys.{role}": known for role, known in keys.items()})
    visitor = stage.visitor(service)
    visitor.meets("403")
    page = visitor.opens("view=waiting&office=Brno")
    visitor.types_key(READER)
    expect(page.get_by_role("banner")).to_contain_text("reader")
    expect(page.get_by_role("article", name="Nina Example")).to_be_visible()
    expect(page.get_by_text("This key may look, but not decide.")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button", name="Approve")).to_have_count(0)
    views = page.get_by_role("navigation", name="Views")
    views.get_by_role("link", name="Forms").click()
    expect(page.get_by_text("Forms need a key with the role operator.")).to_be_visible()
    views.get_by_role("link", name="Status").click()
    expect(page.get_by_role("heading", name="Offices in trouble")).to_be_visible()
    expect(page.get_by_role("button", name="Sweep now…")).to_have_count(0)

    page.get_by_role("button", name="Change key").click()
    visitor.types_key(WORKFLOW)
    expect(page.get_by_role("banner")).to_contain_text("workflow")
    views.get_by_role("link", name="Waiting").click()
    page.get_by_role("link", name="Brno").click()
    expect(page.get_by_role("button", name="Approve Nina Example")).to_be_visible()


STORIES = [a_key_is_asked_for, a_reader_only_looks]
