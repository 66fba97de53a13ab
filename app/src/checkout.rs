//! The checkout: its page on the server, and the island that follows coupon and points.

#[cfg(feature = "ssr")]
pub(crate) mod page;
#[cfg(feature = "ssr")]
mod place;
mod pay;

pub use pay::{Choice, Pay, PayTexts};
