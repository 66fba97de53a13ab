//! The ranking: what sells best over some days, and how it moved.

use serde::{Deserialize, Serialize};

use crate::product::ProductCard;

/// The days over which sales are counted: the running hour, and so many whole days of hours before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Window {
    /// One day.
    Day,
    /// Three days.
    #[default]
    ThreeDays,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
}

impl Window {
    /// Every window, the shortest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::ThreeDays, Self::Week, Self::Month];

    /// Its days.
    pub const fn days(self) -> i32 {
        match self {
            Self::Day => 1,
            Self::ThreeDays => 3,
            Self::Week => 7,
            Self::Month => 30,
        }
    }

    /// Reads the number of days from a URL; anything else is the default window.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|window| word.parse() == Ok(window.days())).unwrap_or_default()
    }
}

/// How a place compares with that in the window before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Movement {
    /// Nothing was sold of it then.
    New,
    /// The same place.
    Same,
    /// So many places up.
    Up(i64),
    /// So many places down.
    Down(i64),
}

impl Movement {
    /// From the place that it had, if it had one, to the place that it has.
    pub fn of(before: Option<i64>, now: i64) -> Self {
        match before {
            None => Self::New,
            Some(before) if before > now => Self::Up(before - now),
            Some(before) if before < now => Self::Down(now - before),
            Some(_) => Self::Same,
        }
    }
}

/// A product on its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranked {
    /// Its place, from 1.
    pub place: i64,
    /// The product.
    pub card: ProductCard,
    /// Copies sold in the window: those paid in it and not canceled since.
    pub units: i64,
    /// How it moved.
    pub movement: Movement,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_read_by_its_days_and_anything_else_is_three() {
        for window in Window::ALL {
            assert_eq!(Window::parse(&window.days().to_string()), window);
        }
        for other in ["", "2", "-3", "3.0", "all", "99999999999"] {
            assert_eq!(Window::parse(other), Window::ThreeDays, "{other}");
        }
    }

    #[test]
    fn a_smaller_place_is_further_up() {
        assert_eq!(Movement::of(Some(5), 1), Movement::Up(4));
        assert_eq!(Movement::of(Some(1), 3), Movement::Down(2));
        assert_eq!(Movement::of(Some(2), 2), Movement::Same);
        assert_eq!(Movement::of(None, 1), Movement::New);
    }
}
