//! The table of campaigns: how it is ordered, and what of it is shown.

use serde::{Deserialize, Serialize};

/// By what the table of campaigns is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignOrder {
    /// The campaign's number, which is the order in which they were begun.
    #[default]
    Id,
    /// Its name.
    Name,
    /// When it ends.
    Ends,
    /// How many coupons were issued.
    Issued,
}

/// Where a campaign stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// Coupons can be had.
    Running,
    /// It has not begun.
    Upcoming,
    /// Its time is over.
    Ended,
    /// Staff has stopped it.
    Stopped,
}

impl CampaignState {
    /// Every state, as the filter offers them.
    pub const ALL: &[Self] = &[Self::Running, Self::Upcoming, Self::Ended, Self::Stopped];
}
