//! The colours of the series, a few sets for each category.

use super::seed::Rng;

/// A colour as 0xRRGGBB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color(pub u32);

impl Color {
    pub(super) fn hex(self) -> String {
        format!("#{:06x}", self.0)
    }

    /// The colour `share` of the way to `other`.
    pub(super) fn mix(self, other: Self, share: f64) -> Self {
        let channel = |shift: u32| {
            let from = f64::from((self.0 >> shift) & 0xff);
            let to = f64::from((other.0 >> shift) & 0xff);
            // Clamped, so the cast cannot lose anything but the fraction.
            ((from + (to - from) * share).round().clamp(0.0, 255.0) as u32) << shift
        };
        Self(channel(16) | channel(8) | channel(0))
    }
}

/// One set of colours that go together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// The mat the words stand on.
    pub paper: Color,
    pub ink: Color,
    /// The little seal of the series.
    pub seal: Color,
    /// The ground of the picture.
    pub sky: Color,
    pub tones: [Color; 4],
}

impl Palette {
    pub(super) fn choose(category: &str, rng: &mut Rng) -> &'static Self {
        let set = Self::of(category);
        set.get(rng.below(set.len())).unwrap_or(&HOUSE)
    }

    fn of(category: &str) -> &'static [Self] {
        CATEGORIES
            .iter()
            .find(|(slug, _)| *slug == category)
            .map_or(std::slice::from_ref(&HOUSE), |(_, set)| set.as_slice())
    }
}

const fn set(paper: u32, ink: u32, seal: u32, sky: u32, tones: [u32; 4]) -> Palette {
    Palette {
        paper: Color(paper),
        ink: Color(ink),
        seal: Color(seal),
        sky: Color(sky),
        tones: [Color(tones[0]), Color(tones[1]), Color(tones[2]), Color(tones[3])],
    }
}

/// For categories the shop adds later.
const HOUSE: Palette = set(0xf2ede2, 0x23262b, 0xb0412e, 0xdcd5c4, [0x3c4a57, 0xb0412e, 0xc9a35a, 0x7d8f86]);

