"""A check of schemathesis: nobody is answered what his role does not allow."""

import os

import schemathesis

ROLES = ("reader", "workflow", "operator")
ROLE = ROLES.index(os.environ["MOFFMAN_ROLE"])
KEY = os.environ["MOFFMAN_KEY"]
# What readers and workflows may do; operators may do all.
READER = {"list_offices", "list_reservations", "get_reservation", "get_attendance", "get_status"}
WORKFLOW = {"place_reservation", "approve_reservation", "reject_reservation", "cancel_reservation"}
ANYBODY = {"get_health", "get_openapi"}


def needed(operation: str) -> int:
    """The lowest role that may do it."""
    return 0 if operation in READER | ANYBODY else 1 if operation in WORKFLOW else 2


@schemathesis.check
def role_is_kept(context, response, case) -> None:
    """What is above the role is refused, whatever is sent; what it may do is never refused for the role."""
    operation = case.operation.definition.raw["operationId"]
    # What is no HTTP, or another path or method than that of the operation, is answered before anybody looks for a role.
    is_other = any(kind in response.content for kind in (b":no-such-route", b":method-not-allowed"))
    if case.operation.method.upper() != response.request.method or is_other or not response.content:
        return
    # Another check sees to what is sent without the key, or with another one.
    if response.request.headers.get("x-api-key") != KEY:
        return
    if ROLE < needed(operation):
        is_refused = response.status_code == 403 and b":not-allowed" in response.content
        assert is_refused, f"{ROLES[ROLE]} was answered {response.status_code} by {operation}"
    else:
        is_refused = b":not-allowed" in response.content or b":wrong-api-key" in response.content
        assert not is_refused, f"{ROLES[ROLE]} was refused by {operation}"
