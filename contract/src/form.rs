//! Reading what people typed: every field is parsed, every flaw is told at once.

use serde::{Deserialize, Serialize};

use crate::{Failure, picture::PictureFlaw};

/// Why the value of one field was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Flaw {
    /// Nothing was typed.
    Required,
    /// More characters than `max`.
    TooLong {
        /// The most characters there may be.
        max: i64,
    },
    /// Fewer characters than `min`.
    TooShort {
        /// The fewest characters there may be.
        min: i64,
    },
    /// Not a whole number.
    NotANumber,
    /// A number outside `min..=max`.
    OutOfRange {
        /// The smallest number accepted.
        min: i64,
        /// The largest number accepted.
        max: i64,
    },
    /// Holds characters that cannot be stored or printed on a label.
    Characters,
    /// Not an e-mail address.
    Email,
    /// Another member has this e-mail address.
    EmailTaken,
    /// Not a Korean telephone number.
    Phone,
    /// Not a postcode of five digits.
    Postcode,
    /// The second password differs from the first.
    Mismatch,
    /// Not the current password.
    WrongPassword,
    /// Not one of the choices offered.
    Choice,
    /// Names nothing that there is.
    Unknown,
    /// Not a day and a time.
    Time,
    /// Ends before it starts.
    EndsBeforeStart,
    /// Another campaign has this code.
    CodeTaken,
    /// Not a Korean business registration number.
    BusinessNumber,
    /// Another seller has this business registration number.
    BusinessNumberTaken,
    /// A file that does not become a picture.
    Picture(PictureFlaw),
    /// Stands in an earlier line already.
    Repeated,
    /// The carrier has taken the parcel already, under a number of its own.
    ParcelBooked,
    /// Not an ISBN of thirteen digits, or one that was mistyped.
    Isbn,
    /// Another product has this ISBN.
    IsbnTaken,
    /// The price to pay is above the one on the cover.
    AboveListPrice,
    /// Not the kind of value that belongs here, such as text for a number.
    Type,
    /// Not written as it must be.
    Format,
    /// A field that there is none of.
    UnknownField,
    /// Does not go with another field that is there.
    NotTogether,
    /// Fewer than `min` entries in a list.
    TooFew {
        /// The fewest entries there may be.
        min: i64,
    },
    /// More than `max` entries in a list.
    TooMany {
        /// The most entries there may be.
        max: i64,
    },
    /// Not an address that begins as it must, or one with a user name.
    Url,
    /// An address whose host or port cannot be.
    Host,
    /// An address on a private network.
    PrivateTarget,
}

/// The refused fields of one form, by name, in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaws(Vec<(String, Flaw)>);

impl Flaws {
    /// One refused field.
    pub fn one(field: &str, flaw: Flaw) -> Self {
        Self(vec![(field.to_owned(), flaw)])
    }

    /// Why `field` was refused, if it was.
    pub fn of(&self, field: &str) -> Option<Flaw> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, flaw)| *flaw)
    }

    /// Every refused field with its reason.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Flaw)> {
        self.0.iter().map(|(name, flaw)| (name.as_str(), *flaw))
    }
}

impl FromIterator<(String, Flaw)> for Flaws {
    fn from_iter<T: IntoIterator<Item = (String, Flaw)>>(flaws: T) -> Self {
        Self(flaws.into_iter().collect())
    }
}

/// Collects the flaws of a form while its fields are parsed.
#[derive(Debug, Default)]
pub struct Check(Flaws);

impl Check {
    /// Notes the flaw of `field`, if there is one, and hands on the parsed value.
    pub fn field<T>(&mut self, field: &str, parsed: Result<T, Flaw>) -> Option<T> {
        parsed.map_err(|flaw| self.0.0.push((field.to_owned(), flaw))).ok()
    }

    /// Whether nothing was noted.
    pub const fn is_clean(&self) -> bool {
        self.0.0.is_empty()
    }

    /// All that was noted, as a failure.
    pub fn refuse(self) -> Failure {
        Failure::Invalid(self.0)
    }
}

/// One line of typed text: trimmed, `1..=max` characters, none that a label cannot print.
///
/// # Errors
/// [`Flaw::Required`], [`Flaw::TooLong`] or [`Flaw::Characters`].
pub fn line(typed: &str, max: usize) -> Result<String, Flaw> {
    let typed = typed.trim();
    match typed.chars().count() {
        0 => Err(Flaw::Required),
        count if count > max => Err(Flaw::TooLong { max: i64::try_from(max).unwrap_or(i64::MAX) }),
        _ if typed.chars().all(printable) => Ok(typed.to_owned()),
        _ => Err(Flaw::Characters),
    }
}

/// The same, where nothing typed is fine.
///
/// # Errors
/// As [`line`], but for [`Flaw::Required`].
pub fn optional_line(typed: &str, max: usize) -> Result<String, Flaw> {
    if typed.trim().is_empty() { Ok(String::new()) } else { line(typed, max) }
}

/// A whole number in `min..=max`; thousands may be separated by commas.
///
/// # Errors
/// [`Flaw::Required`], [`Flaw::NotANumber`] or [`Flaw::OutOfRange`].
pub fn number(typed: &str, min: i64, max: i64) -> Result<i64, Flaw> {
    let digits: String = typed.trim().chars().filter(|c| *c != ',').collect();
    if digits.is_empty() {
        return Err(Flaw::Required);
    }
    let sign = digits.strip_prefix(['-', '+']).unwrap_or(&digits);
    if sign.is_empty() || !sign.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Flaw::NotANumber);
    }
    // All digits, so that a failure to parse can only mean: too large for 64 bits.
    match digits.parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(Flaw::OutOfRange { min, max }),
    }
}

/// Letters and digits of any script, spaces, and the punctuation found in names and addresses.
fn printable(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || ".,-_/#&'’\"()[]+:;!?~@%·ㆍ*=".contains(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_that_is_none_is_told_from_one_out_of_range() {
        assert_eq!(number("abc", 1, 99), Err(Flaw::NotANumber));
        assert_eq!(number("1.5", 1, 99), Err(Flaw::NotANumber));
        assert_eq!(number("-", 1, 99), Err(Flaw::NotANumber));
        assert_eq!(number("🙂", 1, 99), Err(Flaw::NotANumber));
        assert_eq!(number("", 1, 99), Err(Flaw::Required));
        for outside in ["0", "-1", "1000000000000", "99999999999999999999999999"] {
            assert_eq!(number(outside, 1, 99), Err(Flaw::OutOfRange { min: 1, max: 99 }));
        }
        assert_eq!(number(" 10,000 ", 1, 99_999), Ok(10_000));
    }

    #[test]
    fn a_line_holds_no_control_characters_and_no_emoji() {
        assert_eq!(line("서울\0", 10), Err(Flaw::Characters));
        assert_eq!(line("서울 🙂", 10), Err(Flaw::Characters));
        assert_eq!(line(&"가".repeat(10_000), 200), Err(Flaw::TooLong { max: 200 }));
        assert_eq!(line("  ", 10), Err(Flaw::Required));
        assert_eq!(line(" 세종대로 110 ", 20), Ok("세종대로 110".to_owned()));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(typed in any::<String>()) {
            let _ = number(&typed, 1, 99);
            let _ = line(&typed, 50);
        }
    }
}
