//! Checks what programs send against the very schema that is published, so that every field that is
//! wrong is told at once and the schema is never more than true.

use std::{
    any::TypeId,
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock, RwLock},
};

use contract::{Failure, form::Flaw};
use jsonschema::{ValidationError, Validator, error::ValidationErrorKind as Kind};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    json::{MOST_FLAWS, below},
    rule,
};

static KNOWN: LazyLock<RwLock<HashMap<TypeId, Arc<Checker>>>> = LazyLock::new(RwLock::default);

struct Checker {
    schema: Value,
    validator: Validator,
}

/// What a schema says of a value.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Every flaw, in the order of the schema, by where it is.
    pub(super) flaws: Vec<(String, Flaw)>,
    /// Whether the value can be read: all that is wrong, if anything, are rules of single texts.
    pub(super) fits: bool,
}

/// Checks a value; `inside` tells whether addresses may lead inside.
///
/// # Errors
/// [`Failure::Unavailable`] for a schema that is none, which is a bug.
pub(super) fn check<T: ToSchema + 'static>(value: &Value, inside: bool) -> Result<Checked, Failure> {
    let checker = checker::<T>()?;
    let mut checked = Checked { flaws: Vec::new(), fits: true };
    // One reason a field is enough.
    let mut known = HashSet::new();
    let found = checker.validator.iter_errors(value).flat_map(|error| read(&checker.schema, &error, inside));
    for Found { place, flaw, by_rule } in found.take(MOST_FLAWS) {
        checked.fits &= by_rule;
        if known.insert(place.clone()) {
            checked.flaws.push((place, flaw));
        }
    }
    Ok(checked)
}

/// Whether a property may be of this type.
pub(super) fn takes<T: ToSchema + 'static>(property: &str, kind: &str) -> bool {
    let Ok(checker) = checker::<T>() else { return false };
    let property = &checker.schema["properties"][property];
    // What may be left out stands beside null.
    std::iter::once(property).chain(property["oneOf"].as_array().into_iter().flatten()).any(|one| match &one["type"] {
        Value::String(one) => one == kind,
        Value::Array(several) => several.iter().any(|one| one == kind),
        _ => false,
    })
}

fn checker<T: ToSchema + 'static>() -> Result<Arc<Checker>, Failure> {
    let id = TypeId::of::<T>();
    if let Some(known) = KNOWN.read().ok().and_then(|known| known.get(&id).cloned()) {
        return Ok(known);
    }
    let schema = schema::<T>();
    let options = rule::kept(jsonschema::options().should_validate_formats(true));
    let validator = options.build(&schema).map_err(|error| {
        tracing::error!(schema = %T::name(), %error, "a schema cannot be used");
        Failure::Unavailable
    })?;
    let made = Arc::new(Checker { schema, validator });
    if let Ok(mut known) = KNOWN.write() {
        known.insert(id, made.clone());
    }
    Ok(made)
}

/// The schema of a type, with those that it refers to where a document has them.
fn schema<T: ToSchema>() -> Value {
    let mut others = Vec::new();
    T::schemas(&mut others);
    let mut schema = json!(T::schema());
    let others: serde_json::Map<String, Value> =
        others.into_iter().map(|(name, schema)| (name, json!(schema))).collect();
    schema["components"] = json!({ "schemas": others });
    schema
}

/// What is wrong where, and whether by a rule alone.
struct Found {
    place: String,
    flaw: Flaw,
    by_rule: bool,
}

/// What an error says of which fields.
fn read(schema: &Value, error: &ValidationError<'_>, inside: bool) -> Vec<Found> {
    let path = error.instance_path().as_str();
    let at = |place: String, flaw: Flaw| Found { place, flaw, by_rule: false };
    let size = |limit: &u64| i64::try_from(*limit).unwrap_or(i64::MAX);
    // What the rule of a field says is more than what its schema does.
    if let Some((rule, typed)) = ruled(schema, error) {
        let by_rule = matches!(error.kind(), Kind::Format { .. });
        match rule::broken(rule, typed, inside) {
            Some(flaw) => return vec![Found { place: path.to_owned(), flaw, by_rule }],
            // It is kept, as this shop has it.
            None if by_rule => return Vec::new(),
            None => {}
        }
    }
    let flaw = match error.kind() {
        Kind::Required { property } => {
            return vec![at(below(path, property.as_str().unwrap_or_default()), Flaw::Required)];
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            return unexpected.iter().map(|name| at(below(path, name), Flaw::UnknownField)).collect();
        }
        Kind::Type { .. } => Flaw::Type,
        Kind::Minimum { limit } => {
            Flaw::OutOfRange { min: whole(limit), max: beside(schema, error, "maximum").map_or(i64::MAX, whole) }
        }
        Kind::Maximum { limit } => {
            Flaw::OutOfRange { min: beside(schema, error, "minimum").map_or(i64::MIN, whole), max: whole(limit) }
        }
        Kind::MinLength { limit: 1 } => Flaw::Required,
        Kind::MinLength { limit } => Flaw::TooShort { min: size(limit) },
        Kind::MaxLength { limit } => Flaw::TooLong { max: size(limit) },
        Kind::MinItems { limit } => Flaw::TooFew { min: size(limit) },
        Kind::MaxItems { limit } => Flaw::TooMany { max: size(limit) },
        Kind::UniqueItems => Flaw::Repeated,
        Kind::Enum { .. } | Kind::Constant { .. } => Flaw::Choice,
        // Of what may also be null, what it must be otherwise.
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => {
            let other = |inner: &ValidationError<'_>| {
                !matches!(inner.kind(), Kind::Type { .. }) || inner.instance_path() != error.instance_path()
            };
            let meant = context.iter().find(|branch| branch.iter().any(other));
            return meant.map_or_else(
                || vec![at(path.to_owned(), Flaw::Type)],
                |branch| branch.iter().flat_map(|inner| read(schema, inner, inside)).collect(),
            );
        }
        _ => Flaw::Format,
    };
    vec![at(path.to_owned(), flaw)]
}

