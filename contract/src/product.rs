//! Products: the things sold.

pub mod bulk;
pub mod form;
pub mod isbn;

use serde::{Deserialize, Serialize};

use crate::Won;

/// Names a product.
pub type ProductId = i64;

/// Whether a product is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// Not sold yet; only its seller and the staff see it.
    Draft,
    /// Sold.
    OnSale,
    /// Not sold for now; its page says so.
    Suspended,
    /// No longer sold; its page stays for those who bought it.
    Archived,
}

impl ProductStatus {
    /// Every status, in the order of a product's life.
    pub const ALL: [Self; 4] = [Self::Draft, Self::OnSale, Self::Suspended, Self::Archived];

    /// Its word in URLs, forms and columns.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::OnSale => "on_sale",
            Self::Suspended => "suspended",
            Self::Archived => "archived",
        }
    }

    /// Reads the word; `None` where it is none.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Whether a product may be given another status. One that was ever `sold` is no draft again:
    /// who bought it must find its page.
    pub const fn may_become(self, to: Self, sold: bool) -> bool {
        match (self, to) {
            (Self::Draft, Self::Draft) => true,
            (_, Self::Draft) => !sold,
            (Self::Draft, Self::Suspended) => false,
            _ => true,
        }
    }
}

/// What a listing shows of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductCard {
    /// The product.
    pub id: ProductId,
    /// The title.
    pub title: String,
    /// Who wrote it.
    pub author: String,
    /// Price on the cover, in won.
    pub list_price: Won,
    /// Price to pay, in won.
    pub sale_price: Won,
    /// Copies that can be bought right now.
    pub available: i32,
    /// Its first picture, as [`crate::picture::Versions`] reads it.
    pub cover: Option<String>,
}
