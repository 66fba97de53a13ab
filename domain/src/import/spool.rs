//! A file on its way in, on disk: in memory there is never more of it than a piece.

use std::fs::File;

use contract::{Failure, import::MOST_BYTES, sheet::SheetFlaw};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::Result;

/// A file without a name, which is gone with whoever holds it.
#[derive(Debug)]
pub struct Spool {
    file: tokio::fs::File,
    bytes: u64,
}

impl Spool {
    /// An empty one, where the system keeps what is temporary.
    ///
    /// # Errors
    /// Where no file can be made.
    pub async fn new() -> Result<Self> {
        let file = tokio::task::spawn_blocking(tempfile::tempfile).await??;
        Ok(Self { file: tokio::fs::File::from_std(file), bytes: 0 })
    }

    /// Takes the next piece. What is over the limit is counted and dropped, so that who sends it
    /// can be heard to the end and told.
    ///
    /// # Errors
    /// Where the disk is full, or the like.
    pub async fn write(&mut self, piece: &[u8]) -> Result<()> {
        self.bytes = self.bytes.saturating_add(piece.len().try_into().unwrap_or(u64::MAX));
        if self.bytes <= MOST_BYTES {
            self.file.write_all(piece).await?;
        }
        Ok(())
    }

    /// The whole file, from its beginning, and its size in bytes.
    pub(super) async fn close(mut self) -> Result<(File, i64)> {
        if self.bytes > MOST_BYTES {
            return Err(Failure::Sheet(SheetFlaw::TooLarge).into());
        }
        self.file.flush().await?;
        self.file.rewind().await?;
        Ok((self.file.into_std().await, i64::try_from(self.bytes).unwrap_or(i64::MAX)))
    }
}
