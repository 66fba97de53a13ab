//! Short ways to put shapes on paper.

use std::fmt::Write as _;

use svg::node::element::{Circle, Element, Group};

use super::palette::Color;

/// Where the art goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

/// Tenths are finer than a screen shows, and keep the file small.
pub(super) fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The outline of a shape, as path data.
#[derive(Debug, Default, Clone)]
pub(super) struct Outline(String);

impl Outline {
    fn push(mut self, letter: char, numbers: &[f64]) -> Self {
        self.0.push(letter);
        for (i, number) in numbers.iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            // Writing to a String cannot fail.
            let _ = write!(self.0, "{gap}{}", round(*number));
        }
        self
    }

    pub(super) fn go(self, x: f64, y: f64) -> Self {
        self.push('M', &[x, y])
    }

    pub(super) fn line(self, x: f64, y: f64) -> Self {
        self.push('L', &[x, y])
    }

    pub(super) fn quad(self, cx: f64, cy: f64, x: f64, y: f64) -> Self {
        self.push('Q', &[cx, cy, x, y])
    }

    /// A clockwise arc of a circle of radius `r` to a point.
    pub(super) fn arc(self, r: f64, x: f64, y: f64) -> Self {
        self.push('A', &[r, r, 0.0, 0.0, 1.0, x, y])
    }

    pub(super) fn close(self) -> Self {
        self.push('Z', &[])
    }

    pub(super) fn rect(self, f: Frame) -> Self {
        self.go(f.x, f.y).line(f.x + f.w, f.y).line(f.x + f.w, f.y + f.h).line(f.x, f.y + f.h).close()
    }

    pub(super) fn circle(self, x: f64, y: f64, r: f64) -> Self {
        self.go(x - r, y).arc(r, x + r, y).arc(r, x - r, y).close()
    }

    /// A line through points.
    pub(super) fn through(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        points.into_iter().enumerate().fold(
            Self::default(),
            |outline, (i, (x, y))| {
                if i == 0 { outline.go(x, y) } else { outline.line(x, y) }
            },
        )
    }

    fn element(self) -> Element {
        let mut path = Element::new("path");
        path.get_attributes_mut().insert("d".to_owned(), self.0.into());
        path
    }
}

/// A growing group of shapes.
pub(super) struct Pen(Group);

impl Pen {
    pub(super) fn new() -> Self {
        Self(Group::new())
    }

    pub(super) fn done(self) -> Group {
        self.0
    }

    fn put(&mut self, element: impl Into<Box<dyn svg::Node>>) {
        svg::Node::append(&mut self.0, element);
    }

    pub(super) fn fill(&mut self, outline: Outline, color: Color) {
        let mut path = outline.element();
        svg::Node::assign(&mut path, "fill", color.hex());
        self.put(path);
    }

    /// Fills what lies inside an odd number of the outline's parts.
    pub(super) fn fill_odd(&mut self, outline: Outline, color: Color) {
        let mut path = outline.element();
        svg::Node::assign(&mut path, "fill", color.hex());
        svg::Node::assign(&mut path, "fill-rule", "evenodd");
        self.put(path);
    }

    pub(super) fn rect(&mut self, frame: Frame, color: Color) {
        self.fill(Outline::default().rect(frame), color);
    }

    pub(super) fn stroke(&mut self, outline: Outline, color: Color, width: f64) {
        let mut path = outline.element();
        svg::Node::assign(&mut path, "fill", "none");
        svg::Node::assign(&mut path, "stroke", color.hex());
        svg::Node::assign(&mut path, "stroke-width", round(width));
        self.put(path);
    }

    pub(super) fn dot(&mut self, x: f64, y: f64, r: f64, color: Color) {
        self.put(
            Circle::new().set("cx", round(x)).set("cy", round(y)).set("r", round(r.max(0.1))).set("fill", color.hex()),
        );
    }

    pub(super) fn ring(&mut self, x: f64, y: f64, r: f64, color: Color, width: f64) {
        self.stroke(Outline::default().circle(x, y, r), color, width);
    }
}
