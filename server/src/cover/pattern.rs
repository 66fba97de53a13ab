//! Pictures made by repeating.

use std::f64::consts::PI;

use super::art::Sheet;
use super::palette::Color;
use super::pen::{Frame, Outline};

/// A papered lattice door with the moon and a ridge behind it.
pub(super) fn lattice(s: &mut Sheet<'_>) {
    let f = s.f;
    let [wood, moon, hill, _] = s.palette.tones;
    let r = f.w.min(f.h) * s.rng.range(0.2, 0.33);
    let (x, y) = (f.x + f.w * s.rng.range(0.25, 0.75), f.y + f.h * s.rng.range(0.28, 0.55));
    s.pen.dot(x, y, r, if s.rng.chance(0.5) { moon } else { hill });
    let crest = f.y + f.h * s.rng.range(0.6, 0.75);
    let (bend, end) = (s.rng.range(-70.0, -15.0), s.rng.range(-25.0, 25.0));
    let ridge = Outline::default()
        .go(f.x, crest)
        .quad(f.x + f.w * s.rng.range(0.3, 0.7), crest + bend, f.x + f.w, crest + end)
        .line(f.x + f.w, f.y + f.h)
        .line(f.x, f.y + f.h)
        .close();
    s.pen.fill(ridge, s.palette.tones[3].mix(s.palette.sky, 0.25));
    let bars = 7 + s.rng.below(5) as u8;
    let thick = s.rng.range(2.6, 4.4);
    for i in 0..=bars {
        let at = f.x + f.w * f64::from(i) / f64::from(bars) - thick / 2.0;
        s.pen.rect(Frame { x: at, y: f.y, w: thick, h: f.h }, wood);
    }
    let cluster = 3 + s.rng.below(3) as u8;
    for center in [0.14, 0.5, 0.86] {
        for i in 0..cluster {
            let at = f.y + f.h * center + (f64::from(i) - f64::from(cluster - 1) / 2.0) * thick * 3.2;
            s.pen.rect(Frame { x: f.x, y: at - thick / 2.0, w: f.w, h: thick }, wood);
        }
    }
    s.pen.stroke(Outline::default().rect(f), wood, 16.0);
    // Some doors are drawn as a pair, with the gap and the rings between the leaves.
    if s.rng.chance(0.5) {
        let middle = f.x + f.w / 2.0;
        s.pen.rect(Frame { x: middle - 9.0, y: f.y, w: 18.0, h: f.h }, wood);
        s.pen.rect(Frame { x: middle - 0.8, y: f.y, w: 1.6, h: f.h }, s.palette.sky);
        for side in [-1.0, 1.0] {
            s.pen.ring(middle + side * 5.0, f.y + f.h / 2.0, 5.0, moon.mix(s.palette.sky, 0.25), 2.0);
        }
    }
}

/// Dots set like the seeds of a sunflower.
pub(super) fn phyllotaxis(s: &mut Sheet<'_>) {
    let f = s.f;
    let tones = s.shuffled();
    if s.rng.chance(0.4) {
        s.pen.rect(f, tones[3].mix(s.palette.ink, 0.1));
    }
    let (cx, cy) = (f.x + f.w * s.rng.range(0.25, 0.75), f.y + f.h * s.rng.range(0.3, 0.7));
    let golden = PI * (3.0 - 5.0_f64.sqrt());
    let spread = s.rng.range(9.0, 12.5);
    let turn = s.rng.range(0.0, PI);
    let ring = s.rng.range(1.6, 3.4);
    let grow = s.rng.range(0.12, 0.24);
    for n in 1_u16..460 {
        let r = spread * f64::from(n).sqrt();
        let a = f64::from(n) * golden + turn;
        let (x, y) = (cx + r * a.cos(), cy + r * a.sin());
        if x < f.x - 12.0 || x > f.x + f.w + 12.0 || y < f.y - 12.0 || y > f.y + f.h + 12.0 {
            continue;
        }
        let band = (r / (spread * ring * 2.0)) as usize % 3;
        s.pen.dot(x, y, (1.8 + grow * r.sqrt() * 2.2).min(spread * 0.5), tones[band]);
    }
}

