//! Ranges within a tab, in A1 or R1C1 notation, as Google was seen to read and write them.
//!
//! <https://developers.google.com/workspace/sheets/api/guides/concepts#cell>. An offset in brackets counts from A1, an end
//! beyond the grid is cut, and a start beyond it is an error.

/// A rectangle of cells; numbers count from 0, ends are exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GridRange {
    pub(super) rows: (usize, usize),
    pub(super) columns: (usize, usize),
}

/// The cells that a text names on a grid.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cells {
    Within(GridRange),
    /// The range begins beyond the grid. The text is the range as Google's error shows it.
    Beyond(String),
}

/// How an axis is written in R1C1 notation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AxisNotation {
    Absolute(usize),
    Offset(usize),
    /// The letter alone, which stands for the row or column of A1.
    Bare,
}

/// Row and column of one end of a range, from 0. `None` leaves an axis open.
#[derive(Clone, Copy)]
struct RangeEnd {
    row: Option<usize>,
    column: Option<usize>,
    /// How row and column were written in R1C1 notation, which decides whether a reversed range is refused.
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

/// The range as Google writes it: from the upper left corner to the lower right one, or as a single cell.
pub(super) fn write(window: &GridRange) -> String {
    let corner = |row, column| format!("{}{}", letters(column), row + 1);
    let first = corner(window.rows.0, window.columns.0);
    let last = corner(window.rows.1 - 1, window.columns.1 - 1);
    if first == last { first } else { format!("{first}:{last}") }
}

/// Both ends of a range in one notation. A single end must be a cell in A1 notation, and may be anything in R1C1
/// notation.
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
    // A missing axis is open if the other one has a number.
    let place = |own: Option<AxisNotation>, other: Option<AxisNotation>| match own {
        Some(AxisNotation::Absolute(number)) => Some(number - 1),
        Some(AxisNotation::Offset(number)) => Some(number),
        Some(AxisNotation::Bare) => Some(0),
        None => matches!(other, None | Some(AxisNotation::Bare)).then_some(0),
    };
    Some(RangeEnd { row: place(row, column), column: place(column, row), written: [row, column] })
}

/// Reads an axis at the beginning of the text, if it is there; `None` if its letter is followed by something unreadable.
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

/// Whether Google refuses this reversed range: one in R1C1 notation that ends directly before it begins. In other
/// reversed ranges Google swaps the ends.
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

    /// What Google writes back for cells of a fresh tab, in brackets if they are beyond its grid.
    fn seen(text: &str) -> Option<String> {
        read(text, 1000, 26).map(|cells| match cells {
            Cells::Within(window) => write(&window),
            Cells::Beyond(name) => format!("({name})"),
        })
    }

    /// Answers of Google that others have published.
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
