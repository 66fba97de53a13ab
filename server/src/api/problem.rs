//! What programs are told where something was refused: problem details after RFC 9457.

use app::text::{Locale, told, told_flaw, told_not_json};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::{
    Failure,
    form::{Flaw, Flaws},
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, Value, json};
use strum::VariantNames;
use utoipa::{
    ToSchema,
    openapi::{Object, ObjectBuilder, schema::Type},
};

use super::replay::Undecided;

/// The media type of a problem.
const PROBLEM: &str = "application/problem+json";

/// Why a request was refused. `code` is the word to act upon: it never changes, and `type` holds it too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "type": "urn:madang:problem:invalid", "title": "Please check what was filled in.", "status": 422,
    "code": "invalid",
    "errors": [{ "pointer": "#/quantity", "code": "out_of_range", "min": 1, "max": 99, "detail": "Between 1 and 99." }]
}))]
pub(super) struct Problem {
    /// Names the kind of problem for good: `urn:madang:problem:` and the code.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// What is wrong, in a sentence of the language that `Accept-Language` asks for.
    pub(super) title: String,
    /// The HTTP status.
    pub(super) status: u16,
    /// The stable word of the problem.
    #[schema(schema_with = codes)]
    pub(super) code: &'static str,
    /// Where the body is no JSON, in a sentence; only where the code is `bad_request`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<String>,
    /// Every field that was refused, each with its reason, up to a hundred; only where the code is `invalid`.
    #[schema(max_items = 100)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) errors: Vec<FieldProblem>,
}

/// Why one field was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FieldProblem {
    /// Where the field stands: a JSON Pointer into the body (`#/lines/0/quantity`), or the name of a
    /// parameter.
    pub(super) pointer: String,
    /// The stable word of the reason.
    #[schema(schema_with = reasons)]
    pub(super) code: String,
    /// The same in a sentence.
    pub(super) detail: String,
    /// The least that is accepted, where the reason is a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min: Option<i64>,
    /// The most that is accepted, where the reason is a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<i64>,
}

/// Every word that a problem may have.
fn codes() -> Object {
    words(Failure::VARIANTS, "The stable word of the problem.")
}

/// Every word that the reason of a field may have.
fn reasons() -> Object {
    words(Flaw::VARIANTS, "The stable word of the reason.")
}

fn words(words: &'static [&'static str], description: &str) -> Object {
    let words = words.iter().copied();
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).description(Some(description)).build()
}

/// A refusal on its way out: it becomes a [`Problem`] where the language is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    failure: Failure,
    status: StatusCode,
    bad_token: bool,
    /// The line and its byte where a body is no JSON.
    not_json: Option<(usize, usize)>,
}

impl Refusal {
    /// The same refusal with a status that says more here than the one of its failure.
    #[must_use]
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same refusal, where a token was shown that is not good (RFC 6750, section 3.1).
    #[must_use]
    pub(super) fn of_a_bad_token(self) -> Self {
        Self { bad_token: true, ..self }
    }

    /// The same refusal, where a body is no JSON: the line, and the byte in it, from 1.
    #[must_use]
    pub(super) fn not_json(self, line: usize, column: usize) -> Self {
        Self { not_json: Some((line, column)), ..self }
    }

    /// The same refusal, whose fields are called as they are in the body: pairs of the name that the
    /// form has, and its place in the body, such as `lines/0/quantity`.
    #[must_use]
    pub(super) fn naming(self, names: &[(&str, &str)]) -> Self {
        let Failure::Invalid(flaws) = self.failure else { return self };
        let renamed = flaws.iter().map(|(field, flaw)| {
            let name = names.iter().find(|(form, _)| *form == field).map_or(field, |(_, body)| body);
            (name.to_owned(), flaw)
        });
        Self { failure: Failure::Invalid(renamed.collect()), ..self }
    }

    /// The whole answer in a language.
    pub(super) fn answer(&self, locale: Locale) -> Response {
        let mut problem = Problem::of(&self.failure, self.status, locale);
        problem.detail = self.not_json.map(|(line, column)| told_not_json(line, column, locale));
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.word()));
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
        let (name, value): (HeaderName, &'static str) = match self.failure {
            Failure::Busy | Failure::KeyInUse => (header::RETRY_AFTER, "1"),
            Failure::Unavailable => (header::RETRY_AFTER, "5"),
            _ if self.bad_token => (header::WWW_AUTHENTICATE, "Bearer realm=\"madang\", error=\"invalid_token\""),
            Failure::SignInRequired | Failure::WrongCredentials => {
                (header::WWW_AUTHENTICATE, "Bearer realm=\"madang\"")
            }
            Failure::ScopeRequired => {
                (header::WWW_AUTHENTICATE, "Bearer realm=\"madang\", error=\"insufficient_scope\"")
            }
            _ => return response,
        };
        headers.insert(name, HeaderValue::from_static(value));
        response
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let status = StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { failure, status, bad_token: false, not_json: None }
    }
}

