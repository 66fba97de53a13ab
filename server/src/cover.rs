//! Drawn covers: every book gets its own picture, in the look of one series.
//!
//! A cover is made of three sheets. The art is drawn first and may run over its edges, a mat with
//! an opening is laid over it, and the words are printed on the mat. Words therefore always stand
//! on one flat colour, whatever the art does, and nothing needs an `id` that could collide when
//! several covers share a page.

mod art;
mod cloth;
mod forms;
mod land;
mod layout;
mod palette;
mod pattern;
mod pen;
mod seed;
mod sky;
mod words;

use svg::Document;
use svg::node::element::Title;

use layout::Layout;
use palette::Palette;
use seed::Rng;

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 440.0;

/// What a cover is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Cover<'a> {
    /// The number of the work; printed on the cover as its number in the series.
    pub id: i64,
    /// The title.
    pub title: &'a str,
    /// Who wrote it.
    pub author: &'a str,
    /// The slug of the category; it chooses the colours and the kinds of picture.
    pub category: &'a str,
}

/// Draws the cover as an SVG document.
///
/// The same input always gives the same bytes, and no two works give the same picture: the
/// picture follows from the number, title and author, and the number is printed on it.
#[must_use]
pub fn draw(cover: &Cover<'_>) -> String {
    let mut rng = Rng::of(cover);
    let title = words::clean(cover.title);
    let title = if title.is_empty() { "무제".to_owned() } else { title };
    let author = words::clean(cover.author);
    let palette = Palette::choose(cover.category, &mut rng);
    let layout = Layout::choose(cover.category, &title, &mut rng);
    let art = art::draw(cover.category, palette, layout.frame(), &mut rng);

    let spoken = if author.is_empty() { title.clone() } else { format!("{title} — {author}") };
    let document = Document::new()
        .set("viewBox", (0, 0, 300, 440))
        .set("width", 300)
        .set("height", 440)
        .set("role", "img")
        // In a box of another shape the cover is trimmed like paper, never shown past its edges.
        .set("preserveAspectRatio", "xMidYMid slice")
        .add(Title::new(spoken))
        .add(art)
        .add(layout.mat(palette))
        .add(layout.lettering(palette, &author, cover.id))
        .add(layout::binding());
    document.to_string()
}

#[cfg(test)]
mod tests;
