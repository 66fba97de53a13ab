//! Tables of who runs the shop: where a page of one begins, so that the thousandth page costs as
//! little as the first.

use std::fmt;

/// Rows on one page of a table.
pub const PAGE: i64 = 50;

/// The row behind which a page begins: its value in the order of the table, and its id, which
/// decides among rows of one value. In a URL it is `id~value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The value of the column that the table is ordered by; empty where that is the id itself.
    pub value: String,
    /// The row's id.
    pub id: String,
}

impl Cursor {
    /// Reads the word of a URL; `None` where it is none.
    pub fn parse(word: &str) -> Option<Self> {
        let (id, value) = word.split_once('~')?;
        (!id.is_empty()).then(|| Self { value: value.to_owned(), id: id.to_owned() })
    }

    /// The row's id as a number, or whatever else ids are.
    pub fn id<T: std::str::FromStr>(&self) -> Option<T> {
        self.id.parse().ok()
    }

    /// The row's value as a number, or whatever else the column holds.
    pub fn value<T: std::str::FromStr>(&self) -> Option<T> {
        self.value.parse().ok()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.id, self.value)
    }
}

/// Rows of a table, and where the next ones begin.
#[derive(Debug, Clone)]
pub struct Rows<T> {
    /// The rows, in the order asked for.
    pub rows: Vec<T>,
    /// The last of them, where there are further ones.
    pub next: Option<Cursor>,
}

impl<T> Rows<T> {
    /// Makes a page of `limit` rows out of what was read with a limit of one more.
    pub fn cut(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let further = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| further).map(key);
        Self { rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_whatever_its_value_holds() {
        for value in ["", "12000", "a~b", "어린 왕자"] {
            let cursor = Cursor { value: value.to_owned(), id: "17".to_owned() };
            assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor.clone()));
            assert_eq!(cursor.id::<i64>(), Some(17));
        }
        assert_eq!(Cursor::parse("~1"), None);
        assert_eq!(Cursor::parse("17"), None);
    }

    #[test]
    fn the_last_page_has_no_next_one() {
        let key = |id: &i64| Cursor { value: String::new(), id: id.to_string() };
        assert_eq!(Rows::cut(vec![1, 2, 3], 2, key).next.and_then(|next| next.id::<i64>()), Some(2));
        assert_eq!(Rows::cut(vec![1, 2], 2, key).next, None);
        assert_eq!(Rows::cut(Vec::new(), 2, key).next, None);
    }
}
