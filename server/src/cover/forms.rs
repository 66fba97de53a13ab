//! Pictures built from a few large forms.

use std::f64::consts::{PI, TAU};

use super::art::Sheet;
use super::palette::Color;
use super::pen::Outline;

/// Rainbows of rings around one or two centres on the edge.
pub(super) fn arcs(s: &mut Sheet<'_>) {
    let f = s.f;
    let tones = s.shuffled();
    let centers = 1 + s.rng.below(3);
    for i in 0..centers {
        let (x, y) = match (i + s.rng.below(2)) % 4 {
            0 => (f.x + f.w * s.rng.range(0.0, 0.35), f.y + f.h),
            1 => (f.x + f.w, f.y + f.h * s.rng.range(0.4, 0.9)),
            2 => (f.x + f.w * s.rng.range(0.3, 0.8), f.y),
            _ => (f.x, f.y + f.h * s.rng.range(0.1, 0.5)),
        };
        let rings = 5 + s.rng.below(5);
        let step = f.w * s.rng.range(0.5, 0.95) / rings as f64;
        for ring in (0..rings).rev() {
            let color = if ring % 2 == 1 { s.palette.sky } else { tones[(ring / 2 + i) % 4] };
            s.pen.dot(x, y, step * (ring + 1) as f64, color);
        }
    }
}

/// Doors within doors, and someone's moon at the end.
pub(super) fn arches(s: &mut Sheet<'_>) {
    let f = s.f;
    let tones = s.shuffled();
    let columns = 1 + s.rng.below(3) as u8;
    let round = s.rng.chance(0.7);
    s.pen.rect(f, tones[0].mix(s.palette.sky, 0.15));
    for column in 0..columns {
        let w = f.w / f64::from(columns);
        let left = f.x + w * f64::from(column);
        let lean = s.rng.range(-0.35, 0.35);
        let rings = if columns == 1 { 6_u8 } else { 4 };
        let top = f.h * s.rng.range(0.06, 0.2);
        for i in 0..rings {
            let t = f64::from(i) / f64::from(rings);
            let half = w * 0.46 * (1.0 - t);
            let cx = left + w / 2.0 + lean * w * 0.46 * t;
            let crown = f.y + top + f.h * 0.55 * t;
            let color = match i {
                i if i + 1 == rings => s.palette.sky,
                i if i % 2 == 0 => s.palette.sky.mix(tones[2], 0.25 + 0.1 * f64::from(i)),
                i => tones[usize::from(i + column) % 3 + 1],
            };
            let foot = f.y + f.h;
            let door = Outline::default().go(cx - half, foot);
            let door = if round {
                door.line(cx - half, crown + half).arc(half, cx + half, crown + half)
            } else {
                door.line(cx - half, crown + half * 0.4).line(cx, crown).line(cx + half, crown + half * 0.4)
            };
            s.pen.fill(door.line(cx + half, foot).close(), color);
        }
        let moon = left + w * s.rng.range(0.3, 0.7);
        if columns == 1 || s.rng.chance(0.5) {
            s.pen.dot(moon, f.y + f.h * s.rng.range(0.78, 0.9), w * 0.05 + 4.0, tones[1]);
        }
    }
}

