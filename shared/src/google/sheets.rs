//! Reads ranges of a spreadsheet:
//! <https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values/batchGet>

use google_sheets4::api::ValueRange;
use secrecy::SecretString;
use serde_json::Value;

use super::calendar::READ;
use super::error::GoogleError;
use super::refusal::Witness;
use super::{Budget, GoogleClient, path_segment};

impl GoogleClient {
    /// The rows of each range, in the order of `ranges`, with their cells as a person sees them. One request.
    ///
    /// Google leaves out empty cells at the end of a row and empty rows at the end of a range.
    pub async fn read_ranges(
        &self,
        budget: &Budget,
        spreadsheet_id: &str,
        ranges: &[&str],
    ) -> Result<Vec<Vec<Vec<String>>>, GoogleError> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let spreadsheet = &path_segment(spreadsheet_id);
        let batch_get = |token: SecretString| async move {
            let hub = self.sheets_hub(&token);
            let mut witness = Witness::new(self.now());
            let mut call = hub.spreadsheets().values_batch_get(spreadsheet);
            for range in ranges {
                call = call.add_ranges(range);
            }
            let call = call.major_dimension("ROWS").value_render_option("FORMATTED_VALUE");
            let call = call.param("fields", "valueRanges(range,values)");
            let outcome = call.delegate(&mut witness).doit().await;
            witness.judge(outcome)
        };
        let answer = self.call(budget, READ, batch_get).await?.value_ranges.unwrap_or_default();
        // A range that is not in the answer is not an empty one.
        if answer.len() != ranges.len() {
            return Err(GoogleError::Unreadable);
        }
        Ok(answer.into_iter().map(rows).collect())
    }
}

fn rows(range: ValueRange) -> Vec<Vec<String>> {
    let rows = range.values.unwrap_or_default().into_iter();
    rows.map(|row| row.into_iter().map(cell).collect()).collect()
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
        let range = |value| serde_json::from_value(value).unwrap();
        let values = json!([["Prague", 7, true, null], [], ["Brno"]]);
        assert_eq!(rows(range(json!({"values": values}))), [vec!["Prague", "7", "true", ""], vec![], vec!["Brno"]]);
        assert!(rows(range(json!({"range": "Offices!A2:B1000"}))).is_empty());
    }
}
