//! Where the files of pictures lie, as the shop sees it. The adapters are the server's.

use std::fmt;

use async_trait::async_trait;
use contract::picture::PictureId;

/// The store did not do what it was asked for, or it cannot be known whether it did.
#[derive(Debug, thiserror::Error)]
#[error("object store: {0}")]
pub struct Trouble(pub String);

/// What the shop asks of an object store. Every call may be repeated.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync {
    /// Keeps a file whole, or not at all.
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Trouble>;

    /// A file; `None` where there is none.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Trouble>;

    /// Deletes every file whose key begins with `folder/`; none is fine.
    async fn clear(&self, folder: &str) -> Result<(), Trouble>;
}

/// The key of a version of a picture.
pub fn key(id: PictureId, width: u32) -> String {
    format!("{id}/{width}.webp")
}
