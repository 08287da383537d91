"""The pictures that pages of this repository show, of a world and a time that stay the same."""

from playwright.sync_api import expect

from stage import Stage

# The size of a picture, and the most that it may have in bytes.
SIZE = {"width": 1100, "height": 660}
MOST = 100_000


def pictures_are_taken(stage: Stage) -> None:
    """The week and the forms that need a person, as the README shows them"""
    visitor = stage.visitor(stage.demo(), viewport=SIZE)
    for name, address in (("week", "week=2026-06-08"), ("forms", "view=forms")):
        page = visitor.opens(address)
        expect(page.get_by_role("main")).to_have_attribute("aria-busy", "false")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        picture = stage.pictures / f"{name}.png"
        page.screenshot(path=picture)
        assert picture.stat().st_size < MOST, f"{picture} has {picture.stat().st_size} bytes"


STORIES = [pictures_are_taken]
