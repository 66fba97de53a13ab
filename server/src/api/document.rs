//! The OpenAPI document, made from the handlers, and the page to try it on.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    Json, Router,
    http::{HeaderValue, header},
    response::Redirect,
    routing::get,
};
use contract::{
    Failure,
    form::{Flaw, Flaws},
};
use serde_json::json;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::{
    OpenApi,
    openapi::{
        Header, HeaderBuilder, ObjectBuilder, RefOr, Required,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
        schema::{Object, Schema, SchemaType, Type},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{
    counters, doors, json, operations, page,
    problem::{FieldProblem, Problem, parameter},
    refusals::add,
    replay, subscription, types,
};

/// Where the document stands.
const DOCUMENT: &str = "/api/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Madang",
        description = "The shop for programs: what shoppers, sellers and the staff do in a browser, at documented paths.\n\n\
            **Signing in.** `POST /member/login` gives a token; send it as `Authorization: Bearer …`. A token acts as its scope: `shopper`, `seller` or `staff`. The session cookie of a browser works too.\n\n\
            **Units.** Money is whole won. Times are RFC 3339 in UTC. Ids of orders, payments, deliveries, claims and coupons are UUIDs, those of members and products whole numbers.\n\n\
            **Doing it once.** Every change takes an `Idempotency-Key`, a new UUID for each change. The same key at the same address with the same body, byte by byte, within 24 hours is answered with the first answer, in its language, and `Idempotency-Replayed: true`, a refusal with 402 or 409 too: once its cause is mended, send a new key; with another body it is refused with 422 `already_sent`; while the first is under way with 409 `key_in_use`. Answers that a later try may change (400, 401, 403, 404, 412, 422, 428, 429, 5xx, and a payment that is not decided yet) are not kept: the same key goes on. What moves money must come with a key. A guest is known by the session, and who signs in or up by their e-mail address; whatever else comes without a session is done each time.\n\n\
            **Refusals** are problem details (RFC 9457). Act upon `code`; a bad body names every bad field at once in `errors`, up to a hundred; only what hangs on who asks, or what nothing but the database can tell, such as a taken e-mail address, may come once all else is right. Fields that there are none of are refused. A name may stand once in an object. Sentences are Korean, or English where `Accept-Language` asks for it.\n\n\
            **Formats** of texts: `line` is one line of letters and digits of any script, without combining marks, and the punctuation of names and addresses, `title` and `text` take every character but control characters, `text` with line breaks; `phone` is a Korean number, `postcode` one of five digits, `isbn` one of 13 digits whose last is right, `tracking-number` 5 to 30 letters and digits, `coupon-code` 4 to 40 letters, digits and hyphens, `email` has a dot in its domain, `cursor` came as `next`, `web-address` begins with `https://`. Of an `optional-…` nothing need be in it.\n\n\
            **Lists** come in parts: send `next` as `cursor`.\n\n\
            **Limits.** `X-RateLimit-Limit` tells how many requests may come at once, `X-RateLimit-Remaining` how many of them are left, of the limit that is nearest: that of the token or session, of the address, or of signing in and up, or of taking coupons; a refusal with 429 tells in `Retry-After` after how many seconds to come again. A body may have 256 KiB and 4,000 values."
    ),
    components(schemas(Problem, FieldProblem)),
    tags(
        (name = "catalog", description = "Products: found, read, and run by who sells them."),
        (name = "cart", description = "What a shopper means to buy. A guest has a cart by the session cookie."),
        (name = "order", description = "Orders, their cancels and claims."),
        (name = "payment", description = "Cards, and payments by card."),
        (name = "points", description = "The points wallet; a point is a won."),
        (name = "coupon", description = "Coupons of members."),
        (name = "delivery", description = "Addresses, and the deliveries of orders."),
        (name = "member", description = "Members, and the tokens that their programs sign in with."),
        (name = "subscription", description = "Webhooks to sellers: what happens to what is theirs."),
    )
)]
struct Shop;

type Schemas = BTreeMap<String, RefOr<Schema>>;

