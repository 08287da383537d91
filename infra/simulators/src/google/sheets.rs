//! `spreadsheets.values.get` and `batchGet`.
//!
//! <https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values>. Trailing empty rows and
//! cells are left out, an empty row between others is `[]`, and `values` is absent when nothing is left.

use super::{arguments::Arguments, error::Refusal};
use crate::state::State;
use serde_json::{Value, json};

/// The size of a fresh tab; larger content makes it larger.
const ROWS: usize = 1000;
const COLUMNS: usize = 26;

/// A spreadsheet and its tabs.
#[derive(Debug, Default)]
pub(crate) struct Spreadsheet {
    tabs: Vec<(String, Vec<Vec<Value>>)>,
    pub(crate) broken: bool,
}

impl Spreadsheet {
    pub(crate) fn set_tab(&mut self, title: &str, rows: Vec<Vec<Value>>) {
        match self.tabs.iter_mut().find(|(known, _)| known == title) {
            Some((_, old)) => *old = rows,
            None => self.tabs.push((title.to_owned(), rows)),
        }
    }
}

pub(crate) fn get(state: &State, arguments: &Arguments) -> Result<Value, Refusal> {
    read(spreadsheet(state, arguments)?, arguments, arguments.path("range"))
}

pub(crate) fn batch_get(state: &State, arguments: &Arguments) -> Result<Value, Refusal> {
    let spreadsheet = spreadsheet(state, arguments)?;
    let ranges = arguments.all("ranges").map(|range| read(spreadsheet, arguments, range));
    let ranges = ranges.collect::<Result<Vec<Value>, Refusal>>()?;
    if ranges.is_empty() {
        return Err(Refusal::wrong("batchGet without ranges"));
    }
    Ok(json!({ "spreadsheetId": arguments.path("spreadsheetId"), "valueRanges": ranges }))
}

fn spreadsheet<'a>(state: &'a State, arguments: &Arguments) -> Result<&'a Spreadsheet, Refusal> {
    let found = state.spreadsheets.get(arguments.path("spreadsheetId"));
    let spreadsheet = found.ok_or_else(|| Refusal::new(404, "notFound", "Requested entity was not found."))?;
    if spreadsheet.broken {
        return Err(Refusal::new(503, "backendError", "The service is currently unavailable."));
    }
    for (name, simulated) in [("majorDimension", "ROWS"), ("dateTimeRenderOption", "SERIAL_NUMBER")] {
        if arguments.get(name).is_some_and(|value| value != simulated) {
            return Err(Refusal::wrong(&format!("{name} other than {simulated} is not simulated")));
        }
    }
    Ok(spreadsheet)
}

/// A rectangle of cells; numbers count from 0, ends are exclusive.
struct Window {
    rows: (usize, usize),
    columns: (usize, usize),
}

fn read(spreadsheet: &Spreadsheet, arguments: &Arguments, range: &str) -> Result<Value, Refusal> {
    let unparsable = || Refusal::invalid(&format!("Unable to parse range: {range}"));
    let (title, cells) = split(range);
    let tab = match &title {
        Some(title) => spreadsheet.tabs.iter().find(|(known, _)| known == title),
        None => spreadsheet.tabs.first(),
    };
    let (title, rows) = tab.ok_or_else(unparsable)?;
    let widest = rows.iter().map(Vec::len).max().unwrap_or_default();
    let (height, width) = (rows.len().max(ROWS), widest.max(COLUMNS));
    let window = match cells {
        Some(cells) => window(cells, height, width).ok_or_else(unparsable)?,
        None => Window { rows: (0, height), columns: (0, width) },
    };
    if window.rows.0 >= height || window.columns.0 >= width {
        let limits = format!("Range ({range}) exceeds grid limits. Max rows: {height}, max columns: {width}");
        return Err(Refusal::invalid(&limits));
    }
    let raw = arguments.get("valueRenderOption").is_some_and(|option| option != "FORMATTED_VALUE");
    let mut answer = json!({ "range": normalised(title, &window), "majorDimension": "ROWS" });
    let values = values(rows, &window, raw);
    if !values.is_empty() {
        answer["values"] = json!(values);
    }
    Ok(answer)
}