impl From<domain::Error> for Refusal {
    fn from(error: domain::Error) -> Self {
        Failure::from(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl Problem {
    pub(super) fn of(failure: &Failure, status: StatusCode, locale: Locale) -> Self {
        let errors = match failure {
            Failure::Invalid(flaws) => fields(flaws, locale),
            _ => Vec::new(),
        };
        let code = failure.code();
        let kind = format!("urn:madang:problem:{code}");
        Self { kind, title: told(failure, locale), status: status.as_u16(), code, detail: None, errors }
    }
}

fn fields(flaws: &Flaws, locale: Locale) -> Vec<FieldProblem> {
    flaws
        .iter()
        .map(|(field, flaw)| {
            let (code, limits) = word(flaw);
            let limit = |name| limits.get(name).and_then(Value::as_i64);
            FieldProblem {
                pointer: pointer(field),
                code,
                detail: told_flaw(flaw, locale),
                min: limit("min"),
                max: limit("max"),
            }
        })
        .collect()
}

/// The word of a flaw, and its limits.
fn word(flaw: Flaw) -> (String, Map<String, Value>) {
    match json!(flaw) {
        Value::String(word) => (word, Map::new()),
        Value::Object(parts) => match parts.into_iter().next() {
            Some((word, Value::Object(limits))) => (word, limits),
            Some((word, _)) => (word, Map::new()),
            None => (String::new(), Map::new()),
        },
        _ => (String::new(), Map::new()),
    }
}

/// What has to be encoded in the fragment of a URI: RFC 6901, section 6, and RFC 3986, 3.5.
const FRAGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What a parameter is called among the flaws of a request.
pub(super) fn parameter(name: &str) -> String {
    format!("?{name}")
}

/// Where a field stands in the body: in a body that was looked at itself, a JSON Pointer tells; names of forms
/// are `snake_case`, and those of bodies are not.
fn pointer(field: &str) -> String {
    if let Some(parameter) = field.strip_prefix('?') {
        return parameter.to_owned();
    }
    if field.starts_with('/') {
        return format!("#{}", utf8_percent_encode(field, FRAGMENT));
    }
    let mut pointer = String::from("#/");
    let mut upper = false;
    for one in field.chars() {
        match one {
            '_' => upper = true,
            one if upper => {
                pointer.extend(one.to_uppercase());
                upper = false;
            }
            one => pointer.push(one),
        }
    }
    // The body as a whole.
    if field.is_empty() { "#".to_owned() } else { pointer }
}

/// Puts refusals into words, and what axum refuses by itself too.
pub(crate) async fn tell(request: Request, next: Next) -> Response {
    let locale = locale(request.headers());
    let mut response = next.run(request).await;
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        let mut told = refusal.answer(locale);
        told.extensions_mut().extend(std::mem::take(response.extensions_mut()));
        // What the gateway is still asked about may be answered otherwise in a moment.
        if matches!(refusal.failure, Failure::PaymentChecking | Failure::ChargeChecking) {
            told.extensions_mut().insert(Undecided);
        }
        // What layers on the way have said of it.
        for (name, value) in response.headers() {
            if name != header::CONTENT_LENGTH {
                told.headers_mut().insert(name, value.clone());
            }
        }
        return told;
    }
    // It was told already, further in.
    if response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM) {
        return response;
    }
    let failure = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Failure::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        // A session that cannot be stored.
        StatusCode::INTERNAL_SERVER_ERROR => Failure::Unavailable,
        _ => return response,
    };
    let mut told = Refusal::from(failure).answer(locale);
    for (name, value) in response.headers() {
        if !matches!(*name, header::CONTENT_LENGTH | header::CONTENT_TYPE) {
            told.headers_mut().insert(name, value.clone());
        }
    }
    told
}

/// The language that a program asks for: the one of most weight in `Accept-Language` that the shop speaks,
/// the first of several, or the one that its browser has chosen.
pub(super) fn locale(headers: &HeaderMap) -> Locale {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = None;
    for part in asked.split(',') {
        let (range, weight) = part.split_once(';').unwrap_or((part, ""));
        let word = range.split('-').next().unwrap_or_default().trim().to_ascii_lowercase();
        // RFC 9110, 12.4.2: one that is not weighted counts in full.
        let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok());
        let Some(weight) = weight.filter(|weight| *weight > 0.0) else { continue };
        if matches!(word.as_str(), "ko" | "en") && best.as_ref().is_none_or(|(_, most)| weight > *most) {
            best = Some((word, weight));
        }
    }
    best.map_or_else(|| crate::http::locale(headers), |(word, _)| Locale::parse(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_as_it_stands_in_the_body() {
        assert_eq!(pointer("sale_price"), "#/salePrice");
        assert_eq!(pointer("lines/0/quantity"), "#/lines/0/quantity");
        assert_eq!(pointer(&parameter("productId")), "productId");
        assert_eq!(pointer("/한 글%"), "#/%ED%95%9C%20%EA%B8%80%25");
        assert_eq!(pointer("/lines/0/sale_price"), "#/lines/0/sale_price");
        assert_eq!(pointer(""), "#");
    }

    #[test]
    fn every_refused_field_is_told_with_its_limits() {
        let flaws = [("name", Flaw::Required), ("quantity", Flaw::OutOfRange { min: 1, max: 99 })];
        let failure = Failure::Invalid(flaws.map(|(field, flaw)| (field.to_owned(), flaw)).into_iter().collect());
        let problem = Problem::of(&failure, StatusCode::UNPROCESSABLE_ENTITY, Locale::En);
        let told: Vec<_> =
            problem.errors.iter().map(|field| (field.pointer.as_str(), field.code.as_str(), field.max)).collect();
        assert_eq!(told, [("#/name", "required", None), ("#/quantity", "out_of_range", Some(99))]);
        assert_eq!(problem.kind, "urn:madang:problem:invalid");
    }

    #[test]
    fn the_language_of_most_weight_that_the_shop_speaks_is_spoken() {
        let of = |value| locale(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(value))]));
        assert_eq!(of("fr, en-US;q=0.9, ko;q=0.8"), Locale::En);
        assert_eq!(of("ko-KR"), Locale::Ko);
        assert_eq!(of("ko;q=0.1,en;q=0.9"), Locale::En);
        assert_eq!(of("en;q=0.1, ko;q=0.9"), Locale::Ko);
        assert_eq!(of("en;q=0"), Locale::Ko);
        assert_eq!(of("fr"), Locale::Ko);
    }
}
