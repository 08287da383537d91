//! How a [`GoogleClient`] reads ranges of a spreadsheet:
//! <https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values/batchGet>

use std::fmt;
use std::sync::{Mutex, PoisonError};

use google_calendar3::common::{Delegate, Response, Retry};
use google_sheets4::api::ValueRange;
use secrecy::SecretString;
use serde_json::Value;

use super::budget::{Budget, READ};
use super::client::GoogleClient;
use super::endpoint::path_segment;
use super::error::GoogleError;
use super::refusal::Witness;

/// How much of Google's words is repeated, in characters.
const LONGEST: usize = 300;

/// What a range of a spreadsheet holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRange {
    /// Where the rows are, in A1 notation, as Google understood the range that was asked for.
    pub place: Option<String>,
    /// The cells of each row, as a person sees them.
    pub rows: Vec<Vec<String>>,
}

/// Why a spreadsheet was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetError {
    /// What went wrong.
    pub error: GoogleError,
    /// What Google said of its last refusal, if it refused. Callers may see it; logs may not.
    pub words: Option<String>,
}

/// Shows Google's words only about a request that it does not understand, because then they are about our range.
impl fmt::Display for SheetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.error, &self.words) {
            (GoogleError::Refused { status: 400, .. }, Some(words)) => write!(f, "{}: {words}", self.error),
            (error, _) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for SheetError {}

impl GoogleClient {
    /// Reads what each range holds, in the order of `ranges`, with one request.
    ///
    /// Google leaves out empty cells at the end of a row and empty rows at the end of a range.
    pub async fn read_ranges(
        &self,
        budget: &Budget,
        spreadsheet_id: &str,
        ranges: &[&str],
    ) -> Result<Vec<SheetRange>, SheetError> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let spreadsheet = &path_segment(spreadsheet_id);
        let words = &Mutex::new(None);
        let batch_get = |token: SecretString| async move {
            let hub = self.sheets_hub(&token);
            let mut listener = RefusalListener { witness: Witness::new(self.now()), words };
            let mut call = hub.spreadsheets().values_batch_get(spreadsheet);
            for range in ranges {
                call = call.add_ranges(range);
            }
            let call = call.major_dimension("ROWS").value_render_option("FORMATTED_VALUE");
            let call = call.param("fields", "valueRanges(range,values)");
            let outcome = call.delegate(&mut listener).doit().await;
            listener.witness.judge(outcome)
        };
        let answer = self.call(budget, READ, batch_get).await.map_err(|error| SheetError {
            // If the last attempt was not answered, words from an earlier one do not say why it failed.
            words: words.lock().unwrap_or_else(PoisonError::into_inner).take().filter(|_| !error.is_temporary()),
            error,
        })?;
        let answer = answer.value_ranges.unwrap_or_default();
        // A range that is missing in the answer may still have rows.
        if answer.len() != ranges.len() {
            return Err(SheetError { error: GoogleError::Unreadable, words: None });
        }
        Ok(answer.into_iter().map(range).collect())
    }
}

/// Watches one call, and keeps Google's own words about a refusal.
struct RefusalListener<'a> {
    witness: Witness,
    words: &'a Mutex<Option<String>>,
}

impl Delegate for RefusalListener<'_> {
    fn http_failure(&mut self, response: &Response, body: Option<&Value>) -> Retry {
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = body.and_then(message);
        self.witness.http_failure(response, body)
    }
}

/// Google's own words, in one line.
fn message(body: &Value) -> Option<String> {
    let words = body["error"]["message"].as_str()?.trim();
    let line = words.chars().map(|c| if c.is_control() { ' ' } else { c });
    (!words.is_empty()).then(|| line.take(LONGEST).collect())
}

fn range(range: ValueRange) -> SheetRange {
    let rows = range.values.unwrap_or_default().into_iter();
    SheetRange { place: range.range, rows: rows.map(|row| row.into_iter().map(cell).collect()).collect() }
}

fn cell(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_are_text_and_missing_values_are_no_rows() {
        let read = |value| range(serde_json::from_value(value).unwrap());
        let values = json!([["Prague", 7, true, null], [], ["Brno"]]);
        assert_eq!(read(json!({"values": values})).rows, [vec!["Prague", "7", "true", ""], vec![], vec!["Brno"]]);
        let empty = SheetRange { place: Some("Offices!A2:B1000".to_owned()), rows: Vec::new() };
        assert_eq!(read(json!({"range": "Offices!A2:B1000"})), empty);
    }

    #[test]
    fn words_are_one_line_of_bounded_length() {
        let said = |words: &str| message(&json!({"error": {"message": words}}));
        assert_eq!(said("Unable to parse\nrange: x").as_deref(), Some("Unable to parse range: x"));
        assert_eq!(said(&"x".repeat(1_000)).map(|words| words.len()), Some(LONGEST));
        assert_eq!((said(" "), message(&json!({"error": "x"})), message(&Value::Null)), (None, None, None));
    }

    #[test]
    fn only_words_about_the_range_are_shown_where_they_are_logged() {
        let words = || Some("Unable to parse range: x".to_owned());
        let refused = |status| GoogleError::Refused { status, reason: "INVALID_ARGUMENT".to_owned() };
        let shown = |error, words| SheetError { error, words }.to_string();
        assert_eq!(
            shown(refused(400), words()),
            "Google refuses the request (400 INVALID_ARGUMENT): Unable to parse range: x"
        );
        for error in [refused(418), GoogleError::NotFound, GoogleError::Forbidden { reason: String::new() }] {
            assert_eq!(shown(error.clone(), words()), error.to_string());
        }
    }
}
