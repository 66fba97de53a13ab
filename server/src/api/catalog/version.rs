//! Versions of products as HTTP names them (RFC 9110, section 13). A tag is the version with a hash of
//! all that the answer shows, which can change without it: the copies that are left, or the pictures.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
};
use contract::Failure;
use sha2::{Digest, Sha256};

use crate::api::problem::Refusal;

/// Names an answer that shows a product.
pub(super) fn tag(version: i32, body: &[u8]) -> HeaderValue {
    let hash = Sha256::digest(body).iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
    HeaderValue::try_from(format!("\"{version}-{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// On which versions a change is based: what `If-Match` names. Their hashes do not count, since no change
/// of a product's facts touches its stock.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Whatever version stands.
    Any,
    /// One of these.
    Versions(Vec<i32>),
}

impl Base {
    /// The version that the change is based on, where this is the one that stands. What names another one
    /// stays named, so that a change that was made before is found to be made; `None` where nothing that
    /// could be a version is named.
    pub(super) fn of(&self, stands: i32) -> Option<i32> {
        match self {
            Self::Any => Some(stands),
            Self::Versions(versions) if versions.contains(&stands) => Some(stands),
            Self::Versions(versions) => versions.first().copied(),
        }
    }

    fn read(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(header::IF_MATCH) {
            return None;
        }
        let tags: Vec<&str> = tags(headers, &header::IF_MATCH).collect();
        if tags.contains(&"*") {
            return Some(Self::Any);
        }
        // A weak tag matches nothing here.
        let strong = tags.iter().filter_map(|tag| tag.strip_prefix('"')?.strip_suffix('"'));
        Some(Self::Versions(strong.filter_map(|tag| tag.split('-').next()?.parse().ok()).collect()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Base {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Self::read(&parts.headers).ok_or_else(|| Failure::VersionRequired.into())
    }
}

/// What the program has already: what `If-None-Match` names.
#[derive(Debug)]
pub(super) struct Known(Vec<String>);

impl Known {
    /// Whether it has this answer. Weak tags count too.
    pub(super) fn has(&self, tag: &HeaderValue) -> bool {
        self.0
            .iter()
            .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == tag.as_bytes())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Known {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(tags(&parts.headers, &header::IF_NONE_MATCH).map(str::to_owned).collect()))
    }
}

fn tags<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(value: &'static str) -> Option<Base> {
        Base::read(&HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::from_static(value))]))
    }

    #[test]
    fn a_change_is_based_on_the_version_of_a_tag_alone() {
        let tag = tag(3, b"12 copies");
        assert_eq!(base("\"3-0123456789abcdef\"").and_then(|base| base.of(3)), Some(3));
        assert_eq!(Base::read(&HeaderMap::from_iter([(header::IF_MATCH, tag)])), Some(Base::Versions(vec![3])));
        assert_eq!(base("\"2-00\", \"3\"").and_then(|base| base.of(3)), Some(3));
        assert_eq!(base("\"2-00\"").and_then(|base| base.of(3)), Some(2));
        assert_eq!(base("*").and_then(|base| base.of(3)), Some(3));
    }

    #[test]
    fn what_is_no_tag_names_no_version() {
        for nothing in ["", "3", "W/\"3-00\"", "\"-3\"", "\"three\"", "\"99999999999\""] {
            assert_eq!(base(nothing), Some(Base::Versions(Vec::new())), "{nothing}");
        }
        assert_eq!(Base::read(&HeaderMap::new()), None);
    }

    #[test]
    fn what_shows_something_else_has_another_tag() {
        let (one, other) = (tag(3, b"12 copies"), tag(3, b"11 copies"));
        assert_ne!(one, other);
        let known = Known(vec![format!("W/{}", one.to_str().expect("a tag"))]);
        assert!(known.has(&one) && !known.has(&other));
        assert!(Known(vec!["*".to_owned()]).has(&other));
    }
}
