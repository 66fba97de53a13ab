//! Pictures of the night sky.

use std::f64::consts::TAU;

use super::art::Sheet;
use super::land::Ridge;
use super::palette::Color;
use super::pen::{Frame, Outline};

/// The darkest colour of the palette, for a night.
fn night(s: &Sheet<'_>) -> Color {
    let light = |c: Color| ((c.0 >> 16) & 0xff) * 3 + ((c.0 >> 8) & 0xff) * 6 + (c.0 & 0xff);
    let p = s.palette;
    let candidates = [p.paper, p.ink, p.sky, p.tones[0], p.tones[1], p.tones[2], p.tones[3]];
    // A touch of the sky keeps it in the set; on dark paper more, or the opening would not show.
    let darkest = candidates.into_iter().min_by_key(|c| light(*c)).unwrap_or(p.ink);
    darkest.mix(p.sky, if darkest == p.paper { 0.75 } else { 0.12 })
}

/// The lightest colour of the palette.
fn starlight(s: &Sheet<'_>) -> Color {
    let light = |c: Color| ((c.0 >> 16) & 0xff) * 3 + ((c.0 >> 8) & 0xff) * 6 + (c.0 & 0xff);
    let p = s.palette;
    [p.paper, p.ink, p.sky, p.tones[2]].into_iter().max_by_key(|c| light(*c)).unwrap_or(p.paper)
}

fn stars(s: &mut Sheet<'_>, count: usize, color: Color) {
    for _ in 0..count {
        let (x, y) = (s.f.x + s.f.w * s.rng.range(0.0, 1.0), s.f.y + s.f.h * s.rng.range(0.0, 1.0));
        let r = s.rng.range(0.5, 1.5);
        s.pen.dot(x, y, r, color);
    }
}

/// A made-up constellation over a dark ridge.
pub(super) fn constellation(s: &mut Sheet<'_>) {
    let f = s.f;
    let (dark, pale) = (night(s), starlight(s));
    let [_, glow, warm, _] = s.palette.tones;
    s.pen.rect(f, dark);
    stars(s, 90, dark.mix(pale, 0.55));
    let (cx, cy) = (f.x + f.w * s.rng.range(0.3, 0.7), f.y + f.h * s.rng.range(0.3, 0.5));
    for ring in 0_u8..4 {
        let r = f.w * (0.2 + 0.16 * f64::from(ring));
        s.pen.ring(cx, cy, r, dark.mix(pale, 0.16), 0.8);
    }
    let count = 6 + s.rng.below(4) as u8;
    let points: Vec<(f64, f64)> = (0..count)
        .map(|i| {
            let t = (f64::from(i) + 0.5) / f64::from(count);
            (f.x + f.w * (0.12 + 0.76 * t) + s.rng.range(-9.0, 9.0), f.y + f.h * s.rng.range(0.14, 0.66))
        })
        .collect();
    s.pen.stroke(Outline::through(points.iter().copied()), dark.mix(pale, 0.7), 1.3);
    for (x, y) in &points {
        let r = s.rng.range(3.0, 6.5);
        s.pen.dot(*x, *y, r + 4.0, dark);
        let color = if s.rng.chance(0.4) { warm.mix(pale, 0.2) } else { pale };
        sparkle(s, *x, *y, r * 1.9, color);
    }
    for (i, color) in [glow.mix(dark, 0.55), dark.mix(Color(0), 0.35)].into_iter().enumerate() {
        let ridge = Ridge::new(s, f.h * 0.06);
        let base = f.y + f.h * (0.8 + 0.09 * i as f64);
        let line = (0_u8..=40).map(|n| (f.x + f.w * f64::from(n) / 40.0, base + ridge.at(f64::from(n) / 40.0)));
        s.pen.fill(Outline::through(line).line(f.x + f.w, f.y + f.h).line(f.x, f.y + f.h).close(), color);
    }
}

/// A star with four points.
fn sparkle(s: &mut Sheet<'_>, x: f64, y: f64, r: f64, color: Color) {
    let outline = Outline::default()
        .go(x, y - r)
        .quad(x, y, x + r, y)
        .quad(x, y, x, y + r)
        .quad(x, y, x - r, y)
        .quad(x, y, x, y - r)
        .close();
    s.pen.fill(outline, color);
}

