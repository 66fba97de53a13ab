//! The pages of who runs what is sold: sellers see their own, the staff everything.

pub(crate) mod home;
pub(crate) mod import;
mod movements;
pub(crate) mod pictures;
pub(crate) mod product;
pub(crate) mod stock;
pub(crate) mod trail;

use crate::desk::{Ways, operator};
