//! Members and the trail as files.

use axum::{Extension, Router, extract::State, http::request::Parts, response::Response, routing::get};
use contract::Failure;
use domain::{Shop, member::Operator};

use crate::{
    context::Visitor,
    desk::{
        download::{failed, send},
        operator_of, staff_of,
        table::Asked,
        trail::TrailFile,
    },
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
        let staff = staff_of(&visitor)?;
        send(MembersFile::new(shop, staff, &Asked::of(&parts)), visitor.locale).await
    };
    answer(file.await)
}

async fn trail(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let file = async {
        let staff = staff_of(&visitor)?;
        send(TrailFile::new(shop, Operator::from(&staff), &Asked::of(&parts)), visitor.locale).await
    };
    answer(file.await)
}

async fn own_trail(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let file = async {
        let by = operator_of(&shop, &visitor).await?;
        send(TrailFile::new(shop, by, &Asked::of(&parts)), visitor.locale).await
    };
    answer(file.await)
}

/// The file, or the status of why not.
fn answer(file: Result<Response, Failure>) -> Response {
    file.unwrap_or_else(|failure| failed(&failure))
}
