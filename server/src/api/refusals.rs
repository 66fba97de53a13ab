//! Which refusals an operation may answer with, as the document tells them: by status, with the codes.

use std::collections::BTreeMap;

use app::text::{Locale, told};
use axum::http::StatusCode;
use contract::Failure;
use serde_json::json;
use utoipa::{
    ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

use super::problem::Problem;

/// Names the refusals of one operation: a type to write among its `responses`. A failure may stand
/// with another status, as `EditedMeanwhile => 412`.
macro_rules! refusals {
    ($name:ident: $($failure:ident $(=> $status:literal)?),+ $(,)?) => {
        struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::Response>> {
                use contract::Failure;
                $crate::api::refusals::responses(&[$(
                    $crate::api::refusals::row(Failure::$failure, [$($status)?].first().copied()),
                )+])
            }
        }
    };
}
pub(super) use refusals;

/// A failure with the status that it is told by.
pub(super) fn row(failure: Failure, status: Option<u16>) -> (u16, Failure) {
    (status.unwrap_or_else(|| failure.status()), failure)
}

/// The responses that these failures are.
pub(super) fn responses(rows: &[(u16, Failure)]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<&Failure>> = BTreeMap::new();
    for (status, failure) in rows {
        by_status.entry(*status).or_default().push(failure);
    }
    by_status.into_iter().map(|(status, failures)| (status.to_string(), response(status, &failures).into())).collect()
}

/// One status with what it may mean.
fn response(status: u16, failures: &[&Failure]) -> Response {
    let meaning = |failure: &Failure| format!("`{}`: {}", failure.code(), told(failure, Locale::En));
    let description = failures.iter().map(|failure| meaning(failure)).collect::<Vec<_>>().join("\n\n");
    let status = StatusCode::from_u16(status).unwrap_or_default();
    let example = failures.first().map(|failure| json!(Problem::of(failure, status, Locale::En)));
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).example(example).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}

/// Adds what a failure may mean to the responses of an operation.
pub(super) fn add(to: &mut BTreeMap<String, RefOr<Response>>, failure: &Failure) {
    let meaning = format!("`{}`: {}", failure.code(), told(failure, Locale::En));
    match to.get_mut(&failure.status().to_string()) {
        Some(RefOr::T(known)) if known.description.contains(&format!("`{}`", failure.code())) => {}
        Some(RefOr::T(known)) => known.description = format!("{}\n\n{meaning}", known.description),
        _ => {
            to.insert(failure.status().to_string(), response(failure.status(), &[failure]).into());
        }
    }
}
