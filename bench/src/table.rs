//! What was measured, and the one table of it.

use std::{fmt, time::Duration};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};

/// One row of the table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// Orders that were placed.
    pub placed: usize,
    /// Orders that were placed before these, uncounted.
    pub uncounted: usize,
    /// How long placing them took.
    pub elapsed: Duration,
    /// Shoppers who were told that the shop is full.
    pub full: usize,
    /// Orders that were refused or not answered.
    pub errors: usize,
    /// The first of these errors.
    pub error: Option<String>,
    /// Of each request, or each set. All are kept, so that quantiles are exact.
    took: Vec<Duration>,
}

impl Row {
    /// So many orders were placed together, in so much time.
    pub(crate) fn record(&mut self, took: Duration, orders: usize) {
        self.placed += orders;
        self.took.push(took);
    }

    /// An order was not placed.
    pub(crate) fn fail(&mut self, why: impl FnOnce() -> String) {
        self.errors += 1;
        self.error.get_or_insert_with(why);
    }

    /// Takes in what another lane has done in the same time.
    pub(crate) fn add(&mut self, other: Self) {
        self.placed += other.placed;
        self.full += other.full;
        self.errors += other.errors;
        self.error = self.error.take().or(other.error);
        self.took.extend(other.took);
    }

    /// Remembers the uncounted orders; their errors do count.
    pub(crate) fn warmed_up_by(&mut self, before: Self) {
        self.uncounted = before.placed;
        self.errors += before.errors;
        self.error = before.error.or(self.error.take());
    }

    /// Orders a second.
    pub(crate) fn rate(&self) -> f64 {
        // Counts here are far below where a float cannot tell them apart.
        f64::from(u32::try_from(self.placed).unwrap_or(u32::MAX)) / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The times within which half, 95 % and 99 % were done, and the longest.
    fn quantiles(&self) -> [Milliseconds; 4] {
        let mut sorted = self.took.clone();
        sorted.sort_unstable();
        [50, 95, 99, 100].map(|percent| {
            let rank = (sorted.len() * percent).div_ceil(100);
            Milliseconds(sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default())
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: usize| HumanCount(count.try_into().unwrap_or(u64::MAX)).to_string();
        let [half, most, nearly_all, longest] = self.quantiles();
        write!(
            f,
            "{:>8} {:>9.0} {half:>9} {most:>9} {nearly_all:>9} {longest:>9} {:>6} {:>6}",
            count(self.placed),
            self.rate(),
            count(self.full),
            count(self.errors),
        )
    }
}

/// The line above the rows.
pub(crate) fn head() -> String {
    format!(
        "{:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6} {:>6}",
        "orders", "orders/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "full", "errors"
    )
}

/// A duration as the table has it.
struct Milliseconds(Duration);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.0.as_secs_f64() * 1_000.0;
        f.pad(&format!("{milliseconds:.2}"))
    }
}

/// A bar that shows how far a row is.
pub(crate) fn bar(name: &str, orders: usize) -> ProgressBar {
    let bar = ProgressBar::new(orders.try_into().unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("{msg:24} {wide_bar} {human_pos}/{human_len} {elapsed}") {
        bar.set_style(style);
    }
    bar.with_message(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_occurred() {
        let mut row = Row::default();
        assert_eq!(row.quantiles().map(|quantile| quantile.0), [Duration::ZERO; 4]);
        (1..=200).rev().for_each(|time| row.record(Duration::from_millis(time), 1));
        assert_eq!(row.quantiles().map(|quantile| quantile.0), [100, 190, 198, 200].map(Duration::from_millis));
    }
}
