//! Chooses the kind of picture.

use svg::node::element::Group;

use super::palette::Palette;
use super::pen::{Frame, Pen};
use super::seed::Rng;
use super::{cloth, forms, land, pattern, sky};

/// A picture being drawn.
pub(super) struct Sheet<'a> {
    pub pen: Pen,
    pub palette: &'a Palette,
    pub f: Frame,
    pub rng: &'a mut Rng,
}

impl Sheet<'_> {
    /// The four colours of the palette, turned by chance.
    pub(super) fn shuffled(&mut self) -> [super::palette::Color; 4] {
        let mut tones = self.palette.tones;
        for i in (1..tones.len()).rev() {
            let j = self.rng.below(i + 1);
            tones.swap(i, j);
        }
        tones
    }
}

type Draw = fn(&mut Sheet<'_>);

/// What suits a category; any kind is drawn now and then for every one.
#[rustfmt::skip]
const SUITED: [(&str, &[Draw]); 12] = [
    ("korean-classic", &[cloth::patchwork, pattern::lattice, pattern::waves, land::hills, land::sea, forms::leaves]),
    ("korean-modern", &[land::hills, pattern::lattice, land::strata, cloth::patchwork, forms::bands, forms::arches]),
    ("poetry", &[forms::leaves, sky::moons, land::sea, forms::bands, sky::constellation, land::hills]),
    ("world-novel", &[land::sea, forms::arches, pattern::tiles, forms::arcs, land::hills, forms::leaves, cloth::weave]),
    ("mystery", &[forms::arches, forms::arcs, pattern::tiles, sky::moons, land::strata, cloth::weave]),
    ("science-fiction", &[sky::orbits, sky::constellation, land::strata, sky::moons, pattern::phyllotaxis, forms::arcs]),
    ("drama", &[forms::arches, forms::bands, forms::arcs, pattern::tiles, pattern::waves]),
    ("philosophy", &[forms::arcs, pattern::phyllotaxis, land::strata, sky::orbits, pattern::tiles, forms::arches]),
    ("history", &[pattern::waves, cloth::weave, land::hills, land::sea, forms::arches, land::strata]),
    ("children", &[land::hills, pattern::tiles, land::sea, forms::leaves, pattern::phyllotaxis, sky::moons]),
    ("essay", &[forms::leaves, forms::bands, land::hills, pattern::lattice, cloth::patchwork, cloth::weave]),
    ("science", &[sky::orbits, pattern::phyllotaxis, sky::constellation, land::strata, pattern::tiles, forms::arcs]),
];

const ALL: [Draw; 16] = [
    land::hills,
    land::sea,
    land::strata,
    sky::constellation,
    sky::moons,
    sky::orbits,
    pattern::lattice,
    pattern::phyllotaxis,
    pattern::tiles,
    pattern::waves,
    cloth::weave,
    forms::arches,
    forms::arcs,
    forms::bands,
    forms::leaves,
    cloth::patchwork,
];

pub(super) fn draw(category: &str, palette: &Palette, f: Frame, rng: &mut Rng) -> Group {
    let suited = SUITED.iter().find(|(slug, _)| *slug == category).map(|(_, kinds)| *kinds);
    let kinds = suited.filter(|_| !rng.chance(0.12)).unwrap_or(&ALL);
    let kind = kinds.get(rng.below(kinds.len())).copied().unwrap_or(land::hills);
    let mut sheet = Sheet { pen: Pen::new(), palette, f, rng };
    sheet.pen.rect(f, palette.sky);
    kind(&mut sheet);
    sheet.pen.done()
}
