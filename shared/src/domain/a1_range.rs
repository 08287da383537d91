//! Ranges of a spreadsheet in A1 notation:
//! <https://developers.google.com/workspace/sheets/api/guides/concepts#cell>

/// The number of the first row of a range; 1 for a whole tab, and for a named range, whose place in the sheet its name
/// does not tell.
pub fn first_row(range: &str) -> usize {
    // The name of a tab may contain `!`. What follows the last `!` is no cell then, and row 1 is right.
    let cells = range.rsplit_once('!').map_or(range, |(_, cells)| cells).replace('$', "");
    let (start, end) = cells.split_once(':').map_or((cells.as_str(), None), |(start, end)| (start, Some(end)));
    let corner = |text: &str| {
        let digits = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let is_cell = text.len() - digits.len() <= 3 && digits.chars().all(|c| c.is_ascii_digit());
        if is_cell { digits.parse().unwrap_or(1) } else { 1 }
    };
    let start = corner(start);
    end.map_or(start, |end| if end.ends_with(|c: char| c.is_ascii_digit()) { start.min(corner(end)) } else { start })
        .max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn row_numbers_are_those_of_the_sheet() {
        let cases = [
            ("Offices!A2:B", 2),
            ("Manual users!A2:D", 2),
            ("'Manual users'!$B$5:E90", 5),
            ("'a!b'!C7:D", 7),
            ("'a!b'", 1),
            ("A2:D", 2),
            ("D9:A4", 4),
            ("A:D", 1),
            ("A5:D", 5),
            ("3:8", 3),
            ("B12", 12),
            ("Offices", 1),
            ("Sheet1", 1),
            ("", 1),
            ("A0:B", 1),
            ("A99999999999999999999:B", 1),
        ];
        for (range, row) in cases {
            assert_eq!(first_row(range), row, "{range}");
        }
    }

    proptest! {
        #[test]
        fn any_range_has_a_first_row(range in any::<String>(), cells in "[A-Za-z$!:0-9']{0,12}") {
            prop_assert!(first_row(&range) >= 1);
            prop_assert!(first_row(&cells) >= 1);
        }

        #[test]
        fn the_upper_corner_is_the_first_row(
            tab in "(\\PC{0,8}!)?",
            (start, end) in ("[$]?[A-Za-z]{1,3}[$]?", "[$]?[A-Za-z]{1,3}[$]?"),
            (upper, height) in (1_usize..100_000, 0_usize..1_000),
        ) {
            let lower = upper + height;
            prop_assert_eq!(first_row(&format!("{tab}{start}{upper}:{end}{lower}")), upper);
            prop_assert_eq!(first_row(&format!("{tab}{start}{lower}:{end}{upper}")), upper);
            prop_assert_eq!(first_row(&format!("{tab}{start}{upper}:{end}")), upper);
        }
    }
}
