use std::io::Cursor;

use image::{
    DynamicImage, Frame, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage, codecs::gif::GifEncoder,
};
use proptest::prelude::*;

use super::*;

/// A picture with something on it: red to the right, green downward.
fn drawn(width: u32, height: u32) -> DynamicImage {
    let side = |at: u32, of: u32| u8::try_from(at * 255 / of.max(1)).unwrap_or(255);
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| Rgb([side(x, width), side(y, height), 90])))
}

fn written_as(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("a file");
    bytes.into_inner()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let length = u32::try_from(data.len()).expect("a length").to_be_bytes();
    [length.as_slice(), &body, &crc(&body).to_be_bytes()].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

/// A PNG that says it is so large, of so many bits for each color, and holds nothing.
fn claim(width: u32, height: u32, bits: u8) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[bits, 6, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IHDR", &head), &chunk(b"IDAT", &[]), &chunk(b"IEND", &[])].concat()
}

fn refused(bytes: &[u8]) -> Option<PictureFlaw> {
    develop(bytes).err()
}

/// The largest version, as browsers see it.
fn largest(bytes: &[u8]) -> DynamicImage {
    let developed = develop(bytes).expect("a picture");
    let largest = developed.versions.last().expect("a version");
    let shown = image::load_from_memory_with_format(&largest.bytes, ImageFormat::WebP).expect("WebP");
    assert_eq!((shown.width(), shown.height()), (developed.width, developed.height));
    assert_eq!(largest.width, developed.width);
    shown
}

#[test]
fn each_kind_of_picture_becomes_webp_of_no_more_than_its_own_size() {
    let drawn = drawn(700, 500);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let developed = develop(&written_as(&drawn, format)).expect("a picture");
        let widths: Vec<_> = developed.versions.iter().map(|version| version.width).collect();
        assert_eq!((developed.width, developed.height, widths), (700, 500, vec![300, 600, 700]), "{format:?}");
        for version in &developed.versions {
            let shown = image::load_from_memory_with_format(&version.bytes, ImageFormat::WebP).expect("WebP");
            assert_eq!((shown.width(), shown.height()), (version.width, scaled(500, version.width, 700)));
            let [red, green, _, _] = shown.get_pixel(version.width - 5, 5).0;
            assert!(red > 200 && green < 60, "{format:?} {}: {red} {green}", version.width);
        }
    }
}

#[test]
fn a_picture_is_made_smaller_in_its_own_shape() {
    assert_eq!(fitting(4_000, 3_000), (1_200, 900));
    assert_eq!(fitting(1_000, 20_000), (180, 3_600));
    assert_eq!(fitting(40_000, 10), (1_200, 1));
    assert_eq!(fitting(40, 30), (40, 30));
    let tall = largest(&written_as(&drawn(20, 8_000), ImageFormat::Png));
    assert_eq!((tall.width(), tall.height()), (9, 3_600));
}

#[test]
fn what_stood_on_its_side_is_turned_upright_and_its_metadata_dropped() {
    let plain = written_as(&drawn(60, 40), ImageFormat::Jpeg);
    // Orientation 6: the top of the picture is on the right.
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS: 37.5, 127.0";
    let length = u16::try_from(exif.len() + 2).expect("a length").to_be_bytes();
    let bytes = [&plain[..2], &[0xFF, 0xE1], &length, exif, &plain[2..]].concat();
    let shown = largest(&bytes);
    assert_eq!((shown.width(), shown.height()), (40, 60));
    let [red, green, ..] = shown.get_pixel(36, 4).0;
    assert!(red < 60 && green < 60, "the corner that was at the top on the left: {red} {green}");
    for version in develop(&bytes).expect("a picture").versions {
        let text = String::from_utf8_lossy(&version.bytes);
        assert!(!text.contains("Exif") && !text.contains("EXIF") && !text.contains("GPS"));
    }
}

#[test]
fn what_can_be_seen_through_stays_so() {
    let half =
        DynamicImage::ImageRgba8(RgbaImage::from_fn(80, 80, |x, _| Rgba([200, 30, 30, if x < 40 { 0 } else { 255 }])));
    let shown = largest(&written_as(&half, ImageFormat::Png));
    assert_eq!((shown.get_pixel(5, 5).0[3], shown.get_pixel(75, 5).0[3]), (0, 255));
}

#[test]
fn of_a_moving_picture_the_first_frame_is_taken() {
    let mut bytes = Vec::new();
    let mut gif = GifEncoder::new(&mut bytes);
    for color in [Rgba([250, 10, 10, 255]), Rgba([10, 250, 10, 255])] {
        gif.encode_frame(Frame::new(RgbaImage::from_pixel(50, 50, color))).expect("a frame");
    }
    drop(gif);
    let [red, green, ..] = largest(&bytes).get_pixel(20, 20).0;
    assert!(red > 200 && green < 60, "{red} {green}");
}