/// The rule that is named as the format of a text, and the text.
fn ruled<'a>(schema: &'a Value, error: &'a ValidationError<'_>) -> Option<(&'a str, &'a str)> {
    let format = beside(schema, error, "format")?.as_str()?;
    rule::is_one(format).then_some((format, error.instance().as_str()?))
}

/// What else the schema says there, such as the other limit of a number.
fn beside<'a>(schema: &'a Value, error: &ValidationError<'_>, name: &str) -> Option<&'a Value> {
    let (above, _) = error.schema_path().as_str().rsplit_once('/')?;
    let here = above.split('/').skip(1).try_fold(schema, |here, step| match (step, here) {
        // The path goes through references as if they were what they refer to.
        ("$ref", here) => schema.pointer(here["$ref"].as_str()?.strip_prefix('#')?),
        (step, Value::Array(several)) => several.get(step.parse::<usize>().ok()?),
        (step, here) => here.get(step),
    });
    here?.get(name)
}

/// Schemas of ours have no limits but whole ones; they are written as floats at times.
fn whole(limit: &Value) -> i64 {
    limit.as_i64().or_else(|| limit.as_f64().map(|limit| limit as i64)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, ToSchema)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    #[expect(dead_code, reason = "its schema is what counts")]
    struct Sample {
        #[schema(min_length = 1, max_length = 3)]
        name: String,
        #[schema(minimum = 1, maximum = 9)]
        how_many: Option<i32>,
        #[schema(value_type = Vec<Inner>, max_items = 2)]
        lines: Vec<Inner>,
    }

    #[derive(Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "its schema is what counts")]
    struct Inner {
        #[schema(minimum = 1, maximum = 5)]
        product: i64,
    }

    #[derive(Deserialize, ToSchema)]
    #[expect(dead_code, reason = "its schema is what counts")]
    struct Outer {
        sample: Option<Sample>,
    }

    #[test]
    fn every_bad_field_of_what_may_be_left_out_is_told_too() {
        let told = |value: Value| -> Vec<(String, Flaw)> {
            check::<Outer>(&value, false).map(|checked| checked.flaws).unwrap_or_default()
        };
        let mut several = told(json!({ "sample": { "name": "abcd", "howMany": "1", "lines": [] } }));
        several.sort_by(|one, other| one.0.cmp(&other.0));
        let expected = [("/sample/howMany", Flaw::Type), ("/sample/name", Flaw::TooLong { max: 3 })];
        assert_eq!(several, expected.map(|(field, flaw)| (field.to_owned(), flaw)));
        assert_eq!(told(json!({ "sample": 7 })), [("/sample".to_owned(), Flaw::Type)]);
        assert_eq!(told(json!({ "sample": null })), []);
    }

    fn flaws(value: &Value) -> Vec<(String, Flaw)> {
        check::<Sample>(value, false).map(|checked| checked.flaws).unwrap_or_default()
    }

    #[test]
    fn every_bad_field_is_told_at_once() {
        let value = json!({ "howMany": "3", "lines": [{ "product": 1 }, { "product": "x", "more": 1 }], "else": null });
        let mut told = flaws(&value);
        told.sort_by(|one, other| one.0.cmp(&other.0));
        let expected = [
            ("/else", Flaw::UnknownField),
            ("/howMany", Flaw::Type),
            ("/lines/1/more", Flaw::UnknownField),
            ("/lines/1/product", Flaw::Type),
            ("/name", Flaw::Required),
        ];
        assert_eq!(told, expected.map(|(field, flaw)| (field.to_owned(), flaw)));
    }

    #[test]
    fn a_limit_is_told_with_the_other_one() {
        let told = flaws(&json!({ "name": "abcd", "howMany": 10, "lines": [{}, {}, {}] }));
        assert!(told.contains(&("/howMany".to_owned(), Flaw::OutOfRange { min: 1, max: 9 })), "{told:?}");
        let told_inside = flaws(&json!({ "name": "abc", "lines": [{ "product": 6 }] }));
        assert_eq!(told_inside, [("/lines/0/product".to_owned(), Flaw::OutOfRange { min: 1, max: 5 })]);
        assert!(told.contains(&("/name".to_owned(), Flaw::TooLong { max: 3 })), "{told:?}");
        assert!(told.contains(&("/lines".to_owned(), Flaw::TooMany { max: 2 })), "{told:?}");
    }

    #[test]
    fn what_the_schema_allows_passes() {
        assert_eq!(flaws(&json!({ "name": "abc", "lines": [] })), []);
        assert_eq!(flaws(&json!({ "name": "abc", "howMany": null, "lines": [{ "product": 1 }] })), []);
    }
}
