"""What a story is played with: services, browsers, and the wish that all of it ends with the story."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from google import Google
from playwright.sync_api import Browser
from processes import Failed

from service import Service, at_that_time, with_google
from visitor import Visitor

PRAGUE, BRNO = "prague-office@group.calendar.example.com", "brno-office@group.calendar.example.com"
ANNA = "anna@example.com"


@dataclass
class Binaries:
    """The programs that take part."""

    moffman: Path
    simulate_google: Path


@dataclass
class Stage:
    """The services and visitors of one story."""

    binaries: Binaries
    browser: Browser
    directory: Path
    log: Path
    # Where the pictures go that this story takes.
    pictures: Path
    _visitors: list[Visitor] = field(default_factory=list)
    _ends: list[Callable[[], None]] = field(default_factory=list)

    def demo(self, key: str = "", **options: object) -> Service:
        """What `make run` starts; `key` is an operator's, if keys are wanted."""
        return self._started(options, key)

    def google(self) -> Google:
        """A Google without anything in it."""
        google = Google(self.binaries.simulate_google, self.log.with_suffix(".google.log"), at_that_time())
        self._ends.append(google.end)
        return google

    def service(self, google: Google, offices: dict[str, str], person: str = "Anna Example") -> Service:
        """A service with these offices, whose calendars are made, and one person who enters days by hand."""
        for calendar in offices.values():
            google.make_calendar(calendar)
        listed = [{"name": name, "id": calendar} for name, calendar in offices.items()]
        people = {"manual_users.user_list": [{"id": ANNA, "name": person}]}
        return self._started(with_google(google, self.directory, **people, **{"offices.office_list": listed}))

    def visitor(self, service: Service, **options: object) -> Visitor:
        """Somebody with a browser at the service's address."""
        visitor = Visitor(self.browser, service.url, **options)
        self._visitors.append(visitor)
        return visitor

    def must_be_content(self) -> None:
        """Fails if a browser complains."""
        for visitor in self._visitors:
            visitor.must_be_content()

    def end(self) -> None:
        """Ends all of it."""
        for visitor in self._visitors:
            visitor.end()
        for end in reversed(self._ends):
            end()

    def _started(self, options: dict[str, object], key: str = "") -> Service:
        """A service whose sweep at the start is over."""
        service = Service(self.binaries.moffman, self.log, options)
        self._ends.append(service.end)
        service.wait_for_sweep(key)
        return service


def expected(what: str, found: object, wanted: object) -> None:
    """Fails if something is not as it is wanted."""
    if found != wanted:
        raise Failed(f"{what}: {found!r}, expected {wanted!r}")