type Category = (&'static str, [Palette; 3]);

#[rustfmt::skip]
const CATEGORIES: [Category; 12] = [
    // Hanji, ink and the five cardinal colours, faded.
    ("korean-classic", [
        set(0xf3ead7, 0x1d2b33, 0xa8341f, 0xe6d4ae, [0x1f4e5f, 0xb23a2a, 0xd9a441, 0x6b8f71]),
        set(0x1f3038, 0xf3ead7, 0xe27f60, 0x34525c, [0xe9d9b6, 0xc9503a, 0xdba94a, 0x7fa08a]),
        set(0x8c2c20, 0xfdf1dc, 0xf0c876, 0xf0dfbd, [0x6e1d15, 0x1f3d4a, 0xd79a3c, 0x3f6b62]),
    ]),
    // Old city brick, tram green and lamp light.
    ("korean-modern", [
        set(0xefe6d8, 0x2b211c, 0x9a3d22, 0xd9c3a1, [0x4a5d4e, 0x9a3d22, 0xe0a458, 0x2f3a3f]),
        set(0x2f3b35, 0xf5ecd9, 0xe0a458, 0x55685b, [0xf0dcb4, 0xc76b3f, 0xe0a458, 0x1d2723]),
        set(0xd9a05b, 0x2a1a10, 0x7a2b14, 0xf3dfb9, [0x7a2b14, 0x33453f, 0xb9602f, 0x8a9a7b]),
    ]),
    // Dusk, petals and moonlight.
    ("poetry", [
        set(0xf6efee, 0x3a2238, 0x9b3a63, 0xecd2d3, [0x5c3b63, 0xc8587a, 0xf0b48a, 0x8d93b8]),
        set(0x2a2145, 0xf7ecf0, 0xe58aa0, 0x453a6b, [0xf3d9c9, 0xd9708f, 0x8f86c9, 0xf2b872]),
        set(0xe9b7b4, 0x3b1526, 0x8c2347, 0xf9e6dc, [0x8c2347, 0x4a4f7a, 0xe2846b, 0xc995a8]),
    ]),
    // Deep sea blue and orange peel.
    ("world-novel", [
        set(0xf4efe4, 0x14263d, 0xc24a1c, 0xd7e0e0, [0x17406d, 0xe2703a, 0xf2c14e, 0x5f8fa6]),
        set(0x14304f, 0xf7efdf, 0xf0945a, 0x27507a, [0xf4e3c1, 0xe8743b, 0x79aebf, 0xf2c14e]),
        set(0xec9459, 0x151422, 0x1f3457, 0xf9e4c3, [0x1f3457, 0xc8462a, 0x3f7d8c, 0xf4bd58]),
    ]),
    // Gaslight and fog.
    ("mystery", [
        set(0x17191c, 0xf4efe2, 0xe2b33c, 0x2b2f33, [0xe2b33c, 0x9c2a2a, 0x6d757a, 0xd8d2c2]),
        set(0xe9c347, 0x17140c, 0x7d1f1a, 0xf4e2a0, [0x17191c, 0x9c2a2a, 0xb98a22, 0x5a5c52]),
        set(0xece7dc, 0x1d1a18, 0x97231f, 0xcfc8ba, [0x23272a, 0x97231f, 0x8c8674, 0xdca93a]),
    ]),
    // Neon over a violet night.
    ("science-fiction", [
        set(0x14122b, 0xf0f3ff, 0x4fd1c5, 0x241f4a, [0x4fd1c5, 0xff7a66, 0x7c6cf0, 0xffd37a]),
        set(0xedf1f2, 0x1a1f3a, 0x4d3fc0, 0xc9dfe3, [0x2a2f6b, 0xf0614f, 0x35a9a4, 0xf5c465]),
        set(0x0f3d44, 0xeffaf4, 0xffa07a, 0x176069, [0xf6e7b4, 0xff8a65, 0x6fd0bd, 0x0a2a33]),
    ]),
    // Velvet curtain, gilding.
    ("drama", [
        set(0x7a1426, 0xfff0df, 0xf2c063, 0x9c2338, [0xf2c063, 0x4d0a18, 0xf2e2cc, 0xd8573f]),
        set(0xf5ebdd, 0x33101a, 0x8f1a2d, 0xecc9b2, [0x8f1a2d, 0x2f2a44, 0xd9993a, 0xc96a5b]),
        set(0x241a2b, 0xf8ead6, 0xe0576a, 0x3d2c48, [0xe0576a, 0xe6b65a, 0xf3e0c8, 0x8a6aa0]),
    ]),
    // Marble, olive, lapis.
    ("philosophy", [
        set(0xf1f0ea, 0x20262b, 0x3b5b92, 0xdad9cf, [0x3b5b92, 0x8d8f78, 0xc7a250, 0x2b3238]),
        set(0x2d3a34, 0xf2f0e2, 0xd3b45c, 0x4a5b50, [0xe6e1c8, 0xb5a04c, 0x8fa68e, 0x1c2621]),
        set(0xcdd3c0, 0x1d271f, 0x2f4a6d, 0xeef0e4, [0x2f4a6d, 0x6e7f55, 0xb98b3c, 0x96a5a3]),
    ]),
    // Leather, maps and oxide.
    ("history", [
        set(0xefe3cb, 0x2d1f14, 0x84401e, 0xdcc59b, [0x6b3d1e, 0x35544f, 0xb9792f, 0x9d8a63]),
        set(0x3a261a, 0xf6e8cd, 0xd99a4e, 0x5a3d2a, [0xe8cfa0, 0xb5622f, 0x7d9184, 0xd99a4e]),
        set(0x2a4a4a, 0xf6ebd3, 0xe0a45c, 0xe5d3ab, [0x1c3434, 0x9c4f28, 0xcf9a47, 0x62877f]),
    ]),
    // Poster paint.
    ("children", [
        set(0xfff4dc, 0x24345a, 0xc93a3f, 0xbfe3ea, [0x2f7fc1, 0xf2574d, 0xffc53d, 0x4fae6a]),
        set(0xffd25a, 0x2b2350, 0xb8303c, 0xfff2cf, [0xef5b4c, 0x2f86b7, 0x55b28a, 0xf59b3a]),
        set(0xbfe4d4, 0x173a4a, 0xb83a3a, 0xf8f6df, [0x1f7a8c, 0xf46c57, 0xf9c74f, 0x7cb46b]),
    ]),
    // Linen, tea and moss.
    ("essay", [
        set(0xf5f1e6, 0x2c3129, 0x6f7a2f, 0xe2e0c8, [0x5f7350, 0xc98b5a, 0xdcc27a, 0x3c4a44]),
        set(0xdfe3d2, 0x27322a, 0x8a4a2c, 0xf6f2e2, [0x52735f, 0xc0764a, 0xa9b58c, 0xe0b865]),
        set(0x42533f, 0xf8f3e1, 0xe6bd7c, 0x5f7459, [0xf1e6c6, 0xd79a62, 0xa9bd8f, 0x2b382b]),
    ]),
    // Blueprint, graph paper, copper.
    ("science", [
        set(0x12355b, 0xf1f7fb, 0xf0b45a, 0x1d4c7c, [0xe8f1f2, 0xf0915a, 0x6fb7d6, 0xf2c879]),
        set(0xeef3f1, 0x14303a, 0x0f6b78, 0xd2e4e2, [0x0f6b78, 0xe07a4a, 0x1f3b57, 0xe9bf5b]),
        set(0xdfe8ee, 0x16273f, 0xa8431f, 0xf5f6f0, [0x1f4d86, 0xd9622f, 0x79a9c9, 0x2b2f45]),
    ]),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast of two colours as WCAG counts it.
    fn contrast(a: Color, b: Color) -> f64 {
        let light = |c: Color| {
            [(16, 0.2126), (8, 0.7152), (0, 0.0722)]
                .map(|(shift, weight)| {
                    let v = f64::from((c.0 >> shift) & 0xff) / 255.0;
                    weight * if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
                })
                .iter()
                .sum::<f64>()
                + 0.05
        };
        light(a).max(light(b)) / light(a).min(light(b))
    }

    #[test]
    fn words_stand_out_in_every_palette() {
        for (slug, sets) in CATEGORIES.iter() {
            for (i, p) in sets.iter().enumerate() {
                assert!(contrast(p.paper, p.ink) >= 7.0, "{slug} {i}: ink {:.1}", contrast(p.paper, p.ink));
                assert!(contrast(p.paper, p.seal) >= 4.0, "{slug} {i}: seal {:.1}", contrast(p.paper, p.seal));
            }
        }
    }
}
