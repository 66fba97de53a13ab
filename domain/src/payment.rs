//! Paying by card: payments, the one path on which each is settled, money that goes back, and the
//! cards that members have registered.
//!
//! What may take money is written down before it is asked for: a payment is `unknown` from then on
//! until the gateway has answered, and whatever crashes in between, the sweep asks again.

mod apply;
mod back;
mod begin;
mod card;
pub mod gateway;
pub mod list;
mod read;
pub mod reconcile;
mod settle;

use contract::{
    Won,
    order::OrderId,
    payment::{PaymentId, PaymentState},
};
use time::OffsetDateTime;

pub use back::{Owed, give_back, owed};
pub(crate) use back::{ask_back, card_left};
pub use begin::{Started, charge_points, pay_order};
pub use card::{Card, cards, change, register, registration, remove};
pub use read::{find, of_order};
pub(crate) use settle::give_up;
pub use settle::{agreed, check, sweep, turned_back};

/// A card payment, as its member sees it.
#[derive(Debug, Clone)]
pub struct PaymentView {
    /// The payment.
    pub id: PaymentId,
    /// What it pays; none where it charges the wallet.
    pub order: Option<OrderId>,
    /// How much, in won.
    pub amount: Won,
    /// Where it stands.
    pub state: PaymentState,
    /// The gateway's page, while it is open.
    pub page: Option<String>,
    /// The card's brand; empty while it is not known.
    pub brand: String,
    /// The last four digits of its number; empty while they are not known.
    pub last4: String,
    /// The gateway's code, where it was refused.
    pub failure: String,
    /// What of it went back to the card, or is about to, in won.
    pub canceled: Won,
    /// When it began, in UTC.
    pub created_at: OffsetDateTime,
}
