//! Pages and islands of Madang. A page renders on the server alone; an island is also compiled
//! for the browser. Each noun keeps its pages beside its server functions.

// Views are types, and those of a whole page nest deeply.
#![recursion_limit = "512"]

pub mod cart;
pub mod checkout;
pub mod copy;
pub mod live;
pub mod order;
pub mod payment;

#[cfg(feature = "ssr")]
mod account;
#[cfg(feature = "ssr")]
mod address;
#[cfg(feature = "ssr")]
mod application;
#[cfg(feature = "ssr")]
mod catalog;
#[cfg(feature = "ssr")]
pub mod context;
#[cfg(feature = "ssr")]
mod coupon;
#[cfg(feature = "ssr")]
pub mod desk;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
mod listing;
#[cfg(feature = "ssr")]
mod member;
#[cfg(feature = "ssr")]
pub mod notification;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod points;
#[cfg(feature = "ssr")]
mod product;
#[cfg(feature = "ssr")]
mod ranking;
#[cfg(feature = "ssr")]
mod seller;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod staff;
#[cfg(feature = "ssr")]
pub mod text;
#[cfg(feature = "ssr")]
mod token;
#[cfg(feature = "ssr")]
mod wish;
#[cfg(feature = "ssr")]
mod words;

#[cfg(feature = "ssr")]
pub use page::failure_document;
#[cfg(feature = "ssr")]
pub use shell::shell;

/// Makes every island of the page interactive.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
