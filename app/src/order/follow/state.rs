//! How an order stands, in words: the same for the page and for its island.

use contract::Failure;
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

/// How an order stands, in the language of the page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// The order's id.
    pub order: String,
    /// What else of its page depends on: another one is another page.
    pub stage: String,
    /// All of it in a sentence.
    pub sentence: String,
    /// The order's own status.
    pub status: String,
    /// Where the money stands.
    pub payment: String,
    /// What to know of that; may be empty.
    pub note: String,
    /// Each seller's part of which something is kept, or was.
    pub parts: Vec<FollowedPart>,
}

/// One seller's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedPart {
    /// The seller's name.
    pub seller: String,
    /// Where the goods stand.
    pub status: String,
    /// What is on its way.
    pub parcels: Vec<FollowedParcel>,
}

/// A parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedParcel {
    /// Who brings it.
    pub carrier: String,
    /// Its number there.
    pub number: String,
    /// Where it was, oldest first.
    pub steps: Vec<FollowedStep>,
}

/// A checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedStep {
    /// How far it had come.
    pub status: String,
    /// Where; may be empty.
    pub place: String,
    /// When, in Korean time.
    pub at: String,
    /// The same for machines.
    pub machine: String,
}

/// How one of one's own orders stands.
///
/// # Errors
/// [`Failure::NotFound`], for another member's too.
#[server(prefix = "/fn", endpoint = "order/follow", input = GetUrl)]
pub async fn follow_order(#[server(default)] order: String) -> Result<Followed, Failure> {
    let found = async { followed(&crate::order::detail::find(&order).await?).await };
    found.await.map_err(crate::form::tell_status)
}

#[cfg(feature = "ssr")]
pub(in crate::order) use said::{followed, texts};

#[cfg(feature = "ssr")]
mod said {
    use contract::{
        Failure,
        order::{FulfillmentStatus, OrderStatus, PaymentStatus},
        when,
    };
    use domain::{
        delivery::{self, CheckpointView, ParcelView},
        order::{DeliveryView, Detail},
    };
    use time::format_description::well_known::Rfc3339;

    use super::{Followed, FollowedParcel, FollowedPart, FollowedStep};
    use crate::{
        context::shop,
        order::follow::FollowTexts,
        text::{self, t},
        words,
    };

    /// How the order stands.
    pub(in crate::order) async fn followed(order: &Detail) -> Result<Followed, Failure> {
        let mut parcels = delivery::parcels(&shop()?, order).await?;
        let own = &order.summary;
        let going = |part: &&DeliveryView| {
            part.status == FulfillmentStatus::Returned
                || own.lines.iter().any(|line| line.seller == part.seller && line.kept() > 0)
        };
        // What is not paid is not on its way.
        let is_placed = matches!(own.status, OrderStatus::Placed | OrderStatus::Confirmed);
        let parts = order.deliveries.iter().filter(going).filter(|_| is_placed);
        let parts: Vec<FollowedPart> = parts
            .map(|part| FollowedPart {
                seller: part.seller_name.clone(),
                status: words::fulfillment_status(part.status),
                parcels: parcels.extract_if(.., |parcel| parcel.delivery == part.id).map(parcel).collect(),
            })
            .collect();
        let (status, payment) = (text::order_status(own.status), words::payment_status(own.payment));
        let stages: Vec<FulfillmentStatus> = order.deliveries.iter().map(|part| part.status).collect();
        Ok(Followed {
            order: own.id.to_string(),
            stage: format!("{:?} {:?} {} {stages:?}", own.status, own.payment, order.refunded_total),
            sentence: sentence(&status, &payment, &parts),
            status,
            payment,
            note: match own.payment {
                PaymentStatus::Unknown => t!("failure-payment-checking"),
                _ => String::new(),
            },
            parts,
        })
    }

    fn parcel(parcel: ParcelView) -> FollowedParcel {
        let step = |step: CheckpointView| FollowedStep {
            status: words::checkpoint_status(step.status),
            place: step.place,
            at: when::kst(step.at),
            machine: step.at.format(&Rfc3339).unwrap_or_default(),
        };
        FollowedParcel {
            carrier: parcel.carrier,
            number: parcel.number,
            steps: parcel.checkpoints.into_iter().map(step).collect(),
        }
    }

    /// The newest of everything: `결제완료 · 결제완료 · 한빛문고 배송중, 서울 허브`.
    fn sentence(status: &str, payment: &str, parts: &[FollowedPart]) -> String {
        let mut words = vec![status.to_owned()];
        if payment != status {
            words.push(payment.to_owned());
        }
        words.extend(parts.iter().map(|part| {
            let newest = part.parcels.last().and_then(|parcel| parcel.steps.last());
            match newest {
                Some(step) if step.place.is_empty() => format!("{} {}", part.seller, step.status),
                Some(step) => format!("{} {}, {}", part.seller, step.status, step.place),
                None => format!("{} {}", part.seller, part.status),
            }
        }));
        words.join(" · ")
    }

    /// What the island says, in the language of the page.
    pub(in crate::order) fn texts() -> FollowTexts {
        FollowTexts {
            title: t!("follow-title"),
            order: t!("axis-order"),
            payment: t!("axis-payment"),
            carrier: t!("follow-carrier"),
            number: t!("follow-number"),
            track: t!("follow-track"),
            copy: t!("follow-copy"),
            copied: t!("follow-copied"),
            marked: t!("follow-marked"),
            old: t!("follow-old"),
            reload: t!("follow-reload"),
        }
    }
}
