//! Tables: their filters, order and page stand in the URL, and any page of them costs the same.

use axum::http::request::Parts;
use contract::table::Cursor;
use leptos::prelude::*;

use crate::{form::query_value, text::t};

/// What the URL of a table asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Asked {
    /// What the page that is being rendered is asked for.
    pub(crate) fn here() -> Self {
        use_context::<Parts>().map(|parts| Self::of(&parts)).unwrap_or_default()
    }

    /// What a request asks for.
    pub(crate) fn of(parts: &Parts) -> Self {
        let query = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let pairs = query.map(|query| query.0).unwrap_or_default();
        Self {
            path: parts.uri.path().to_owned(),
            pairs: pairs
                .into_iter()
                .map(|(name, value)| (name, written(&value)))
                // A field of a filter that was left empty asks for nothing.
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        }
    }

    /// The value of a name, empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.trim()).unwrap_or_default()
    }

    /// Every value of a name.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.pairs.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The row behind which the page begins; `None` for the first page.
    pub(crate) fn after(&self) -> Option<Cursor> {
        Cursor::parse(self.get("after"))
    }

    /// The same table from its first row, with another value of a name; none where it is empty.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        self.link(&self.path, &[name, "after", "saved"], Some((name, value)))
    }

    /// What is asked for without a name.
    pub(crate) fn without(&self, name: &str) -> Self {
        let pairs = self.pairs.iter().filter(|(own, _)| own != name).cloned().collect();
        Self { path: self.path.clone(), pairs }
    }

    /// The page that follows.
    pub(crate) fn following(&self, next: &Cursor) -> String {
        self.link(&self.path, &["after", "saved"], Some(("after", &next.to_string())))
    }

    /// The same table from its first row.
    pub(crate) fn first(&self) -> String {
        self.link(&self.path, &["after", "saved"], None)
    }

    /// The same rows, all of them, as a file.
    pub(crate) fn csv(&self) -> String {
        self.link(&format!("{}.csv", self.path), &["after", "saved"], None)
    }

    /// The page itself, to come back to.
    pub(crate) fn itself(&self) -> String {
        self.link(&self.path, &["saved"], None)
    }

    fn link(&self, path: &str, without: &[&str], also: Option<(&str, &str)>) -> String {
        let kept = self.pairs.iter().filter(|(name, _)| !without.contains(&name.as_str()));
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs: Vec<String> = kept
            .chain(also.filter(|(_, value)| !value.is_empty()))
            .map(|(name, value)| format!("{}={}", query_value(name), query_value(value)))
            .collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}

/// A value without its control characters, which no text holds and of which the database refuses NUL.
/// Spaces and the ends of lines stay.
fn written(value: &str) -> String {
    value.chars().filter(|one| !one.is_control() || one.is_whitespace()).collect()
}

/// The head of a column that the table can be ordered by: a link to that order. The column that it
/// is ordered by already links to the order turned round.
#[component]
pub(crate) fn SortHead(
    /// What the URL asks for.
    asked: Asked,
    /// The order's word in the URL, as `price` (and `price-desc` turned round).
    word: &'static str,
    /// The word of the order in force; the table's own where the URL names none.
    now: String,
    /// What the column is called.
    #[prop(into)]
    label: String,
    /// Whether it holds numbers.
    #[prop(optional)]
    number: bool,
) -> impl IntoView {
    let down = format!("{word}-desc");
    let (sorted, next) = match now.as_str() {
        own if own == word => (Some("ascending"), down.as_str()),
        own if own == down => (Some("descending"), word),
        _ => (None, word),
    };
    let mark = match sorted {
        Some("ascending") => " ↑",
        Some(_) => " ↓",
        None => "",
    };
    let href = asked.with("sort", next);
    view! {
        <th scope="col" class=number.then_some("number") aria-sort=sorted>
            <a href=href>{label}<span aria-hidden="true">{mark}</span></a>
        </th>
    }
}

/// The box of a table: scrolls by itself where it is too wide, by keys too.
#[component]
pub(crate) fn TableBox(
    /// What the table is called.
    #[prop(into)]
    label: String,
    /// The table.
    children: Children,
) -> impl IntoView {
    view! { <div class="scroll rows" tabindex="0" role="region" aria-label=label>{children()}</div> }
}

/// The ways from this page of a table: on, back to its beginning, and all of it as a file.
#[component]
pub(crate) fn Turn(
    /// What the URL asks for.
    asked: Asked,
    /// Where the next page begins, if there is one.
    next: Option<Cursor>,
    /// Whether the table can be had as a file.
    #[prop(optional)]
    csv: bool,
) -> impl IntoView {
    let first = asked.after().map(|_| view! { <a class="button small" href=asked.first()>{t!("desk-first-page")}</a> });
    let next = next.map(|next| {
        view! { <a class="button small" rel="next" href=asked.following(&next)>{t!("desk-next-page")}</a> }
    });
    let csv = csv.then(|| view! { <a class="button small" href=asked.csv() download>{t!("desk-csv")}</a> });
    view! { <nav class="turn" aria-label=t!("pages")>{first}{next}{csv}</nav> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(uri: &str) -> Asked {
        let (parts, ()) = axum::http::Request::builder().uri(uri).body(()).expect("a request").into_parts();
        Asked::of(&parts)
    }

    #[test]
    fn a_link_keeps_the_filters_and_begins_at_the_first_row() {
        let asked = asked("/seller/products?q=%EC%B1%85&status=&sort=price&after=7~120&saved=1");
        assert_eq!(asked.get("q"), "책");
        assert_eq!(asked.after().map(|after| after.to_string()), Some("7~120".to_owned()));
        assert_eq!(asked.with("sort", "title"), "/seller/products?q=%EC%B1%85&sort=title");
        assert_eq!(asked.with("q", ""), "/seller/products?sort=price");
        assert_eq!(asked.csv(), "/seller/products.csv?q=%EC%B1%85&sort=price");
        let next = Cursor { value: "1&2".to_owned(), id: "8".to_owned() };
        assert_eq!(asked.following(&next), "/seller/products?q=%EC%B1%85&sort=price&after=8~1%262");
        assert_eq!(asked.itself(), "/seller/products?q=%EC%B1%85&sort=price&after=7~120");
    }

    #[test]
    fn control_characters_are_not_asked_for() {
        let asked = asked("/staff/coupons?q=%00&message=a%00b%1B&id=1%007&id=%7F&lines=a%0Ab");
        assert_eq!(asked.get("q"), "");
        assert_eq!(asked.get("message"), "ab");
        assert_eq!(asked.all("id"), ["17"]);
        assert_eq!(asked.get("lines"), "a\nb");
        assert_eq!(asked.first(), "/staff/coupons?message=ab&id=17&lines=a%0Ab");
    }
}