#[test]
fn what_is_no_picture_is_told_by_its_content() {
    assert_eq!(refused(b""), Some(PictureFlaw::Empty));
    for text in [
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
        "<!DOCTYPE html><script>alert(1)</script>",
        "#!/bin/sh\nrm -rf /",
        "MZ\u{90}",
        "%PDF-1.7",
        "\0",
    ] {
        assert_eq!(refused(text.as_bytes()), Some(PictureFlaw::Kind), "{text}");
    }
    // Kinds that the shop does not read.
    assert_eq!(refused(b"II*\0\x08\0\0\0"), Some(PictureFlaw::Kind));
    assert_eq!(refused(b"BM\x46\0\0\0\0\0\0\0"), Some(PictureFlaw::Kind));
}

#[test]
fn a_script_behind_the_first_bytes_of_a_picture_is_none_either() {
    let script = b"<script>alert(1)</script>";
    for head in [b"\xFF\xD8\xFF\xE0".as_slice(), b"\x89PNG\r\n\x1a\n", b"GIF89a\x08\0\x08\0", b"RIFF\x20\0\0\0WEBPVP8 "]
    {
        assert_eq!(refused(&[head, script].concat()), Some(PictureFlaw::Broken), "{head:?}");
    }
    // Behind the last ones it is not read, and goes no further.
    let bytes = [written_as(&drawn(30, 30), ImageFormat::Jpeg).as_slice(), script].concat();
    for version in develop(&bytes).expect("a picture").versions {
        assert!(!String::from_utf8_lossy(&version.bytes).contains("script"));
    }
}

#[test]
fn a_size_is_refused_by_what_the_head_says() {
    assert_eq!(refused(&claim(20_000, 10_000, 8)), Some(PictureFlaw::TooManyPixels));
    assert_eq!(refused(&claim(u32::MAX >> 1, u32::MAX >> 1, 8)), Some(PictureFlaw::Bomb));
    assert_eq!(refused(&claim(5_000, 5_000, 8)), Some(PictureFlaw::Broken), "it holds nothing");
    assert_eq!(refused(&claim(0, 5_000, 8)), Some(PictureFlaw::Broken));
    assert_eq!(refused(&vec![0xFF; MAX_BYTES + 1]), Some(PictureFlaw::TooLarge));
}

#[test]
fn a_bomb_is_not_unpacked() {
    // 192 megabytes of one color in a file of some hundred kilobytes.
    let bomb = written_as(&DynamicImage::new_rgb8(8_000, 8_000), ImageFormat::Png);
    assert!(bomb.len() < 1_000_000, "{}", bomb.len());
    assert_eq!(refused(&bomb), Some(PictureFlaw::TooManyPixels));
    // Few enough pixels, but of eight bytes each.
    assert_eq!(refused(&claim(6_000, 6_000, 16)), Some(PictureFlaw::Bomb));
}

#[test]
fn what_was_cut_off_is_broken() {
    let drawn = drawn(300, 200);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let whole = written_as(&drawn, format);
        for kept in [whole.len() / 4, whole.len() / 2, whole.len() - 20] {
            assert_eq!(refused(&whole[..kept]), Some(PictureFlaw::Broken), "{format:?} {kept} of {}", whole.len());
        }
    }
}

#[test]
fn the_small_picture_inside_the_metadata_is_not_the_end() {
    let plain = written_as(&drawn(300, 200), ImageFormat::Jpeg);
    let small = written_as(&drawn(16, 16), ImageFormat::Jpeg);
    let length = u16::try_from(small.len() + 2).expect("a length").to_be_bytes();
    let bytes = [&plain[..2], &[0xFF, 0xE2], &length, &small, &plain[2..]].concat();
    assert!(jpeg::ends(&bytes));
    assert!(!jpeg::ends(&bytes[..bytes.len() - 2]));
    assert!(!jpeg::ends(&[0xFF, 0xD8, 0xFF]) && !jpeg::ends(&[0xFF, 0xD8, 0xFF, 0xE0, 0]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_file_is_shown_or_refused(at in 0.0..1.0_f64, byte: u8, kind in 0..4_usize) {
        let format = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif][kind];
        let mut bytes = written_as(&drawn(40, 30), format);
        let place = (at * (bytes.len() - 1) as f64) as usize;
        bytes[place] = byte;
        if let Ok(developed) = develop(&bytes) {
            prop_assert!(developed.width <= WIDEST && developed.height <= HIGHEST);
        }
    }
}