/// Broad strokes of a dry brush.
pub(super) fn bands(s: &mut Sheet<'_>) {
    let f = s.f;
    let tones = s.shuffled();
    let (x, y) = (f.x + f.w * s.rng.range(0.2, 0.8), f.y + f.h * s.rng.range(0.2, 0.5));
    s.pen.dot(x, y, f.w * s.rng.range(0.11, 0.2), tones[3]);
    let count = 4 + s.rng.below(3);
    let tilt = s.rng.range(-0.28, 0.28) * f.w;
    for i in 0..count {
        let y = f.y + f.h * (0.2 + 0.72 * i as f64 / (count - 1) as f64);
        let thick = f.h / count as f64 * s.rng.range(0.5, 0.8);
        let (wave, phase) = (s.rng.range(8.0, 24.0), s.rng.range(0.0, TAU));
        let turns = s.rng.range(0.5, 1.1);
        let (from, to) =
            if s.rng.chance(0.5) { (-0.1, s.rng.range(0.72, 1.1)) } else { (s.rng.range(-0.1, 0.28), 1.1) };
        let color = tones[i % 3];
        let hairs = 11_u8;
        for hair in 0..hairs {
            let across = f64::from(hair) / f64::from(hairs - 1) - 0.5;
            // Each hair of the brush lifts off the paper at its own place.
            let (a, b) = (from + s.rng.range(0.0, 0.05), to - s.rng.range(0.0, 0.09));
            let line = (0_u8..=28).map(|n| {
                let t = a + (b - a) * f64::from(n) / 28.0;
                let bend = wave * (t * turns * TAU + phase).sin() + tilt * (t - 0.5);
                (f.x + f.w * t, y + bend + across * thick)
            });
            let width = thick / f64::from(hairs) * s.rng.range(0.85, 1.6);
            let shade = s.rng.range(0.0, 0.2);
            s.pen.stroke(Outline::through(line), color.mix(s.palette.sky, shade), width);
        }
    }
}

/// Stems with paired leaves.
pub(super) fn leaves(s: &mut Sheet<'_>) {
    let f = s.f;
    let [leaf, back, fruit, sun] = s.shuffled();
    let r = f.w.min(f.h) * s.rng.range(0.24, 0.36);
    s.pen.dot(f.x + f.w * s.rng.range(0.3, 0.7), f.y + f.h * s.rng.range(0.3, 0.5), r, sun.mix(s.palette.sky, 0.25));
    let stems = 1 + s.rng.below(3);
    for i in 0..stems {
        let at = (i as f64 + 1.0) / (stems as f64 + 1.0);
        let (x0, lean) = (f.x + f.w * at, s.rng.range(-0.22, 0.22) * f.w);
        let tall = f.h * s.rng.range(0.7, 0.92);
        let (one, other) = if i % 2 == 0 { (leaf, back) } else { (back, leaf) };
        let point = |t: f64| (x0 + lean * t * t, f.y + f.h + 6.0 - tall * t);
        let stem = (0_u8..=24).map(|n| point(f64::from(n) / 24.0));
        s.pen.stroke(Outline::through(stem), one.mix(s.palette.ink, 0.25), 2.4);
        let pairs = 5 + s.rng.below(3) as u8;
        let big = (f.w / (stems as f64 + 1.0) * 0.8).min(88.0) * s.rng.range(0.8, 1.05);
        let open = s.rng.range(0.55, 1.0);
        for pair in 0..pairs {
            let t = 0.2 + 0.72 * f64::from(pair) / f64::from(pairs - 1);
            let (x, y) = point(t);
            let long = big * (1.1 - 0.62 * t);
            for side in [-1.0, 1.0] {
                let color = if side < 0.0 { one } else { other };
                blade(s, (x, y), -PI / 2.0 + side * open * (1.15 - 0.4 * t), long, color);
            }
            if s.rng.chance(0.3) {
                let side = if s.rng.chance(0.5) { 1.0 } else { -1.0 };
                s.pen.dot(x + side * long * 0.55, y + long * 0.12, 4.8, fruit);
            }
        }
        let (x, y) = point(1.0);
        blade(s, (x, y + 8.0), -PI / 2.0, big * 0.5, one);
    }
}

/// One leaf from its stalk, with its midrib.
fn blade(s: &mut Sheet<'_>, (x, y): (f64, f64), angle: f64, long: f64, color: Color) {
    let (dx, dy) = (angle.cos() * long, angle.sin() * long);
    let (nx, ny) = (-dy * 0.42, dx * 0.42);
    let (mx, my) = (x + dx * 0.45, y + dy * 0.45);
    let outline =
        Outline::default().go(x, y).quad(mx + nx, my + ny, x + dx, y + dy).quad(mx - nx, my - ny, x, y).close();
    s.pen.fill(outline, color);
    s.pen.stroke(Outline::default().go(x, y).line(x + dx * 0.82, y + dy * 0.82), color.mix(s.palette.sky, 0.55), 1.0);
}