/// The document, whole.
pub fn document() -> &'static utoipa::openapi::OpenApi {
    static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(|| {
        let mut document = Shop::openapi();
        document.info.license = None;
        document.merge(operations().into_openapi());
        document.merge(doors().into_openapi());
        let messages = subscription::sent();
        // What comes is no path.
        document.webhooks = messages.webhooks.clone();
        document.merge(messages);
        document.merge(counters().into_openapi());
        let components = document.components.get_or_insert_default();
        let bearer =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A token of `POST /member/login`."));
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
        let session = ApiKeyValue::with_description("madang", "The session of a browser that has signed in.");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
        let schemas = components.schemas.clone();
        for (path, item) in &mut document.paths.paths {
            complete(path, item, &schemas);
        }
        types::mend(&mut document);
        document
    });
    &DOCUMENT
}

/// The document as text, the same each time: `docs/openapi.json` is this.
pub fn text() -> String {
    // Nothing in it cannot be written.
    serde_json::to_string_pretty(document()).unwrap_or_default()
}

/// The document and the page to try it on.
pub fn documents() -> Router {
    let revalidated =
        SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    page::router(DOCUMENT)
        .route(DOCUMENT, get(|| async { Json(document()) }))
        .route("/api", get(|| async { Redirect::permanent(page::PLACE) }))
        .layer(revalidated)
}

/// Writes what holds for every operation into each.
fn complete(path: &str, item: &mut PathItem, schemas: &Schemas) {
    let reads = replay::READS.contains(&path);
    let asked = [&mut item.get, &mut item.head].into_iter().flatten();
    asked.for_each(|operation| describe(operation, false, schemas));
    let changes = [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten();
    changes.for_each(|operation| describe(operation, !reads, schemas));
}

fn describe(operation: &mut Operation, changes: bool, schemas: &Schemas) {
    let wrong = wrong(operation, schemas);
    operation.parameters.iter_mut().flatten().for_each(bound);
    operation.parameters.iter_mut().flatten().for_each(exemplify);
    let stands = |place| operation.parameters.iter().flatten().filter_map(own).any(|one| one.parameter_in == place);
    let (in_path, in_query) = (stands(ParameterIn::Path), stands(ParameterIn::Query));
    let responses = &mut operation.responses.responses;
    // A token that is not good is refused wherever it is shown.
    add(responses, &Failure::SignInRequired);
    add(responses, &Failure::TooManyRequests);
    add(responses, &Failure::Unavailable);
    if in_path {
        add(responses, &Failure::NotFound);
    }
    if operation.request_body.is_some() {
        add(responses, &Failure::UnsupportedMediaType);
        add(responses, &Failure::TooLarge);
        add(responses, &Failure::ForeignOrigin);
    }
    if operation.request_body.is_some() || in_query {
        add(responses, &Failure::BadRequest);
    }
    // Whatever parameters it has, it may be asked for others.
    add(responses, &Failure::Invalid(wrong));
    if changes {
        add(responses, &Failure::KeyInUse);
        add(responses, &Failure::AlreadySent);
        add(responses, &Failure::ForeignOrigin);
        add(responses, &Failure::TooLarge);
        let parameters = operation.parameters.get_or_insert_default();
        if parameters.iter().filter_map(own).any(|one| one.name == KEY) {
            add(responses, &Failure::KeyRequired);
        } else {
            parameters.push(key_parameter(Required::False).into());
        }
    }
    for (status, response) in responses.iter_mut() {
        let RefOr::T(response) = response else { continue };
        let headers = &mut response.headers;
        headers.insert("X-RateLimit-Limit".to_owned(), number("Requests that may come at once."));
        headers.insert("X-RateLimit-Remaining".to_owned(), number("How many of them are left."));
        if status == "401" {
            headers.insert("WWW-Authenticate".to_owned(), challenge());
        }
        if status == "429" {
            headers.insert("Retry-After".to_owned(), number("Seconds after which to come again."));
        }
        if changes && status.starts_with('2') {
            headers.insert("Idempotency-Replayed".to_owned(), replayed());
        }
    }
}

/// What may be wrong with a request, as the example of a refusal: a field of its body, one that must be there
/// before others, or a parameter.
fn wrong(operation: &Operation, schemas: &Schemas) -> Flaws {
    if let Some(body) = body(operation, schemas) {
        let field = body.required.first().map(|field| (field, Flaw::Required));
        let field = field.or_else(|| body.properties.keys().next().map(|field| (field, Flaw::Type)));
        if let Some((field, flaw)) = field {
            return Flaws::one(&json::below("", field), flaw);
        }
    }
    let mut parameters = operation.parameters.iter().flatten().filter_map(own);
    match parameters.find(|one| one.parameter_in == ParameterIn::Query) {
        Some(one) => Flaws::one(&parameter(&one.name), Flaw::Type),
        None => Flaws::one(&parameter("page"), Flaw::UnknownField),
    }
}

/// The schema of what is sent.
fn body<'a>(operation: &Operation, schemas: &'a Schemas) -> Option<&'a Object> {
    let RefOr::T(sent) = operation.request_body.as_ref()? else { return None };
    let RefOr::T(content) = sent.content.values().next()? else { return None };
    let RefOr::Ref(named) = content.schema.as_ref()? else { return None };
    match schemas.get(named.ref_location.rsplit('/').next()?)? {
        RefOr::T(Schema::Object(object)) => Some(object),
        _ => None,
    }
}

