//! The tables about the system as files.

use axum::{Extension, Router, extract::State, http::request::Parts, response::Response, routing::get};
use contract::Failure;
use domain::{Shop, payment::reconcile};

use super::super::{
    payments::{self, PaymentsFile},
    readers::SettledFile,
    reconciliation::DifferencesFile,
    webhooks::{self, WebhooksFile},
};
use crate::{
    context::Visitor,
    desk::{
        download::{Download, failed, in_language, send},
        staff_of,
        table::Asked,
    },
    words,
};

/// Their routes.
pub(crate) fn router() -> Router<Shop> {
    Router::new()
        .route("/staff/readers/settled.csv", get(settled))
        .route("/staff/webhooks.csv", get(told))
        .route("/staff/payments.csv", get(paid))
        .route("/staff/reconciliation.csv", get(differences))
}

async fn settled(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let file = staff_of(&visitor).map(|staff| {
        let how = words::read(Asked::of(&parts).get("settled"));
        SettledFile { shop, staff, how }
    });
    sent(file, &visitor).await
}

async fn told(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let file = staff_of(&visitor).and_then(|staff| {
        let (filter, reads) = in_language(visitor.locale, || webhooks::filter(&Asked::of(&parts)));
        reads.refusal()?;
        Ok(WebhooksFile { shop, staff, filter })
    });
    sent(file, &visitor).await
}

async fn paid(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let file = staff_of(&visitor).and_then(|staff| {
        let (filter, reads) = in_language(visitor.locale, || payments::filter(&Asked::of(&parts)));
        reads.refusal()?;
        Ok(PaymentsFile { shop, staff, filter })
    });
    sent(file, &visitor).await
}

async fn differences(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let asked = Asked::of(&parts);
    let file = async {
        let staff = staff_of(&visitor)?;
        // The latest, where none is chosen: as on the page.
        let run = match asked.get("run") {
            "" => reconcile::runs(&shop, &staff, None, 1).await?.first().map(|run| run.id),
            id => Some(reconcile::find(&shop, &staff, id.parse().map_err(|_| Failure::NotFound)?).await?.id),
        };
        let run = run.ok_or(Failure::NotFound)?;
        Ok(DifferencesFile { shop: shop.clone(), staff, run, differs: words::read(asked.get("differs")) })
    };
    sent(file.await, &visitor).await
}

async fn sent(file: Result<impl Download, Failure>, visitor: &Visitor) -> Response {
    let sent = match file {
        Ok(file) => send(file, visitor.locale).await,
        Err(failure) => Err(failure),
    };
    sent.unwrap_or_else(|failure| failed(&failure))
}
