//! Versions of things that are changed on top of one: told as `ETag`, asked for as `If-Match` (RFC 9110,
//! section 13.1.1), so that nobody writes over what they have not seen.

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use contract::Failure;
use serde::Serialize;
use serde_json::json;
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::Type,
    },
};

use super::problem::Refusal;

/// What a change is based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum IfMatch {
    /// Whatever stands there.
    Any,
    /// One of these versions.
    Versions(Vec<i32>),
}

impl IfMatch {
    /// The version that the change is based on, where `now` is the one that stands there. Another one that
    /// was named stays named, so that the domain can find a change that was made before.
    ///
    /// # Errors
    /// [`Failure::EditedMeanwhile`] as 412 where nothing that could be a version was named.
    pub(super) fn based_on(&self, now: i32) -> Result<i32, Refusal> {
        match self {
            Self::Any => Ok(now),
            Self::Versions(versions) if versions.contains(&now) => Ok(now),
            Self::Versions(versions) => versions.first().copied().ok_or_else(|| edited(Failure::EditedMeanwhile)),
        }
    }

    /// Of a tag the version alone counts, which stands before what else it may name. Weak tags never
    /// match, and what was never told as a tag neither.
    fn read(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(header::IF_MATCH) {
            return None;
        }
        let tags: Vec<&str> = tags(headers, &header::IF_MATCH).collect();
        if tags.contains(&"*") {
            return Some(Self::Any);
        }
        let strong = tags.iter().filter_map(|tag| tag.strip_prefix('"')?.strip_suffix('"'));
        Some(Self::Versions(strong.filter_map(|tag| tag.split('-').next()?.parse().ok()).collect()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Self::read(&parts.headers).ok_or_else(|| Failure::VersionRequired.into())
    }
}

/// The tags that a header names.
pub(super) fn tags<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// The refusal of a change, where another one that was quicker is 412: `If-Match` asked for that.
pub(super) fn edited(error: impl Into<Failure>) -> Refusal {
    let failure = error.into();
    let quicker = failure == Failure::EditedMeanwhile;
    let refusal = Refusal::from(failure);
    if quicker { refusal.with_status(StatusCode::PRECONDITION_FAILED) } else { refusal }
}

/// A thing with its version as `ETag`.
pub(super) fn told(version: i32, thing: impl Serialize) -> Response {
    let mut response = Json(thing).into_response();
    if let Ok(tag) = HeaderValue::try_from(format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The header `If-Match`, for the `params` of an operation.
pub(super) struct VersionHeader;

impl IntoParams for VersionHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let header = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some("The `ETag` that came with what the change is based on; `*` for whatever stands there."))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String).examples([json!("\"0\""), json!("*")])));
        vec![header.build()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn based_on(shown: &'static str, now: i32) -> Option<i32> {
        let headers = HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::from_static(shown))]);
        IfMatch::read(&headers).and_then(|named| named.based_on(now).ok())
    }

    #[test]
    fn a_change_is_based_on_the_version_of_a_tag_alone() {
        assert_eq!(based_on("\"3\"", 3), Some(3));
        assert_eq!(based_on("\"3-0123456789abcdef\"", 3), Some(3));
        assert_eq!(based_on("\"2-00\", \"3\"", 3), Some(3));
        assert_eq!(based_on(" * ", 3), Some(3));
        // What is not there any more is left to whoever changes: it is refused, or was made before.
        assert_eq!(based_on("\"2-00\"", 3), Some(2));
    }

    #[test]
    fn what_is_no_tag_names_no_version() {
        for nothing in ["", "3", "W/\"3-00\"", "\"-3\"", "\"three\"", "\"99999999999\"", "\"*\""] {
            assert_eq!(based_on(nothing, 3), None, "{nothing}");
        }
        assert_eq!(IfMatch::read(&HeaderMap::new()), None);
    }

    #[test]
    fn who_was_too_late_is_told_by_412() {
        let late = Refusal::from(Failure::EditedMeanwhile).with_status(StatusCode::PRECONDITION_FAILED);
        assert_eq!(edited(Failure::EditedMeanwhile), late);
        assert_eq!(edited(Failure::NotFound), Refusal::from(Failure::NotFound));
    }
}
