//! Times: stored in UTC, printed in Korean standard time.

use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcOffset, macros::format_description};

use crate::form::Flaw;

/// Prints a time in Korean standard time (UTC+9, no daylight saving): `2026-11-20 21:05`.
pub fn kst(time: OffsetDateTime) -> String {
    print(time, format_description!("[year]-[month]-[day] [hour]:[minute]"))
}

/// Prints the Korean calendar day of a time: `2026-11-20`.
pub fn kst_day(time: OffsetDateTime) -> String {
    print(time, format_description!("[year]-[month]-[day]"))
}

/// Prints a time as a browser's field for day and time takes it: `2026-11-20T21:05`.
pub fn kst_field(time: OffsetDateTime) -> String {
    print(time, format_description!("[year]-[month]-[day]T[hour]:[minute]"))
}

/// Reads what a browser's field for day and time gives, as Korean time.
///
/// # Errors
/// [`Flaw::Required`] or [`Flaw::Time`].
pub fn read_kst(typed: &str) -> Result<OffsetDateTime, Flaw> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Flaw::Required);
    }
    // Some browsers add seconds.
    let minute = typed.get(..16).unwrap_or(typed);
    let read = PrimitiveDateTime::parse(minute, format_description!("[year]-[month]-[day]T[hour]:[minute]"));
    let local = read.ok().filter(|read| (2000..=2999).contains(&read.year())).ok_or(Flaw::Time)?;
    Ok(local.assume_offset(korea()).to_offset(UtcOffset::UTC))
}

/// The Korean calendar day of a time.
pub fn kst_date(time: OffsetDateTime) -> Date {
    time.checked_to_offset(korea()).map_or(Date::MAX, OffsetDateTime::date)
}

/// The time at which a Korean calendar day begins, in UTC.
pub fn kst_midnight(day: Date) -> OffsetDateTime {
    day.midnight().assume_offset(korea()).to_offset(UtcOffset::UTC)
}

fn korea() -> UtcOffset {
    UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC)
}

fn print(time: OffsetDateTime, format: &[time::format_description::BorrowedFormatItem<'_>]) -> String {
    // Outside the years 1 to 9999 there is no Korean time to print.
    time.checked_to_offset(korea()).and_then(|local| local.format(&format).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_late_evening_in_utc_is_the_next_day_in_korea() {
        let time = datetime!(2026-11-20 15:30 UTC);
        assert_eq!(kst(time), "2026-11-21 00:30");
        assert_eq!(kst_day(time), "2026-11-21");
        assert_eq!(kst_date(time), time::macros::date!(2026 - 11 - 21));
    }

    #[test]
    fn a_korean_day_begins_at_three_in_the_afternoon_of_the_day_before() {
        let midnight = datetime!(2026-11-20 15:00 UTC);
        assert_eq!(kst_midnight(time::macros::date!(2026 - 11 - 21)), midnight);
        assert_eq!(kst_date(midnight), time::macros::date!(2026 - 11 - 21));
        assert_eq!(kst_date(midnight - time::Duration::NANOSECOND), time::macros::date!(2026 - 11 - 20));
    }

    #[test]
    fn a_browsers_field_is_korean_time() {
        let time = datetime!(2026-11-20 15:30 UTC);
        assert_eq!(read_kst(&kst_field(time)), Ok(time));
        assert_eq!(read_kst("2026-11-21T00:30:59"), Ok(time));
        assert_eq!(read_kst(" "), Err(Flaw::Required));
        for wrong in ["2026-13-01T00:00", "0001-01-01T00:00", "99999-01-01T00:00", "now", "2026-11-21"] {
            assert_eq!(read_kst(wrong), Err(Flaw::Time), "{wrong}");
        }
    }
}
