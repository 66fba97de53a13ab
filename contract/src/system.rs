//! What the staff sees of the system itself: work in the background, and books that differ.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, UtcOffset, macros::format_description};

use crate::form::Flaw;

/// The most days that can be compared at once.
pub const MOST_DAYS: i64 = 31;

/// Where work in the background stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Asked for, not begun.
    Queued,
    /// Somebody is at it.
    Running,
    /// It came to its end.
    Done,
    /// It was given up.
    Failed,
}

impl RunStatus {
    /// Whether it is still to come to an end.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// Which way money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Money {
    /// From a card.
    Taken,
    /// Back to a card.
    Back,
}

/// How the shop's books and those of the gateway differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Differs {
    /// The gateway has it, the shop does not.
    TheirsOnly,
    /// The shop has it, the gateway does not.
    OursOnly,
    /// Both have it, with another amount.
    Amount,
    /// Both have it, and the shop does not count it as done.
    Status,
}

impl Differs {
    /// Every way, as the filter offers them.
    pub const ALL: &[Self] = &[Self::TheirsOnly, Self::OursOnly, Self::Amount, Self::Status];
}

/// How an event that was set aside was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// It was taken after all.
    Redriven,
    /// It was given up.
    Discarded,
}

impl Settled {
    /// Both ways, as the filter offers them.
    pub const ALL: &[Self] = &[Self::Redriven, Self::Discarded];
}

/// Who sends webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The payment gateway.
    Gateway,
    /// The carrier.
    Carrier,
}

impl Source {
    /// Both, as the filter offers them.
    pub const ALL: &[Self] = &[Self::Gateway, Self::Carrier];
}

/// Reads what a browser's field for a day gives: `2026-11-20`.
///
/// # Errors
/// [`Flaw::Required`] or [`Flaw::Time`].
pub fn read_day(typed: &str) -> Result<Date, Flaw> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Flaw::Required);
    }
    let read = Date::parse(typed, format_description!("[year]-[month]-[day]")).ok();
    read.filter(|day| (2000..=2999).contains(&day.year())).ok_or(Flaw::Time)
}

/// When a Korean day begins.
pub fn begins(day: Date) -> OffsetDateTime {
    let korea = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    day.midnight().assume_offset(korea).to_offset(UtcOffset::UTC)
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn a_day_is_that_of_korea() {
        assert_eq!(read_day(" 2026-11-20 "), Ok(date!(2026 - 11 - 20)));
        assert_eq!(begins(date!(2026 - 11 - 20)), datetime!(2026-11-19 15:00 UTC));
        assert_eq!(read_day(""), Err(Flaw::Required));
        for wrong in ["2026-13-01", "20261120", "0001-01-01", "today"] {
            assert_eq!(read_day(wrong), Err(Flaw::Time), "{wrong}");
        }
    }
}
