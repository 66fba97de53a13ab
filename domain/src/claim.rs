//! Claims: returns and exchanges of what was delivered, from the request to the refund.

mod advance;
mod queue;
mod read;
mod request;

pub use advance::{Advance, advance};
pub use queue::{Counts, Filter, MOST_COUNTED, QueueRow, counts, queue};
pub use read::{ClaimLine, ClaimView, find, of_order, of_order_by, open};
pub use request::{Request, request, withdraw};
