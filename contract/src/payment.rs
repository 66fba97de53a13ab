//! Paying by card: payments, and the cards that members have registered.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::form::{Flaw, optional_line};

/// Names a payment; the gateway knows it by the same id.
pub type PaymentId = Uuid;

/// Names a registered card.
pub type MethodId = Uuid;

/// The most cards that a member may register.
pub const MOST_CARDS: i64 = 10;

/// Where one card payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// The shopper is at the gateway's page. Nothing was asked for yet that takes money.
    Pending,
    /// Asked for, not answered yet: money may have been taken.
    Unknown,
    /// Taken.
    Paid,
    /// Refused; nothing was taken.
    Failed,
    /// Given up before it was asked for; or taken when there was nothing left to pay, and given
    /// back.
    Canceled,
}

impl PaymentState {
    /// Whether its outcome is still open.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Unknown)
    }
}

/// By what a payment is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A card that the member has registered.
    Saved(MethodId),
    /// A card that the member types in at the gateway's page.
    New,
}

impl Way {
    /// Reads a field of a form: `new`, or the id of a registered card.
    pub fn parse(field: &str) -> Option<Self> {
        match field {
            "new" => Some(Self::New),
            id => id.parse().ok().map(Self::Saved),
        }
    }
}

/// Reads what a member calls a card; may be empty.
///
/// # Errors
/// The flaw of what was typed.
pub fn card_name(typed: &str) -> Result<String, Flaw> {
    optional_line(typed, 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_new_or_a_card() {
        let id = Uuid::from_u128(7);
        assert_eq!(Way::parse("new"), Some(Way::New));
        assert_eq!(Way::parse(&id.to_string()), Some(Way::Saved(id)));
        assert_eq!(Way::parse("4111111111111111"), None);
    }
}
