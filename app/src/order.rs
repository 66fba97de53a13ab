//! Orders: the list, and below it all that is done with an order.

#[cfg(feature = "ssr")]
pub(crate) mod cancel;
#[cfg(feature = "ssr")]
pub(crate) mod claim;
mod countdown;
#[cfg(feature = "ssr")]
pub(crate) mod detail;
pub mod follow;
#[cfg(feature = "ssr")]
pub(crate) mod list;
#[cfg(feature = "ssr")]
mod receipt;
#[cfg(feature = "ssr")]
mod unpaid;

pub use countdown::Countdown;
