//! The form of a product.

use serde::{Deserialize, Serialize};

use super::{ProductStatus, isbn::isbn};
use crate::{
    Failure, Won,
    form::{Check, Flaw, number},
    stock,
};

/// Characters that a description may have.
pub const MOST_DESCRIPTION: usize = 20_000;

/// The highest price, in won.
pub const MOST_PRICE: Won = 1_000_000_000_000;

/// The first and the last year of publication that is taken; negative before Christ.
pub const YEARS: (i64, i64) = (-4_000, 2_100);

/// A product as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProductForm {
    /// Whose it is, of a new one that the staff makes.
    pub seller: String,
    /// The title.
    pub title: String,
    /// The title in its own language; may be empty.
    pub original_title: String,
    /// Who wrote it.
    pub author: String,
    /// The year of first publication; negative before Christ.
    pub published_year: String,
    /// Thirteen digits, with hyphens or without.
    pub isbn: String,
    /// The id of its category.
    pub category: String,
    /// What shoppers read of it; may be empty.
    pub description: String,
    /// Price on the cover, in won.
    pub list_price: String,
    /// Price to pay, in won.
    pub sale_price: String,
    /// Points for a purchase, in percent; empty for the shop's own rate.
    pub earn_percent: String,
    /// The word of its status.
    pub status: String,
    /// Copies on hand, of a new one.
    pub on_hand: String,
    /// From so many available copies down stock is low, of a new one.
    pub low_at: String,
}

/// What is known of a product, and can be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The title.
    pub title: String,
    /// The title in its own language, or empty.
    pub original_title: String,
    /// Who wrote it.
    pub author: String,
    /// The year of first publication; negative before Christ.
    pub published_year: i32,
    /// Thirteen digits, with or without hyphens.
    pub isbn: String,
    /// Its category.
    pub category: i64,
    /// What shoppers read of it.
    pub description: String,
    /// Price on the cover, in won.
    pub list_price: Won,
    /// Price to pay, in won.
    pub sale_price: Won,
    /// Points for a purchase, in percent; `None` for the shop's own rate.
    pub earn_percent: Option<i32>,
    /// Whether it is sold.
    pub status: ProductStatus,
}

/// What a new product begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// Copies on hand.
    pub on_hand: i32,
    /// From so many available copies down, stock is low.
    pub low_at: i32,
}

impl ProductForm {
    /// Reads the facts; every flaw is told at once.
    ///
    /// # Errors
    /// [`Failure::Invalid`].
    pub fn facts(&self) -> Result<Facts, Failure> {
        let mut check = Check::default();
        match self.read(&mut check) {
            Some(facts) => Ok(facts),
            None => Err(check.refuse()),
        }
    }

    /// Reads a new product, which is a draft or on sale, and whose it is: the seller's that makes it, who
    /// may name no other one, or else the one that is named.
    ///
    /// # Errors
    /// [`Failure::Invalid`].
    pub fn new_product(&self, own: Option<i64>) -> Result<(i64, Facts, Opening), Failure> {
        let mut check = Check::default();
        let seller = match (own, self.seller.trim()) {
            (Some(own), "") => Ok(own),
            (own, named) => named.parse().ok().filter(|named| own.is_none_or(|own| own == *named)).ok_or(Flaw::Choice),
        };
        let seller = check.field("seller", seller);
        let facts = self.read(&mut check);
        if facts.as_ref().is_some_and(|facts| !matches!(facts.status, ProductStatus::Draft | ProductStatus::OnSale)) {
            check.field::<()>("status", Err(Flaw::Choice));
        }
        let on_hand = check.field("on_hand", stock::count(&self.on_hand));
        let low_at = check.field("low_at", stock::count(&self.low_at));
        match (seller, facts, on_hand, low_at) {
            (Some(seller), Some(facts), Some(on_hand), Some(low_at)) if check.is_clean() => {
                Ok((seller, facts, Opening { on_hand, low_at }))
            }
            _ => Err(check.refuse()),
        }
    }

    fn read(&self, check: &mut Check) -> Option<Facts> {
        let title = check.field("title", required(text(&self.title, 200, false)));
        let original_title = check.field("original_title", text(&self.original_title, 200, false));
        let author = check.field("author", required(text(&self.author, 200, false)));
        let published_year = check.field("published_year", small(&self.published_year, YEARS.0, YEARS.1));
        let isbn = check.field("isbn", isbn(&self.isbn));
        let category = check.field("category", self.category.parse().map_err(|_| Flaw::Choice));
        let description = check.field("description", text(&self.description, MOST_DESCRIPTION, true));
        let list_price = check.field("list_price", price(&self.list_price));
        let sale_price = price(&self.sale_price).and_then(|sale| below(sale, list_price));
        let sale_price = check.field("sale_price", sale_price);
        let earn_percent = match self.earn_percent.trim() {
            "" => Ok(None),
            typed => small(typed, 0, 100).map(Some),
        };
        let earn_percent = check.field("earn_percent", earn_percent);
        let status = check.field("status", ProductStatus::parse(&self.status).ok_or(Flaw::Choice));
        Some(Facts {
            title: title?,
            original_title: original_title?,
            author: author?,
            published_year: published_year?,
            isbn: isbn?,
            category: category?,
            description: description?,
            list_price: list_price?,
            sale_price: sale_price?,
            earn_percent: earn_percent?,
            status: status?,
        })
    }
}

