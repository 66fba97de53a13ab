//! What a notification says, and where it leads.

use contract::{
    money::won,
    notification::{Books, Notice},
    order::OrderId,
    subscription::{FAILING_DAYS, Off},
    when::kst,
};
use time::OffsetDateTime;

use crate::text::t;

/// A notification in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What happened.
    pub title: String,
    /// To what.
    pub body: String,
    /// The page that tells more, a path of this shop.
    pub href: String,
}

/// A notification in the language of the page.
pub fn text(notice: &Notice) -> Text {
    match notice {
        Notice::Paid { order, books, total } => {
            let body = t!("told-paid-body", books = named(books), amount = won(*total));
            Text { title: t!("told-paid"), body, href: order_page(*order) }
        }
        Notice::PaymentFailed { order: Some(order), books, amount, .. } => {
            let books = books.as_ref().map(named).unwrap_or_default();
            let body = t!("told-payment-failed-body", books = books, amount = won(*amount));
            Text { title: t!("told-payment-failed"), body, href: order_page(*order) }
        }
        Notice::PaymentFailed { order: None, amount, returned, .. } => {
            let amount = won(*amount);
            let body = if *returned {
                t!("told-charge-returned-body", amount = amount)
            } else {
                t!("told-charge-failed-body", amount = amount)
            };
            Text { title: t!("told-payment-failed"), body, href: "/my/points".to_owned() }
        }
        Notice::Canceled { order, books, refund, whole } => {
            let title = if *whole { t!("told-canceled") } else { t!("told-canceled-part") };
            let body = t!("told-refund-body", books = named(books), amount = won(*refund));
            Text { title, body, href: order_page(*order) }
        }
        Notice::Expired { order, books } => {
            let body = t!("told-expired-body", books = named(books));
            Text { title: t!("told-expired"), body, href: order_page(*order) }
        }
        Notice::Shipped { order, books } => {
            Text { title: t!("told-shipped"), body: named(books), href: order_page(*order) }
        }
        Notice::Delivered { order, books } => {
            Text { title: t!("told-delivered"), body: named(books), href: order_page(*order) }
        }
        Notice::Refunded { order, books, refund } => {
            let body = t!("told-refund-body", books = named(books), amount = won(*refund));
            Text { title: t!("told-refunded"), body, href: order_page(*order) }
        }
        Notice::CouponExpiring { name, expires_at } => {
            let body = t!("told-coupon-expiring-body", name = name.clone(), day = kst(time(*expires_at)));
            Text { title: t!("told-coupon-expiring"), body, href: "/my/coupons".to_owned() }
        }
        Notice::Restocked { product, title } => {
            Text { title: t!("told-restocked"), body: title.clone(), href: format!("/products/{product}") }
        }
        Notice::StockLow { product, title, available } => {
            let body = t!("told-stock-low-body", title = title.clone(), count = i64::from(*available));
            Text { title: t!("told-stock-low"), body, href: format!("/seller/stock/{product}") }
        }
        Notice::StockDepleted { product, title } => {
            Text { title: t!("told-stock-depleted"), body: title.clone(), href: format!("/seller/stock/{product}") }
        }
        Notice::SellerApproved { shop } => {
            let body = t!("told-seller-approved-body", shop = shop.clone());
            Text { title: t!("told-seller-approved"), body, href: "/my/seller".to_owned() }
        }
        Notice::SellerRejected { shop, reason } => {
            let body = t!("told-seller-rejected-body", shop = shop.clone(), reason = reason.clone());
            Text { title: t!("told-seller-rejected"), body, href: "/my/seller".to_owned() }
        }
        Notice::SubscriptionOff { subscription, host, because } => {
            let body = match because {
                Off::Gone => t!("told-subscription-gone-body", host = host.clone()),
                Off::Failing => t!("told-subscription-failing-body", host = host.clone(), days = FAILING_DAYS),
            };
            Text { title: t!("told-subscription-off"), body, href: format!("/seller/webhooks/{subscription}") }
        }
    }
}

fn named(books: &Books) -> String {
    if books.others > 0 {
        t!("and-others", first = books.first.clone(), count = books.others)
    } else {
        books.first.clone()
    }
}

fn order_page(order: OrderId) -> String {
    format!("/orders/{order}")
}

/// A time in milliseconds since 1970; those that there cannot be are the beginning of it.
fn time(milliseconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use contract::order::OrderId;

    use super::*;

    fn books(others: i64) -> Books {
        Books { first: "심청전".to_owned(), others }
    }

    #[test]
    fn amounts_books_and_days_are_told_as_people_write_them() {
        let order = OrderId::nil();
        let paid = text(&Notice::Paid { order, books: books(2), total: 12_600 });
        assert_eq!(paid.body, "심청전 외 2종 · 결제 금액 12,600원");
        assert_eq!(paid.href, format!("/orders/{order}"));
        let part = text(&Notice::Canceled { order, books: books(0), refund: 9_000, whole: false });
        assert_eq!(
            (part.title.as_str(), part.body.as_str()),
            ("주문 일부가 취소되었습니다", "심청전 · 환불 금액 9,000원")
        );
        let soon = Notice::CouponExpiring { name: "첫 만남".to_owned(), expires_at: 1_795_186_800_000 };
        assert_eq!(text(&soon).body, "첫 만남 · 2026-11-21 00:00까지 쓸 수 있습니다.");
    }

    #[test]
    fn a_charge_that_failed_leads_to_the_wallet() {
        let failed = text(&Notice::PaymentFailed { order: None, books: None, amount: 5_000, returned: false });
        assert_eq!((failed.href.as_str(), failed.body.contains("빠져나간 돈은 없습니다")), ("/my/points", true));
        let returned = text(&Notice::PaymentFailed { order: None, books: None, amount: 5_000, returned: true });
        assert!(!returned.body.contains("빠져나간 돈은 없습니다"));
    }

    #[test]
    fn a_subscription_that_was_switched_off_tells_where_and_why() {
        let off = |because| {
            let (subscription, host) = (OrderId::nil(), "hooks.example.com".to_owned());
            text(&Notice::SubscriptionOff { subscription, host, because })
        };
        let failing = off(Off::Failing);
        assert!(failing.body.contains("hooks.example.com") && failing.body.contains("5일"), "{}", failing.body);
        assert_ne!(off(Off::Gone).body, failing.body);
        assert_eq!(failing.href, format!("/seller/webhooks/{}", OrderId::nil()));
    }
}
