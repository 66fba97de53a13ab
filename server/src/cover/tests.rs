use std::collections::HashSet;

use super::*;

fn cover<'a>(id: i64, title: &'a str, author: &'a str) -> Cover<'a> {
    Cover { id, title, author, category: "poetry" }
}

/// The drawing without any words, so that the printed number cannot tell two covers apart.
fn wordless(svg: &str) -> String {
    let mut out = String::new();
    for part in svg.split("<text") {
        out.push_str(part.rsplit("</text>").next().unwrap_or_default());
    }
    out
}

/// The printed lines of a drawing.
fn printed(svg: &str) -> Vec<String> {
    let inside =
        |part: &str| part.split_once('>').and_then(|(_, t)| t.split_once("</text>")).map(|(t, _)| t.trim().to_owned());
    svg.split("<text").skip(1).filter_map(inside).collect()
}

fn titles(svg: &str) -> usize {
    svg.matches("font-weight=\"700\"").count() - "마당".chars().count()
}

#[test]
fn same_input_same_bytes() {
    for category in ["poetry", "science", "unheard-of"] {
        let c = Cover { category, ..cover(7, "님의 침묵", "한용운") };
        assert_eq!(draw(&c), draw(&c));
    }
}

#[test]
fn the_seed_does_not_drift() {
    let mut rng = Rng::of(&cover(1, "날개", "이상"));
    let numbers = [rng.below(1000), rng.below(1000), rng.below(1000)];
    assert_eq!(numbers, SEEDED);
}
const SEEDED: [usize; 3] = [35, 614, 749];

#[test]
fn five_thousand_editions_five_thousand_pictures() {
    for category in ["poetry", "korean-classic", "science"] {
        let pictures: HashSet<String> =
            (1..=5000).map(|id| wordless(&draw(&Cover { category, ..cover(id, "진달래꽃", "김소월") }))).collect();
        assert_eq!(pictures.len(), 5000, "{category}");
    }
}

#[test]
fn title_and_author_are_part_of_the_picture() {
    let drawn =
        [("가나", "다"), ("가", "나다"), ("가나다", ""), ("", "가나다")].map(|(t, a)| wordless(&draw(&cover(1, t, a))));
    assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), 4);
}

#[test]
fn hostile_text_is_harmless() {
    let bad = "<script>&\"'\u{0}\u{1}\u{8}\u{b}\u{1b}\u{7f}\u{85}\u{202e}\u{feff}\u{fffe}\u{ffff}</script>]]>\n--> x";
    for id in 0..40 {
        let svg = draw(&cover(id, bad, bad));
        assert!(!svg.contains("<script") && !svg.contains("]]>"));
        assert!(svg.contains("&lt;script&gt;&amp;"));
        assert!(svg.chars().all(|c| c == '\n' || !words::clean(&c.to_string()).is_empty() || c == ' '));
        // Every "&" begins an entity, every "<" one of our own elements.
        for (at, _) in svg.match_indices('&') {
            assert!(
                ["&amp;", "&lt;", "&gt;", "&apos;"].iter().any(|e| svg[at..].starts_with(e)),
                "{}",
                &svg[at..at + 9]
            );
        }
        let ours = ["svg", "title", "g", "path", "circle", "rect", "text"];
        for (at, _) in svg.match_indices('<') {
            let name: String =
                svg[at + 1..].trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(ours.contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
fn a_text_without_anything_to_print_still_makes_a_book() {
    let svg = draw(&cover(i64::MIN, "\u{0}\u{200b} \t", ""));
    assert!(svg.contains("무제"));
}

#[test]
fn an_endless_title_stays_in_four_lines() {
    for long in ["가".repeat(10_000), "긴 제목 ".repeat(2_500), "W".repeat(10_000), "\u{300}".repeat(10_000)] {
        for id in 0..60 {
            let svg = draw(&cover(id, &long, &long));
            assert!((1..=4).contains(&titles(&svg)), "{} lines", titles(&svg));
            assert!(svg.len() < 200_000);
        }
    }
    let svg = draw(&cover(1, &"가".repeat(10_000), "x"));
    assert!(printed(&svg).iter().any(|line| line.ends_with('…')));
}

#[test]
fn lines_fit_the_column() {
    for title in [
        "카라마조프 가의 형제들",
        "상대성의 특수 이론과 일반 이론",
        "A Portrait of the Artist as a Young Man",
        "날개",
        "초장문제목을띄어쓰기없이적어도칸을넘지않아야만한다",
    ] {
        let block = words::Block::set(title, 252.0);
        assert!(block.lines.len() <= 4);
        for line in &block.lines {
            assert!(words::width(line) * block.size <= 252.0, "{line}");
        }
    }
}

#[test]
fn every_category_has_its_own_look() {
    let of = |category| draw(&Cover { category, ..cover(3, "무정", "이광수") });
    assert_ne!(of("poetry"), of("science"));
    assert!(of("no such").starts_with("<svg"));
}
