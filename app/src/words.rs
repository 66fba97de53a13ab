//! The closed sets of the shop in words, for shoppers and for who runs the shop alike.

use contract::{
    claim::{ClaimKind, ClaimStatus, Fault},
    coupon::{Benefit, CouponStatus, IssueMode, Terms},
    delivery::CheckpointStatus,
    money::won,
    order::{Actor, FulfillmentStatus, OrderStatus, PaymentStatus, Stage},
    stock::MovementKind,
    trail::Act,
};
use domain::{
    inventory::Movement,
    order::{RefundView, Step},
};
use serde::de::{DeserializeOwned, IntoDeserializer, value};

use crate::text::{self, t};

/// Where the money of an order stands.
pub(crate) fn payment_status(status: PaymentStatus) -> String {
    match status {
        PaymentStatus::Unpaid => t!("payment-unpaid"),
        PaymentStatus::Pending => t!("payment-pending"),
        PaymentStatus::Paid => t!("payment-paid"),
        PaymentStatus::Failed => t!("payment-failed"),
        PaymentStatus::Canceled => t!("payment-canceled"),
        PaymentStatus::PartiallyRefunded => t!("payment-partially-refunded"),
        PaymentStatus::Refunded => t!("payment-refunded"),
        PaymentStatus::Unknown => t!("payment-unknown"),
    }
}

/// Where the part of a refund is that goes back to the card.
pub(crate) fn way_back(refund: &RefundView) -> String {
    if refund.on_its_way() > 0 { t!("refund-card-coming") } else { t!("refund-card-done") }
}

/// Where goods stand.
pub(crate) fn fulfillment_status(status: FulfillmentStatus) -> String {
    match status {
        FulfillmentStatus::Unfulfilled => t!("fulfillment-unfulfilled"),
        FulfillmentStatus::Preparing => t!("fulfillment-preparing"),
        FulfillmentStatus::Shipped => t!("fulfillment-shipped"),
        FulfillmentStatus::Delivered => t!("fulfillment-delivered"),
        FulfillmentStatus::Returned => t!("fulfillment-returned"),
    }
}

/// Where an order stands for who runs the shop.
pub(crate) fn stage(stage: Stage) -> String {
    match stage {
        Stage::Unpaid => t!("stage-unpaid"),
        Stage::New => t!("stage-new"),
        Stage::Preparing => t!("fulfillment-preparing"),
        Stage::Shipped => t!("fulfillment-shipped"),
        Stage::Delivered => t!("fulfillment-delivered"),
        Stage::Confirmed => t!("order-confirmed"),
        Stage::Canceled => t!("stage-canceled"),
    }
}

/// How far a parcel has come.
pub(crate) fn checkpoint_status(status: CheckpointStatus) -> String {
    match status {
        CheckpointStatus::LabelCreated => t!("checkpoint-label-created"),
        CheckpointStatus::PickedUp => t!("checkpoint-picked-up"),
        CheckpointStatus::InTransit => t!("checkpoint-in-transit"),
        CheckpointStatus::OutForDelivery => t!("checkpoint-out-for-delivery"),
        CheckpointStatus::Delivered => t!("checkpoint-delivered"),
    }
}

/// What a claim asks for.
pub(crate) fn claim_kind(kind: ClaimKind) -> String {
    match kind {
        ClaimKind::Return => t!("claim-kind-return"),
        ClaimKind::Exchange => t!("claim-kind-exchange"),
    }
}

/// Where a claim stands.
pub(crate) fn claim_status(status: ClaimStatus) -> String {
    match status {
        ClaimStatus::Requested => t!("claim-status-requested"),
        ClaimStatus::Approved => t!("claim-status-approved"),
        ClaimStatus::Collecting => t!("claim-status-collecting"),
        ClaimStatus::Inspected => t!("claim-status-inspected"),
        ClaimStatus::Completed => t!("claim-status-completed"),
        ClaimStatus::Rejected => t!("claim-status-rejected"),
        ClaimStatus::Withdrawn => t!("claim-status-withdrawn"),
    }
}

/// Why goods go back.
pub(crate) fn fault(fault: Fault) -> String {
    match fault {
        Fault::Buyer => t!("fault-buyer"),
        Fault::Seller => t!("fault-seller"),
        Fault::Carrier => t!("fault-carrier"),
    }
}

/// As what somebody acted.
pub(crate) fn actor(actor: Actor) -> String {
    match actor {
        Actor::Shopper => t!("actor-shopper"),
        Actor::Seller => t!("actor-seller"),
        Actor::Staff => t!("actor-staff"),
        Actor::System => t!("actor-system"),
    }
}

/// How the coupons of a campaign are had.
pub(crate) fn issue_mode(mode: IssueMode) -> String {
    match mode {
        IssueMode::Download => t!("issue-mode-download"),
        IssueMode::Code => t!("issue-mode-code"),
        IssueMode::Staff => t!("issue-mode-staff"),
        IssueMode::SignUp => t!("issue-mode-sign-up"),
    }
}

