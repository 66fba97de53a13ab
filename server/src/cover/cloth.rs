//! Pictures of cloth.

use super::art::Sheet;
use super::palette::Color;
use super::pen::{Frame, Outline};

/// A wrapping cloth sewn from remnants.
pub(super) fn patchwork(s: &mut Sheet<'_>) {
    let tones = s.shuffled();
    let mut pieces = vec![s.f];
    // The largest piece is cut each time, so that no scrap grows too small to see.
    for _ in 0..14 + s.rng.below(9) {
        let largest = pieces.iter().enumerate().max_by(|(_, a), (_, b)| (a.w * a.h).total_cmp(&(b.w * b.h)));
        let Some(index) = largest.map(|(i, _)| i) else {
            break;
        };
        let piece = pieces.swap_remove(index);
        let share = s.rng.range(0.28, 0.72);
        if piece.w > piece.h * s.rng.range(0.8, 1.25) {
            let cut = piece.w * share;
            pieces.push(Frame { w: cut, ..piece });
            pieces.push(Frame { x: piece.x + cut, w: piece.w - cut, ..piece });
        } else {
            let cut = piece.h * share;
            pieces.push(Frame { h: cut, ..piece });
            pieces.push(Frame { y: piece.y + cut, h: piece.h - cut, ..piece });
        }
    }
    let seam = s.palette.sky.mix(s.palette.ink, 0.62);
    for piece in pieces {
        let wash = [0.0, 0.0, 0.22, 0.45][s.rng.below(4)];
        let color = if s.rng.chance(0.16) { s.palette.sky } else { tones[s.rng.below(4)].mix(s.palette.sky, wash) };
        s.pen.rect(piece, color);
        if s.rng.chance(0.22) {
            let half = Outline::default()
                .go(piece.x, piece.y)
                .line(piece.x + piece.w, piece.y)
                .line(piece.x, piece.y + piece.h);
            s.pen.fill(half.close(), color.mix(tones[s.rng.below(4)], 0.5));
        }
        s.pen.stroke(Outline::default().rect(piece), seam, 1.5);
    }
}

/// Bands woven over and under each other.
pub(super) fn weave(s: &mut Sheet<'_>) {
    let f = s.f;
    let tones = s.shuffled();
    s.pen.rect(f, s.palette.sky.mix(s.palette.ink, 0.72));
    let columns = 5 + s.rng.below(4) as u8;
    let cell = f.w / f64::from(columns);
    let rows = (f.h / cell).ceil().min(20.0) as u8;
    let band = cell * s.rng.range(0.72, 0.9);
    let gap = (cell - band) / 2.0;
    let pick = |s: &mut Sheet<'_>| match s.rng.below(6) {
        4 | 5 => s.palette.sky,
        i => tones[i],
    };
    let across: Vec<Color> = (0..rows).map(|_| pick(s)).collect();
    let down: Vec<Color> = (0..columns).map(|_| pick(s)).collect();
    let twill = 2 + s.rng.below(2);
    for (row, across) in across.iter().enumerate() {
        let y = f.y + cell * row as f64;
        s.pen.rect(Frame { x: f.x, y: y + gap, w: f.w, h: band }, *across);
        for (column, down) in down.iter().enumerate() {
            if (row + column) % twill != 0 {
                continue;
            }
            let x = f.x + cell * column as f64;
            s.pen.rect(Frame { x: x + gap - 1.5, y: y + gap, w: band + 3.0, h: band }, across.mix(s.palette.ink, 0.45));
            s.pen.rect(Frame { x: x + gap, y: y - gap - 0.2, w: band, h: cell + 2.0 * gap + 0.4 }, *down);
        }
    }
}
