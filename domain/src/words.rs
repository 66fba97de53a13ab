//! The closed sets of the contract as the words that stand in columns.

use serde::{Serialize, de::DeserializeOwned};

use crate::Result;

/// The word of a value: an enum without data, in `snake_case`.
pub(crate) fn word<T: Serialize>(value: T) -> Result<String> {
    Ok(serde_plain::to_string(&value)?)
}

/// Reads a word back.
pub(crate) fn read<T: DeserializeOwned>(word: &str) -> Result<T> {
    Ok(serde_plain::from_str(word)?)
}
