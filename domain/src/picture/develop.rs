//! From a file as it came to the versions that are shown: checked by its content, decoded within
//! limits, turned upright, made smaller and written anew, so that nothing of the file itself, its
//! metadata above all, goes on.

mod jpeg;

use std::{io::Cursor, sync::Arc};

use contract::picture::{HIGHEST, MAX_BYTES, MAX_PIXELS, PictureFlaw, WIDEST, widths};
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, error::LimitErrorKind,
    imageops::FilterType,
};
use tokio::sync::Semaphore;
use webp::{Encoder, WebPConfig};

use crate::Result;

/// The most bytes that decoding one file may take: four for each pixel, and some.
const MEMORY: u64 = MAX_PIXELS * 4 + 32 * 1024 * 1024;

/// Of WebP: at 80 a photograph is not told from the original at these sizes.
const QUALITY: f32 = 80.0;

/// A version of a picture, as it will be shown.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its width in pixels.
    pub width: u32,
    /// A WebP file.
    pub bytes: Vec<u8>,
}

/// A file that became a picture.
#[derive(Debug, Clone)]
pub struct Developed {
    /// The width of its largest version, in pixels.
    pub width: u32,
    /// The height of its largest version, in pixels.
    pub height: u32,
    /// Every version, the smallest first.
    pub versions: Vec<Version>,
}

/// Develops pictures off the async threads.
#[derive(Debug, Clone)]
pub(crate) struct Darkroom {
    turn: Arc<Semaphore>,
}

impl Darkroom {
    /// Half of the cores, two at most: the others are the shoppers', and each picture may take some
    /// hundred megabytes.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { turn: Arc::new(Semaphore::new((cores / 2).clamp(1, 2))) }
    }

    /// Develops a file when its turn has come.
    pub(crate) async fn develop(&self, bytes: Vec<u8>) -> Result<Developed, PictureFlaw> {
        let turn = Arc::clone(&self.turn).acquire_owned().await.map_err(|_| PictureFlaw::NotStored)?;
        let work = tokio::task::spawn_blocking(move || {
            // To its end, whoever still waits for it.
            let _turn = turn;
            develop(&bytes)
        });
        // A decoder that gave up on a file with a panic says no more than that it cannot be read.
        work.await.unwrap_or(Err(PictureFlaw::Broken))
    }
}

/// Develops a file right here; a photograph of 12 megapixels takes about half a second.
///
/// # Errors
/// Why it is no picture.
pub fn develop(bytes: &[u8]) -> Result<Developed, PictureFlaw> {
    let upright = decode(bytes)?;
    let (width, height) = fitting(upright.width(), upright.height());
    let mut versions = Vec::new();
    // Each version out of the one above it, which is much quicker and looks the same.
    let mut from = upright;
    for wide in widths(width).into_iter().rev() {
        let high = scaled(height, wide, width);
        from = smaller(from, wide, high);
        versions.push(Version { width: wide, bytes: write(&from)? });
    }
    versions.reverse();
    Ok(Developed { width, height, versions })
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, PictureFlaw> {
    if bytes.is_empty() {
        return Err(PictureFlaw::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(PictureFlaw::TooLarge);
    }
    let format = image::guess_format(bytes).map_err(|_| PictureFlaw::Kind)?;
    match format {
        ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif => {}
        // Its decoder fills what is missing with gray.
        ImageFormat::Jpeg if !jpeg::ends(bytes) => return Err(PictureFlaw::Broken),
        ImageFormat::Jpeg => {}
        _ => return Err(PictureFlaw::Kind),
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| flaw(&error))?;
    // By what the head says, before anything is unpacked.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureFlaw::TooManyPixels);
    }
    if decoder.total_bytes() > MEMORY {
        return Err(PictureFlaw::Bomb);
    }
    let orientation = decoder.orientation().map_err(|error| flaw(&error))?;
    let decoded = DynamicImage::from_decoder(decoder).map_err(|error| flaw(&error))?;
    // Eight bits for each color, and transparency only where there is some.
    let mut upright = if decoded.color().has_alpha() {
        DynamicImage::ImageRgba8(decoded.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(decoded.into_rgb8())
    };
    upright.apply_orientation(orientation);
    Ok(upright)
}

fn flaw(error: &ImageError) -> PictureFlaw {
    match error {
        ImageError::Limits(limit) if matches!(limit.kind(), LimitErrorKind::DimensionError) => {
            PictureFlaw::TooManyPixels
        }
        ImageError::Limits(_) => PictureFlaw::Bomb,
        _ => PictureFlaw::Broken,
    }
}

/// The size of the largest version.
fn fitting(width: u32, height: u32) -> (u32, u32) {
    let wide = width.min(WIDEST);
    let high = scaled(height, wide, width);
    if high <= HIGHEST { (wide, high) } else { (scaled(width, HIGHEST, height), HIGHEST) }
}

/// `length` as much smaller as `part` is than `whole`; at least a pixel.
fn scaled(length: u32, part: u32, whole: u32) -> u32 {
    let (length, part, whole) = (u64::from(length), u64::from(part), u64::from(whole.max(1)));
    u32::try_from((length * part + whole / 2) / whole).unwrap_or(u32::MAX).max(1)
}

fn smaller(from: DynamicImage, width: u32, height: u32) -> DynamicImage {
    if (from.width(), from.height()) == (width, height) {
        return from;
    }
    // A filter that looks at every pixel of a photograph takes seconds: most of the way is averaged.
    let rough = (width.saturating_mul(2), height.saturating_mul(2));
    let from =
        if from.width() > rough.0 && from.height() > rough.1 { from.thumbnail_exact(rough.0, rough.1) } else { from };
    from.resize_exact(width, height, FilterType::CatmullRom)
}

fn write(image: &DynamicImage) -> Result<Vec<u8>, PictureFlaw> {
    let (width, height) = (image.width(), image.height());
    let encoder = match image {
        DynamicImage::ImageRgba8(pixels) => Encoder::from_rgba(pixels, width, height),
        DynamicImage::ImageRgb8(pixels) => Encoder::from_rgb(pixels, width, height),
        _ => return Err(PictureFlaw::Broken),
    };
    let mut config = WebPConfig::new().map_err(|()| PictureFlaw::Broken)?;
    config.quality = QUALITY;
    // What lies under transparent pixels is nobody's to see.
    config.exact = 0;
    let written = encoder.encode_advanced(&config).map_err(|_| PictureFlaw::Broken)?;
    Ok(written.to_vec())
}

#[cfg(test)]
mod tests;
