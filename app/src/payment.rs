//! Paying by card: the ways to choose from, the step to the gateway's page and back, and the cards
//! that a member has registered.

#[cfg(feature = "ssr")]
pub(crate) mod begin;
#[cfg(feature = "ssr")]
pub(crate) mod cards;
#[cfg(feature = "ssr")]
pub(crate) mod page;
#[cfg(feature = "ssr")]
pub(crate) mod say;
mod ways;

pub use ways::PayWay;
pub(crate) use ways::Ways;