/// The title, unquoted, and the cells. Without an exclamation mark it is cells if it can be, else a title.
fn split(range: &str) -> (Option<String>, Option<&str>) {
    let unquote = |title: &str| match title.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => title.to_owned(),
    };
    match range.rsplit_once('!') {
        Some((title, cells)) => (Some(unquote(title)), Some(cells)),
        None if window(range, ROWS, COLUMNS).is_some() => (None, Some(range)),
        None => (Some(unquote(range)), None),
    }
}

/// Reads `A2:B`, `A2:B10`, `A:B`, `2:3` or `A2`.
fn window(cells: &str, height: usize, width: usize) -> Option<Window> {
    let (first, last) = cells.split_once(':').unwrap_or((cells, cells));
    let ((left, top), (right, bottom)) = (corner(first)?, corner(last)?);
    let rows = (top.unwrap_or(1) - 1, bottom.unwrap_or(height).min(height));
    let columns = (left.unwrap_or(1) - 1, right.unwrap_or(width).min(width));
    Some(Window { rows, columns })
}

/// Column and row of `B12`, from 1; either may be missing.
fn corner(text: &str) -> Option<(Option<usize>, Option<usize>)> {
    let digits = text.find(|character: char| character.is_ascii_digit()).unwrap_or(text.len());
    let (letters, digits) = text.split_at(digits);
    if text.is_empty() || letters.len() > 3 || !letters.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let column = letters.bytes().fold(0, |column, byte| column * 26 + usize::from(byte - b'A') + 1);
    let row = if digits.is_empty() { None } else { Some(digits.parse().ok().filter(|row| *row > 0)?) };
    Some(((column > 0).then_some(column), row))
}

/// As Google writes the range back: quoted unless the title is a plain word, with all four sides.
fn normalised(title: &str, window: &Window) -> String {
    let plain = title.chars().all(|character| character.is_alphanumeric() || character == '_');
    let title = if plain { title.to_owned() } else { format!("'{}'", title.replace('\'', "''")) };
    let (left, right) = (letters(window.columns.0 + 1), letters(window.columns.1));
    format!("{title}!{left}{}:{right}{}", window.rows.0 + 1, window.rows.1)
}

/// The letters of a column, from 1.
fn letters(mut column: usize) -> String {
    let mut letters = String::new();
    while column > 0 {
        column -= 1;
        letters.insert(0, char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column % 26]));
        column /= 26;
    }
    letters
}

fn values(rows: &[Vec<Value>], window: &Window, raw: bool) -> Vec<Vec<Value>> {
    let cut = |(from, to): (usize, usize)| (from, to.saturating_sub(from));
    let ((top, height), (left, width)) = (cut(window.rows), cut(window.columns));
    let mut values: Vec<Vec<Value>> = Vec::new();
    for row in rows.iter().skip(top).take(height) {
        let cells = row.iter().skip(left).take(width);
        let mut cells: Vec<Value> = cells.map(|cell| rendered(cell, raw)).collect();
        cells.truncate(cells.iter().rposition(|cell| *cell != "").map_or(0, |last| last + 1));
        values.push(cells);
    }
    values.truncate(values.iter().rposition(|cells| !cells.is_empty()).map_or(0, |last| last + 1));
    values
}

/// A cell as the sheet shows it, or as it is stored. An empty cell is an empty string either way.
fn rendered(cell: &Value, raw: bool) -> Value {
    match cell {
        Value::Null => json!(""),
        Value::Bool(truth) if !raw => json!(if *truth { "TRUE" } else { "FALSE" }),
        Value::Number(number) if !raw => json!(number.to_string()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{corner, letters, split, window};

    #[test]
    fn ranges_are_taken_apart() {
        assert_eq!(split("Offices!A2:B"), (Some("Offices".to_owned()), Some("A2:B")));
        assert_eq!(split("'It''s ours!'!A2:B"), (Some("It's ours!".to_owned()), Some("A2:B")));
        assert_eq!(split("A2:B"), (None, Some("A2:B")));
        assert_eq!(split("Manual users"), (Some("Manual users".to_owned()), None));
        assert_eq!(corner("AB12"), Some((Some(28), Some(12))));
        assert_eq!(corner("B"), Some((Some(2), None)));
        assert!(corner("a1").is_none() && corner("A0").is_none() && corner("").is_none());
        assert_eq!(window("A2:B", 1000, 26).map(|window| (window.rows, window.columns)), Some(((1, 1000), (0, 2))));
        assert_eq!([1, 26, 27, 703].map(letters), ["A", "Z", "AA", "AAA"]);
    }
}
