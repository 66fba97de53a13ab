//! Claims: returns and exchanges of what was delivered, from the request to the refund.

mod advance;
mod read;
mod request;

pub use advance::{Advance, advance};
pub use read::{ClaimLine, ClaimView, find, of_order, open};
pub use request::{Request, request, withdraw};
