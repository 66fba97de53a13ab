//! The pages of who runs what is sold: sellers see their own, the staff everything.

pub(crate) mod bulk;
mod holds;
pub(crate) mod home;
pub(crate) mod import;
pub(crate) mod moved;
mod movements;
pub(crate) mod order;
pub(crate) mod pictures;
pub(crate) mod product;
pub(crate) mod products;
pub(crate) mod stock;
pub(crate) mod stock_files;
pub(crate) mod take;
pub(crate) mod takes;
pub(crate) mod trail;
pub(crate) mod webhooks;

use crate::desk::{Ways, operator};
