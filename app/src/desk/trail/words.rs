//! What changed, name by name, in words.

use contract::trail::Act;
use domain::trail::{Entry, Named};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::values::{Around, is_empty};
use crate::{
    text::{self, t},
    words::{self, read},
};

/// One name whose value changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// What it is called.
    pub name: String,
    /// What stood there before; none where nothing stands there but what came with the change.
    pub before: Option<String>,
    /// What stands there now.
    pub after: String,
}

/// An act in words. One that nobody knows any more stands as it is.
pub(super) fn act(word: &str) -> String {
    read::<Act>(word).map_or_else(|| word.to_owned(), words::act)
}

/// The page of what an act was done to: its word begins with the noun.
pub(super) fn href(entry: &Entry, seller: bool) -> Option<String> {
    let page = match (entry.act.split('_').next()?, seller) {
        // It has no page any more.
        _ if entry.act == "subscription_removed" => return None,
        ("stock", _) => "/seller/stock",
        ("subscription", _) => "/seller/webhooks",
        ("product" | "picture" | "pictures", _) => "/seller/products",
        ("order" | "delivery" | "parcel" | "claim", false) => "/staff/orders",
        ("order" | "delivery" | "parcel" | "claim", true) => "/seller/orders",
        ("campaign" | "coupon" | "coupons", false) => "/staff/coupons",
        ("member" | "seller" | "points", false) => "/staff/members",
        _ => return None,
    };
    // What is done to one coupon is told of it, and has no page but its campaign's.
    match entry.after.get("campaign").and_then(Value::as_i64) {
        Some(campaign) if page == "/staff/coupons" => Some(format!("{page}/{campaign}")),
        _ => Some(format!("{page}/{}", entry.subject)),
    }
}

/// What an act was done to, as people read it out: an order by its number.
pub(super) fn subject(entry: &Entry) -> String {
    let number = Uuid::parse_str(&entry.subject).ok().and_then(|id| entry.named.orders.get(&id).cloned());
    number.unwrap_or_else(|| entry.subject.clone())
}

/// The names that changed by an act, in the order of what stands there now, then what is gone. What
/// came with the change and is empty is not told.
pub(super) fn changes(act: &str, before: &Value, after: &Value, named: &Named) -> Vec<Change> {
    let none = Map::new();
    let (before, after) = (before.as_object().unwrap_or(&none), after.as_object().unwrap_or(&none));
    let percent = after.get("discount_kind").and_then(Value::as_str) == Some("percent");
    let around = Around { act, named, percent };
    let gone = before.iter().filter(|(own, _)| !after.contains_key(*own));
    let gone = gone.map(|(own, value)| Change {
        name: name(own),
        before: Some(around.print(own, value)),
        after: around.print(own, &Value::Null),
    });
    let told = after.iter().filter(|(own, value)| before.contains_key(*own) || !is_empty(value));
    let now = told.flat_map(|(own, value)| match (before.get(own), value) {
        (Some(Value::Object(before)), Value::Object(after)) if own == "kept" => copies(&around, before, after),
        (before, value) => vec![Change {
            name: name(own),
            before: before.map(|value| around.print(own, value)),
            after: around.print(own, value),
        }],
    });
    now.chain(gone).collect()
}

