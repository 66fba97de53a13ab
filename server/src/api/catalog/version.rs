//! Versions of products as HTTP names them (RFC 9110, section 13). A tag is the version with a hash of
//! all that the answer shows, which can change without it: the copies that are left, or the pictures.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
};
use sha2::{Digest, Sha256};

use crate::api::version::tags;

/// Names an answer that shows a product.
pub(super) fn tag(version: i32, body: &[u8]) -> HeaderValue {
    let hash = Sha256::digest(body).iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
    HeaderValue::try_from(format!("\"{version}-{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_something_else_has_another_tag() {
        let (one, other) = (tag(3, b"12 copies"), tag(3, b"11 copies"));
        assert_ne!(one, other);
        let known = Known(vec![format!("W/{}", one.to_str().expect("a tag"))]);
        assert!(known.has(&one) && !known.has(&other));
        assert!(Known(vec!["*".to_owned()]).has(&other));
    }
}
