//! Applications of members who want to sell.

use serde::{Deserialize, Serialize};

use crate::form::{self, Flaw};

/// Names an application.
pub type ApplicationId = i64;

/// The most characters of an introduction.
pub const INTRODUCTION: usize = 1_000;

/// Where an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationStatus {
    /// Waits for the staff.
    Requested,
    /// The member sells.
    Approved,
    /// Refused, with a reason; the member may apply again.
    Rejected,
}

/// What each digit of a business registration number but the last counts.
const WEIGHTS: [u32; 9] = [1, 3, 7, 1, 3, 7, 1, 3, 5];

/// A Korean business registration number as ten bare digits, the last of which checks the others.
///
/// # Errors
/// [`Flaw::Required`] or [`Flaw::BusinessNumber`].
pub fn business_number(typed: &str) -> Result<String, Flaw> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Flaw::Required);
    }
    let bare: String = typed.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let digits: Vec<u32> = bare.chars().filter_map(|c| c.to_digit(10)).collect();
    let (Some((check, rest)), true) = (digits.split_last(), bare.len() == 10 && digits.len() == 10) else {
        return Err(Flaw::BusinessNumber);
    };
    let weighted: u32 = rest.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    // The last weight counts the tens of its product too.
    let sum = weighted + rest.last().map_or(0, |digit| digit * 5 / 10);
    if (sum + check).is_multiple_of(10) { Ok(bare) } else { Err(Flaw::BusinessNumber) }
}

/// Prints a business registration number for people: `000-00-00000`.
pub fn print_business_number(digits: &str) -> String {
    match (digits.get(..3), digits.get(3..5), digits.get(5..)) {
        (Some(office), Some(kind), Some(rest)) => format!("{office}-{kind}-{rest}"),
        _ => digits.to_owned(),
    }
}

/// The name of a shop, up to 50 characters.
///
/// # Errors
/// The flaw of the text.
pub fn shop_name(typed: &str) -> Result<String, Flaw> {
    form::line(typed, 50)
}

/// What a member tells about the shop to be: lines of text, up to [`INTRODUCTION`] characters.
///
/// # Errors
/// [`Flaw::Required`], [`Flaw::TooLong`] or [`Flaw::Characters`].
pub fn introduction(typed: &str) -> Result<String, Flaw> {
    let lines: Vec<&str> = typed.trim().lines().map(str::trim).collect();
    let text = lines.join("\n");
    match text.chars().count() {
        0 => return Err(Flaw::Required),
        count if count > INTRODUCTION => {
            return Err(Flaw::TooLong { max: i64::try_from(INTRODUCTION).unwrap_or(i64::MAX) });
        }
        _ => {}
    }
    for line in lines {
        form::optional_line(line, INTRODUCTION)?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_business_number_is_kept_as_digits_and_checked_by_its_last_one() {
        for right in ["124-81-00998", "2208162517", " 120 81 47521 "] {
            assert!(business_number(right).is_ok(), "{right}");
        }
        assert_eq!(business_number("124-81-00998"), Ok("1248100998".to_owned()));
        assert_eq!(business_number(" "), Err(Flaw::Required));
        for wrong in ["124-81-00997", "124810099", "12481009981", "l248100998", "１２４８１００９９８", "🙂"]
        {
            assert_eq!(business_number(wrong), Err(Flaw::BusinessNumber), "{wrong}");
        }
        assert_eq!(print_business_number("1248100998"), "124-81-00998");
    }

    #[test]
    fn every_digit_of_a_business_number_is_checked() {
        let right = "1248100998";
        for at in 0..10 {
            let off = |(place, c): (usize, char)| match c.to_digit(10) {
                Some(digit) if place == at => char::from_digit((digit + 1) % 10, 10).unwrap_or(c),
                _ => c,
            };
            let wrong: String = right.chars().enumerate().map(off).collect();
            assert_eq!(business_number(&wrong), Err(Flaw::BusinessNumber), "{wrong}");
        }
    }

    #[test]
    fn an_introduction_keeps_its_lines_and_nothing_that_cannot_be_printed() {
        assert_eq!(
            introduction(" 헌책을 팝니다.\r\n\r\n오래 읽힌 책. "),
            Ok("헌책을 팝니다.\n\n오래 읽힌 책.".to_owned())
        );
        assert_eq!(introduction("\n "), Err(Flaw::Required));
        assert_eq!(introduction("가\0"), Err(Flaw::Characters));
        assert_eq!(introduction(&"가".repeat(1_001)), Err(Flaw::TooLong { max: 1_000 }));
    }
}
