//! Cards that are typed in. Of a number only what may be shown is kept.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A number to try things out with; ending in 0002 or 0003 it is refused, in 0004 it pays in
/// silence.
pub(crate) const TEST_NUMBER: &str = "4330 1234 1234 1234";

/// A card, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Card {
    /// Who issued it: the gateway's code.
    #[serde(rename = "i")]
    issuer: String,
    /// Its number, with the middle left out.
    #[serde(rename = "n")]
    pub(crate) number: String,
}

/// What a number is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Luck {
    Pays,
    /// Its page takes it; when money is to be taken it is refused.
    RefusedLater,
    /// Its page refuses it.
    RefusedAtOnce,
    /// It pays, and for a while nobody who asks is answered.
    PaysQuietly,
}

impl Card {
    /// Reads a number: 13 to 19 digits, with spaces and dashes between them as people like.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let digits: String = typed.chars().filter(|char| !matches!(char, ' ' | '-')).collect();
        if !(13..=19).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (head, rest) = digits.split_at(6);
        let (middle, tail) = rest.split_at(rest.len() - 4);
        let issuer = match digits.as_bytes().first() {
            Some(b'3') => "41",
            Some(b'4') => "61",
            Some(b'5') => "51",
            _ => "11",
        };
        Some(Self { issuer: issuer.to_owned(), number: format!("{head}{}{tail}", "*".repeat(middle.len())) })
    }

    pub(crate) fn luck(&self) -> Luck {
        match self.number.get(self.number.len().saturating_sub(4)..) {
            Some("0002") => Luck::RefusedLater,
            Some("0003") => Luck::RefusedAtOnce,
            Some("0004") => Luck::PaysQuietly,
            _ => Luck::Pays,
        }
    }

    /// The name of who issued it.
    pub(crate) fn company(&self) -> &'static str {
        match self.issuer.as_str() {
            "41" => "신한",
            "61" => "현대",
            "51" => "삼성",
            _ => "국민",
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "issuerCode": self.issuer, "acquirerCode": self.issuer, "number": self.number,
            "cardType": "신용", "ownerType": "개인",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_number_the_middle_is_forgotten() {
        let card = Card::parse(TEST_NUMBER).expect("a card");
        assert_eq!((card.number.as_str(), card.company()), ("433012******1234", "현대"));
        assert_eq!(Card::parse("5500-0000-0000-0").expect("a card").number, "550000***0000");
    }

    #[test]
    fn a_number_has_13_to_19_digits_and_nothing_else() {
        for typed in
            ["", "123456789012", "12345678901234567890", "4330 1234 1234 123x", "４３３０１２３４１２３４１２３４"]
        {
            assert_eq!(Card::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_last_four_digits_tell_the_luck() {
        for (typed, luck) in [
            (TEST_NUMBER, Luck::Pays),
            ("4330 1234 1234 0002", Luck::RefusedLater),
            ("4330 1234 1234 0003", Luck::RefusedAtOnce),
            ("4330 1234 1234 0004", Luck::PaysQuietly),
        ] {
            assert_eq!(Card::parse(typed).expect("a card").luck(), luck, "{typed}");
        }
    }
}
