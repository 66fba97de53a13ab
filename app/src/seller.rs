//! The pages of who runs what is sold: sellers see their own, the staff everything.

mod movements;
pub(crate) mod product;
pub(crate) mod products;
pub(crate) mod stock;

use crate::desk::{Ways, operator};
