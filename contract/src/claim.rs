//! Claims: asking to return or to exchange what was delivered.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names a claim.
pub type ClaimId = Uuid;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// The goods go back, and the money too.
    Return,
    /// The goods go back, and the same come anew.
    Exchange,
}

/// Whose fault it is, which says who pays the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// Every status, in the order in which claims go.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::Approved,
        Self::Collecting,
        Self::Inspected,
        Self::Completed,
        Self::Rejected,
        Self::Withdrawn,
    ];

    /// The word in a column and in a URL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Collecting => "collecting",
            Self::Inspected => "inspected",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

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

/// Which claims are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClaimTab {
    /// Those under way.
    #[default]
    Open,
    /// Those that stand there.
    At(ClaimStatus),
    /// All of them.
    All,
}

impl ClaimTab {
    /// Every tab, in the order in which claims go.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::At(ClaimStatus::Requested),
        Self::At(ClaimStatus::Approved),
        Self::At(ClaimStatus::Collecting),
        Self::At(ClaimStatus::Inspected),
        Self::At(ClaimStatus::Completed),
        Self::At(ClaimStatus::Rejected),
        Self::At(ClaimStatus::Withdrawn),
        Self::All,
    ];

    /// The word in a URL; none for those under way.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "",
            Self::At(status) => status.word(),
            Self::All => "all",
        }
    }

    /// Reads the word back; anything else means those under way.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|tab| tab.word() == word).unwrap_or_default()
    }

    /// The words of the statuses that it lists.
    pub fn statuses(self) -> Vec<String> {
        let listed = ClaimStatus::ALL.into_iter().filter(|status| match self {
            Self::Open => status.is_open(),
            Self::At(own) => *status == own,
            Self::All => true,
        });
        listed.map(|status| status.word().to_owned()).collect()
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
    fn a_tab_lists_what_its_word_says() {
        for tab in ClaimTab::ALL {
            assert_eq!(ClaimTab::parse(tab.word()), tab);
        }
        assert_eq!(ClaimTab::parse("unknown"), ClaimTab::Open);
        assert_eq!(ClaimTab::Open.statuses(), ["requested", "approved", "collecting", "inspected"]);
        assert_eq!(ClaimTab::At(ClaimStatus::Rejected).statuses(), ["rejected"]);
        assert_eq!(ClaimTab::All.statuses().len(), ClaimStatus::ALL.len());
    }

    #[test]
    fn what_is_on_its_way_back_cannot_be_withdrawn() {
        assert!(!ClaimStatus::Collecting.may_become(ClaimStatus::Withdrawn));
        assert!(!ClaimStatus::Inspected.may_become(ClaimStatus::Withdrawn));
    }
}
