//! Parameters are refused where an operation has none. Where it has some, whoever reads them tells of
//! others too.

use std::{
    collections::{BTreeSet, HashSet},
    sync::LazyLock,
};

use axum::{
    extract::{MatchedPath, Query, Request},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::{
    Failure,
    form::{Flaw, Flaws},
};
use serde_json::json;

use super::{
    document::document,
    problem::{Refusal, parameter},
};

/// The operations that have no parameters in their address, by method and path, as the document has them.
static WITHOUT: LazyLock<HashSet<(String, String)>> = LazyLock::new(|| {
    let document = json!(document());
    let mut without = HashSet::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let mut parameters = operation["parameters"].as_array().into_iter().flatten();
            if !parameters.any(|one| one["in"] == "query") {
                without.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    without
});

/// Refuses parameters that there are none of.
pub(super) async fn refuse_unknown(request: Request, next: Next) -> Response {
    match unknown(&request) {
        Some(flaws) => Refusal::from(Failure::Invalid(flaws)).into_response(),
        None => next.run(request).await,
    }
}

fn unknown(request: &Request) -> Option<Flaws> {
    let path = request.extensions().get::<MatchedPath>()?.as_str().to_owned();
    // What is read can be asked for without its body.
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    if !WITHOUT.contains(&(method.to_string(), path)) {
        return None;
    }
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(request.uri()).ok()?;
    let names: BTreeSet<String> = pairs.into_iter().map(|(name, _)| name).collect();
    let flaws = names.iter().map(|name| (parameter(name), Flaw::UnknownField));
    (!names.is_empty()).then(|| flaws.collect())
}
