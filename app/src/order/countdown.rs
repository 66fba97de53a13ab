//! The time that is left to pay.

use std::time::Duration;

use leptos::prelude::*;

/// Minutes and seconds that run down. Without scripts it stands still, beside the time itself.
#[island]
pub fn Countdown(
    /// Seconds that were left when the page was rendered.
    seconds: i64,
) -> impl IntoView {
    let (left, set_left) = signal(seconds.max(0));
    Effect::new(move |_| {
        let tick = set_interval_with_handle(
            move || set_left.update(|left| *left = (*left - 1).max(0)),
            Duration::from_secs(1),
        );
        if let Ok(tick) = tick {
            on_cleanup(move || tick.clear());
        }
    });
    view! { <strong role="timer" data-testid="time-left">{move || print(left.get())}</strong> }
}

fn print(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::print;

    #[test]
    fn time_left_is_printed_like_a_clock() {
        assert_eq!(print(0), "0:00");
        assert_eq!(print(1_799), "29:59");
        assert_eq!(print(86_400), "24:00:00");
    }
}
