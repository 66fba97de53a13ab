//! What programs send: bodies, parameters and ids, each checked whole.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, RawPathParams, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use contract::{Failure, form::Flaw};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::time::timeout;
use utoipa::ToSchema;

use super::{
    json::{self, Json},
    problem::{Refusal, parameter},
    schema,
};

/// The largest body, in bytes: a description of 20,000 characters fits, however it is written.
pub(super) const LIMIT: usize = 256 * 1024;

/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body of JSON that fits its schema. Fields that there are none of are refused, and every bad
/// field is told at once.
pub(super) struct Body<T>(pub(super) T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned + ToSchema + 'static,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        if !is_json(request.headers()) {
            return Err(Failure::UnsupportedMediaType.into());
        }
        Ok(Self(read(json::parse(&bytes(request).await?)?)?))
    }
}

/// Reads a body whole. What is larger than any is not read to its end, and what comes slowly is not waited
/// for.
///
/// # Errors
/// [`Failure::TooLarge`]; [`Failure::BadRequest`] where it breaks off or takes longer than [`PATIENCE`].
pub(super) async fn bytes(request: Request) -> Result<Bytes, Failure> {
    match timeout(PATIENCE, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Failure::TooLarge),
        Ok(Err(_)) | Err(_) => Err(Failure::BadRequest),
    }
}

/// Parameters of an address that fit their schema, in the same way.
pub(super) struct Query<T>(pub(super) T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned + ToSchema + 'static,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let mut asked = Map::new();
        let mut twice = Vec::new();
        for (name, typed) in pairs.map_err(|_| Failure::BadRequest)?.0 {
            if asked.insert(name.clone(), value::<T>(&name, typed)).is_some() {
                twice.push((json::below("", &name), Flaw::Repeated));
            }
        }
        let mut asked = json::take(Value::Object(asked))?;
        asked.flaws.extend(twice);
        let flaws = match read(asked) {
            Err(Failure::Invalid(flaws)) => flaws,
            read => return Ok(Self(read?)),
        };
        // Parameters are named otherwise than what stands in a body.
        Err(Failure::Invalid(flaws.iter().map(|(place, flaw)| (parameter(&json::name(place)), flaw)).collect()).into())
    }
}

/// An id in the address: one that is none names nothing.
pub(super) struct Id<T>(pub(super) T);

impl<T, S> FromRequestParts<S> for Id<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let typed = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Failure::NotFound)?;
        // Numbers begin with 1, and are written in one way.
        let none = |typed: &str| typed.parse::<i64>().is_ok_and(|number| number < 1 || number.to_string() != typed);
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(id)) if !typed.iter().any(|(_, typed)| none(typed)) => Ok(Self(id)),
            _ => Err(Failure::NotFound.into()),
        }
    }
}

/// Reads what fits the schema; all that does not is told at once, by where it stands.
fn read<T: DeserializeOwned + ToSchema + 'static>(Json { value, flaws }: Json) -> Result<T, Failure> {
    let mut told = match schema::check::<T>(&value) {
        Ok(()) => Vec::new(),
        Err(Failure::Invalid(flaws)) => flaws.iter().map(|(place, flaw)| (place.to_owned(), flaw)).collect(),
        Err(other) => return Err(other),
    };
    for (place, flaw) in flaws {
        // One reason a field is enough.
        if told.len() < schema::MOST_FLAWS && !told.iter().any(|(known, _)| *known == place) {
            told.push((place, flaw));
        }
    }
    if !told.is_empty() {
        return Err(Failure::Invalid(told.into_iter().collect()));
    }
    T::deserialize(value).map_err(|error| {
        tracing::debug!(%error, "what fits the schema cannot be read");
        Failure::BadRequest
    })
}

/// A value of an address, where all is text, as the schema wants it.
fn value<T: ToSchema + 'static>(name: &str, typed: String) -> Value {
    if schema::takes::<T>(name, "integer") {
        typed.parse::<i64>().map_or(Value::String(typed), Value::from)
    } else if schema::takes::<T>(name, "boolean") {
        typed.parse::<bool>().map_or(Value::String(typed), Value::from)
    } else {
        Value::String(typed)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}
