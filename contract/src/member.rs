//! Members: who shops, sells and runs the shop.

use std::str::FromStr;

use email_address::EmailAddress;
use serde::{Deserialize, Serialize};

use crate::form::{self, Flaw};

/// Names a member.
pub type MemberId = i64;

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Shops.
    Shopper,
    /// Sells own products too.
    Seller,
    /// Runs the shop.
    Staff,
}

/// Whether a member may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    /// Signs in as ever.
    Active,
    /// Kept out by the staff.
    Blocked,
}

/// An e-mail address in lower case: the name to sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads what was typed.
    ///
    /// # Errors
    /// [`Flaw::Required`] or [`Flaw::Email`].
    pub fn parse(typed: &str) -> Result<Self, Flaw> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(Flaw::Required);
        }
        let plain = typed.is_ascii() && !typed.contains(|c: char| c.is_ascii_control() || "\" ()<>".contains(c));
        let address = EmailAddress::from_str(typed).map_err(|_| Flaw::Email)?;
        if plain && address.domain().contains('.') { Ok(Self(typed.to_ascii_lowercase())) } else { Err(Flaw::Email) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A password as typed. Neither printed nor serialized.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The fewest characters of a password (NIST SP 800-63B).
    pub const MIN: usize = 8;
    /// The most characters of a password: enough for any phrase, too few to keep the hash busy.
    pub const MAX: usize = 128;

    /// Reads a new password.
    ///
    /// # Errors
    /// [`Flaw::Required`], [`Flaw::TooShort`] or [`Flaw::TooLong`].
    pub fn parse(typed: &str) -> Result<Self, Flaw> {
        match typed.chars().count() {
            0 => Err(Flaw::Required),
            count if count < Self::MIN => Err(Flaw::TooShort { min: 8 }),
            count if count > Self::MAX => Err(Flaw::TooLong { max: 128 }),
            _ => Ok(Self(typed.to_owned())),
        }
    }

    /// The characters, for hashing only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The name of a person, up to 50 characters.
///
/// # Errors
/// The flaw of the text.
pub fn name(typed: &str) -> Result<String, Flaw> {
    form::line(typed, 50)
}

/// A Korean telephone number as bare digits: `01012345678`.
///
/// # Errors
/// [`Flaw::Required`] or [`Flaw::Phone`].
pub fn phone(typed: &str) -> Result<String, Flaw> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Flaw::Required);
    }
    let digits: String = typed.chars().filter(|c| !matches!(c, '-' | ' ' | '.')).collect();
    let korean = digits.starts_with('0') && (9..=11).contains(&digits.len());
    if korean && digits.bytes().all(|byte| byte.is_ascii_digit()) { Ok(digits) } else { Err(Flaw::Phone) }
}

/// Prints a telephone number for people: `010-1234-5678`.
pub fn print_phone(digits: &str) -> String {
    let area = if digits.starts_with("02") { 2 } else { 3 };
    match (digits.get(..area), digits.len().checked_sub(4)) {
        (Some(head), Some(tail)) if tail > area => match (digits.get(area..tail), digits.get(tail..)) {
            (Some(middle), Some(end)) => format!("{head}-{middle}-{end}"),
            _ => digits.to_owned(),
        },
        _ => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_differ_only_in_case_are_the_same() {
        assert_eq!(Email::parse(" Kim@Example.COM "), Email::parse("kim@example.com"));
        for wrong in
            ["kim", "kim@", "@example.com", "kim@example", "kim @example.com", "kim@example.com\0", "김@예.한국"]
        {
            assert_eq!(Email::parse(wrong), Err(Flaw::Email), "{wrong}");
        }
        assert_eq!(Email::parse(&format!("{}@example.com", "a".repeat(10_000))), Err(Flaw::Email));
    }

    #[test]
    fn a_password_is_never_printed() {
        let password = Password::parse("correct horse").map(|password| format!("{password:?}"));
        assert_eq!(password, Ok("Password(…)".to_owned()));
    }

    #[test]
    fn telephone_numbers_are_kept_as_digits_and_printed_in_groups() {
        assert_eq!(phone("010-1234-5678"), Ok("01012345678".to_owned()));
        assert_eq!(print_phone("01012345678"), "010-1234-5678");
        assert_eq!(print_phone("0212345678"), "02-1234-5678");
        assert_eq!(print_phone("김"), "김");
        assert_eq!(phone("+82 10"), Err(Flaw::Phone));
    }
}
