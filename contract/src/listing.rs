//! Listings of products: their order and their pages, as they stand in a URL.

use serde::{Deserialize, Serialize};

/// The order of a listing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Newest arrivals first.
    #[default]
    Recent,
    /// Cheapest first.
    PriceLow,
    /// Dearest first.
    PriceHigh,
    /// By title.
    Title,
}

impl Sort {
    /// Every order, as a listing offers them.
    pub const ALL: [Self; 4] = [Self::Recent, Self::PriceLow, Self::PriceHigh, Self::Title];

    /// The word that stands for it in a URL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Recent => "recent",
            Self::PriceLow => "price_low",
            Self::PriceHigh => "price_high",
            Self::Title => "title",
        }
    }

    /// Reads the word; anything unknown is the default order.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|sort| sort.word() == word).unwrap_or_default()
    }
}

/// Products on one page of a listing.
pub const PAGE_SIZE: i64 = 24;

/// The furthest page that a listing gives; beyond it a search serves better.
pub const LAST_PAGE: i64 = 5_000;

/// Reads a page number from a URL: 1 where there is none or it is none.
pub fn page(word: &str) -> i64 {
    word.parse::<i64>().unwrap_or(1).clamp(1, LAST_PAGE)
}

/// How many pages `count` products fill; at least one.
pub const fn pages(count: i64) -> i64 {
    let full = (count + PAGE_SIZE - 1) / PAGE_SIZE;
    if full < 1 {
        1
    } else if full > LAST_PAGE {
        LAST_PAGE
    } else {
        full
    }
}
