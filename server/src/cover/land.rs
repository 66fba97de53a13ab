//! Pictures of land and water.

use std::f64::consts::TAU;

use super::art::Sheet;
use super::palette::Color;
use super::pen::{Frame, Outline};

/// A ridge across the frame: its height over `t` from 0 to 1 around 0.
pub(super) struct Ridge([(f64, f64, f64); 3]);

impl Ridge {
    pub(super) fn new(s: &mut Sheet<'_>, roughness: f64) -> Self {
        Self([1.0, 2.3, 4.1].map(|waves| {
            let turns = waves * s.rng.range(0.7, 1.3);
            (roughness / waves, turns, s.rng.range(0.0, TAU))
        }))
    }

    pub(super) fn at(&self, t: f64) -> f64 {
        self.0.iter().map(|(height, turns, phase)| height * (t * turns * TAU + phase).sin()).sum()
    }
}

fn slope(s: &Sheet<'_>, ridge: &Ridge, base: f64) -> Outline {
    let f = s.f;
    let line = (0_u8..=48).map(|i| {
        let t = f64::from(i) / 48.0;
        (f.x + f.w * t, base + ridge.at(t))
    });
    Outline::through(line).line(f.x + f.w, f.y + f.h).line(f.x, f.y + f.h).close()
}

/// Layered ridges under a sun or moon, paler the farther they are.
pub(super) fn hills(s: &mut Sheet<'_>) {
    let f = s.f;
    let [far, near, sun, mist] = s.shuffled();
    let r = s.rng.range(0.13, 0.25) * f.w.min(f.h);
    let (x, y) = (f.x + f.w * s.rng.range(0.22, 0.78), f.y + f.h * s.rng.range(0.22, 0.42));
    if s.rng.chance(0.4) {
        for ring in (1_u8..=3).rev() {
            let pale = sun.mix(s.palette.sky, 0.45 + 0.15 * f64::from(ring));
            s.pen.dot(x, y, r * (1.0 + 0.38 * f64::from(ring)), pale);
        }
    }
    s.pen.dot(x, y, r, sun);
    let layers = 4 + s.rng.below(3) as u8;
    let striped = s.rng.chance(0.35);
    for i in 0..layers {
        let depth = f64::from(i) / f64::from(layers - 1);
        let base = f.y + f.h * (0.42 + 0.46 * depth) + s.rng.range(-6.0, 6.0);
        let roughness = s.rng.range(0.07, 0.12) * f.h;
        let ridge = Ridge::new(s, roughness);
        let haze = if i % 2 == 0 { far } else { mist };
        let color = haze.mix(s.palette.sky, 0.55 * (1.0 - depth)).mix(near, depth * 0.9);
        let outline = slope(s, &ridge, base);
        s.pen.fill(outline, color);
        if striped {
            furrows(s, &ridge, base, color.mix(s.palette.sky, 0.28));
        }
    }
}

/// Thin lines that follow a ridge downhill.
fn furrows(s: &mut Sheet<'_>, ridge: &Ridge, base: f64, color: Color) {
    let f = s.f;
    for n in 1_u8..=7 {
        let drop = 7.0 * f64::from(n);
        let line = (0_u8..=32).map(|i| {
            let t = f64::from(i) / 32.0;
            (f.x + f.w * t, base + drop + ridge.at(t) * (1.0 - 0.06 * f64::from(n)))
        });
        s.pen.stroke(Outline::through(line), color, 0.9);
    }
}

