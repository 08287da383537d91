//! Ranges within a tab, in A1 or R1C1 notation, as Google was seen to read and to write them.
//!
//! <https://developers.google.com/workspace/sheets/api/guides/concepts#cell>. An offset in brackets counts from A1, an end
//! beyond the grid is cut, and a start beyond it is an error.

/// A rectangle of cells; numbers count from 0, ends are exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GridRange {
    pub(super) rows: (usize, usize),
    pub(super) columns: (usize, usize),
}

/// What a text means on a grid.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cells {
    Within(GridRange),
    /// Begins beyond the grid; the cells as Google names them then.
    Beyond(String),
}

/// What stands for an axis in R1C1 notation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AxisNotation {
    Absolute(usize),
    Offset(usize),
    /// The letter alone: where A1 is.
    Bare,
}

/// Row and column of one end, from 0; an axis without a number is open.
#[derive(Clone, Copy)]
struct RangeEnd {
    row: Option<usize>,
    column: Option<usize>,
    /// Of R1C1 notation: what its check of reversed ranges looks at.
    written: [Option<AxisNotation>; 2],
}

/// Whether the text is cells rather than the name of a tab.
pub(super) fn is_reference(text: &str) -> bool {
    ends(text).is_some()
}

/// Reads `A2:B`, `B2:A`, `A:B`, `2:3`, `A2` or `R2C1:R10C2` on a grid; `None` if it is none of these.
pub(super) fn read(text: &str, height: usize, width: usize) -> Option<Cells> {
    let (first, last) = ends(text)?;
    let axis = |start: Option<usize>, end: Option<usize>, size: usize| {
        let start = start.unwrap_or(0);
        match end.map(|end| end + 1) {
            Some(end) if end <= start => (end - 1, start + 1),
            Some(end) => (start, end),
            None => (start, size.max(start + 1)),
        }
    };
    let (rows, columns) = (axis(first.row, last.row, height), axis(first.column, last.column, width));
    if rows.0 < height && columns.0 < width {
        let (rows, columns) = ((rows.0, rows.1.min(height)), (columns.0, columns.1.min(width)));
        return Some(Cells::Within(GridRange { rows, columns }));
    }
    let (left, right) = (letters(columns.0), letters(columns.1 - 1));
    let (top, bottom) = ((rows.0 + 1).to_string(), rows.1.to_string());
    let (from, to) = match (first.row.or(last.row), first.column.or(last.column)) {
        (None, _) => (left, right),
        (_, None) => (top, bottom),
        _ => (left + &top, right + &bottom),
    };
    Some(Cells::Beyond(if from == to { from } else { format!("{from}:{to}") }))
}

/// The window as Google writes it: the upper left corner first, one cell once.
pub(super) fn write(window: &GridRange) -> String {
    let corner = |row, column| format!("{}{}", letters(column), row + 1);
    let first = corner(window.rows.0, window.columns.0);
    let last = corner(window.rows.1 - 1, window.columns.1 - 1);
    if first == last { first } else { format!("{first}:{last}") }
}

/// Both ends, in one notation; one that is alone is a cell in A1 notation, and anything in R1C1.
fn ends(text: &str) -> Option<(RangeEnd, RangeEnd)> {
    let (first, last) = match text.split_once(':') {
        Some((first, last)) => (first, Some(last)),
        None => (text, None),
    };
    let is_cell = |end: &RangeEnd| end.row.is_some() && end.column.is_some();
    let a1 = match (a1_end(first), last) {
        (Some(first), Some(last)) => a1_end(last).map(|last| (first, last)),
        (Some(first), None) => Some((first, first)).filter(|(end, _)| is_cell(end)),
        (None, _) => None,
    };
    a1.or_else(|| {
        let first = r1c1_end(first)?;
        let last = last.map_or(Some(first), r1c1_end)?;
        (!is_hollow(&first, &last)).then_some((first, last))
    })
}

/// `B12`, `B` or `12`, in any capitals.
fn a1_end(text: &str) -> Option<RangeEnd> {
    let digits = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let (letters, digits) = text.split_at(digits);
    if text.is_empty() || letters.len() > 3 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let column =
        letters.bytes().fold(0, |column, byte| column * 26 + usize::from(byte.to_ascii_uppercase() - b'A') + 1);
    let row = if digits.is_empty() { None } else { Some(number(digits)?.checked_sub(1)?) };
    Some(RangeEnd { row, column: column.checked_sub(1), written: [None, None] })
}