/// Reads a price, in won.
///
/// # Errors
/// The flaw of what was typed.
pub fn price(typed: &str) -> Result<Won, Flaw> {
    number(typed, 0, MOST_PRICE)
}

fn below(sale: Won, list: Option<Won>) -> Result<Won, Flaw> {
    if list.is_some_and(|list| sale > list) { Err(Flaw::AboveListPrice) } else { Ok(sale) }
}

fn small(typed: &str, min: i64, max: i64) -> Result<i32, Flaw> {
    i32::try_from(number(typed, min, max)?).map_err(|_| Flaw::NotANumber)
}

/// Text of at most `max` characters in any script, trimmed; control characters are refused, but for
/// the ends of its lines where it may have several.
///
/// # Errors
/// [`Flaw::Characters`] or [`Flaw::TooLong`].
pub fn text(typed: &str, max: usize, lines: bool) -> Result<String, Flaw> {
    let typed = typed.trim().replace("\r\n", "\n");
    if typed.chars().any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\t'))) {
        return Err(Flaw::Characters);
    }
    if typed.chars().count() > max {
        return Err(Flaw::TooLong { max: i64::try_from(max).unwrap_or(i64::MAX) });
    }
    Ok(typed)
}

/// The same, which must not be empty.
///
/// # Errors
/// [`Flaw::Required`], or what it was refused for.
pub fn required(read: Result<String, Flaw>) -> Result<String, Flaw> {
    read.and_then(|text| if text.is_empty() { Err(Flaw::Required) } else { Ok(text) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> ProductForm {
        let word = str::to_owned;
        ProductForm {
            title: word("  《꿈》 — 上 "),
            author: word("현진건"),
            published_year: word("-400"),
            isbn: word("978-89-374-6000-5"),
            category: word("3"),
            description: word("한 줄\r\n두 줄"),
            list_price: word("12,000"),
            sale_price: word("10800"),
            status: word("draft"),
            on_hand: word("5"),
            low_at: word("2"),
            ..ProductForm::default()
        }
    }

    fn flaws(form: &ProductForm) -> Vec<(String, Flaw)> {
        match form.new_product(Some(1)) {
            Err(Failure::Invalid(flaws)) => flaws.iter().map(|(field, flaw)| (field.to_owned(), flaw)).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_product_is_read_with_its_signs_and_its_lines() {
        let (seller, facts, opening) = form().new_product(Some(1)).expect("a product");
        assert_eq!(seller, 1);
        assert_eq!((facts.title.as_str(), facts.description.as_str()), ("《꿈》 — 上", "한 줄\n두 줄"));
        assert_eq!((facts.list_price, facts.sale_price, facts.earn_percent), (12_000, 10_800, None));
        assert_eq!(opening, Opening { on_hand: 5, low_at: 2 });
    }

    #[test]
    fn every_flaw_is_told_at_once() {
        let mut wrong = form();
        wrong.title = "가".repeat(201);
        wrong.author = " ".to_owned();
        wrong.isbn = "978-89-374-6000-4".to_owned();
        wrong.category = "소설".to_owned();
        wrong.description = "줄\u{7}".to_owned();
        wrong.sale_price = "12001".to_owned();
        wrong.earn_percent = "101".to_owned();
        wrong.on_hand = "-1".to_owned();
        let told: Vec<String> = flaws(&wrong).into_iter().map(|(field, _)| field).collect();
        let all = ["title", "author", "isbn", "category", "description", "sale_price", "earn_percent", "on_hand"];
        assert_eq!(told, all);
        assert_eq!(flaws(&wrong)[5].1, Flaw::AboveListPrice);
    }

    #[test]
    fn a_new_product_is_a_draft_or_on_sale() {
        for (word, right) in [("draft", true), ("on_sale", true), ("suspended", false), ("archived", false)] {
            let form = ProductForm { status: word.to_owned(), ..form() };
            assert_eq!(flaws(&form).is_empty(), right, "{word}");
            assert!(form.facts().is_ok());
        }
    }

    #[test]
    fn a_seller_makes_products_of_their_own_and_the_staff_says_whose() {
        let of = |own, named: &str| {
            let form = ProductForm { seller: named.to_owned(), ..form() };
            form.new_product(own).map(|(seller, ..)| seller).ok()
        };
        assert_eq!((of(Some(1), ""), of(Some(1), "1"), of(Some(1), "2")), (Some(1), Some(1), None));
        assert_eq!((of(None, "2"), of(None, ""), of(None, "서점")), (Some(2), None, None));
    }

    #[test]
    fn a_description_has_its_end() {
        let long = |characters| ProductForm { description: "글".repeat(characters), ..form() };
        assert!(flaws(&long(MOST_DESCRIPTION)).is_empty());
        assert_eq!(flaws(&long(MOST_DESCRIPTION + 1)), [("description".to_owned(), Flaw::TooLong { max: 20_000 })]);
    }
}
