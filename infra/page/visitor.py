"""Somebody at a browser of their own, and what the browser complains about meanwhile."""

import re
from importlib.resources import files
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from processes import Failed
from service import NOW

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
}
# What the browser itself says of an answer that is no success.
NO_SUCCESS = re.compile(r"Failed to load resource: .*?(status of (\d+)|net::ERR_CONNECTION_REFUSED)")
# The browser of most visitors.
ORDINARY = {"locale": "en-US", "timezone_id": "Europe/Prague", "viewport": {"width": 1100, "height": 760}}


class Visitor:
    """A browser without a past, at the address of a service."""

    def __init__(self, browser: Browser, url: str, **options):
        self.url = url
        self._complaints: list[str] = []
        self._expected: set[str] = set()
        self._secrets: set[str] = set()
        self._context = browser.new_context(**ORDINARY | options)
        self._context.clock.install(time=NOW)
        self._context.on("page", self._watch)
        self.page: Page = self._context.new_page()

    def opens(self, address: str = "") -> Page:
        """Opens an address of the page, such as `view=forms`, anew."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}/#{address}" if address else f"{self.url}/")
        return self.page

    def opens_a_tab(self) -> Page:
        """Opens the page in another tab of the same browser."""
        page = self._context.new_page()
        page.goto(f"{self.url}/")
        return page

    def meets(self, *troubles: str) -> None:
        """Says which answers without success belong to the story, by status; `down` is none at all."""
        self._expected.update(troubles)

    def types_key(self, key: str, page: Page | None = None) -> None:
        """Enters a key, which must not get about from then on."""
        self._secrets.add(key)
        page = page or self.page
        page.get_by_label("API key", exact=True).fill(key)
        page.get_by_role("button", name="Use key").click()

    def is_accessible_to_all(self, what: str) -> None:
        """Lets axe look at what is shown."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE)
        found = self.page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
        for finding in found:
            places = [f"{node['target']}: {node['failureSummary']}" for node in finding["nodes"]]
            self._complaints.append(f"axe, {what}: {finding['id']}, {finding['help']}: {'; '.join(places)}")

    def must_be_content(self) -> None:
        """Fails if the browser had anything to complain about, or if a key got about."""
        for page in self._context.pages:
            if page.url.startswith(self.url) and page.evaluate("() => localStorage.length + document.cookie.length"):
                self._complaints.append("the page keeps something for longer than the tab")
            self._look_for_secrets(page.url)
        if self._complaints:
            raise Failed("the browser complains:\n" + "\n".join(self._complaints))

    def end(self) -> None:
        """Closes the browser."""
        self._context.close()

    def _watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self._complaints.append(f"a dialog of the browser: {dialog.message}"))
        page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        failed = NO_SUCCESS.match(message.text)
        if not failed or (failed[2] or "down") not in self._expected:
            self._complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def _see(self, request: Request) -> None:
        self._look_for_secrets(request.url)
        place, own = urlsplit(request.url), urlsplit(self.url)
        if place.scheme in ("http", "https", "ws", "wss") and place.netloc != own.netloc:
            self._complaints.append(f"a request elsewhere: {request.url}")

    def _look_for_secrets(self, url: str) -> None:
        if any(secret in url for secret in self._secrets):
            self._complaints.append(f"a key is in an address: {url}")
