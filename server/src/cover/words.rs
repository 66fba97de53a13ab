//! Fitting words into a narrow column without a browser at hand.

/// Far more than four lines hold; the rest of a longer text is never looked at.
const LONGEST: usize = 160;

/// Text as it can be printed: one line, no control or direction characters, not endless.
pub(super) fn clean(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let mut out = String::new();
    let mut length = 0;
    for c in visible.filter(|c| !unprintable(*c)) {
        if c == ' ' && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        if length == LONGEST {
            out.push('…');
            break;
        }
        out.push(c);
        length += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Characters XML forbids, and those that would only disturb the line they stand in.
fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}')
        || (c as u32) & 0xfffe == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e0fff}')
}

/// The width of a character in ems, a little on the safe side.
fn advance(c: char) -> f64 {
    match c {
        ' ' => 0.28,
        '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
        'i' | 'j' | 'l' | 'I' | '.' | ',' | '\'' | ':' | ';' | '!' | '|' => 0.36,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '&' => 0.98,
        'A'..='Z' => 0.74,
        '\u{21}'..='\u{24f}' => 0.6,
        '\u{370}'..='\u{52f}' => 0.76,
        _ => 1.0,
    }
}

/// The width of a text in ems.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(advance).sum()
}

/// The text, cut with an ellipsis where it passes `limit` ems.
pub(super) fn cut(text: &str, limit: f64) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1.0;
    for c in text.chars() {
        used += advance(c);
        if used > limit {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end_matches([' ', '…', ',', '·']).len());
    out.push('…');
    out
}

/// A title broken into lines at a size that fits.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub size: f64,
    pub lines: Vec<String>,
}

impl Block {
    /// Sets `text` as large as a column of `column` allows, in four lines at most.
    pub(super) fn set(text: &str, column: f64) -> Self {
        for (size, most) in [(40.0, 2), (36.0, 2), (33.0, 3), (30.0, 3), (27.0, 4), (25.0, 4)] {
            let limit = column / size;
            if let Some(lines) = wrap(text, limit).filter(|lines| lines.len() <= most) {
                return Self { size, lines: even(text, limit, lines) };
            }
        }
        let size = 25.0;
        Self { size, lines: chop(text, column / size, 4) }
    }

    pub(super) fn leading(&self) -> f64 {
        self.size * 1.24
    }

    pub(super) fn height(&self) -> f64 {
        self.leading() * self.lines.len() as f64
    }
}

/// Breaks at spaces only; nothing when a word alone is too wide.
fn wrap(text: &str, limit: f64) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        if width(word) > limit {
            return None;
        }
        match lines.last_mut() {
            Some(line) if width(line) + advance(' ') + width(word) <= limit => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    Some(lines)
}

/// Narrows the column as long as no line is added, so no lone word is left at the end.
fn even(text: &str, limit: f64, lines: Vec<String>) -> Vec<String> {
    let mut best = lines;
    let mut narrower = limit - 0.25;
    while narrower > 1.0 {
        match wrap(text, narrower) {
            Some(tried) if tried.len() == best.len() => best = tried,
            _ => break,
        }
        narrower -= 0.25;
    }
    best
}

/// Breaks anywhere, and ends in an ellipsis what does not fit into `most` lines.
fn chop(text: &str, limit: f64, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if lines.len() + 1 == most {
            lines.push(cut(rest, limit));
            break;
        }
        let mut used = 0.0;
        let full = rest.char_indices().find(|(_, c)| {
            used += advance(*c);
            used > limit
        });
        let end = full.map_or(rest.len(), |(i, _)| i);
        // A space in the second half of the line is a better place than the middle of a word.
        let space = rest.get(..end).and_then(|line| line.rfind(' ')).filter(|i| end < rest.len() && i * 2 > end);
        let (line, next) = rest.split_at(space.unwrap_or(end));
        lines.push(line.trim().to_owned());
        rest = next.trim_start();
    }
    lines
}
