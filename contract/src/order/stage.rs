//! Orders as those see them who run the shop: where each stands in one word, and in what order.

use serde::{Deserialize, Serialize};

/// Where an order, or one seller's part of it, stands for those who have to do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Waits for its payment.
    Unpaid,
    /// Paid, and accepted by nobody yet.
    New,
    /// Being packed.
    Preparing,
    /// With the carrier.
    Shipped,
    /// With the shopper, who may still send it back.
    Delivered,
    /// Confirmed by the shopper.
    Confirmed,
    /// Canceled, expired, or sent back: nothing of it is kept.
    Canceled,
}

impl Stage {
    /// Every stage, with what waits to be done first.
    pub const ALL: [Self; 7] =
        [Self::New, Self::Preparing, Self::Shipped, Self::Delivered, Self::Confirmed, Self::Unpaid, Self::Canceled];

    /// The word in a column and in a URL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::New => "new",
            Self::Preparing => "preparing",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Confirmed => "confirmed",
            Self::Canceled => "canceled",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }

    /// Whether it is paid and still with the seller.
    pub const fn waits(self) -> bool {
        matches!(self, Self::New | Self::Preparing)
    }
}

/// In what order orders are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OrderSort {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// The largest total first.
    TotalHigh,
    /// The smallest total first.
    TotalLow,
}

impl OrderSort {
    /// The word in a URL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Newest => "when-desc",
            Self::Oldest => "when",
            Self::TotalHigh => "total-desc",
            Self::TotalLow => "total",
        }
    }

    /// Reads the word back; anything else is the newest first.
    pub fn parse(word: &str) -> Self {
        let all = [Self::Newest, Self::Oldest, Self::TotalHigh, Self::TotalLow];
        all.into_iter().find(|sort| sort.word() == word).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_url_is_read_back() {
        for stage in Stage::ALL {
            assert_eq!(Stage::parse(stage.word()), Some(stage));
        }
        assert_eq!(Stage::parse("expired"), None);
        for sort in [OrderSort::Newest, OrderSort::Oldest, OrderSort::TotalHigh, OrderSort::TotalLow] {
            assert_eq!(OrderSort::parse(sort.word()), sort);
        }
        assert_eq!(OrderSort::parse("title"), OrderSort::Newest);
    }
}
