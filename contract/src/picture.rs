//! Pictures of products: what a file must be to become one, and where its versions are.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::product::ProductId;

/// Names a picture.
pub type PictureId = Uuid;

/// Pictures that one product may have.
pub const MOST: usize = 10;

/// The largest file, in megabytes of 2²⁰ bytes.
pub const MEGABYTES: usize = 20;

/// The same in bytes.
pub const MAX_BYTES: usize = MEGABYTES * 1024 * 1024;

/// The most megapixels of a file.
pub const MEGAPIXELS: u64 = 40;

/// The same in pixels.
pub const MAX_PIXELS: u64 = MEGAPIXELS * 1_000_000;

/// The width of the largest version, in pixels.
pub const WIDEST: u32 = 1_200;

/// The height of the largest version, in pixels; more than a screen shows, less than WebP can hold.
pub const HIGHEST: u32 = 3_600;

/// The widths of the smaller versions, in pixels, of pictures that are wider.
const SMALLER: [u32; 2] = [300, 600];

/// Hours for which a removed picture can be put back.
pub const UNDO_HOURS: i64 = 24;

/// Characters of an alternative text.
pub const ALT_MAX: usize = 200;

/// Why a file did not become a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureFlaw {
    /// Holds no bytes.
    Empty,
    /// By its content none of JPEG, PNG, WebP, GIF, whatever its name says.
    Kind,
    /// Of more than [`MAX_BYTES`].
    TooLarge,
    /// Of more than [`MAX_PIXELS`], or so it says.
    TooManyPixels,
    /// Unpacks to more than will be read.
    Bomb,
    /// Ends early, or cannot be read.
    Broken,
    /// The product has [`MOST`] pictures.
    TooMany,
    /// The product has this picture.
    Twice,
    /// Good, but could not be stored: trying again is safe.
    NotStored,
    /// The upload broke off before its end.
    BrokeOff,
}

/// The widths of all versions of a picture, in pixels, the smallest first. None is enlarged.
pub fn widths(width: u32) -> Vec<u32> {
    SMALLER.into_iter().filter(|smaller| *smaller < width).chain([width]).collect()
}

/// Where the versions of a picture are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// The picture.
    pub id: PictureId,
    /// The width of its largest version, in pixels.
    pub width: u32,
}

impl Versions {
    /// Reads what stands in a product's row: `id-width`.
    pub fn parse(word: &str) -> Option<Self> {
        let (id, width) = word.rsplit_once('-')?;
        let width = width.parse().ok().filter(|width| (1..=WIDEST).contains(width))?;
        Some(Self { id: Uuid::try_parse(id).ok()?, width })
    }

    /// The address of the smallest version that fills `wanted` pixels, or else of the largest one.
    /// What stands there never changes.
    pub fn address(self, wanted: u32) -> String {
        let width = widths(self.width).into_iter().find(|width| *width >= wanted).unwrap_or(self.width);
        address(self.id, width)
    }

    /// Every version with its width, as `srcset` wants it.
    pub fn all(self) -> String {
        let each = widths(self.width).into_iter().map(|width| format!("{} {width}w", address(self.id, width)));
        each.collect::<Vec<_>>().join(", ")
    }
}

fn address(id: PictureId, width: u32) -> String {
    format!("/pictures/{id}-{width}.webp")
}

/// The small picture of a product, in one address: its first one, or else its drawn cover.
pub fn cover(product: ProductId, cover: Option<&str>) -> String {
    match cover.and_then(Versions::parse) {
        Some(versions) => versions.address(0),
        None => format!("/covers/{product}.svg"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_version_is_wider_than_the_picture() {
        assert_eq!(widths(1_200), [300, 600, 1_200]);
        assert_eq!(widths(600), [300, 600]);
        assert_eq!(widths(601), [300, 600, 601]);
        assert_eq!(widths(40), [40]);
    }

    #[test]
    fn a_picture_is_shown_by_the_smallest_version_that_fills_its_place() {
        let id = Uuid::nil();
        let versions = Versions { id, width: 1_200 };
        assert_eq!(Versions::parse(&format!("{id}-1200")), Some(versions));
        assert_eq!(versions.address(301), format!("/pictures/{id}-600.webp"));
        assert_eq!(versions.address(9_999), format!("/pictures/{id}-1200.webp"));
        assert_eq!(Versions { id, width: 40 }.all(), format!("/pictures/{id}-40.webp 40w"));
        assert_eq!(cover(7, Some(&format!("{id}-1200"))), format!("/pictures/{id}-300.webp"));
    }

    #[test]
    fn without_a_picture_the_drawn_cover_stays() {
        for none in [None, Some(""), Some("7-x"), Some("00000000-0000-0000-0000-000000000000-0")] {
            assert_eq!(cover(7, none), "/covers/7.svg");
        }
    }
}