/// Ids in an address are numbers from 1 on; what may be left out there is never null.
fn bound(parameter: &mut RefOr<Parameter>) {
    if let RefOr::T(Parameter {
        parameter_in: ParameterIn::Path, schema: Some(RefOr::T(Schema::Object(object))), ..
    }) = parameter
        && object.schema_type == SchemaType::Type(Type::Integer)
    {
        object.minimum.get_or_insert(1_i32.into());
        object.maximum.get_or_insert(utoipa::Number::Int(isize::MAX));
    }
    if let RefOr::T(Parameter { schema: Some(RefOr::T(Schema::Object(object))), .. }) = parameter
        && let SchemaType::Array(types) = &object.schema_type
        && let [one, Type::Null] = types.as_slice()
    {
        object.schema_type = SchemaType::Type(one.clone());
    }
}

/// Gives a parameter an example, where it has none of its own.
fn exemplify(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(parameter) = parameter else { return };
    let told = json!(parameter);
    let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema else { return };
    if !(told["example"].is_null() && object.examples.is_empty() && object.enum_values.is_none()) {
        return;
    }
    let integer = told["schema"]["type"].to_string().contains("integer");
    let example = match told["schema"]["format"].as_str() {
        Some("uuid") => Some(json!("0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f")),
        // What came as `next`, which nobody can know.
        Some("cursor") => None,
        _ if integer => Some(object.default.clone().unwrap_or_else(|| json!(2))),
        _ => None,
    };
    object.examples.extend(example);
}

fn own(parameter: &RefOr<Parameter>) -> Option<&Parameter> {
    match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    }
}

fn number(description: &str) -> RefOr<Header> {
    let schema = ObjectBuilder::new().schema_type(Type::Integer).build();
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build().into()
}

fn challenge() -> RefOr<Header> {
    let schema = ObjectBuilder::new().schema_type(Type::String).examples([json!("Bearer realm=\"madang\"")]).build();
    HeaderBuilder::new().schema(Some(schema)).description(Some("How to sign in (RFC 6750).")).build().into()
}

fn replayed() -> RefOr<Header> {
    let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["true"])).build();
    HeaderBuilder::new().schema(Some(schema)).description(Some("There where this was answered before.")).build().into()
}

const KEY: &str = "Idempotency-Key";

/// The header with the idempotency key.
fn key_parameter(required: Required) -> Parameter {
    ParameterBuilder::new()
        .name(KEY)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some("Names this change, so that it is done once: a new UUID for each."))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(replay::LONGEST))
                .examples([json!("8e03978e-40d5-43dd-bc93-6894a57f9324")]),
        ))
        .build()
}

/// The header with the key, of an operation that must have one: for its `params`.
pub(super) struct KeyHeader;

impl utoipa::IntoParams for KeyHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![key_parameter(Required::True)]
    }
}
