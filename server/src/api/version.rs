//! Versions of things that are changed on top of one: told as `ETag`, asked for as `If-Match` (RFC 9110,
//! section 13.1.1), so that nobody writes over what they have not seen.

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
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
    /// The version that the change is based on, where `now` is the one that stands there.
    ///
    /// # Errors
    /// [`Failure::EditedMeanwhile`] as 412 where another one was asked for.
    pub(super) fn check(&self, now: i32) -> Result<i32, Refusal> {
        match self {
            Self::Versions(versions) if !versions.contains(&now) => Err(edited(Failure::EditedMeanwhile)),
            Self::Any | Self::Versions(_) => Ok(now),
        }
    }

    /// Weak tags never match, and what was never told as a tag neither.
    fn parse(shown: &str) -> Self {
        if shown.trim() == "*" {
            return Self::Any;
        }
        let tags = shown.split(',').map(str::trim);
        let inner = tags.filter_map(|tag| tag.strip_prefix('"')?.strip_suffix('"'));
        Self::Versions(inner.filter_map(|version| version.parse().ok()).collect())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let shown = parts.headers.get(header::IF_MATCH).ok_or(Failure::VersionRequired)?;
        Ok(Self::parse(shown.to_str().unwrap_or_default()))
    }
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

    #[test]
    fn a_version_matches_its_own_tag_alone() {
        let of = |shown| IfMatch::parse(shown).check(7).is_ok();
        assert!(of("\"7\"") && of("\"6\", \"7\"") && of(" * "));
        assert!(!of("7") && !of("W/\"7\"") && !of("\"8\"") && !of("\"*\"") && !of(""));
    }

    #[test]
    fn who_was_too_late_is_told_by_412() {
        let refused = IfMatch::parse("\"6\"").check(7).expect_err("another version");
        assert_eq!(refused, Refusal::from(Failure::EditedMeanwhile).with_status(StatusCode::PRECONDITION_FAILED));
        assert_eq!(edited(Failure::NotFound), Refusal::from(Failure::NotFound));
    }
}
