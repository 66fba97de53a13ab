//! What programs send: bodies, parameters and ids, each checked whole.

use std::time::Duration;

use axum::{
    body::{Bytes, HttpBody},
    extract::{FromRequest, FromRequestParts, Path, RawPathParams, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use contract::{Failure, form::Flaw};
use domain::{Shop, subscription::allows_private};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::time::timeout;
use utoipa::ToSchema;

use super::{
    json::{self, Json, MOST_FLAWS},
    problem::{Refusal, parameter},
    schema,
    together::Together,
};

/// The largest body, in bytes: a description of 20,000 characters fits, however it is written.
pub(super) const LIMIT: usize = 256 * 1024;

/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body of JSON that fits its schema. Fields that there are none of are refused, and every bad
/// field is told at once.
pub(super) struct Body<T>(pub(super) T);

impl<T> FromRequest<Shop> for Body<T>
where
    T: DeserializeOwned + ToSchema + 'static,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, shop: &Shop) -> Result<Self, Refusal> {
        let sent = sent(request).await?;
        Ok(Self(read(sent, allows_private(shop))?))
    }
}

/// A body whose fields also have to go together.
pub(super) struct Whole<T>(pub(super) T);

impl<T> FromRequest<Shop> for Whole<T>
where
    T: DeserializeOwned + ToSchema + Together + 'static,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, shop: &Shop) -> Result<Self, Refusal> {
        let sent = sent(request).await?;
        let between = if sent.value.is_object() { T::together(&sent.value, shop) } else { Vec::new() };
        let (inside, kept_below) = (allows_private(shop), T::KEPT_BELOW);
        Ok(Self(read_whole(sent, between, kept_below, inside)?))
    }
}

async fn sent(request: Request) -> Result<Json, Refusal> {
    if !is_json(request.headers()) {
        return Err(Failure::UnsupportedMediaType.into());
    }
    json::parse(&bytes(request).await?)
}

/// Reads a body whole. What is said to be larger than any is not read at all, what turns out to be is not read
/// to its end, and what comes slowly is not waited for.
///
/// # Errors
/// [`Failure::TooLarge`]; [`Failure::BadRequest`] where it breaks off or takes longer than [`PATIENCE`].
pub(super) async fn bytes(request: Request) -> Result<Bytes, Failure> {
    if request.body().size_hint().lower() > LIMIT as u64 {
        return Err(Failure::TooLarge);
    }
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
        let flaws = match read(asked, false) {
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

/// Reads what fits the schema; all that is wrong is told at once, by where it stands. Where nothing is but
/// rules of single texts, it is read: whoever keeps those rules tells of them, and of what only the database
/// knows.
fn read<T: DeserializeOwned + ToSchema + 'static>(sent: Json, inside: bool) -> Result<T, Failure> {
    read_whole(sent, Vec::new(), false, inside)
}

/// The same with what is wrong `between` fields, which says more of a field than its schema. Where the domain
/// keeps those rules too, they stop nothing here.
fn read_whole<T: DeserializeOwned + ToSchema + 'static>(
    sent: Json,
    between: Vec<(String, Flaw)>,
    kept_below: bool,
    inside: bool,
) -> Result<T, Failure> {
    let Json { value, flaws } = sent;
    let checked = schema::check::<T>(&value, inside)?;
    if !checked.fits || !flaws.is_empty() || !(between.is_empty() || kept_below) {
        let mut told: Vec<(String, Flaw)> = Vec::new();
        for (place, flaw) in between.into_iter().chain(checked.flaws).chain(flaws) {
            // One reason a field is enough.
            if told.len() < MOST_FLAWS && !told.iter().any(|(known, _)| *known == place) {
                told.push((place, flaw));
            }
        }
        return Err(Failure::Invalid(told.into_iter().collect()));
    }
    T::deserialize(value).map_err(|error| {
        tracing::debug!(%error, "what fits the schema cannot be read");
        Failure::BadRequest
    })
}

/// A value of an address, where all is text, as the schema wants it. Numbers are written in one way.
fn value<T: ToSchema + 'static>(name: &str, typed: String) -> Value {
    if schema::takes::<T>(name, "integer") {
        let digits = typed.strip_prefix('-').unwrap_or(&typed);
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with("0");
        match typed.parse::<i64>() {
            Ok(number) if plain || typed == "0" => number.into(),
            // Too large for any limit.
            Err(_) if plain => typed.parse::<f64>().map_or(Value::String(typed), Value::from),
            _ => Value::String(typed),
        }
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