/// `R12C2`, `R12`, `C[1]`, `RC` and the like, in any capitals.
fn r1c1_end(text: &str) -> Option<RangeEnd> {
    let text = text.to_ascii_uppercase();
    let (row, rest) = axis(&text, 'R')?;
    let (column, rest) = axis(rest, 'C')?;
    if !rest.is_empty() || (row.is_none() && column.is_none()) {
        return None;
    }
    // One that is missing is open beside a number.
    let place = |own: Option<AxisNotation>, other: Option<AxisNotation>| match own {
        Some(AxisNotation::Absolute(number)) => Some(number - 1),
        Some(AxisNotation::Offset(number)) => Some(number),
        Some(AxisNotation::Bare) => Some(0),
        None => matches!(other, None | Some(AxisNotation::Bare)).then_some(0),
    };
    Some(RangeEnd { row: place(row, column), column: place(column, row), written: [row, column] })
}

/// The letter of an axis and its number, if they come next; `None` if what follows the letter is no number.
fn axis(text: &str, letter: char) -> Option<(Option<AxisNotation>, &str)> {
    let Some(rest) = text.strip_prefix(letter) else {
        return Some((None, text));
    };
    if let Some(offset) = rest.strip_prefix('[') {
        let (offset, rest) = offset.split_once(']')?;
        return Some((Some(AxisNotation::Offset(number(offset)?)), rest));
    }
    let (digits, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
    if digits.is_empty() {
        return Some((Some(AxisNotation::Bare), rest));
    }
    let absolute = number(digits).filter(|number| *number > 0)?;
    Some((Some(AxisNotation::Absolute(absolute)), rest))
}

/// Google refuses a range in R1C1 notation that ends one before it begins, and swaps the ends of any other.
fn is_hollow(first: &RangeEnd, last: &RangeEnd) -> bool {
    first.written.into_iter().zip(last.written).any(|ends| match ends {
        (Some(AxisNotation::Absolute(first)), Some(AxisNotation::Absolute(last)))
        | (Some(AxisNotation::Offset(first)), Some(AxisNotation::Offset(last))) => first == last + 1,
        _ => false,
    })
}

fn number(digits: &str) -> Option<usize> {
    let plain = !digits.is_empty() && digits.len() < 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// The letters of a column, from 0.
fn letters(column: usize) -> String {
    let (mut column, mut letters) = (column + 1, String::new());
    while column > 0 {
        column -= 1;
        letters.insert(0, char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column % 26]));
        column /= 26;
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Google writes back for cells of a fresh tab; those beyond it in brackets.
    fn seen(text: &str) -> Option<String> {
        read(text, 1000, 26).map(|cells| match cells {
            Cells::Within(window) => write(&window),
            Cells::Beyond(name) => format!("({name})"),
        })
    }

    /// Asked of Google by others.
    #[test]
    fn ranges_are_those_that_google_was_seen_to_make() {
        for (asked, answered) in [
            ("A2:B", "A2:B1000"),
            ("A2:B10", "A2:B10"),
            ("b2:a", "A2:B1000"),
            ("B2:A1", "A1:B2"),
            ("A:B", "A1:B1000"),
            ("2:3", "A2:Z3"),
            ("A1", "A1"),
            ("A1:A1", "A1"),
            ("A1:AA5", "A1:Z5"),
            ("1:1001", "A1:Z1000"),
            ("ZZ:ZZ", "(ZZ)"),
            ("AA:AB", "(AA:AB)"),
            ("1001:1002", "(1001:1002)"),
            ("R2C1:R50C4", "A2:D50"),
            ("R1C1:R2000C50", "A1:Z1000"),
            ("R3C3:R1C1", "A1:C3"),
            ("R[1]C[1]", "B2"),
            ("R[2]C[2]:R[0]C[0]", "A1:C3"),
            ("R[1]C[1]:R1C1", "A1:B2"),
            ("R1C1:R2", "A1:Z2"),
            ("C[1]", "B1:B1000"),
            ("A2000:B", "(A2000:B2000)"),
            ("RC", "A1"),
            ("RC:RC", "(RC)"),
            ("r01c01", "A1"),
            ("C[26]", "(AA)"),
            ("R[1000]:R[1000]", "(1001)"),
            ("R[1000]C[0]", "(A1001)"),
        ] {
            assert_eq!(seen(asked).as_deref(), Some(answered), "{asked}");
        }
        for text in [
            "",
            "B",
            "2",
            "A0",
            "A1:A0",
            "A1:",
            ":B2",
            "A1:B2:C3",
            "ABCD1",
            " A1",
            "A1: B2",
            "A1:R2C2",
            "R1C1:B2",
            "R0C1",
            "R[-1]C[0]",
            "R[+1]C[0]",
            "R[ 1]C[1]",
            "R2C2:R1C1",
            "R1C2:R1C1",
            "R[1]C[1]:R[0]C[0]",
            "R2:R1C1",
            "Offices",
        ] {
            assert_eq!(seen(text), None, "{text:?}");
        }
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 702].map(letters), ["A", "Z", "AA", "AAA"]);
    }
}
