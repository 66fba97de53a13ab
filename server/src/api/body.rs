//! What programs send: bodies, parameters and ids, each checked whole.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, RawPathParams, Request},
    http::{HeaderMap, header, request::Parts},
};
use contract::{
    Failure,
    form::{Flaw, Flaws},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{problem::Refusal, schema};

/// The largest body, in bytes: a description of 20,000 characters fits, however it is written.
pub(super) const LIMIT: usize = 256 * 1024;

/// A body of JSON that fits its schema. Fields that there are none of are refused, and every bad
/// field is told at once.
pub(super) struct Body<T>(pub(super) T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned + ToSchema + 'static,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        if !is_json(request.headers()) {
            return Err(Failure::UnsupportedMediaType.into());
        }
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status().as_u16() {
                413 => Failure::TooLarge,
                _ => Failure::BadRequest,
            })?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|_| Failure::BadRequest)?;
        Ok(Self(read(value)?))
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
        for (name, typed) in pairs.map_err(|_| Failure::BadRequest)?.0 {
            if asked.insert(name.clone(), value::<T>(&name, typed)).is_some() {
                return Err(Failure::Invalid(Flaws::one(&name, Flaw::Repeated)).into());
            }
        }
        Ok(Self(read(Value::Object(asked))?))
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
        // Numbers begin with 1.
        let none = |typed: &str| typed.parse::<i64>().is_ok_and(|number| number < 1);
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(id)) if !typed.iter().any(|(_, typed)| none(typed)) => Ok(Self(id)),
            _ => Err(Failure::NotFound.into()),
        }
    }
}

fn read<T: DeserializeOwned + ToSchema + 'static>(value: Value) -> Result<T, Refusal> {
    // No text that the database can hold has NUL in it.
    if holds_nul(&value) {
        return Err(Failure::BadRequest.into());
    }
    schema::check::<T>(&value)?;
    Ok(T::deserialize(value).map_err(|error| {
        tracing::debug!(%error, "what fits the schema cannot be read");
        Failure::BadRequest
    })?)
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
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
