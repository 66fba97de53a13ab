//! The OpenAPI document: it is the one that is committed, it holds what was promised, and it is whole.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value, json};

use crate::{process::madang, support::Outcome};

/// What was promised to programs. More may stand beside it, below the same nouns.
const PROMISED: [(&str, &[&str]); 30] = [
    ("/catalog/products", &["post"]),
    ("/catalog/products/{productId}", &["get", "put"]),
    ("/catalog/change-inventory-count", &["post"]),
    ("/catalog/search", &["post"]),
    ("/catalog/best-sellers", &["get"]),
    ("/payment/methods", &["post"]),
    ("/payment/methods/{methodId}", &["post"]),
    ("/payment/process-payment", &["post"]),
    ("/payment/payments/{paymentId}", &["get"]),
    ("/order/process-order", &["post"]),
    ("/order/orders", &["get"]),
    ("/order/orders/{orderId}", &["get"]),
    ("/order/orders/{orderId}/cancel", &["post"]),
    ("/order/orders/{orderId}/claims", &["post"]),
    ("/delivery/addresses", &["post"]),
    ("/delivery/process-delivery", &["post"]),
    ("/delivery/deliveries/{deliveryId}", &["get"]),
    ("/member/registration", &["post"]),
    ("/member/members/{userId}", &["put"]),
    ("/member/login", &["post"]),
    ("/member/tokens", &["get"]),
    ("/member/tokens/{tokenId}", &["delete"]),
    ("/points/charge", &["post"]),
    ("/points/balance", &["get"]),
    ("/points/history", &["get"]),
    ("/cart/lines", &["get", "post"]),
    ("/cart/lines/{productId}", &["delete", "put"]),
    ("/coupon/mine", &["get"]),
    ("/coupon/issue", &["post"]),
    ("/subscription/subscriptions", &["get", "post"]),
];

const CHANGES: [&str; 4] = ["post", "put", "patch", "delete"];

/// Asked by POST, for a body; nothing is changed by them.
const READS: [&str; 3] = ["/catalog/search", "/order/quote", "/order/orders/{orderId}/cancel-preview"];

#[test]
fn the_document_is_the_committed_one() -> Outcome {
    let printed = madang().arg("openapi").output()?;
    assert!(printed.status.success());
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json"))?;
    let same = committed == String::from_utf8(printed.stdout)?;
    assert!(same, "docs/openapi.json is not what the handlers say; look at the difference after: make openapi");
    Ok(())
}

#[test]
fn every_promised_operation_stands_and_none_stands_elsewhere() -> Outcome {
    let document = Document::read()?;
    let there: HashSet<_> = document.operations().into_iter().map(|one| (one.path, one.method)).collect();
    let promised = PROMISED.iter().flat_map(|(path, methods)| methods.iter().map(move |method| (*path, *method)));
    let missing: Vec<_> =
        promised.filter(|(path, method)| !there.contains(&((*path).to_owned(), (*method).to_owned()))).collect();
    assert!(missing.is_empty(), "promised, but missing: {missing:#?}");
    let tags = document.tags();
    let elsewhere: Vec<_> =
        there.iter().filter(|(path, _)| !path.split('/').nth(1).is_some_and(|noun| tags.contains(noun))).collect();
    assert!(elsewhere.is_empty(), "below none of the nouns: {elsewhere:#?}");
    Ok(())
}

