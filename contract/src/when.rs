//! Times: stored in UTC, printed in Korean standard time.

use time::{OffsetDateTime, UtcOffset, macros::format_description};

/// Prints a time in Korean standard time (UTC+9, no daylight saving): `2026-11-20 21:05`.
pub fn kst(time: OffsetDateTime) -> String {
    print(time, format_description!("[year]-[month]-[day] [hour]:[minute]"))
}

/// Prints the Korean calendar day of a time: `2026-11-20`.
pub fn kst_day(time: OffsetDateTime) -> String {
    print(time, format_description!("[year]-[month]-[day]"))
}

fn print(time: OffsetDateTime, format: &[time::format_description::BorrowedFormatItem<'_>]) -> String {
    let korea = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    // Outside the years 1 to 9999 there is no Korean time to print.
    time.checked_to_offset(korea).and_then(|local| local.format(&format).ok()).unwrap_or_default()
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
    }
}