/// Quarter discs in a grid, turned at random.
pub(super) fn tiles(s: &mut Sheet<'_>) {
    let f = s.f;
    let columns = 4 + s.rng.below(2) as u8;
    let cell = f.w / f64::from(columns);
    let rows = (f.h / cell).ceil().min(12.0) as u8;
    let tones = s.shuffled();
    let grounds = [s.palette.sky, tones[0], s.palette.sky.mix(tones[1], 0.25), tones[2]];
    for row in 0..rows {
        for column in 0..columns {
            let t = Frame { x: f.x + cell * f64::from(column), y: f.y + cell * f64::from(row), w: cell, h: cell };
            let ground = grounds[s.rng.below(4)];
            let color = tones.into_iter().cycle().skip(s.rng.below(4)).find(|c| *c != ground).unwrap_or(tones[1]);
            // Overlapping by a hair hides the seams between tiles.
            s.pen.rect(Frame { w: cell + 0.4, h: cell + 0.4, ..t }, ground);
            tile(s, t, color, ground);
        }
    }
}

fn tile(s: &mut Sheet<'_>, t: Frame, color: Color, ground: Color) {
    let (l, r, u, d, c) = (t.x, t.x + t.w, t.y, t.y + t.h, t.w);
    let start = Outline::default();
    let turn = s.rng.below(4);
    let quarter = |radius: f64| match turn {
        0 => Outline::default().go(l, u).line(l + radius, u).arc(radius, l, u + radius).close(),
        1 => Outline::default().go(r, u).line(r, u + radius).arc(radius, r - radius, u).close(),
        2 => Outline::default().go(r, d).line(r - radius, d).arc(radius, r, d - radius).close(),
        _ => Outline::default().go(l, d).line(l, d - radius).arc(radius, l + radius, d).close(),
    };
    match s.rng.below(8) {
        0..=2 => s.pen.fill(quarter(c), color),
        3 | 4 => {
            s.pen.fill(quarter(c), color);
            s.pen.fill(quarter(c * 0.66), ground);
            s.pen.fill(quarter(c * 0.33), color);
        }
        5 => s.pen.fill(start.go(l, d).line(l, u).line(r, if turn < 2 { u } else { d }).close(), color),
        6 => {
            let (x, y) = (l + c / 2.0, u + c / 2.0);
            s.pen.dot(x, y, c * 0.34, color);
            s.pen.dot(x, y, c * 0.13, ground);
        }
        _ => {
            s.pen.fill(start.go(l, d).arc(c / 2.0, r, d).close(), color);
            s.pen.fill(Outline::default().go(l, u + c / 2.0).arc(c / 2.0, r, u + c / 2.0).close(), color);
        }
    }
}

/// Rows of ringed waves, each row before the last.
pub(super) fn waves(s: &mut Sheet<'_>) {
    let f = s.f;
    let tones = s.shuffled();
    let across = 3 + s.rng.below(3) as u8;
    let r = f.w / f64::from(across) / 2.0;
    let from = if s.rng.chance(0.55) { s.rng.range(0.28, 0.5) } else { -0.1 };
    if from > 0.0 {
        let (x, y) = (f.x + f.w * s.rng.range(0.25, 0.75), f.y + f.h * (from - 0.04));
        s.pen.dot(x, y, f.w * s.rng.range(0.14, 0.24), tones[3]);
    }
    let rows = ((f.h * (1.0 - from)) / (r * 0.5)).ceil().min(60.0) as u8 + 2;
    let lit = (s.rng.below(3), s.rng.below(5) + 2);
    let start = f.x - s.rng.range(0.0, 2.0 * r);
    for row in 0..rows {
        let y = f.y + f.h * from + r * (1.0 + 0.5 * f64::from(row));
        for column in 0..=across + 1 {
            let shift = if row % 2 == 0 { 0.0 } else { r };
            let x = start + 2.0 * r * f64::from(column) + shift;
            let special = (usize::from(row) + usize::from(column) * 2) % lit.1 == lit.0;
            let (dark, pale) = (if special { tones[1] } else { tones[0] }, s.palette.sky);
            for (i, share) in [1.0, 0.82, 0.64, 0.46, 0.28].into_iter().enumerate() {
                s.pen.dot(x, y, r * share, if i % 2 == 0 { dark } else { pale });
            }
        }
    }
}
