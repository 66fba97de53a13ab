//! Tables as people keep them in files: CSV, from whatever program.

use serde::{Deserialize, Serialize};

/// Columns that a file may have.
pub const MOST_COLUMNS: usize = 100;

/// Bytes that one of its rows may have.
pub const MOST_ROW_BYTES: usize = 1024 * 1024;

/// Why a file cannot be read as a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetFlaw {
    /// Holds no row below its header.
    Empty,
    /// Is neither UTF-8, UTF-16 nor EUC-KR (CP949) text.
    NotText,
    /// Has more columns than [`MOST_COLUMNS`].
    TooManyColumns,
    /// Has a row longer than [`MOST_ROW_BYTES`]: a quote that is never closed, perhaps.
    RowTooLong,
    /// Ends within quotes.
    QuoteOpen,
    /// Has more rows than are taken at once.
    TooManyRows,
    /// Is larger than what is taken at once.
    TooLarge,
    /// Lacks a column that is needed.
    ColumnMissing,
    /// Has the same column twice: which one counts, nobody can tell.
    ColumnTwice,
}

/// A cell as it is written into a file: one that a spreadsheet would take for a formula begins
/// with an apostrophe (OWASP, "CSV Injection"). Plain numbers stay numbers.
pub fn harmless(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// A cell as it is read: without the apostrophe that [`harmless`] has put there.
pub fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

fn is_formula(cell: &str) -> bool {
    let number = cell.strip_prefix(['-', '+']).is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte))
    });
    // Spreadsheets read the full-width signs as the plain ones, and skip what is blank before them.
    cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) && !number
        || cell.starts_with(['\t', '\r', '\n'])
        || cell.starts_with('\'') && is_formula(&cell[1..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_formula_is_made_harmless_and_a_number_stays_one() {
        assert_eq!(harmless("=1+2"), "'=1+2");
        assert_eq!(harmless("  @SUM(A1)"), "'  @SUM(A1)");
        assert_eq!(harmless("-2+3+cmd|' /C calc'!A0"), "'-2+3+cmd|' /C calc'!A0");
        for number in ["-12", "+1,200", "-3.5", "0"] {
            assert_eq!(harmless(number), number);
        }
        assert_eq!(harmless("'tis"), "'tis");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(cell in any::<String>()) {
            let written = harmless(&cell);
            prop_assert_eq!(plain(&written), cell.as_str());
        }

        #[test]
        fn nothing_written_is_a_formula(sign in "[=@+-]", rest in "[A-Z(]{1,9}") {
            let written = harmless(&format!("{sign}{rest}"));
            prop_assert!(written.starts_with('\''));
        }
    }
}
