//! Orders: placing them, and reading them back.
//!
//! Placing takes a batch of checkouts and runs one transaction: `load` and lock in sets, `decide`
//! in a pure function, `store` in sets.

mod decide;
mod load;
mod place;
mod read;
mod store;

use contract::{
    Won,
    address::AddressId,
    member::MemberId,
    order::{OrderId, SeenLine},
};
use uuid::Uuid;

pub use decide::{Accepted, AcceptedLine, Decision, decide};
pub use load::{Destination, Listed, Loaded};
pub use place::{place, place_one};
pub use read::{DeliveryView, Detail, OrderLineView, Summary, detail, list, placed};

use crate::member::Shopper;

/// Orders on one page of the list.
pub const PAGE: i64 = 10;

/// A shopper's wish to turn the cart into an order, as they saw it.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// The id that the order will have; made before anything is stored.
    pub order: OrderId,
    /// Who orders.
    pub member: MemberId,
    /// Of the form; the same key again gives the same order.
    pub key: Uuid,
    /// The lines that the shopper saw.
    pub seen: Vec<SeenLine>,
    /// The amount on the button, in won.
    pub expected_total: Won,
    /// Where to.
    pub address: AddressId,
    /// A word to the carrier, read and found good; may be empty.
    pub note: String,
}

impl Checkout {
    /// A checkout by a member, under a new order id.
    pub fn new(by: &Shopper, key: Uuid, seen: Vec<SeenLine>, expected_total: Won, address: AddressId) -> Self {
        Self { order: Uuid::now_v7(), member: by.id(), key, seen, expected_total, address, note: String::new() }
    }
}
