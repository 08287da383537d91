//! `spreadsheets.values.get` and `batchGet`.
//!
//! <https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values>. Trailing empty rows and
//! cells are left out, an empty row between others is `[]`, and `values` is absent when nothing is left.

use super::a1::{self, Cells, GridRange};
use super::arguments::Arguments;
use super::error::{ApiRefusal, ApiResult};
use serde_json::{Number, Value, json};
use std::collections::BTreeMap;

/// The size of a fresh tab, which grows with its content.
const ROWS: usize = 1000;
const COLUMNS: usize = 26;

/// The spreadsheets by their ids.
pub(crate) type Spreadsheets = BTreeMap<String, Spreadsheet>;

/// A spreadsheet and its tabs.
#[derive(Debug, Default)]
pub(crate) struct Spreadsheet {
    tabs: Vec<Tab>,
    /// Named ranges, each with the place it stands for.
    names: Vec<(String, String)>,
    pub(crate) broken: bool,
}

#[derive(Debug)]
struct Tab {
    title: String,
    rows: Vec<Vec<Value>>,
}

impl Spreadsheet {
    pub(crate) fn set_tab(&mut self, title: &str, rows: Vec<Vec<Value>>) {
        match self.tabs.iter_mut().find(|tab| tab.title == title) {
            Some(tab) => tab.rows = rows,
            None => self.tabs.push(Tab { title: title.to_owned(), rows }),
        }
    }

    pub(crate) fn set_name(&mut self, name: &str, place: &str) {
        self.names.push((name.to_owned(), place.to_owned()));
    }

    /// The tab of a range, and the range's cells; `None` means the whole tab.
    ///
    /// The last exclamation mark ends the title. A range without a title is read as cells of the first tab if possible, else
    /// as a named range, else as a title.
    fn find(&self, range: &str) -> Option<(&Tab, Option<String>)> {
        let (title, cells) = range.rsplit_once('!').unwrap_or(("", range));
        if matches!(title, "" | "''") && a1::is_reference(cells) {
            return Some((self.tabs.first()?, Some(cells.to_owned())));
        }
        let named = self.names.iter().find(|(name, _)| name.eq_ignore_ascii_case(range));
        if let Some((tab, cells)) = named.and_then(|(_, place)| place.rsplit_once('!')) {
            return Some((self.tab(tab)?, Some(cells.to_owned())));
        }
        match self.tab(title).filter(|_| !cells.is_empty()) {
            Some(tab) => Some((tab, Some(cells.to_owned()))),
            None => Some((self.tab(range)?, None)),
        }
    }

    /// A tab by its title, quoted or not, in any capitals.
    fn tab(&self, title: &str) -> Option<&Tab> {
        let bare = match title.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(inner) => inner.replace("''", "'"),
            None => title.to_owned(),
        };
        self.tabs.iter().find(|tab| tab.title.to_lowercase() == bare.to_lowercase())
    }
}

pub(crate) fn get(spreadsheets: &Spreadsheets, arguments: &Arguments) -> ApiResult {
    read(spreadsheet(spreadsheets, arguments)?, arguments, arguments.path("range"))
}

pub(crate) fn batch_get(spreadsheets: &Spreadsheets, arguments: &Arguments) -> ApiResult {
    let spreadsheet = spreadsheet(spreadsheets, arguments)?;
    let ranges = arguments.all("ranges").map(|range| read(spreadsheet, arguments, range));
    let ranges = ranges.collect::<ApiResult<Vec<Value>>>()?;
    if ranges.is_empty() {
        return Err(ApiRefusal::wrong("batchGet without ranges"));
    }
    Ok(json!({ "spreadsheetId": arguments.path("spreadsheetId"), "valueRanges": ranges }))
}

fn spreadsheet<'a>(spreadsheets: &'a Spreadsheets, arguments: &Arguments) -> ApiResult<&'a Spreadsheet> {
    let found = spreadsheets.get(arguments.path("spreadsheetId"));
    let spreadsheet = found.ok_or_else(|| ApiRefusal::new(404, "notFound", "Requested entity was not found."))?;
    if spreadsheet.broken {
        return Err(ApiRefusal::new(503, "backendError", "The service is currently unavailable."));
    }
    for (name, simulated) in [("majorDimension", "ROWS"), ("dateTimeRenderOption", "SERIAL_NUMBER")] {
        if arguments.get(name).is_some_and(|value| value != simulated) {
            return Err(ApiRefusal::wrong(&format!("{name} other than {simulated} is not simulated")));
        }
    }
    Ok(spreadsheet)
}

