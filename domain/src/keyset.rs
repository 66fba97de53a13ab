//! Places in tables that are ordered by time, newest first.

use contract::table::Cursor;
use time::{Date, Duration, OffsetDateTime};

/// The row of this time and id.
pub(crate) fn cursor(at: OffsetDateTime, id: impl ToString) -> Cursor {
    Cursor { value: (at.unix_timestamp_nanos() / 1_000).to_string(), id: id.to_string() }
}

/// The time of the row behind which the page begins; none for the first page.
pub(crate) fn moment(after: Option<&Cursor>) -> Option<OffsetDateTime> {
    let micros: i128 = after?.value::<i64>()?.into();
    OffsetDateTime::from_unix_timestamp_nanos(micros * 1_000).ok()
}

/// From when to when a Korean day lasts; for ever where none is asked for.
pub(crate) fn span(day: Option<Date>) -> (Option<OffsetDateTime>, Option<OffsetDateTime>) {
    let begins = day.map(contract::system::begins);
    (begins, begins.map(|at| at + Duration::DAY))
}
