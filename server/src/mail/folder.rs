//! Mails as files, for a shop without a mail server.

use std::{
    fs::{OpenOptions, create_dir_all, rename},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use uuid::Uuid;

use super::Trouble;

/// The folder that they lie in.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Keeps a mail as `<id>.eml`, whole or not at all.
    pub(super) async fn keep(&self, id: Uuid, mail: Vec<u8>) -> Result<(), Trouble> {
        let folder = self.0.clone();
        let kept = tokio::task::spawn_blocking(move || write(&folder, id, &mail)).await;
        kept.map_err(|error| Trouble::Later(error.to_string()))?.map_err(|error| Trouble::Away(error.to_string()))
    }
}

fn write(folder: &Path, id: Uuid, mail: &[u8]) -> io::Result<()> {
    create_dir_all(folder)?;
    let (new, kept) = (folder.join(format!("{id}.new")), folder.join(format!("{id}.eml")));
    // For nobody else to read.
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(mail)?;
    file.sync_all()?;
    rename(new, kept)
}
