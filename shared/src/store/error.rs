//! Why the table did not do what was asked, by what the caller can do.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// Why the table did not do what was asked.
///
/// Messages carry no keys and no values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too many requests at once: worth repeating after a while.
    #[error("DynamoDB has too many requests at the moment")]
    Throttled,
    /// No answer in time: the request may have had its effect.
    #[error("DynamoDB did not answer in time")]
    TimedOut,
    /// No connection, or an answer that says that DynamoDB itself is in trouble: worth repeating.
    #[error("DynamoDB cannot be reached")]
    Unreachable,
    /// The disk under a local state is full: worth repeating when there is room again.
    #[error("the disk under the state is full")]
    DiskFull,
    /// The condition of a write did not hold: somebody else was first. Read again.
    #[error("an item was changed by somebody else meanwhile")]
    ConditionFailed,
    /// The item is not one of ours; the text says what is wrong with it.
    #[error("an item in the table cannot be read: {0}")]
    Malformed(&'static str),
    /// The request is wrong or not allowed (no table, no permission, too large); repeating it does not help.
    #[error("DynamoDB refused the request: {0}")]
    Refused(String),
}

impl StoreError {
    /// Whether the same request may succeed later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Throttled | Self::TimedOut | Self::Unreachable | Self::DiskFull)
    }
}

impl<E: ProvideErrorMetadata, R> From<SdkError<E, R>> for StoreError {
    fn from(error: SdkError<E, R>) -> Self {
        match error {
            SdkError::TimeoutError(_) => Self::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_io() => Self::Unreachable,
            SdkError::ResponseError(_) => Self::Unreachable,
            SdkError::ServiceError(answer) if is_disk_full(answer.err().message()) => Self::DiskFull,
            SdkError::ServiceError(answer) => from_code(answer.err().code()),
            other => Self::Refused(kind_of(&other).to_owned()),
        }
    }
}

/// Whether a message says so in `SQLite`'s words, which an embedded DynamoDB repeats: <https://www.sqlite.org/rescode.html#full>
pub fn is_disk_full(message: Option<&str>) -> bool {
    message.is_some_and(|message| message.contains("disk is full") || message.contains("database is full"))
}

/// Codes: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
fn from_code(code: Option<&str>) -> StoreError {
    match code {
        Some("ConditionalCheckFailedException") => StoreError::ConditionFailed,
        Some(
            "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "LimitExceededException"
            | "TransactionConflictException"
            | "TransactionInProgressException",
        ) => StoreError::Throttled,
        Some("InternalServerError" | "InternalFailure" | "ServiceUnavailable") | None => StoreError::Unreachable,
        Some(code) => StoreError::Refused(code.to_owned()),
    }
}

fn kind_of<E, R>(error: &SdkError<E, R>) -> &'static str {
    match error {
        SdkError::ConstructionFailure(_) => "the request could not be built",
        SdkError::DispatchFailure(_) => "the request could not be sent",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_whether_repeating_helps() {
        assert_eq!(from_code(Some("ConditionalCheckFailedException")), StoreError::ConditionFailed);
        assert!(from_code(Some("ThrottlingException")).is_temporary());
        assert!(from_code(None).is_temporary());
        let refused = from_code(Some("ResourceNotFoundException"));
        assert!(!refused.is_temporary());
        assert_eq!(refused.to_string(), "DynamoDB refused the request: ResourceNotFoundException");
    }
}
