//! The checkout: its page on the server, and the island that follows coupon and points.

#[cfg(feature = "ssr")]
pub(crate) mod page;
mod pay;
#[cfg(feature = "ssr")]
mod place;

pub use pay::{Choice, Pay, PayTexts};
