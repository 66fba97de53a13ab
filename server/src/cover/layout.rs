//! Where the opening of the mat is and where the words go.

use svg::node::element::{Group, Rectangle, Text};

use super::palette::{Color, Palette};
use super::pen::{Frame, Outline, Pen, round};
use super::seed::Rng;
use super::words::{self, Block};
use super::{HEIGHT, WIDTH};

const MARGIN: f64 = 24.0;
const COLUMN: f64 = WIDTH - 2.0 * MARGIN;
const FONT: &str = "'Noto Serif CJK KR','Noto Serif KR','Nanum Myeongjo',serif";
/// The baseline of the author at the foot of the cover.
const FOOT: f64 = HEIGHT - 25.0;
const SEAL: (f64, f64) = (19.0, 34.0);

/// The form of the opening.
#[derive(Debug, Clone, Copy)]
enum Opening {
    /// To three edges, words below.
    Bleed,
    /// To three edges, words above.
    Sole,
    Window,
    Arch,
    Disc,
    /// To three edges, the title on a paper slip as on a thread-bound book.
    Slip,
}

/// One arrangement of opening and words.
pub(super) struct Layout {
    opening: Opening,
    frame: Frame,
    title: Block,
}

impl Layout {
    pub(super) fn choose(category: &str, title: &str, rng: &mut Rng) -> Self {
        use Opening::{Arch, Bleed, Disc, Slip, Sole, Window};
        let korean = category.starts_with("korean") || matches!(category, "poetry" | "history");
        let pool: &[Opening] = if korean && stands_upright(title) {
            &[Slip, Slip, Slip, Bleed, Window, Arch, Disc, Sole]
        } else {
            &[Bleed, Bleed, Window, Window, Arch, Disc, Sole, Sole]
        };
        let opening = pool.get(rng.below(pool.len())).copied().unwrap_or(Bleed);
        let title = Block::set(title, COLUMN);
        // Whole pixels, so that no hair of the art shows along the edge of the mat.
        let words = (title.height() + 78.0).max(146.0).round();
        let frame = match opening {
            Bleed => Frame { x: 0.0, y: 0.0, w: WIDTH, h: HEIGHT - words },
            Sole => Frame { x: 0.0, y: words, w: WIDTH, h: HEIGHT - words },
            Slip => Frame { x: 0.0, y: 0.0, w: WIDTH, h: HEIGHT - 62.0 },
            Window | Arch | Disc => Frame { x: MARGIN, y: MARGIN, w: COLUMN, h: HEIGHT - words - MARGIN },
        };
        Self { opening, frame, title }
    }

    pub(super) fn frame(&self) -> Frame {
        self.frame
    }

    /// The flat sheet over the art, with its opening.
    pub(super) fn mat(&self, palette: &Palette) -> Group {
        let f = self.frame;
        let (cx, cy) = (f.x + f.w / 2.0, f.y + f.h / 2.0);
        let sheet = Outline::default().rect(Frame { x: -4.0, y: -4.0, w: WIDTH + 8.0, h: HEIGHT + 8.0 });
        let mut pen = Pen::new();
        let sheet = match self.opening {
            Opening::Arch => {
                let r = f.w / 2.0;
                sheet
                    .go(f.x, f.y + f.h)
                    .line(f.x, f.y + r)
                    .arc(r, f.x + f.w, f.y + r)
                    .line(f.x + f.w, f.y + f.h)
                    .close()
            }
            Opening::Disc => sheet.circle(cx, cy, f.w.min(f.h) / 2.0),
            _ => sheet.rect(f),
        };
        pen.fill_odd(sheet, palette.paper);
        if matches!(self.opening, Opening::Slip) {
            let slip = self.slip();
            pen.rect(slip, palette.paper);
            let inner = Frame { x: slip.x + 4.0, y: slip.y + 4.0, w: slip.w - 8.0, h: slip.h - 8.0 };
            pen.stroke(Outline::default().rect(inner), palette.ink, 1.2);
        }
        pen.done()
    }

    fn slip(&self) -> Frame {
        let h = self.upright().map(|(_, step)| step).sum::<f64>() + 38.0;
        Frame { x: MARGIN, y: MARGIN, w: 64.0, h }
    }

