//! What the fields of a body have to be together. It is looked at in what came, so that it is told with all
//! else that is wrong.

use std::collections::HashSet;

use contract::form::Flaw;
use domain::Shop;
use serde_json::Value;

/// Fields that have to go together.
pub(super) trait Together {
    /// Whether the domain keeps the same rules: what is fit to be read then goes on to it, which tells of them
    /// together with what it alone knows.
    const KEPT_BELOW: bool = false;

    /// What is wrong between fields, as far as what came and the shop's rules can tell, whatever else is wrong
    /// with it: JSON Pointers and the flaws there.
    fn together(sent: &Value, shop: &Shop) -> Flaws;
}

/// Flaws by where they are.
pub(super) type Flaws = Vec<(String, Flaw)>;

/// Whether a field is there, blank or not.
pub(super) fn is_there(sent: &Value, place: &str) -> bool {
    sent.pointer(place).is_some_and(|value| !value.is_null())
}

/// Whether a field says something: null and blanks are as if it were left out.
pub(super) fn is_given(sent: &Value, place: &str) -> bool {
    is_there(sent, place) && word(sent, place).is_none_or(|text| !text.trim().is_empty())
}

/// The word that stands there, if any.
pub(super) fn word<'a>(sent: &'a Value, place: &str) -> Option<&'a str> {
    sent.pointer(place)?.as_str()
}

/// The number that stands there, if any.
pub(super) fn number(sent: &Value, place: &str) -> Option<i64> {
    sent.pointer(place)?.as_i64()
}

/// A flaw at a place, where it holds.
pub(super) fn flaw(place: &str, flaw: Flaw, holds: bool) -> Option<(String, Flaw)> {
    holds.then(|| (place.to_owned(), flaw))
}

/// Copies of products: each product stands in one of the `lines`.
pub(super) fn each_once(sent: &Value) -> Flaws {
    let mut known = HashSet::new();
    let lines = sent["lines"].as_array().into_iter().flatten().enumerate();
    let again = lines.filter(|(_, line)| line["productId"].as_i64().is_some_and(|product| !known.insert(product)));
    again.map(|(at, _)| (format!("/lines/{at}/productId"), Flaw::Repeated)).collect()
}

/// A registered card is named where one pays, and nowhere else.
pub(super) fn named_card(sent: &Value, method: &str, card: &str) -> Option<(String, Flaw)> {
    let other = word(sent, method).is_some_and(|method| method != "saved_card");
    flaw(card, Flaw::NotTogether, other && is_given(sent, card))
}

/// The price to pay is not above the one on the cover.
pub(super) fn prices(sent: &Value) -> Flaws {
    let above = number(sent, "/salePrice").zip(number(sent, "/listPrice")).is_some_and(|(sale, list)| sale > list);
    flaw("/salePrice", Flaw::AboveListPrice, above).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_product_stands_in_one_line() {
        let line = |product: Value| json!({ "productId": product, "quantity": 1 });
        let sent = json!({ "lines": [line(json!(1)), line(json!("1")), line(json!(2)), line(json!(1)), 7] });
        assert_eq!(each_once(&sent), [("/lines/3/productId".to_owned(), Flaw::Repeated)]);
        assert_eq!(each_once(&json!({ "lines": null })), []);
        assert_eq!(each_once(&json!([])), []);
    }

    #[test]
    fn a_card_is_named_where_a_registered_one_pays() {
        let told = |method: Value, id: Value| {
            named_card(&json!({ "method": method, "methodId": id }), "/method", "/methodId").is_some()
        };
        assert!(told(json!("card"), json!("x")) && told(json!("points"), json!(1)));
        assert!(!told(json!("saved_card"), json!("x")) && !told(json!("card"), json!(null)));
        assert!(!told(json!(null), json!("x")), "what is wrong with the method is told of it");
    }
}
