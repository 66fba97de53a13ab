//! Claims: asking to return or to exchange what was delivered.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names a claim.
pub type ClaimId = Uuid;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// The goods go back, and the money too.
    Return,
    /// The goods go back, and the same come anew.
    Exchange,
}

/// Whose fault it is, which says who pays the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The shopper changed their mind.
    Buyer,
    /// Wrong or defective.
    Seller,
    /// Damaged on its way.
    Carrier,
}

/// Where a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimStatus {
    /// The shopper asks.
    Requested,
    /// It will be collected.
    Approved,
    /// On its way back.
    Collecting,
    /// Back, and looked at.
    Inspected,
    /// Refunded, or replaced.
    Completed,
    /// Refused.
    Rejected,
    /// The shopper thought better of it.
    Withdrawn,
}

impl ClaimStatus {
    /// Whether a claim may go from here to `next`.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Requested => matches!(next, Self::Approved | Self::Rejected | Self::Withdrawn),
            Self::Approved => matches!(next, Self::Collecting | Self::Withdrawn),
            Self::Collecting => matches!(next, Self::Inspected),
            Self::Inspected => matches!(next, Self::Completed | Self::Rejected),
            Self::Completed | Self::Rejected | Self::Withdrawn => false,
        }
    }

    /// Whether it is under way.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Requested | Self::Approved | Self::Collecting | Self::Inspected => true,
            Self::Completed | Self::Rejected | Self::Withdrawn => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_open_exactly_while_it_can_go_on() {
        use ClaimStatus::{Approved, Collecting, Completed, Inspected, Rejected, Requested, Withdrawn};
        let all = [Requested, Approved, Collecting, Inspected, Completed, Rejected, Withdrawn];
        for from in all {
            assert_eq!(from.is_open(), all.iter().any(|next| from.may_become(*next)));
        }
    }

    #[test]
    fn what_is_on_its_way_back_cannot_be_withdrawn() {
        assert!(!ClaimStatus::Collecting.may_become(ClaimStatus::Withdrawn));
        assert!(!ClaimStatus::Inspected.may_become(ClaimStatus::Withdrawn));
    }
}
