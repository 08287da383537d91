//! What can go wrong with a call to Google, by what the caller can do about it.

use std::time::Duration;

use super::token_refusal::TokenRefusal;

/// Reasons of a 403 that are about the event alone:
/// <https://developers.google.com/workspace/calendar/api/guides/errors#403_the_user_must_be_the_organizer>
const EVENT_REASONS: [&str; 2] = ["forbiddenForNonOrganizer", "eventLocked"];

/// Reasons of a 403 that go away when somebody shares the calendar or the spreadsheet.
const SHARING_REASONS: [&str; 5] =
    ["", "forbidden", "insufficientPermissions", "requiredAccessLevel", "PERMISSION_DENIED"];

/// Why Google did not do what was asked, after the retries that made sense.
///
/// Messages and reasons carry no ids, names, addresses or tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GoogleError {
    /// There is no such calendar, event or spreadsheet, or we may not know of it.
    #[error("Google knows no such thing, or it is not shared with the service account")]
    NotFound,
    /// The sync token is too old: list again without it.
    #[error("the sync token has expired")]
    SyncTokenExpired,
    /// The event has changed since it was read: read it again.
    #[error("the event has changed meanwhile")]
    Changed,
    /// The id is taken, possibly by a deleted event, possibly by an earlier attempt of this very call.
    #[error("the id is already taken")]
    AlreadyExists,
    /// The service account may not do this: somebody has to share the calendar.
    #[error("Google forbids it ({reason})")]
    Forbidden {
        /// Google's reason, a single word.
        reason: String,
    },
    /// The API is not enabled for the service account's project: sharing does not help.
    #[error("Google's API is off in the service account's project ({reason}): enable it in the Google Cloud console")]
    ApiOff {
        /// Google's reason, a single word.
        reason: String,
    },
    /// Google accepts neither our token nor a fresh one.
    #[error("Google accepts neither the service account's token nor a fresh one")]
    Unauthenticated,
    /// Google's token endpoint refuses the key.
    #[error("{0}")]
    TokenRefused(TokenRefusal),
    /// A quota is used up.
    #[error("Google's rate limit is reached")]
    RateLimited {
        /// How long Google asks to wait.
        retry_after: Option<Duration>,
    },
    /// Google is in trouble (5xx).
    #[error("Google is busy")]
    Busy {
        /// How long Google asks to wait.
        retry_after: Option<Duration>,
    },
    /// Any other answer that is not a success: repeating the same request does not help.
    #[error("Google refuses the request ({status} {reason})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Google's reason, a single word, or nothing.
        reason: String,
    },
    /// The answer cannot be read: a page of HTML, half a document, or nothing.
    #[error("Google's answer cannot be read")]
    Unreadable,
    /// Google shows the event, and something about it cannot be read: the text says what.
    #[error("the event as Google has it cannot be read: {0}")]
    OddEvent(String),
    /// No connection, or one that broke: the request may have had its effect.
    #[error("Google cannot be reached")]
    Unreachable,
    /// No answer in time: the request may have had its effect.
    #[error("Google does not answer in time")]
    TimedOut,
    /// Our own time is over before the call could be made.
    #[error("no time is left to call Google")]
    OutOfTime,
}

impl GoogleError {
    /// Whether the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::Busy { .. }
            | Self::Unreadable
            | Self::Unreachable
            | Self::TimedOut
            | Self::OutOfTime => true,
            Self::NotFound
            | Self::SyncTokenExpired
            | Self::Changed
            | Self::AlreadyExists
            | Self::Forbidden { .. }
            | Self::ApiOff { .. }
            | Self::Unauthenticated
            | Self::OddEvent(_)
            | Self::TokenRefused(_)
            | Self::Refused { .. } => false,
        }
    }

    /// Whether the service account itself is at fault, by its rights, its key or its quota, rather than this one call.
    pub fn concerns_the_account(&self) -> bool {
        match self {
            Self::ApiOff { .. } | Self::Unauthenticated | Self::TokenRefused(_) | Self::RateLimited { .. } => true,
            Self::Forbidden { .. } => !self.concerns_the_event(),
            _ => false,
        }
    }

    /// Whether it may help to share the calendar or the spreadsheet with the service account.
    pub fn concerns_sharing(&self) -> bool {
        match self {
            Self::NotFound => true,
            Self::Forbidden { reason } => SHARING_REASONS.contains(&reason.as_str()),
            _ => false,
        }
    }

    /// Whether Google refuses every change of this event until the event itself changes, whatever our rights to its
    /// calendar.
    pub fn concerns_the_event(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status == 400,
            Self::Forbidden { reason } => EVENT_REASONS.contains(&reason.as_str()),
            _ => false,
        }
    }

    /// How long Google asks us to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Busy { retry_after } => *retry_after,
            _ => None,
        }
    }
}
