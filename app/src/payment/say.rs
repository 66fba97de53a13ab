//! Cards and payments in words.

use contract::{Won, money::won};
use domain::payment::{Card, PaymentView};

use super::PayWay;
use crate::text::t;

/// Pays by a card that is typed in at the gateway's page.
pub(crate) const NEW: &str = "new";
/// Pays nothing now: the order is held.
pub(crate) const LATER: &str = "later";
/// Pays by points.
pub(crate) const POINTS: &str = "points";

/// A card as people tell it from others: `현대 ****1234`.
pub(crate) fn card(brand: &str, last4: &str) -> String {
    match (brand, last4) {
        ("", _) | (_, "") => t!("card"),
        _ => format!("{brand} ****{last4}"),
    }
}

/// The registered cards as ways to pay, the proposed one first, and the one that is typed in.
pub(crate) fn by_card(cards: Vec<Card>) -> Vec<PayWay> {
    let new = if cards.is_empty() { t!("way-new") } else { t!("way-other") };
    let saved = cards.into_iter().map(|kept| {
        let name = card(&kept.brand, &kept.last4);
        PayWay { id: kept.id.to_string(), name, about: kept.name }
    });
    let new = PayWay { id: NEW.to_owned(), name: new, about: t!("way-new-about") };
    saved.chain([new]).collect()
}

/// Paying nothing now.
pub(crate) fn later(minutes: i64) -> PayWay {
    PayWay { id: LATER.to_owned(), name: t!("way-later"), about: t!("pay-later-hint", minutes = minutes) }
}

/// Paying by points, of which there are `balance`.
pub(crate) fn by_points(balance: Won) -> PayWay {
    PayWay { id: POINTS.to_owned(), name: t!("points"), about: t!("way-points-about", balance = won(balance)) }
}

/// The way that stays chosen: the one that was sent, where it is still there; or else the first.
pub(crate) fn chosen(sent: Option<&str>, ways: &[PayWay]) -> String {
    let sent = sent.filter(|sent| ways.iter().any(|way| way.id == *sent));
    sent.or(ways.first().map(|way| way.id.as_str())).unwrap_or_default().to_owned()
}

/// By which card a payment is made.
pub(crate) fn card_of(payment: &PaymentView) -> String {
    card(&payment.brand, &payment.last4)
}

/// Why a card was refused, by the gateway's code.
pub(crate) fn refusal(code: &str) -> String {
    match code {
        "REJECT_CARD_PAYMENT" => t!("refusal-limit"),
        code if code.starts_with("EXCEED_MAX") => t!("refusal-limit"),
        "INVALID_STOPPED_CARD" | "INVALID_CARD_LOST_OR_STOLEN" | "INVALID_CARD_EXPIRATION" => t!("refusal-card"),
        _ => t!("refusal-other"),
    }
}
