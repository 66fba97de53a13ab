//! Orders: placing them, and reading them back.
//!
//! Placing takes a batch of checkouts and runs one transaction: `load` and lock in sets, `decide`
//! in a pure function, `store` in sets.

mod cancel;
pub(crate) mod confirm;
mod decide;
mod desk;
mod expire;
mod history;
mod load;
mod locked;
mod note;
mod pay;
mod place;
mod queue;
mod read;
mod refund;
pub(crate) mod search;
mod store;
mod timeline;
pub(crate) mod undo;
mod view;

use contract::{
    Won,
    address::AddressId,
    coupon::CouponId,
    member::MemberId,
    order::{OrderId, SeenLine},
};
use uuid::Uuid;

pub use cancel::{Effect, cancel, cancel_by, cancel_unpaid, preview, preview_by};
pub use confirm::{confirm, confirm_due};
pub use decide::{Accepted, AcceptedLine, Decision, decide};
pub use desk::{Desk, place_one};
pub use expire::expire;
pub use history::{Entry, Happening, Kind, ReadBy, history};
pub use load::{Destination, Listed, Loaded, load};
pub(crate) use locked::{Locked, Part, lock, lock_any};
pub use note::{Note, add_note, notes, remove_note};
pub use pay::pay;
pub(crate) use pay::{placed as make_placed, sell, waits};
pub use place::{BEGIN, place};
pub use queue::{Counts, Filter, MOST_COUNTED, PartRow, QueueRow, chosen, counts, queue};
pub(crate) use read::lines;
pub use read::{detail, detail_any, detail_by, list, list_all, list_of, newest, placed};
pub use store::store;
pub use timeline::{Step, timeline};
pub(crate) use timeline::{Turn, record};
pub use view::{DeliveryView, Detail, OrderLineView, RefundView, Summary};

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
    /// The coupon to use.
    pub coupon: Option<CouponId>,
    /// How much of it to pay by points, in won. Where that is not all of it, the order is held for
    /// the rest to be paid.
    pub points: Won,
    /// Where to.
    pub address: AddressId,
    /// A word to the carrier, read and found good; may be empty.
    pub note: String,
}

impl Checkout {
    /// A checkout by a member, under a new order id, all of it paid by points.
    pub fn new(by: &Shopper, key: Uuid, seen: Vec<SeenLine>, expected_total: Won, address: AddressId) -> Self {
        Self {
            order: Uuid::now_v7(),
            member: by.id(),
            key,
            seen,
            expected_total,
            coupon: None,
            points: expected_total,
            address,
            note: String::new(),
        }
    }
}