/// A calendar of moons, one of them lit.
pub(super) fn moons(s: &mut Sheet<'_>) {
    let f = s.f;
    let (dark, pale) = (night(s), starlight(s));
    let [_, lit, warm, _] = s.shuffled();
    let accent = if lit == dark { warm } else { lit };
    s.pen.rect(f, dark);
    let columns = 4 + s.rng.below(2) as u8;
    let cell = f.w / (f64::from(columns) + 0.6);
    let rows = ((f.h / cell) - 0.3).floor().clamp(2.0, 9.0) as u8;
    let top = f.y + (f.h - cell * f64::from(rows)) / 2.0;
    let chosen = s.rng.below(usize::from(rows) * usize::from(columns));
    let start = s.rng.range(0.0, 1.0);
    let step = s.rng.range(0.03, 0.09);
    let r = cell * 0.36;
    for row in 0..rows {
        for column in 0..columns {
            let index = usize::from(row) * usize::from(columns) + usize::from(column);
            let x = f.x + cell * (f64::from(column) + 0.8);
            let y = top + cell * (f64::from(row) + 0.5);
            s.pen.dot(x, y, r, dark.mix(pale, 0.12));
            if index == chosen {
                s.pen.dot(x, y, r * 1.08, accent);
            } else {
                crescent(s, x, y, r, (start + step * index as f64).fract(), pale);
            }
        }
    }
}

/// The lit part of a moon at `phase` of its month.
fn crescent(s: &mut Sheet<'_>, x: f64, y: f64, r: f64, phase: f64, color: Color) {
    let edge = (phase * TAU).cos();
    let side = if phase < 0.5 { 1.0 } else { -1.0 };
    let steps = 20_u8;
    let angle = |i: u8| (f64::from(i) / f64::from(steps) - 0.5) * TAU / 2.0;
    let limb = (0..=steps).map(|i| (x + side * r * angle(i).cos(), y + r * angle(i).sin()));
    let shade = (0..=steps).rev().map(|i| (x + side * edge * r * angle(i).cos(), y + r * angle(i).sin()));
    s.pen.fill(Outline::through(limb.chain(shade)).close(), color);
}

/// Planets on tilted rings.
pub(super) fn orbits(s: &mut Sheet<'_>) {
    let f = s.f;
    let (dark, pale) = (night(s), starlight(s));
    let bright = s.rng.chance(0.3);
    let (ground, line) = if bright { (s.palette.sky, s.palette.tones[0]) } else { (dark, pale) };
    s.pen.rect(f, ground);
    if !bright {
        stars(s, 60, dark.mix(pale, 0.5));
    }
    let (cx, cy) = (f.x + f.w * s.rng.range(0.32, 0.68), f.y + f.h * s.rng.range(0.36, 0.64));
    let tilt = s.rng.range(-0.7, 0.7);
    let flat = s.rng.range(0.36, 0.95);
    let on = |r: f64, a: f64| {
        let (px, py) = (r * a.cos(), r * flat * a.sin());
        (cx + px * tilt.cos() - py * tilt.sin(), cy + px * tilt.sin() + py * tilt.cos())
    };
    let mut r = f.w * 0.13;
    let tones = s.shuffled();
    s.pen.dot(cx, cy, f.w * 0.075, tones[0]);
    s.pen.ring(cx, cy, f.w * 0.075 + 4.0, tones[0], 1.2);
    for i in 0..7 {
        r += f.w * s.rng.range(0.045, 0.1);
        let path = (0_u8..=72).map(|n| on(r, f64::from(n) / 72.0 * TAU));
        s.pen.stroke(Outline::through(path), ground.mix(line, 0.55), if i % 3 == 2 { 2.2 } else { 0.9 });
        let (x, y) = on(r, s.rng.range(0.0, TAU));
        let size = s.rng.range(4.0, 13.0);
        let color = tones[i % 4];
        // A planet the colour of the sky would be a hole in its ring.
        let color = if color == ground { line } else { color };
        s.pen.dot(x, y, size + 3.0, ground);
        s.pen.dot(x, y, size, color);
    }
    let corner = Frame { x: f.x, y: f.y + f.h - 3.0, w: f.w, h: 3.0 };
    s.pen.rect(corner, tones[0]);
}
