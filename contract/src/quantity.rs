//! How many copies of one product a line holds.

use serde::{Deserialize, Serialize};

use crate::form::{self, Flaw};

/// A number of copies in `1..=99`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Quantity(i32);

impl Quantity {
    /// The most copies that one line may hold.
    pub const MAX: i32 = 99;
    /// One copy.
    pub const ONE: Self = Self(1);

    /// Reads what was typed.
    ///
    /// # Errors
    /// The flaw, where it is not a whole number in `1..=99`.
    pub fn parse(typed: &str) -> Result<Self, Flaw> {
        let number = form::number(typed, 1, Self::MAX.into())?;
        i32::try_from(number).map(Self).map_err(|_| Flaw::NotANumber)
    }

    /// The number of copies.
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl TryFrom<i32> for Quantity {
    type Error = Flaw;

    fn try_from(number: i32) -> Result<Self, Flaw> {
        if (1..=Self::MAX).contains(&number) {
            Ok(Self(number))
        } else {
            Err(Flaw::OutOfRange { min: 1, max: Self::MAX.into() })
        }
    }
}

impl From<Quantity> for i32 {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}
