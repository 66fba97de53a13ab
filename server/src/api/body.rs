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
    problem::{Refusal, parameter},
    schema,
};

/// The largest body, in bytes: a description of 20,000 characters fits, however it is written.
pub(super) const LIMIT: usize = 256 * 1024;

/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most values of one body. No schema needs a tenth of it.
const MOST_VALUES: usize = 4_000;

/// Up to here every whole number has a float of its own: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

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
        let bytes = bytes(request).await?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|_| Failure::BadRequest)?;
        Ok(Self(read(value)?))
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
        let mut flaws = Vec::new();
        for (name, typed) in pairs.map_err(|_| Failure::BadRequest)?.0 {
            if asked.insert(name.clone(), value::<T>(&name, typed)).is_some() {
                flaws.push((name, Flaw::Repeated));
            }
        }
        let read = read(Value::Object(asked));
        if let Err(Failure::Invalid(others)) = &read {
            flaws.extend(others.iter().map(|(name, flaw)| (name.to_owned(), flaw)));
        }
        if flaws.is_empty() {
            return Ok(Self(read?));
        }
        // Parameters are named otherwise than what stands in a body.
        Err(Failure::Invalid(flaws.into_iter().map(|(name, flaw)| (parameter(&name), flaw)).collect()).into())
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

fn read<T: DeserializeOwned + ToSchema + 'static>(mut value: Value) -> Result<T, Failure> {
    let mut nul = Vec::new();
    look_through(&mut value, String::new(), &mut nul, &mut 0)?;
    let flaws = match schema::check::<T>(&value) {
        Ok(()) => Vec::new(),
        Err(Failure::Invalid(flaws)) => flaws.iter().map(|(field, flaw)| (field.to_owned(), flaw)).collect(),
        Err(other) => return Err(other),
    };
    if !nul.is_empty() || !flaws.is_empty() {
        let nul = nul.into_iter().map(|field| (field, Flaw::Characters));
        return Err(Failure::Invalid(flaws.into_iter().chain(nul).collect()));
    }
    T::deserialize(value).map_err(|error| {
        tracing::debug!(%error, "what fits the schema cannot be read");
        Failure::BadRequest
    })
}

/// Makes whole numbers of those that are whole however they are written, such as `1.0`, and finds texts
/// with NUL, which no database holds.
fn look_through(value: &mut Value, place: String, nul: &mut Vec<String>, seen: &mut usize) -> Result<(), Failure> {
    *seen += 1;
    if *seen > MOST_VALUES {
        return Err(Failure::TooLarge);
    }
    let below = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") };
    match value {
        Value::String(text) if text.contains('\0') => nul.push(place),
        Value::Number(number) => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < EXACT);
            if let (true, Some(whole)) = (number.is_f64(), whole) {
                *value = Value::from(whole as i64);
            }
        }
        Value::Array(values) => {
            for (at, value) in values.iter_mut().enumerate() {
                look_through(value, below(&at.to_string()), nul, seen)?;
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if name.contains('\0') {
                    return Err(Failure::BadRequest);
                }
                look_through(value, below(name), nul, seen)?;
            }
        }
        _ => {}
    }
    Ok(())
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
