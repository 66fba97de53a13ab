//! Idempotency keys: whoever asks the same again is answered the same, and nothing is done twice.
//! The header is that of the IETF draft "The Idempotency-Key HTTP Header Field".

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::{
    Failure,
    form::{Flaw, Flaws},
    member::MemberId,
};
use domain::{
    Shop,
    reply::{self, Asked, Begun},
};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    body::bytes,
    caller::Caller,
    problem::{Refusal, parameter},
};

/// The header with the key.
pub(super) const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Set on an answer that was given before.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest key, in characters, with its quotes where it has them.
pub(super) const LONGEST: usize = 255;

/// The largest answer that is kept, in bytes. No answer to a change comes near it.
const LARGEST: usize = 1024 * 1024;

/// Headers of an answer that belong to it and not to the way it took.
const KEPT: [HeaderName; 5] =
    [header::CONTENT_TYPE, header::CONTENT_LANGUAGE, header::ETAG, header::LOCATION, header::CACHE_CONTROL];

/// Set on an answer, as an extension, that a later try will change: it is not kept, and the same key goes on
/// with the same thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Undecided;

/// What was answered.
#[derive(Serialize, Deserialize)]
struct Answer {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

/// Where passwords are sent: what is kept of such a request must not make them easier to guess.
const WITH_PASSWORDS: [&str; 2] = ["/member/login", "/member/registration"];

/// Answers a change that comes with a key once; whatever it asks for, and from whom, is part of it.
pub(super) async fn replay(State(shop): State<Shop>, request: Request, next: Next) -> Response {
    let changes = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
    let reads = request.extensions().get::<MatchedPath>().is_some_and(|path| READS.contains(&path.as_str()));
    if !changes || reads || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    match who(&request) {
        Some(who) => once(&shop, who, request, next).await.unwrap_or_else(IntoResponse::into_response),
        None => match key(request.headers()) {
            Ok(_) => next.run(request).await,
            Err(failure) => Refusal::from(failure).into_response(),
        },
    }
}

/// Asked by POST, for a body; nothing is changed by them.
pub(super) const READS: [&str; 3] = ["/catalog/search", "/order/orders/{orderId}/cancel-preview", "/order/quote"];

/// Who asks, as far as answers are told apart by it: a token of a lesser scope is told nothing that a greater
/// one was. `None` for a guest without a session, whom nobody could find again: what they send is done each
/// time.
fn who(request: &Request) -> Option<Who> {
    let caller = request.extensions().get::<Caller>().cloned().unwrap_or_default();
    match (caller.shopper, caller.guest_cart) {
        (Some(shopper), _) => Some(Who { member: Some(shopper.id()), word: format!("{:?}", shopper.role()) }),
        (None, Some(cart)) => Some(Who { member: None, word: cart.to_string() }),
        (None, None) if WITH_PASSWORDS.contains(&request.uri().path()) => {
            Some(Who { member: None, word: String::new() })
        }
        (None, None) => None,
    }
}

struct Who {
    member: Option<MemberId>,
    word: String,
}

async fn once(shop: &Shop, who: Who, request: Request, next: Next) -> Result<Response, Refusal> {
    let key = key(request.headers())?;
    let (parts, body) = request.into_parts();
    let body = bytes(Request::from_parts(parts.clone(), body)).await?;
    let with_password = WITH_PASSWORDS.contains(&parts.uri.path());
    let word = if with_password && who.word.is_empty() { email(&body) } else { who.word };
    if word.is_empty() {
        // Nobody is named, so that nothing can come of it.
        return Ok(next.run(Request::from_parts(parts, Body::from(body))).await);
    }
    // A key belongs to one operation: elsewhere it says nothing.
    let named =
        digest(&[key.as_bytes(), word.as_bytes(), parts.method.as_str().as_bytes(), parts.uri.path().as_bytes()]);
    let secret = digest(&[key.as_bytes(), &body]);
    let secret = if with_password { reply::stretch(shop, secret).await?.to_vec() } else { secret };
    let asked = Asked { caller: who.member, key: named, fingerprint: fingerprint(&secret, &parts) };
    let seal = Seal::of(&secret, &asked)?;
    let begun = match reply::begin(shop, &asked).await? {
        Begun::Now(begun) => begun,
        Begun::Answered(sealed) => return seal.open(sealed).map(Answer::again),
        Begun::UnderWay => return Err(Failure::KeyInUse.into()),
        Begun::Another => return Err(Failure::AlreadySent.into()),
    };
    let (shop, request) = (shop.clone(), Request::from_parts(parts, Body::from(body)));
    // It goes on where the program hangs up: what was done must be found by its key.
    let done = tokio::spawn(async move {
        let response = next.run(request).await;
        if !is_final(&response) {
            reply::give_up(&shop, &asked, begun).await?;
            return Ok::<_, Refusal>(response);
        }
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, LARGEST).await.map_err(|_| Failure::Unavailable)?;
        let sealed = seal.close(&Answer::of(&parts.headers, parts.status, &body))?;
        reply::keep(&shop, &asked, begun, &sealed).await?;
        Ok(Response::from_parts(parts, Body::from(body)))
    });
    done.await.map_err(|error| {
        tracing::error!(%error, "a request broke off");
        Failure::Unavailable
    })?
}

/// Whose e-mail a body names; empty where it names none.
fn email(body: &[u8]) -> String {
    let sent: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    sent.get("email").and_then(Value::as_str).unwrap_or_default().trim().to_ascii_lowercase()
}

/// What was decided is final: done, or refused by the rules. What was not understood, not allowed or
/// not possible at the moment can be sent again under the same key.
fn is_final(response: &Response) -> bool {
    let status = response.status();
    let decided = status.is_success() || matches!(status, StatusCode::CONFLICT | StatusCode::PAYMENT_REQUIRED);
    decided && response.extensions().get::<Undecided>().is_none()
}

