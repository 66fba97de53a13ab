//! Notifications: their texts, the inbox, and the letters that go out.

pub(crate) mod inbox;
mod letter;
mod text;

pub use letter::{Letter, letter};
pub use text::{Text, text};