    /// The letters of the slip, each with the height it takes.
    fn upright(&self) -> impl Iterator<Item = (char, f64)> {
        let letters: Vec<char> = self.title.lines.join(" ").chars().collect();
        let step = if letters.len() <= 5 { 43.0 } else { 37.0 };
        letters.into_iter().map(move |c| (c, if c == ' ' { step * 0.4 } else { step }))
    }

    /// Title, author, number and seal.
    pub(super) fn lettering(&self, palette: &Palette, author: &str, id: i64) -> Group {
        let title = match self.opening {
            Opening::Slip => self.upright_title(palette.ink),
            Opening::Sole => self.level_title(30.0, palette.ink),
            _ => self.level_title(self.frame.y + self.frame.h + 20.0, palette.ink),
        };
        let foot = if matches!(self.opening, Opening::Sole) { self.frame.y - 21.0 } else { FOOT };
        title.add(credits(palette, author, id, foot))
    }

    fn level_title(&self, top: f64, ink: Color) -> Group {
        let size = self.title.size;
        self.title.lines.iter().zip(0_u8..).fold(Group::new(), |group, (line, i)| {
            let baseline = top + size * 0.88 + self.title.leading() * f64::from(i);
            group.add(text(line, MARGIN - 1.0, baseline, size, ink).set("font-weight", 700))
        })
    }

    fn upright_title(&self, ink: Color) -> Group {
        let slip = self.slip();
        let mut y = slip.y + 19.0;
        self.upright().fold(Group::new(), |group, (c, step)| {
            let size = step / 1.14;
            let baseline = y + size * 0.93;
            y += step;
            if c == ' ' {
                return group;
            }
            let letter = text(&c.to_string(), slip.x + slip.w / 2.0, baseline, size, ink);
            group.add(letter.set("font-weight", 700).set("text-anchor", "middle"))
        })
    }
}

/// Whether a title can be set downwards: only Hangul, and short.
fn stands_upright(title: &str) -> bool {
    title.chars().count() <= 7 && title.chars().all(|c| c == ' ' || ('가'..='힣').contains(&c))
}

fn credits(palette: &Palette, author: &str, id: i64, baseline: f64) -> Group {
    let number = format!("{id:03}");
    let right = WIDTH - MARGIN;
    let beside = right - SEAL.0 - 7.0;
    let room = (beside - words::width(&number) * 10.0 - 8.0 - MARGIN).max(90.0);
    let natural = words::width(author);
    let size = [21.0, 20.0, 19.0, 18.0, 17.0, 16.0].into_iter().find(|size| natural * size <= room).unwrap_or(16.0);
    let author = words::cut(author, room / size);
    let seal = Frame { x: right - SEAL.0, y: baseline + 6.0 - SEAL.1, w: SEAL.0, h: SEAL.1 };
    let middle = seal.x + seal.w / 2.0;
    let mark = |letter: &str, y: f64| {
        text(letter, middle, y, 13.0, palette.paper).set("font-weight", 700).set("text-anchor", "middle")
    };
    Group::new()
        .add(text(&author, MARGIN, baseline, size, palette.ink).set("font-weight", 600))
        .add(text(&number, beside, baseline, 10.0, palette.ink).set("text-anchor", "end"))
        .add(
            Rectangle::new()
                .set("x", seal.x)
                .set("y", round(seal.y))
                .set("width", seal.w)
                .set("height", seal.h)
                .set("rx", 2.5)
                .set("fill", palette.seal.hex()),
        )
        .add(mark("마", seal.y + 14.8))
        .add(mark("당", seal.y + 29.2))
}

fn text(content: &str, x: f64, y: f64, size: f64, color: Color) -> Text {
    Text::new(content)
        .set("x", round(x))
        .set("y", round(y))
        .set("font-family", FONT)
        .set("font-size", round(size))
        .set("fill", color.hex())
}

/// The crease of the cover beside the spine, so that the flat sheet reads as a book.
pub(super) fn binding() -> Group {
    let strip = |x: f64, width: f64, color: &str, opacity: f64| {
        Rectangle::new()
            .set("x", x)
            .set("y", 0)
            .set("width", width)
            .set("height", HEIGHT)
            .set("fill", color)
            .set("fill-opacity", opacity)
    };
    Group::new()
        .add(strip(0.0, 7.0, "#000000", 0.08))
        .add(strip(7.0, 1.5, "#000000", 0.16))
        .add(strip(8.5, 1.5, "#ffffff", 0.18))
}