/// The key of a request, with or without the quotes that the draft puts around it.
fn key(headers: &HeaderMap) -> Result<String, Failure> {
    if headers.get_all(KEY).iter().nth(1).is_some() {
        return Err(Failure::Invalid(Flaws::one(&parameter("Idempotency-Key"), Flaw::Repeated)));
    }
    let shown = headers.get(KEY).and_then(|key| key.to_str().ok()).unwrap_or_default();
    let key = shown.trim();
    let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    if shown.len() > LONGEST {
        let max = i64::try_from(LONGEST).unwrap_or(i64::MAX);
        return Err(Failure::Invalid(Flaws::one(&parameter("Idempotency-Key"), Flaw::TooLong { max })));
    }
    let named = headers.contains_key(KEY);
    match key {
        "" if named => Err(Failure::Invalid(Flaws::one(&parameter("Idempotency-Key"), Flaw::Required))),
        "" => Err(Failure::KeyRequired),
        key => Ok(key.to_owned()),
    }
}

/// The hash of all that makes a request what it is. The secret goes in, which the database does not know:
/// nothing that was sent can be guessed from the hash without it.
fn fingerprint(secret: &[u8], parts: &Parts) -> Vec<u8> {
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let based_on = parts.headers.get(header::IF_MATCH).map(HeaderValue::as_bytes).unwrap_or_default();
    digest(&[secret, parts.method.as_str().as_bytes(), target.as_bytes(), based_on])
}

/// Each part goes in with its length, so that nothing moves from one into the next.
fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// Seals answers with what the database does not know: the key and the body themselves.
struct Seal(LessSafeKey);

impl Seal {
    fn of(secret: &[u8], asked: &Asked) -> Result<Self, Refusal> {
        let secret = digest(&[b"answer", secret, &asked.fingerprint]);
        let unbound = UnboundKey::new(&CHACHA20_POLY1305, &secret).map_err(|_| Failure::Unavailable)?;
        Ok(Self(LessSafeKey::new(unbound)))
    }

    fn close(&self, answer: &Answer) -> Result<Vec<u8>, Refusal> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| Failure::Unavailable)?;
        let mut sealed = rmp_serde::to_vec(answer).map_err(|_| Failure::Unavailable)?;
        let aad = Aad::empty();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .map_err(|_| Failure::Unavailable)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, sealed: Vec<u8>) -> Result<Answer, Refusal> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(Failure::Unavailable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Failure::Unavailable)?;
        let mut rest = rest.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::empty(), &mut rest).map_err(|_| Failure::Unavailable)?;
        Ok(rmp_serde::from_slice(plain).map_err(|_| Failure::Unavailable)?)
    }
}

impl Answer {
    fn of(headers: &HeaderMap, status: StatusCode, body: &[u8]) -> Self {
        let kept = KEPT.iter().filter_map(|name| Some((name.to_string(), headers.get(name)?.as_bytes().to_vec())));
        Self { status: status.as_u16(), headers: kept.collect(), body: body.to_vec() }
    }

    fn again(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or_default();
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(&value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}

/// The key of a change as the domain knows it: the same for the same caller, address and key. A change
/// that comes without a key is a new one each time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key(pub(super) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        if !parts.headers.contains_key(KEY) {
            return Ok(Self(Uuid::now_v7()));
        }
        let RequiredKey(key) = RequiredKey::from_request_parts(parts, state).await?;
        Ok(Self(key))
    }
}

/// The same, of a change that moves value and must come with a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequiredKey(pub(super) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for RequiredKey {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let key = key(&parts.headers)?;
        let caller = parts.extensions.get::<Caller>().and_then(|caller| caller.shopper.as_ref());
        let caller = caller.map(domain::member::Shopper::id).unwrap_or_default();
        let hash = digest(&[&caller.to_be_bytes(), parts.uri.path().as_bytes(), key.as_bytes()]);
        let bytes = hash.first_chunk::<16>().copied().unwrap_or_default();
        Ok(Self(Uuid::new_v8(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(key: &str, body: &[u8]) -> Seal {
        let asked = Asked { caller: Some(1), key: digest(&[key.as_bytes()]), fingerprint: digest(&[body]) };
        Seal::of(&digest(&[key.as_bytes(), body]), &asked).expect("a seal")
    }

    #[test]
    fn an_answer_is_read_by_who_knows_key_and_body_alone() {
        let answer = Answer::of(&HeaderMap::new(), StatusCode::CREATED, b"a token");
        let sealed = seal("a key", b"a password").close(&answer).expect("a sealed answer");
        assert!(!sealed.windows(7).any(|part| part == b"a token"));
        let opened = seal("a key", b"a password").open(sealed.clone()).expect("an answer");
        assert_eq!((opened.status, opened.body.as_slice()), (201, b"a token".as_slice()));
        assert!(seal("a key", b"another").open(sealed.clone()).is_err());
        assert!(seal("another", b"a password").open(sealed).is_err());
    }

    #[test]
    fn a_key_is_read_with_quotes_and_without() {
        let of = |value| key(&HeaderMap::from_iter([(KEY, HeaderValue::from_static(value))])).ok();
        assert_eq!(of("\"8e03978e\""), of("8e03978e"));
        assert_eq!(
            key(&HeaderMap::from_iter([(KEY, HeaderValue::from_str(&"k".repeat(LONGEST + 1)).expect("a key"))])).ok(),
            None
        );
        assert_eq!(of("\"\""), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn parts_of_a_request_do_not_run_into_each_other() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    }
}
