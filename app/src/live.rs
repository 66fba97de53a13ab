//! What happens, told to the islands of a page as it happens: one stream for all of them, opened
//! by the first that listens. A page without such an island opens none.

mod bell;
#[cfg(feature = "hydrate")]
mod line;

pub use bell::Bell;
#[cfg(feature = "hydrate")]
pub(crate) use line::{Told, listen};
