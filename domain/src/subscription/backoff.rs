//! When a message that was not taken is sent again.

use time::Duration;

/// How often a message is sent, the first time included.
pub const ATTEMPTS: i32 = 10;

/// The longest that a message waits, but for what spreads it.
pub const LONGEST: Duration = Duration::hours(24);

/// What passes after each attempt but the last: the schedule of Standard Webhooks, three days in all.
const WAITS: [Duration; 9] = [
    Duration::seconds(5),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
    Duration::hours(5),
    Duration::hours(10),
    Duration::hours(14),
    Duration::hours(20),
    LONGEST,
];

/// How much longer it may be, in thousandths, so that what failed at once is not sent again at once.
const SPREAD: u32 = 100;

/// How long a message waits after so many attempts; `None` where it is given up. `asked` is how long the
/// endpoint asked to be left alone, heeded up to [`LONGEST`]; any number spreads the messages.
pub fn wait(attempts: i32, asked: Option<Duration>, spread: u32) -> Option<Duration> {
    let at = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let wait = (*WAITS.get(at)?).max(asked.unwrap_or_default().min(LONGEST));
    Some(wait + wait * (spread % (SPREAD + 1)) / 1_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_is_sent_ten_times_within_four_days() {
        let waits: Vec<Duration> = (1..).map_while(|attempts| wait(attempts, None, 0)).collect();
        assert_eq!(waits, WAITS);
        assert_eq!(waits.len(), usize::try_from(ATTEMPTS - 1).expect("a number"));
        assert_eq!(waits.iter().sum::<Duration>(), Duration::minutes(75 * 60 + 35) + Duration::seconds(5));
    }

    proptest! {
        #[test]
        fn waits_grow_and_have_their_end(attempts in any::<i32>(), spread in any::<u32>(), other in any::<u32>()) {
            match wait(attempts, None, spread) {
                Some(one) => {
                    prop_assert!((1..ATTEMPTS).contains(&attempts));
                    prop_assert!(one >= WAITS[0] && one <= LONGEST + LONGEST / 10);
                    if let Some(next) = wait(attempts + 1, None, other) {
                        prop_assert!(next > one, "{one} {next}");
                    }
                }
                None => prop_assert!(!(1..ATTEMPTS).contains(&attempts)),
            }
        }

        #[test]
        fn what_an_endpoint_asks_for_makes_a_wait_longer_and_never_endless(
            attempts in 1..ATTEMPTS, asked in any::<i64>(), spread in any::<u32>(),
        ) {
            let bare = wait(attempts, None, spread).expect("a wait");
            let heeded = wait(attempts, Some(Duration::seconds(asked)), spread).expect("a wait");
            prop_assert!(heeded >= bare && heeded <= LONGEST + LONGEST / 10);
            if asked <= LONGEST.whole_seconds() {
                prop_assert!(heeded >= Duration::seconds(asked));
            }
        }
    }
}
