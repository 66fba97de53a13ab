//! The shared vocabulary of Madang: what crosses a wire or a form. Plain data and pure rules,
//! compiled for the server and for the browser; never I/O.

pub mod address;
pub mod application;
pub mod cart;
pub mod claim;
pub mod coupon;
pub mod delivery;
pub mod failure;
pub mod form;
pub mod import;
pub mod listing;
pub mod member;
pub mod money;
pub mod notification;
pub mod order;
pub mod payment;
pub mod picture;
pub mod points;
pub mod product;
pub mod quantity;
pub mod ranking;
pub mod refund;
pub mod sheet;
pub mod stock;
pub mod subscription;
pub mod system;
pub mod table;
pub mod token;
pub mod trail;
pub mod when;

pub use failure::Failure;
pub use money::Won;
pub use quantity::Quantity;