/// Where a coupon stands.
pub(crate) fn coupon_status(status: CouponStatus) -> String {
    match status {
        CouponStatus::Available => t!("coupon-status-available"),
        CouponStatus::Held => t!("coupon-status-held"),
        CouponStatus::Used => t!("coupon-status-used"),
        CouponStatus::Expired => t!("coupon-status-expired"),
        CouponStatus::Revoked => t!("coupon-status-revoked"),
    }
}

/// What a seller or a member of the staff did.
pub(crate) fn act(act: Act) -> String {
    match act {
        Act::StockChanged => t!("act-stock-changed"),
        Act::StockLowSet => t!("act-stock-low-set"),
        Act::DeliveryAdvanced => t!("act-delivery-advanced"),
        Act::ParcelNumbered => t!("act-parcel-numbered"),
        Act::OrderCanceled => t!("act-order-canceled"),
        Act::ClaimAdvanced => t!("act-claim-advanced"),
        Act::OrderNoted => t!("act-order-noted"),
        Act::OrderNoteRemoved => t!("act-order-note-removed"),
    }
}

/// Why stock changed.
pub(crate) fn movement_kind(kind: MovementKind) -> String {
    match kind {
        MovementKind::Received => t!("movement-received"),
        MovementKind::Reserved => t!("movement-reserved"),
        MovementKind::Released => t!("movement-released"),
        MovementKind::Sold => t!("movement-sold"),
        MovementKind::Returned => t!("movement-returned"),
        MovementKind::Adjusted => t!("movement-adjusted"),
    }
}

/// The reason of a movement: the shop's own words translated, what somebody typed as it is.
pub(crate) fn movement_reason(movement: &Movement) -> String {
    // What moves by itself belongs to an order, or is what the shop opened with.
    if movement.order_id.is_none() && !movement.by_name.is_empty() {
        return movement.reason.clone();
    }
    moved(&movement.reason)
}

/// A reason of the shop's own, as it stands in the ledger.
pub(crate) fn moved(reason: &str) -> String {
    match reason {
        "ordered" => t!("moved-ordered"),
        "paid" => t!("moved-paid"),
        "canceled" => t!("moved-canceled"),
        "expired" => t!("moved-expired"),
        "returned" => t!("moved-returned"),
        "exchange" => t!("moved-exchange"),
        "damaged" => t!("moved-damaged"),
        "opening" => t!("moved-opening"),
        typed => typed.to_owned(),
    }
}

/// What a coupon takes off: `10% 할인, 최대 3,000원`.
pub(crate) fn benefit(terms: &Terms) -> String {
    match terms.benefit {
        Benefit::Percent { percent, max: None } => t!("benefit-percent", percent = percent),
        Benefit::Percent { percent, max: Some(max) } => t!("benefit-percent-max", percent = percent, max = won(max)),
        Benefit::Amount(amount) => t!("benefit-amount", amount = won(amount)),
    }
}

/// What a coupon takes off, from how much on, and from what.
pub(crate) fn terms(terms: &Terms) -> String {
    let mut parts = vec![benefit(terms)];
    if terms.min_order > 0 {
        parts.push(t!("terms-min-order", amount = won(terms.min_order)));
    }
    if !terms.products.is_empty() {
        parts.push(t!("terms-products", count = terms.products.len()));
    }
    if !terms.categories.is_empty() {
        parts.push(t!("terms-categories", count = terms.categories.len()));
    }
    if terms.products.is_empty() && terms.categories.is_empty() {
        parts.push(t!("terms-everything"));
    }
    parts.join(" · ")
}

/// A change in the timeline of an order: what changed, from what to what.
pub(crate) fn timeline_step(step: &Step) -> String {
    let name = match step.axis.as_str() {
        "order" => t!("axis-order"),
        "payment" => t!("axis-payment"),
        "fulfillment" => t!("axis-fulfillment"),
        "claim" => t!("axis-claim"),
        other => other.to_owned(),
    };
    let to = status(&step.axis, &step.to);
    match step.from.as_ref().filter(|from| **from != step.to) {
        Some(from) => format!("{name}: {} → {to}", status(&step.axis, from)),
        None => format!("{name}: {to}"),
    }
}

/// A status as the timeline keeps it. A word that nobody knows any more stands as it is.
fn status(axis: &str, word: &str) -> String {
    let known = match axis {
        "order" => read::<OrderStatus>(word).map(text::order_status),
        "payment" => read(word).map(payment_status),
        "fulfillment" => read(word).map(fulfillment_status),
        "claim" => read(word).map(claim_status),
        _ => None,
    };
    known.unwrap_or_else(|| word.to_owned())
}

/// Reads the word of an enum without data, from a column or a form.
pub(crate) fn read<T: DeserializeOwned>(word: &str) -> Option<T> {
    T::deserialize(IntoDeserializer::<value::Error>::into_deserializer(word)).ok()
}
