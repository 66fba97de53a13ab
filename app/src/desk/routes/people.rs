//! Members and the trail as files.

use axum::{
    Extension, Router,
    extract::State,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use contract::Failure;
use domain::{
    Shop,
    member::{Operator, Staff},
};

use crate::{
    context::Visitor,
    desk::{download::send, table::Asked, trail::TrailFile},
    staff::members::MembersFile,
};

/// The routes.
pub(super) fn routes() -> Router<Shop> {
    Router::new()
        .route("/staff/members.csv", get(members))
        .route("/staff/trail.csv", get(trail))
        .route("/seller/trail.csv", get(own_trail))
}

async fn members(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let file = async {
        let staff = Staff::of(visitor.shopper.as_ref().ok_or(Failure::SignInRequired)?)?;
        send(MembersFile::new(shop, staff, &Asked::of(&parts)), visitor.locale).await
    };
    answer(file.await)
}

async fn trail(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let file = async {
        let staff = Staff::of(visitor.shopper.as_ref().ok_or(Failure::SignInRequired)?)?;
        send(TrailFile::new(shop, Operator::from(&staff), &Asked::of(&parts)), visitor.locale).await
    };
    answer(file.await)
}

async fn own_trail(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let file = async {
        let by = Operator::of(&shop, visitor.shopper.as_ref().ok_or(Failure::SignInRequired)?).await?;
        send(TrailFile::new(shop, by, &Asked::of(&parts)), visitor.locale).await
    };
    answer(file.await)
}

/// The file, or the status of why not.
fn answer(file: Result<Response, Failure>) -> Response {
    file.unwrap_or_else(|failure| {
        StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
    })
}