/// The products of which fewer copies are kept: each by its title.
fn copies(around: &Around<'_>, before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Change> {
    let fewer = before.iter().filter(|(product, kept)| after.get(*product) != Some(*kept));
    let fewer = fewer.map(|(product, kept)| Change {
        name: around.product(product),
        before: Some(around.print("kept", kept)),
        after: around.print("kept", after.get(product).unwrap_or(&Value::Null)),
    });
    fewer.collect()
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
        "balance" => t!("trail-name-balance"),
        "reason" => t!("why"),
        "on_hand" => t!("stock-on-hand"),
        "low_at" => t!("low-at"),
        "author" => t!("trail-name-author"),
        "category" => t!("trail-name-category"),
        "description" => t!("trail-name-description"),
        "version" => t!("trail-name-version"),
        "fault" => t!("claim-fault-of"),
        "kept" => t!("trail-name-kept"),
        "refund" => t!("trail-name-refund"),
        "note" => t!("trail-name-note"),
        "claim" => t!("trail-name-claim"),
        "file" => t!("trail-name-file"),
        "picture" => t!("trail-name-picture"),
        "order" => t!("offer-order"),
        "rules" => t!("trail-name-rules"),
        "attempts" => t!("trail-name-attempts"),
        "last_day" => t!("trail-name-last-day"),
        "stopped" => t!("campaign-stopped"),
        "campaign" => t!("trail-name-campaign"),
        "coupon" => t!("coupon"),
        "member" => t!("trail-name-member"),
        "members" => t!("trail-name-members"),
        "batch" => t!("trail-name-batch"),
        "settled" => t!("trail-name-settled"),
        "message" => t!("trail-name-message"),
        "message_status" => t!("trail-name-message-status"),
        "reader" => t!("reader"),
        "refuse" => t!("sys-switch-refuse"),
        "fail" => t!("sys-switch-fail"),
        "time_out" => t!("sys-switch-time-out"),
        "duplicate" => t!("sys-switch-duplicate"),
        "reorder" => t!("sys-switch-reorder"),
        other => match text::field(other) {
            unknown if unknown == other => unknown.replace('_', " "),
            known => known,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use contract::order::Actor;
    use serde_json::json;
    use time::OffsetDateTime;

    use super::*;

    fn entry(act: &str, subject: &str, after: Value) -> Entry {
        Entry {
            id: 1,
            at: OffsetDateTime::UNIX_EPOCH,
            by: 1,
            by_name: String::new(),
            by_email: String::new(),
            actor: Actor::Staff,
            act: act.to_owned(),
            subject: subject.to_owned(),
            seller: None,
            before: json!({}),
            after,
            named: Arc::default(),
        }
    }

    fn lines(act: &str, before: &Value, after: &Value) -> Vec<String> {
        let named = Named { titles: BTreeMap::from([(12, "심청전".to_owned())]), ..Named::default() };
        changes(act, before, after, &named).iter().map(told).collect()
    }

    #[test]
    fn each_changed_name_is_told_with_what_stood_there_before() {
        let (before, after) = (json!({ "on_hand": 1_200, "gone": "x" }), json!({ "on_hand": 1_300, "reason": "입고" }));
        assert_eq!(lines("stock_changed", &before, &after), ["실물: 1,200 → 1,300", "사유: 입고", "gone: x → 없음"]);
    }

    #[test]
    fn a_word_that_nobody_knows_stands_as_it_is() {
        let (before, after) = (json!({ "status": "active" }), json!({ "status": "melted" }));
        assert_eq!(lines("member_blocked", &before, &after), ["상태: 활동 중 → melted"]);
        assert_eq!(act("melted"), "melted");
        assert_eq!(act("stock_changed"), "재고 변경");
    }

    #[test]
    fn a_status_is_told_in_the_words_of_what_has_it() {
        let told = |act, from: &str, to: &str| lines(act, &json!({ "status": from }), &json!({ "status": to }));
        for (act, from, to) in [
            ("delivery_advanced", "unfulfilled", "preparing"),
            ("claim_advanced", "requested", "approved"),
            ("product_changed", "draft", "on_sale"),
            ("coupon_revoked", "available", "revoked"),
            ("subscription_paused", "active", "paused"),
        ] {
            let line = told(act, from, to).concat();
            assert!(!line.contains(from) && !line.contains(to), "{act}: {line}");
        }
    }

    #[test]
    fn copies_are_told_by_title_and_sums_in_won() {
        let before = json!({ "kept": { "12": 2, "25": 2, "7": 1 } });
        let after = json!({ "kept": { "12": 1, "25": 0, "7": 1 }, "refund": 18_000, "reason": "" });
        assert_eq!(lines("order_canceled", &before, &after), ["심청전: 2 → 1", "상품 25: 2 → 0", "환불: 18,000원"]);
    }

    #[test]
    fn a_seller_is_led_to_no_page_of_the_staff() {
        for act in Act::ALL.iter().filter_map(|act| super::super::serde_word(*act)) {
            let href = href(&entry(&act, "7", json!({})), true).unwrap_or_default();
            assert!(!href.starts_with("/staff"), "{act}: {href}");
        }
        let of = |act, after| href(&entry(act, "7", after), false);
        assert_eq!(of("member_blocked", json!({})).as_deref(), Some("/staff/members/7"));
        assert_eq!(of("picture_added", json!({ "picture": 3 })).as_deref(), Some("/seller/products/7"));
        assert_eq!(of("coupon_revoked", json!({ "campaign": 3 })).as_deref(), Some("/staff/coupons/3"));
    }
}
