//! The sorts of problems: their stable names, titles and status codes.

use axum::http::StatusCode;

/// A sort of problem, with its stable name, its title and its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProblemKind {
    /// The last part of the `type` URI.
    pub(crate) slug: &'static str,
    /// A title without details.
    pub(crate) title: &'static str,
    /// The HTTP status.
    pub(crate) status: StatusCode,
}

macro_rules! kinds {
    ($($name:ident $status:ident $slug:literal $title:literal;)*) => {
        $(pub(crate) const $name: ProblemKind = ProblemKind { slug: $slug, title: $title, status: StatusCode::$status };)*

        /// Every sort of problem.
        pub(crate) const KINDS: &[ProblemKind] = &[$($name),*];
    };
}

kinds! {
    NOT_JSON BAD_REQUEST "not-json" "The body is not JSON";
    WRONG_KEY FORBIDDEN "wrong-api-key" "The API key is missing or wrong";
    NOT_ALLOWED FORBIDDEN "not-allowed" "The API key may not do this";
    SOURCE_NOT_ALLOWED FORBIDDEN "source-not-allowed" "The source address is not allowed";
    NO_SUCH_ROUTE NOT_FOUND "no-such-route" "No such route";
    NO_SUCH_RESERVATION NOT_FOUND "no-such-reservation" "No such reservation";
    NO_SUCH_FORM NOT_FOUND "no-such-form" "No such form";
    METHOD_NOT_ALLOWED METHOD_NOT_ALLOWED "method-not-allowed" "Method not allowed";
    CONFLICT CONFLICT "reservation-conflict" "The event belongs to another reservation";
    UNUSABLE CONFLICT "reservation-id-unusable" "The deleted event cannot be brought back";
    RESERVATION_ENDED CONFLICT "reservation-ended" "The reservation was ended";
    ALREADY_APPROVED CONFLICT "already-approved" "The reservation is approved";
    NOT_A_RESERVATION CONFLICT "not-a-reservation" "The event is no reservation";
    RESERVATION_IS_A_SERIES CONFLICT "reservation-is-a-series" "The reservation is a series";
    DECISION_IN_PROGRESS CONFLICT "decision-in-progress" "Another decision is in progress";
    FORM_IN_PROGRESS CONFLICT "form-in-progress" "A sweep is sending the form";
    FORM_ISSUED CONFLICT "form-issued" "The form was issued";
    FORM_DISCARDED CONFLICT "form-discarded" "The form was discarded";
    NOT_REGISTERED CONFLICT "not-registered" "The person is no registered manual user";
    NO_EVENT CONFLICT "no-event" "No event asks for the form";
    RESERVATION_CHANGED PRECONDITION_FAILED "reservation-changed" "The reservation has changed";
    TOO_LARGE PAYLOAD_TOO_LARGE "body-too-large" "The body is too large";
    INVALID UNPROCESSABLE_ENTITY "invalid-content" "The content is not valid";
    UNKNOWN_OFFICE UNPROCESSABLE_ENTITY "unknown-office" "Unknown office";
    TOO_MANY_REQUESTS TOO_MANY_REQUESTS "too-many-requests" "Too many requests";
    INTERNAL INTERNAL_SERVER_ERROR "internal-error" "Internal error";
    GOOGLE_REFUSED BAD_GATEWAY "google-refused" "Google refused";
    GOOGLE_UNAVAILABLE SERVICE_UNAVAILABLE "google-unavailable" "Google is busy or cannot be reached";
    DIRECTORY_UNAVAILABLE SERVICE_UNAVAILABLE "offices-unavailable" "The offices cannot be known now";
    LOOKS_USED_UP SERVICE_UNAVAILABLE "lists-used-up" "This minute's lists are used up";
    UNAVAILABLE SERVICE_UNAVAILABLE "temporarily-unavailable" "Temporarily unavailable";
}

/// What may go wrong on every route behind the key.
pub(crate) const OF_ALL: [ProblemKind; 5] = [WRONG_KEY, NOT_ALLOWED, SOURCE_NOT_ALLOWED, TOO_MANY_REQUESTS, INTERNAL];
/// What may be wrong with a body.
pub(crate) const OF_BODY: [ProblemKind; 3] = [NOT_JSON, TOO_LARGE, INVALID];

impl ProblemKind {
    /// The `type` of the problem.
    pub(crate) fn uri(self) -> String {
        format!("urn:moffman:problem:{}", self.slug)
    }

    /// Whether the same request may succeed a little later, so that the answer says when.
    pub(crate) fn is_temporary(self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
    }
}
