//! The tables about the system as files.

use axum::{
    Extension, Router,
    extract::State,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use contract::Failure;
use domain::{Shop, member::Staff, payment::reconcile};

use super::super::{
    payments::{self, PaymentsFile},
    readers::SettledFile,
    reconciliation::DifferencesFile,
    webhooks::{self, WebhooksFile},
};
use crate::{
    context::Visitor,
    desk::{
        download::{Download, in_language, send},
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
    let file = staff(&visitor).map(|staff| {
        let how = words::read(Asked::of(&parts).get("settled"));
        SettledFile { shop, staff, how }
    });
    sent(file, &visitor).await
}

async fn told(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let file = staff(&visitor).and_then(|staff| {
        let (filter, reads) = in_language(visitor.locale, || webhooks::filter(&Asked::of(&parts)));
        reads.refusal()?;
        Ok(WebhooksFile { shop, staff, filter })
    });
    sent(file, &visitor).await
}

async fn paid(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let file = staff(&visitor).and_then(|staff| {
        let (filter, reads) = in_language(visitor.locale, || payments::filter(&Asked::of(&parts)));
        reads.refusal()?;
        Ok(PaymentsFile { shop, staff, filter })
    });
    sent(file, &visitor).await
}

async fn differences(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let asked = Asked::of(&parts);
    let file = async {
        let staff = staff(&visitor)?;
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

fn staff(visitor: &Visitor) -> Result<Staff, Failure> {
    Staff::of(visitor.shopper.as_ref().ok_or(Failure::SignInRequired)?)
}

async fn sent(file: Result<impl Download, Failure>, visitor: &Visitor) -> Response {
    let sent = match file {
        Ok(file) => send(file, visitor.locale).await,
        Err(failure) => Err(failure),
    };
    sent.unwrap_or_else(|failure| {
        StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
    })
}
