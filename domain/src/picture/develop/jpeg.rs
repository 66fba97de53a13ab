//! Whether a JPEG file is all there.

/// Whether the picture comes to its end (ITU-T T.81, B.1). What stands behind it, as cameras write
/// it, does not count; nor does the end of a small picture inside the metadata.
pub(super) fn ends(bytes: &[u8]) -> bool {
    // Behind `FF D8`, the beginning.
    let mut at = 2;
    while let Some(marker) = next_marker(bytes, &mut at) {
        match marker {
            0xD9 => return true,
            // Without a length: restarts, and what stands alone.
            0x01 | 0xD0..=0xD8 => {}
            _ => {
                let Some(&[high, low]) = bytes.get(at..at + 2) else { return false };
                at += usize::from(u16::from_be_bytes([high, low]));
            }
        }
    }
    false
}

/// The next marker; over the packed pixels, in which a zero follows each `FF`.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        let found = bytes.get(*at..)?.iter().position(|byte| *byte == 0xFF)?;
        *at += found + 1;
        match *bytes.get(*at)? {
            // Fill bytes: the last of them counts.
            0xFF => {}
            0x00 => *at += 1,
            marker => {
                *at += 1;
                return Some(marker);
            }
        }
    }
}
