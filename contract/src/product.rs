//! Products: the things sold.

use serde::{Deserialize, Serialize};

use crate::Won;

/// Names a product.
pub type ProductId = i64;

/// Whether a product is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