#[test]
fn every_operation_says_all_that_a_program_needs() -> Outcome {
    let document = Document::read()?;
    let tags = document.tags();
    let mut lacks = Vec::new();
    let mut ids = HashSet::new();
    for one in document.operations() {
        let mut lack = |what: String| lacks.push(format!("{} {}: {what}", one.method, one.path));
        let summary = one.text("summary");
        if summary.is_empty() || summary.ends_with('.') {
            lack(format!("a summary without a full stop: {summary:?}"));
        }
        if one.text("description").is_empty() {
            lack("a description".to_owned());
        }
        let id = one.text("operationId");
        if !ids.insert(id.clone()) || !speaks(&id) {
            lack(format!("an operationId of its own that speaks: {id:?}"));
        }
        let noun = one.path.split('/').nth(1).unwrap_or_default();
        if one.value["tags"] != json!([noun]) || !tags.contains(noun) {
            lack(format!("the tag of its noun: {}", one.value["tags"]));
        }
        if one.value["security"].as_array().is_none_or(Vec::is_empty) {
            lack("security".to_owned());
        }
        let responses = one.value["responses"].as_object().cloned().unwrap_or_default();
        for status in ["401", "429", "503"] {
            if !responses.contains_key(status) {
                lack(format!("what {status} means"));
            }
        }
        if !responses.keys().any(|status| status.starts_with('2')) {
            lack("an answer where all is well".to_owned());
        }
        for (status, response) in &responses {
            if response["description"].as_str().is_none_or(str::is_empty) {
                lack(format!("a description of {status}"));
            }
            for (kind, content) in response["content"].as_object().into_iter().flatten() {
                if document.example(content).is_none() {
                    lack(format!("an example of {status} {kind}"));
                }
            }
            if !status.starts_with(['2', '3']) && response["content"]["application/problem+json"].is_null() {
                lack(format!("a problem as {status}"));
            }
        }
        for (kind, content) in one.value["requestBody"]["content"].as_object().into_iter().flatten() {
            if document.example(content).is_none() {
                lack(format!("an example of its body {kind}"));
            }
        }
        for parameter in one.value["parameters"].as_array().into_iter().flatten() {
            if parameter["description"].as_str().is_none_or(str::is_empty) {
                lack(format!("a description of {}", parameter["name"]));
            }
        }
        let placed = |name| {
            let parameters = one.value["parameters"].as_array();
            parameters.into_iter().flatten().any(|parameter| parameter["name"] == name)
        };
        let changes = CHANGES.contains(&one.method.as_str()) && !READS.contains(&one.path.as_str());
        if changes != placed("Idempotency-Key") {
            lack("an Idempotency-Key".to_owned());
        }
    }
    assert!(lacks.is_empty(), "operations lack {:#?}", lacks);
    Ok(())
}

#[test]
fn every_property_is_described() -> Outcome {
    let document = Document::read()?;
    let mut bare = Vec::new();
    for (name, schema) in document.schemas() {
        walk(schema, &format!("#/components/schemas/{name}"), &mut |place, schema| {
            for (property, inner) in schema["properties"].as_object().into_iter().flatten() {
                // Of what may be null, it is said of what it is otherwise.
                let whole = std::iter::once(inner).chain(inner["oneOf"].as_array().into_iter().flatten());
                let mut told = whole.filter_map(|schema| schema["description"].as_str());
                if told.all(str::is_empty) {
                    bare.push(format!("{place}/{property}"));
                }
            }
        });
    }
    assert!(bare.is_empty(), "nothing is said of {bare:#?}");
    Ok(())
}

#[test]
fn what_programs_send_is_limited_and_takes_no_unknown_fields() -> Outcome {
    let document = Document::read()?;
    let mut open = BTreeSet::new();
    for one in document.operations() {
        let name = format!("{} {}", one.method, one.path);
        // Headers are limited by the server as a whole.
        let parameters = one.value["parameters"].as_array().into_iter().flatten();
        let parameters = parameters.filter(|parameter| parameter["in"] != "header");
        let parameters = parameters.map(|parameter| (format!("{name} {}", parameter["name"]), &parameter["schema"]));
        let bodies = one.value["requestBody"]["content"].as_object().into_iter().flatten();
        let bodies = bodies.map(|(_, content)| (format!("{name} body"), &content["schema"]));
        for (place, schema) in parameters.chain(bodies) {
            document.follow(schema, &place, &mut |place, schema| {
                if kinds(schema).contains("integer") && (limit(schema, "minimum") || limit(schema, "maximum")) {
                    open.insert(format!("{place}: an integer without both limits"));
                }
                let kept = ["maxLength", "enum", "format", "pattern"].iter().any(|word| !schema[word].is_null());
                if kinds(schema).contains("string") && !kept {
                    open.insert(format!("{place}: a text as long as one likes"));
                }
                if kinds(schema).contains("array") && !schema["maxItems"].is_u64() {
                    open.insert(format!("{place}: a list as long as one likes"));
                }
                if schema["properties"].is_object() && schema["additionalProperties"] != json!(false) {
                    open.insert(format!("{place}: fields that there are none of"));
                }
            });
        }
    }
    assert!(open.is_empty(), "not limited: {open:#?}");
    Ok(())
}

