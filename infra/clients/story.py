"""A workflow's day with the Python client that was generated from the OpenAPI document."""

import datetime
import sys
from typing import TypeVar

from moffman_client import AuthenticatedClient
from moffman_client.api.attendance import get_attendance
from moffman_client.api.forms import discard_form, list_forms
from moffman_client.api.offices import list_offices
from moffman_client.api.reservations import (
    approve_reservation,
    cancel_reservation,
    get_reservation,
    list_reservations,
    place_reservation,
    reject_reservation,
)
from moffman_client.api.sweeps import sweep
from moffman_client.models import (
    ApproveRequest,
    AttendanceAnswer,
    DecisionStatus,
    DiscardRequest,
    FormItem,
    FormListAnswer,
    FormOutcome,
    FormState,
    ItemStatus,
    ListFormsState,
    OfficeListAnswer,
    Person,
    Problem,
    RejectRequest,
    ReservationAnswer,
    ReservationDecision,
    ReservationItem,
    ReservationListAnswer,
    ReservationRequest,
    ReservationStatus,
    SweepAnswer,
    SweepRequest,
)
from moffman_client.types import UNSET

T = TypeVar("T")


def got(kind: type[T], answer: object) -> T:
    """The answer, which must be of this type."""
    assert isinstance(answer, kind), f"{kind.__name__} was expected, not {answer}"
    return answer


class Story:
    """One office, from a day on."""

    def __init__(self, url: str, key: str, office: str, day: str):
        self.client = AuthenticatedClient(base_url=url, token=key, prefix="", auth_header_name="x-api-key")
        self.office = office
        self.day = datetime.date.fromisoformat(day)

    def request(self, name: str) -> ReservationRequest:
        end = self.day + datetime.timedelta(days=1)
        person = Person(name=name, email="ada@example.com")
        return ReservationRequest(
            user=person, approved=False, start=self.day, end=end, request_dt="8:00", office_id=self.office
        )

    def register(self, name: str) -> ReservationAnswer:
        answer = got(ReservationAnswer, place_reservation.sync(client=self.client, body=self.request(name)))
        assert (answer.status, answer.start) == (ReservationStatus.PENDING, self.day), answer
        return answer

    def offices_are_listed(self) -> None:
        answer = got(OfficeListAnswer, list_offices.sync(client=self.client))
        assert self.office in [office.office_id for office in answer.offices], answer
        assert answer.next_ is None, answer

    def reservation_is_listed_and_approved(self) -> None:
        placed = self.register("Ada Example")
        days = got(
            ReservationListAnswer,
            list_reservations.sync(client=self.client, office_id=self.office, from_=self.day, to=self.day),
        )
        (listed,) = [one for one in days.reservations if one.id == placed.id]
        assert (listed.status, listed.form, listed.ended) == (ItemStatus.PENDING, None, None), listed
        assert listed.etag is not None
        body = ApproveRequest(office_id=self.office)
        approved = approve_reservation.sync(id=placed.id, client=self.client, body=body, if_match=listed.etag)
        assert got(ReservationDecision, approved).status is DecisionStatus.APPROVED, approved

    def somebody_is_in(self) -> None:
        answer = got(
            AttendanceAnswer,
            get_attendance.sync(client=self.client, office_id=self.office, from_=self.day, to=self.day),
        )
        (office,) = answer.offices
        assert office.days, office
        (day,) = office.days
        assert "Ada Example" in [person.name for person in day.people], day

    def reservations_are_ended(self) -> None:
        placed = self.register("Bob Example")
        body = RejectRequest(office_id=self.office, reason="no room")
        rejected = got(ReservationDecision, reject_reservation.sync(id=placed.id, client=self.client, body=body))
        assert (rejected.status, rejected.reason, rejected.url) == (DecisionStatus.REJECTED, "no room", None), rejected
        problem = got(Problem, place_reservation.sync(client=self.client, body=self.request("Bob Example")))
        assert (problem.type_, problem.ended) == ("urn:moffman:problem:reservation-ended", "rejected"), problem
        other = self.register("Cora Example")
        cancelled = cancel_reservation.sync(id=other.id, client=self.client, office_id=self.office)
        assert got(ReservationDecision, cancelled).status is DecisionStatus.CANCELLED, cancelled
        found = got(
            ReservationItem, get_reservation.sync(id=other.id, client=self.client, office_id=self.office)
        )
        assert (found.status, found.name) == (ItemStatus.CANCELLED, None), found
        assert isinstance(found.ended, datetime.datetime), found

    def form_is_settled(self) -> None:
        """The form service refuses the form of a day that a person has entered by hand."""
        body = SweepRequest(office_id=self.office)
        assert got(SweepAnswer, sweep.sync(client=self.client, body=body)).forms.refused == 1
        waiting = got(
            FormListAnswer,
            list_forms.sync(client=self.client, office_id=self.office, state=ListFormsState.WAITING),
        )
        (form,) = waiting.forms
        assert (waiting.next_, form.issued_at, form.failures) == (None, None, 1), waiting
        assert isinstance(form.next_try_at, datetime.datetime), form
        outcome = DiscardRequest(outcome=FormOutcome.ARRIVED)
        settled = got(FormItem, discard_form.sync(form_id=form.id, client=self.client, body=outcome))
        assert settled.state is FormState.DISCARDED, settled
        assert got(SweepAnswer, sweep.sync(client=self.client, body=body)).events_approved == 1

    def problem_names_every_mistake(self) -> None:
        request = self.request(" ")
        request.end = self.day - datetime.timedelta(days=1)
        problem = got(Problem, place_reservation.sync(client=self.client, body=request))
        assert (problem.status, problem.field) == (422, "user.name"), problem
        assert problem.errors, problem
        found = [(error.pointer, error.parameter) for error in problem.errors]
        assert found == [("#/user/name", UNSET), ("#/end", UNSET)], problem
        asked = got(Problem, list_reservations.sync(client=self.client, office_id=self.office, limit=0))
        assert asked.errors and asked.errors[0].parameter == "limit", asked


def main() -> None:
    story = Story(*sys.argv[1:])
    story.offices_are_listed()
    story.reservation_is_listed_and_approved()
    story.somebody_is_in()
    story.reservations_are_ended()
    story.form_is_settled()
    story.problem_names_every_mistake()


main()