fn read(spreadsheet: &Spreadsheet, arguments: &Arguments, range: &str) -> ApiResult {
    let (tab, cells) = spreadsheet.find(range).ok_or_else(|| unparsable(range))?;
    let (height, width) = tab.size();
    let window = match cells {
        None => GridRange { rows: (0, height), columns: (0, width) },
        Some(cells) => match a1::read(&cells, height, width).ok_or_else(|| unparsable(range))? {
            Cells::Within(window) => window,
            Cells::Beyond(cells) => {
                let name = format!("{}!{cells}", quoted(&tab.title));
                let limits = format!("Range ({name}) exceeds grid limits. Max rows: {height}, max columns: {width}");
                return Err(ApiRefusal::invalid(&limits));
            }
        },
    };
    let raw = arguments.get("valueRenderOption").is_some_and(|option| option != "FORMATTED_VALUE");
    let place = format!("{}!{}", quoted(&tab.title), a1::write(&window));
    let mut answer = json!({ "range": place, "majorDimension": "ROWS" });
    let values = values(&tab.rows, &window, raw);
    if !values.is_empty() {
        answer["values"] = json!(values);
    }
    Ok(answer)
}

fn unparsable(range: &str) -> ApiRefusal {
    ApiRefusal::invalid(&format!("Unable to parse range: {range}"))
}

impl Tab {
    /// Rows and columns of the grid.
    fn size(&self) -> (usize, usize) {
        let widest = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        (self.rows.len().max(ROWS), widest.max(COLUMNS))
    }
}

/// The title as Google writes it back: in quotes, unless it is a plain word that cannot be read as cells.
fn quoted(title: &str) -> String {
    let plain = title.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain && !title.starts_with(|c: char| c.is_ascii_digit()) && !a1::is_reference(title) {
        return title.to_owned();
    }
    format!("'{}'", title.replace('\'', "''"))
}

fn values(rows: &[Vec<Value>], window: &GridRange, raw: bool) -> Vec<Vec<Value>> {
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

/// A cell as it is stored if `raw`, else as the sheet shows it. An empty cell is always an empty string.
fn rendered(cell: &Value, raw: bool) -> Value {
    match cell {
        Value::Null => json!(""),
        Value::Bool(truth) if !raw => json!(if *truth { "TRUE" } else { "FALSE" }),
        Value::Number(number) if !raw => json!(shown(number)),
        other => other.clone(),
    }
}

/// A number, without a decimal point if it is whole.
fn shown(number: &Number) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team() -> Spreadsheet {
        let mut spreadsheet = Spreadsheet::default();
        for title in ["Offices", "Manual users", "has!bang", "A1", "Bob's", "2024"] {
            spreadsheet.set_tab(title, Vec::new());
        }
        spreadsheet.set_name("Team", "'Manual users'!A5:D");
        spreadsheet
    }

    fn found(range: &str) -> Option<String> {
        let spreadsheet = team();
        let (tab, cells) = spreadsheet.find(range)?;
        Some(format!("{} {}", quoted(&tab.title), cells.as_deref().unwrap_or("whole")))
    }

    #[test]
    fn a_range_is_found_as_google_finds_it() {
        for (range, expected) in [
            ("Offices!A2:B", "Offices A2:B"),
            ("offices!A2:B", "Offices A2:B"),
            ("'Manual users'!A2:D", "'Manual users' A2:D"),
            ("Manual users!A2:D", "'Manual users' A2:D"),
            ("Manual users", "'Manual users' whole"),
            ("A2:B", "Offices A2:B"),
            ("A1", "Offices A1"),
            ("!A1", "Offices A1"),
            ("'A1'!A1", "'A1' A1"),
            ("has!bang!A1", "'has!bang' A1"),
            ("has!bang", "'has!bang' whole"),
            ("'Bob''s'!A1", "'Bob''s' A1"),
            ("2024!A1", "'2024' A1"),
            ("team", "'Manual users' A5:D"),
        ] {
            assert_eq!(found(range).as_deref(), Some(expected), "{range}");
        }
        for range in ["", "!", "Offices!", " Offices!A2", "Offices !A2", "Elsewhere!A2", "!Offices", "'Offices!A2"] {
            assert_eq!(found(range), None, "{range:?}");
        }
    }

    #[test]
    fn values_are_shown_as_a_sheet_shows_them() {
        let shown = |cell: Value| rendered(&cell, false);
        assert_eq!(
            [json!(7), json!(7.0), json!(1.5), json!(true), json!(null)].map(shown),
            ["7", "7", "1.5", "TRUE", ""].map(|text| json!(text))
        );
    }
}
