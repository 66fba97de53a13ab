//! A store in memory that can go away, and files to put on it.

use std::{
    collections::BTreeMap,
    io::Cursor,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use domain::{
    Shop,
    picture::{self, Store, Trouble},
};
use image::{ImageFormat, Rgb, RgbImage};

/// Keeps files, and does as it was told.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Files that it still takes; without a number, any.
    takes: Mutex<Option<usize>>,
    /// Sweeps while the next file is being stored.
    sweeper: Mutex<Option<Shop>>,
}

impl Shelf {
    /// The keys of all files.
    pub(super) fn keys(&self) -> Vec<String> {
        held(&self.files).keys().cloned().collect()
    }

    /// Goes away after so many files.
    pub(super) fn fail_after(&self, files: usize) {
        *held(&self.takes) = Some(files);
    }

    /// Is there again.
    pub(super) fn recover(&self) {
        *held(&self.takes) = None;
    }

    /// Lets the sweep run while the next file is being stored.
    pub(super) fn sweep_meanwhile(&self, shop: Shop) {
        *held(&self.sweeper) = Some(shop);
    }
}

fn held<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Store for Shelf {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Trouble> {
        let sweeper = held(&self.sweeper).take();
        if let Some(shop) = sweeper {
            picture::sweep(&shop).await.map_err(|error| Trouble(error.to_string()))?;
        }
        match &mut *held(&self.takes) {
            Some(0) => return Err(Trouble("away".to_owned())),
            Some(left) => *left -= 1,
            None => {}
        }
        held(&self.files).insert(key.to_owned(), bytes);
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Trouble> {
        Ok(held(&self.files).get(key).cloned())
    }

    async fn clear(&self, folder: &str) -> Result<(), Trouble> {
        if held(&self.takes).is_some() {
            return Err(Trouble("away".to_owned()));
        }
        held(&self.files).retain(|key, _| !key.starts_with(&format!("{folder}/")));
        Ok(())
    }
}

/// A PNG file that no other shade makes.
pub(super) fn drawn(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let image = RgbImage::from_pixel(width, height, Rgb([shade, 90, 30]));
    image.write_to(&mut bytes, ImageFormat::Png).expect("a file");
    bytes.into_inner()
}
