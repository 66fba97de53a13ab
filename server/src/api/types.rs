//! Makes the types of the document what generated clients need: lists refer to what they list, and what is
//! always told is said to be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use utoipa::openapi::{
    OpenApi, Ref, RefOr,
    path::Operation,
    schema::{AllOf, Array, ArrayItems, Components, Object, Schema},
};

/// What the parts of lists are called while they are made.
const PART: &str = "Part_";

/// Types of which some members are left out at times.
const WITH_GAPS: [&str; 4] = ["Problem", "FieldProblem", "OrderMessageData", "OrderMessageLine"];

type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Mends the types of a document whose operations are all there.
pub(super) fn mend(document: &mut OpenApi) {
    let operations = document.paths.paths.values_mut().flat_map(|item| {
        [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
    });
    let mut asked = BTreeSet::new();
    for operation in operations {
        asked.extend(sent(operation));
        rename(operation);
    }
    let Some(components) = &mut document.components else { return };
    list(components);
    with_all_below(&mut asked, &components.schemas);
    for (name, schema) in &mut components.schemas {
        if !asked.contains(name) && !WITH_GAPS.contains(&name.as_str()) {
            require(schema);
        }
    }
}

/// The type of the body of an operation.
fn sent(operation: &Operation) -> Option<String> {
    let RefOr::T(body) = operation.request_body.as_ref()? else { return None };
    let RefOr::T(content) = body.content.values().next()? else { return None };
    match content.schema.as_ref()? {
        RefOr::Ref(named) => Some(name(named).to_owned()),
        RefOr::T(_) => None,
    }
}

fn name(named: &Ref) -> &str {
    named.ref_location.rsplit('/').next().unwrap_or_default()
}

/// `OrderSummaryPart`, not `Part_OrderSummary`.
fn of(part: &str) -> Option<String> {
    part.strip_prefix(PART).map(|item| format!("{item}Part"))
}

fn rename(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        for content in response.content.values_mut() {
            if let RefOr::T(content) = content
                && let Some(RefOr::Ref(named)) = &mut content.schema
                && let Some(renamed) = of(name(named))
            {
                *named = Ref::from_schema_name(renamed);
            }
        }
    }
}

/// Has each part of a list refer to the type of its items, with an example made of theirs.
fn list(components: &mut Components) {
    let parts: Vec<String> = components.schemas.keys().filter(|name| name.starts_with(PART)).cloned().collect();
    for part in parts {
        let (item, Some(renamed)) = (part.trim_start_matches(PART).to_owned(), of(&part)) else { continue };
        let example = match components.schemas.get(&item) {
            Some(RefOr::T(Schema::Object(item))) => item.example.clone(),
            Some(RefOr::T(Schema::AllOf(item))) => item.example.clone(),
            _ => None,
        };
        let Some(mut schema) = components.schemas.remove(&part) else { continue };
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            if let Some(RefOr::T(Schema::Array(items))) = object.properties.get_mut("items") {
                items.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(&item).into()));
            }
            object.example = example.map(|one| json!({ "items": [one], "next": null }));
        }
        components.schemas.insert(renamed, schema);
    }
}

/// Adds the types that stand in these.
fn with_all_below(names: &mut BTreeSet<String>, schemas: &Schemas) {
    let mut left: Vec<String> = names.iter().cloned().collect();
    while let Some(name) = left.pop() {
        let Some(schema) = schemas.get(&name) else { continue };
        let text = json!(schema).to_string();
        let below = text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next());
        left.extend(below.map(str::to_owned).filter(|below| names.insert(below.clone())));
    }
}

/// Every member is always there, null or not.
fn require(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(Object { properties, required, .. })) => {
            *required = properties.keys().cloned().collect();
            properties.values_mut().for_each(require);
        }
        RefOr::T(Schema::AllOf(AllOf { items, .. })) => items.iter_mut().for_each(require),
        RefOr::T(Schema::Array(Array { items: ArrayItems::RefOrSchema(items), .. })) => require(items),
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::document::document;

    /// Every schema that stands beside an example, or holds one of its own, with that example.
    fn examples(here: &Value, found: &mut Vec<(Value, Value)>) {
        match here {
            Value::Object(members) => {
                if let Some(example) = members.get("example") {
                    let schema = members.get("schema").or_else(|| members.get("type").and(Some(here)));
                    found.extend(schema.map(|schema| (schema.clone(), example.clone())));
                }
                members.iter().filter(|(name, _)| *name != "example").for_each(|(_, below)| examples(below, found));
            }
            Value::Array(entries) => entries.iter().for_each(|below| examples(below, found)),
            _ => {}
        }
    }

    #[test]
    fn every_example_is_what_its_schema_says() {
        let document = serde_json::json!(document());
        let mut found = Vec::new();
        examples(&document, &mut found);
        assert!(found.len() > 150, "{}", found.len());
        let mut wrong = Vec::new();
        for (mut schema, example) in found {
            schema["components"] = document["components"].clone();
            let validator = jsonschema::validator_for(&schema).expect("a schema");
            if let Err(why) = validator.validate(&example) {
                wrong.push(format!("{example}: {why}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