/// A sun on the horizon and its broken reflection.
pub(super) fn sea(s: &mut Sheet<'_>) {
    let f = s.f;
    let [sun, water, glint, cloud] = s.shuffled();
    let horizon = f.y + f.h * s.rng.range(0.5, 0.64);
    let x = f.x + f.w * s.rng.range(0.3, 0.7);
    let r = f.w.min(f.h) * s.rng.range(0.2, 0.32);
    let sun_y = horizon - r * s.rng.range(-0.1, 0.75);
    // Clouds lie behind the sun on one side and before it on the other.
    for i in 0_u8..5 {
        if i == 3 {
            s.pen.dot(x, sun_y, r, sun);
        }
        let (w, h) = (f.w * s.rng.range(0.2, 0.55), s.rng.range(5.0, 10.0));
        let (cx, cy) = (f.x + f.w * s.rng.range(-0.1, 0.75), f.y + f.h * s.rng.range(0.06, 0.42));
        bar(s, Frame { x: cx, y: cy, w, h }, cloud.mix(s.palette.sky, 0.62));
    }
    let deep = water.mix(s.palette.sky, 0.12);
    s.pen.rect(Frame { x: f.x, y: horizon, w: f.w, h: f.y + f.h - horizon }, deep);
    let rows = 9 + s.rng.below(4) as u8;
    let shine = if sun == water { glint } else { sun };
    for i in 0..rows {
        let depth = f64::from(i) / f64::from(rows);
        let y = horizon + 5.0 + (f.y + f.h - horizon) * depth.powf(1.15);
        let h = 2.0 + 4.5 * depth;
        let w = r * (1.7 - 1.1 * depth) * s.rng.range(0.65, 1.1);
        let left = x - w / 2.0 + s.rng.range(-9.0, 9.0);
        bar(s, Frame { x: left, y, w, h }, shine);
        for _ in 0..2 {
            let (w, at) = (f.w * s.rng.range(0.05, 0.22), f.x + f.w * s.rng.range(0.0, 0.95));
            bar(s, Frame { x: at, y: y + h * 1.6, w, h: h * 0.5 }, deep.mix(glint, 0.4));
        }
    }
}

/// A bar with round ends.
fn bar(s: &mut Sheet<'_>, b: Frame, color: Color) {
    let r = b.h / 2.0;
    let outline = Outline::default()
        .go(b.x, b.y)
        .line(b.x + b.w, b.y)
        .arc(r, b.x + b.w, b.y + b.h)
        .line(b.x, b.y + b.h)
        .arc(r, b.x, b.y)
        .close();
    s.pen.fill(outline, color);
}

/// Stacked profiles of a mountain, as a plotter would draw them.
pub(super) fn strata(s: &mut Sheet<'_>) {
    let f = s.f;
    let [ground, line, peak, _] = s.shuffled();
    let ground = if s.rng.chance(0.6) { s.palette.sky } else { ground.mix(s.palette.sky, 0.15) };
    let line = if ground == s.palette.sky { line } else { s.palette.sky };
    s.pen.rect(f, ground);
    let (sun_x, sun_y) = (f.x + f.w * s.rng.range(0.2, 0.8), f.y + f.h * s.rng.range(0.2, 0.32));
    let r = f.w.min(f.h) * s.rng.range(0.1, 0.2);
    s.pen.dot(sun_x, sun_y, r, peak);
    let rows = 20 + s.rng.below(9) as u8;
    let summits =
        [0.0, 1.0].map(|i| (s.rng.range(0.2, 0.5) + 0.3 * i, s.rng.range(0.07, 0.16), s.rng.range(0.2, 0.42)));
    for row in 0..rows {
        let depth = f64::from(row) / f64::from(rows - 1);
        let base = f.y + f.h * (0.42 + 0.6 * depth);
        let ridge = Ridge::new(s, f.h * 0.012);
        let swell = (1.0 - depth).powf(0.7) * depth.min(0.18) / 0.18;
        let points: Vec<_> = (0_u8..=80)
            .map(|i| {
                let t = f64::from(i) / 80.0;
                let rise: f64 = summits
                    .iter()
                    .map(|(at, spread, height)| height * f.h * (-((t - at - 0.08 * depth) / spread).powi(2)).exp())
                    .sum();
                (f.x + f.w * t, base - rise * swell * 0.8 + ridge.at(t) * (0.4 + rise / (f.h * 0.2)))
            })
            .collect();
        let body = Outline::through(points.iter().copied()).line(f.x + f.w, f.y + f.h + 9.0).line(f.x, f.y + f.h + 9.0);
        s.pen.fill(body.close(), ground);
        s.pen.stroke(Outline::through(points), line, 1.6);
    }
}
