//! What changed, name by name, in words.

use contract::{money::grouped, trail::Act};
use domain::trail::Entry;
use serde_json::{Map, Value};

use crate::{
    text::t,
    words::{self, application_status, member_status, read, role},
};

/// One name whose value changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// What it is called.
    pub name: String,
    /// What stood there; none where nothing stands there but what came with the change.
    pub before: Option<String>,
    /// What stands there now.
    pub after: String,
}

/// An act in words. One that nobody knows any more stands as it is.
pub(super) fn act(word: &str) -> String {
    read::<Act>(word).map_or_else(|| word.to_owned(), words::act)
}

/// The page of what an act was done to: its word begins with the noun.
pub(super) fn href(act: &str, subject: &str, seller: bool) -> Option<String> {
    let page = match (act.split('_').next()?, seller) {
        ("stock", _) => "/seller/stock",
        ("product", _) => "/seller/products",
        ("order" | "delivery" | "claim", false) => "/staff/orders",
        ("order" | "delivery" | "claim", true) => "/seller/orders",
        ("campaign" | "coupon", false) => "/staff/coupons",
        ("member" | "seller" | "points", false) => "/staff/members",
        _ => return None,
    };
    Some(format!("{page}/{subject}"))
}

/// The names that changed, in the order of what stands there now, then what is gone.
pub(super) fn changes(entry: &Entry) -> Vec<Change> {
    let none = Map::new();
    let object = |value: &'_ Value| value.as_object().cloned();
    let (before, after) = (object(&entry.before).unwrap_or_else(|| none.clone()), object(&entry.after).unwrap_or(none));
    let gone = before.iter().filter(|(own, _)| !after.contains_key(*own));
    let gone = gone.map(|(own, value)| Change {
        name: name(own),
        before: Some(print(own, value)),
        after: print(own, &Value::Null),
    });
    let now = after.iter().map(|(own, value)| Change {
        name: name(own),
        before: before.get(own).map(|value| print(own, value)),
        after: print(own, value),
    });
    now.chain(gone).collect()
}

/// A change in one line: `재고: 3 → 5`.
pub(super) fn told(change: &Change) -> String {
    match &change.before {
        Some(before) => format!("{}: {before} → {}", change.name, change.after),
        None => format!("{}: {}", change.name, change.after),
    }
}

/// A name of the trail in words. One without words stands as it is.
fn name(own: &str) -> String {
    match own {
        "status" => t!("trail-name-status"),
        "role" => t!("trail-name-role"),
        "application" => t!("trail-name-application"),
        "shop_name" => t!("people-shop-name"),
        "balance" => t!("trail-name-balance"),
        "reason" => t!("why"),
        "on_hand" => t!("stock-on-hand"),
        "low_at" => t!("low-at"),
        "title" => t!("trail-name-title"),
        "author" => t!("trail-name-author"),
        "category" | "category_id" => t!("trail-name-category"),
        "description" => t!("trail-name-description"),
        "list_price" => t!("list-price"),
        "sale_price" => t!("trail-name-price"),
        "version" => t!("trail-name-version"),
        "quantity" => t!("quantity"),
        other => other.replace('_', " "),
    }
}

/// A value of the trail in words.
fn print(own: &str, value: &Value) -> String {
    match value {
        Value::Null => t!("trail-nothing"),
        Value::Bool(true) => t!("trail-yes"),
        Value::Bool(false) => t!("trail-no"),
        Value::Number(number) => match number.as_i64().filter(|_| !own.ends_with("id") && !own.ends_with("year")) {
            Some(number) => grouped(number),
            None => number.to_string(),
        },
        Value::String(text) if text.is_empty() => t!("trail-nothing"),
        Value::String(text) => word(own, text),
        Value::Array(values) => values.iter().map(|value| print(own, value)).collect::<Vec<_>>().join(", "),
        Value::Object(_) => value.to_string(),
    }
}

/// The word of a closed set in words; any other text stands as it is.
fn word(own: &str, text: &str) -> String {
    let known = match own {
        "role" => read(text).map(role),
        "application" => read(text).map(application_status),
        "status" => read(text).map(member_status),
        _ => None,
    };
    known.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use contract::order::Actor;
    use serde_json::json;
    use time::OffsetDateTime;

    use super::*;

    fn entry(before: Value, after: Value) -> Entry {
        Entry {
            id: 1,
            at: OffsetDateTime::UNIX_EPOCH,
            by: 1,
            by_name: String::new(),
            by_email: String::new(),
            actor: Actor::Staff,
            act: "stock_changed".to_owned(),
            subject: "1".to_owned(),
            seller: None,
            before,
            after,
        }
    }

    #[test]
    fn each_changed_name_is_told_with_what_stood_there_before() {
        let entry = entry(json!({ "on_hand": 1_200, "gone": "x" }), json!({ "on_hand": 1_300, "reason": "입고" }));
        let told: Vec<String> = changes(&entry).iter().map(told).collect();
        assert_eq!(told, ["실물: 1,200 → 1,300", "사유: 입고", "gone: x → 없음"]);
    }

    #[test]
    fn a_word_that_nobody_knows_stands_as_it_is() {
        let entry = entry(json!({ "status": "active" }), json!({ "status": "melted" }));
        assert_eq!(changes(&entry).iter().map(told).collect::<Vec<_>>(), ["상태: 활동 중 → melted"]);
        assert_eq!(act("melted"), "melted");
        assert_eq!(act("stock_changed"), "재고 변경");
    }

    #[test]
    fn a_seller_is_led_to_no_page_of_the_staff() {
        for act in Act::ALL.iter().filter_map(|act| super::super::serde_word(*act)) {
            let href = href(&act, "7", true).unwrap_or_default();
            assert!(!href.starts_with("/staff"), "{act}: {href}");
        }
        assert_eq!(href("member_blocked", "7", false).as_deref(), Some("/staff/members/7"));
    }
}