#[test]
fn every_example_fits_its_schema() -> Outcome {
    let document = Document::read()?;
    let mut wrong = Vec::new();
    for one in document.operations() {
        let requests = [("body".to_owned(), &one.value["requestBody"])].into_iter();
        let responses = one.value["responses"].as_object().into_iter().flatten();
        for (place, holder) in requests.chain(responses.map(|(status, response)| (status.clone(), response))) {
            for (_, content) in holder["content"].as_object().into_iter().flatten() {
                let Some(example) = document.example(content) else { continue };
                let mut schema = content["schema"].clone();
                schema["components"] = document.0["components"].clone();
                let validator = jsonschema::options().should_validate_formats(true).build(&schema)?;
                let errors = validator.iter_errors(&example).map(|error| format!("{}: {error}", error.instance_path()));
                wrong.extend(errors.map(|error| format!("{} {} {place} {error}", one.method, one.path)));
            }
        }
    }
    assert!(wrong.is_empty(), "examples that do not fit: {wrong:#?}");
    Ok(())
}

/// The document as programs read it.
struct Document(Value);

struct Operation {
    path: String,
    method: String,
    value: Value,
}

impl Operation {
    fn text(&self, name: &str) -> String {
        self.value[name].as_str().unwrap_or_default().to_owned()
    }
}

impl Document {
    fn read() -> Result<Self, serde_json::Error> {
        Ok(Self(serde_json::from_str(&server::api::text())?))
    }

    fn operations(&self) -> Vec<Operation> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(|(method, value)| Operation {
                path: path.clone(),
                method: method.clone(),
                value: value.clone(),
            })
        });
        operations.collect()
    }

    fn tags(&self) -> HashSet<&str> {
        self.0["tags"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str()).collect()
    }

    fn schemas(&self) -> &Map<String, Value> {
        static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        self.0["components"]["schemas"].as_object().unwrap_or(&NONE)
    }

    /// The schema itself, where it only names one.
    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let named = schema["$ref"].as_str().and_then(|place| self.0.pointer(place.trim_start_matches('#')));
        named.unwrap_or(schema)
    }

    /// The example of a body: its own, or the one of its schema. A list in parts, whose schema is made
    /// of that of its entries, has their example as one entry.
    fn example(&self, content: &Value) -> Option<Value> {
        if !content["example"].is_null() {
            return Some(content["example"].clone());
        }
        let schema = self.resolve(&content["schema"]);
        if !schema["example"].is_null() {
            return Some(schema["example"].clone());
        }
        if let Some(example) = schema["examples"].get(0) {
            return Some(example.clone());
        }
        let entry = self.resolve(&schema["properties"]["items"]["items"]);
        (!entry["example"].is_null()).then(|| json!({ "items": [entry["example"]], "next": null }))
    }

    /// Visits a schema and all that it is made of, wherever they stand.
    fn follow(&self, schema: &Value, place: &str, visit: &mut impl FnMut(&str, &Value)) {
        let schema = self.resolve(schema);
        visit(place, schema);
        for (property, inner) in schema["properties"].as_object().into_iter().flatten() {
            self.follow(inner, &format!("{place}/{property}"), visit);
        }
        if schema["items"].is_object() {
            self.follow(&schema["items"], &format!("{place}/*"), visit);
        }
        for several in ["oneOf", "anyOf", "allOf"] {
            for inner in schema[several].as_array().into_iter().flatten() {
                self.follow(inner, place, visit);
            }
        }
    }
}

/// Visits a schema and what is written within it.
fn walk(schema: &Value, place: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(place, schema);
    for (property, inner) in schema["properties"].as_object().into_iter().flatten() {
        walk(inner, &format!("{place}/{property}"), visit);
    }
    if schema["items"].is_object() {
        walk(&schema["items"], &format!("{place}/*"), visit);
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        for inner in schema[several].as_array().into_iter().flatten() {
            walk(inner, place, visit);
        }
    }
}

/// What a schema takes: `type` is one word or several.
fn kinds(schema: &Value) -> HashSet<&str> {
    match &schema["type"] {
        Value::String(one) => HashSet::from([one.as_str()]),
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => HashSet::new(),
    }
}

fn limit(schema: &Value, name: &str) -> bool {
    !schema[name].is_number() && schema["enum"].is_null()
}

/// Whether an operationId says what is done to what: `placeOrder`, not `place`.
fn speaks(id: &str) -> bool {
    id.len() <= 40
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.chars().all(|one| one.is_ascii_alphanumeric())
        && id.contains(|one: char| one.is_ascii_uppercase())
}
