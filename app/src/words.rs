//! The closed sets of the shop in words, for shoppers and for who runs the shop alike.

pub(crate) mod subscription;

use contract::{
    application::ApplicationStatus,
    claim::{ClaimKind, ClaimStatus, Fault},
    coupon::{Benefit, CampaignState, CouponStatus, IssueMode, Terms},
    delivery::CheckpointStatus,
    member::{MemberStatus, Role},
    money::won,
    order::{Actor, FulfillmentStatus, OrderStatus, PaymentStatus, Stage},
    payment::PaymentState,
    product::ProductStatus,
    stock::{MovementKind, StockLevel},
    trail::Act,
};
use domain::{
    inventory::Movement,
    order::{RefundView, Step},
};
use serde::{
    Serialize,
    de::{DeserializeOwned, IntoDeserializer, value},
};

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

/// Where one card payment stands.
pub(crate) fn payment_state(state: PaymentState) -> String {
    match state {
        PaymentState::Pending => t!("payment-pending"),
        PaymentState::Unknown => t!("payment-unknown"),
        PaymentState::Paid => t!("payment-paid"),
        PaymentState::Failed => t!("payment-failed"),
        PaymentState::Canceled => t!("payment-canceled"),
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

/// What a member may do.
pub(crate) fn role(role: Role) -> String {
    match role {
        Role::Shopper => t!("role-shopper"),
        Role::Seller => t!("role-seller"),
        Role::Staff => t!("role-staff"),
    }
}

/// Whether a member may come in.
pub(crate) fn member_status(status: MemberStatus) -> String {
    match status {
        MemberStatus::Active => t!("member-active"),
        MemberStatus::Blocked => t!("member-blocked"),
    }
}

/// Where an application to sell stands.
pub(crate) fn application_status(status: ApplicationStatus) -> String {
    match status {
        ApplicationStatus::Requested => t!("application-requested"),
        ApplicationStatus::Approved => t!("application-approved"),
        ApplicationStatus::Rejected => t!("application-rejected"),
    }
}

/// What a seller or a member of the staff did.
pub(crate) fn act(act: Act) -> String {
    match act {
        Act::StockChanged => t!("act-stock-changed"),
        Act::DeliveryAdvanced => t!("act-delivery-advanced"),
        Act::ParcelNumbered => t!("act-parcel-numbered"),
        Act::OrderCanceled => t!("act-order-canceled"),
        Act::ClaimAdvanced => t!("act-claim-advanced"),
        Act::OrderNoted => t!("act-order-noted"),
        Act::OrderNoteRemoved => t!("act-order-note-removed"),
        Act::StockLowSet => t!("act-stock-low-set"),
        Act::SellerApproved => t!("act-seller-approved"),
        Act::SellerRejected => t!("act-seller-rejected"),
        Act::MemberBlocked => t!("act-member-blocked"),
        Act::MemberUnblocked => t!("act-member-unblocked"),
        Act::MemberRoleChanged => t!("act-member-role-changed"),
        Act::PointsAdjusted => t!("act-points-adjusted"),
        Act::PictureAdded => t!("act-picture-added"),
        Act::PictureDescribed => t!("act-picture-described"),
        Act::PictureRemoved => t!("act-picture-removed"),
        Act::PictureRestored => t!("act-picture-restored"),
        Act::PicturesOrdered => t!("act-pictures-ordered"),
        Act::ProductImported => t!("act-product-imported"),
        Act::LetterRedriven => t!("act-letter-redriven"),
        Act::LetterDiscarded => t!("act-letter-discarded"),
        Act::PaymentAsked => t!("act-payment-asked"),
        Act::CardRefundHurried => t!("act-card-refund-hurried"),
        Act::ReconciliationAsked => t!("act-reconciliation-asked"),
        Act::AuditAsked => t!("act-audit-asked"),
        Act::SandboxSwitched => t!("act-sandbox-switched"),
        Act::CampaignCreated => t!("act-campaign-created"),
        Act::CampaignStopped => t!("act-campaign-stopped"),
        Act::CampaignResumed => t!("act-campaign-resumed"),
        Act::CouponGiven => t!("act-coupon-given"),
        Act::CouponsIssued => t!("act-coupons-issued"),
        Act::CouponRevoked => t!("act-coupon-revoked"),
        Act::CouponRestored => t!("act-coupon-restored"),
        Act::ProductCreated => t!("act-product-created"),
        Act::ProductChanged => t!("act-product-changed"),
        Act::ProductRestored => t!("act-product-restored"),
        Act::SubscriptionCreated => t!("act-subscription-created"),
        Act::SubscriptionChanged => t!("act-subscription-changed"),
        Act::SubscriptionSecretRotated => t!("act-subscription-secret-rotated"),
        Act::SubscriptionPaused => t!("act-subscription-paused"),
        Act::SubscriptionResumed => t!("act-subscription-resumed"),
        Act::SubscriptionRemoved => t!("act-subscription-removed"),
        Act::SubscriptionTested => t!("act-subscription-tested"),
        Act::SubscriptionResent => t!("act-subscription-resent"),
    }
}

/// Whether a product is sold.
pub(crate) fn product_status(status: ProductStatus) -> String {
    match status {
        ProductStatus::Draft => t!("product-draft"),
        ProductStatus::OnSale => t!("product-on-sale"),
        ProductStatus::Suspended => t!("product-suspended"),
        ProductStatus::Archived => t!("product-archived"),
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

/// Which stock asks for a look.
pub(crate) fn stock_level(level: StockLevel) -> String {
    match level {
        StockLevel::Low => t!("offer-level-low"),
        StockLevel::Depleted => t!("offer-level-depleted"),
        StockLevel::Held => t!("offer-level-held"),
    }
}

/// Where a campaign stands in time.
pub(crate) fn campaign_state(state: CampaignState) -> String {
    match state {
        CampaignState::Running => t!("campaign-running"),
        CampaignState::Upcoming => t!("campaign-not-begun"),
        CampaignState::Ended => t!("campaign-over"),
        CampaignState::Stopped => t!("campaign-stopped"),
    }
}

/// The reason of a movement: the shop's own words translated, what somebody typed as it is.
pub(crate) fn movement_reason(movement: &Movement) -> String {
    if movement.undoes {
        return t!("offer-undone", reason = movement.reason.clone());
    }
    // What moves by itself belongs to an order, or is what the product began with.
    let opening = movement.kind == MovementKind::Received && movement.reason == "opening";
    if movement.order_id.is_none() && !movement.by_name.is_empty() && !opening {
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

/// The word of an enum without data, as columns, forms and URLs spell it.
pub(crate) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A reader of the log of events.
pub(crate) fn reader(name: &str) -> Option<String> {
    let known = match name {
        "ranking" => t!("reader-ranking"),
        "notification" => t!("reader-notification"),
        "delivery_request" => t!("reader-delivery-request"),
        "data_platform" => t!("reader-data-platform"),
        "points_to_earn" => t!("reader-points-to-earn"),
        "stock_alert" => t!("reader-stock-alert"),
        "sales" => t!("reader-sales"),
        "order_search" => t!("reader-order-search"),
        "subscription" => t!("reader-subscription"),
        _ => return None,
    };
    Some(known)
}
