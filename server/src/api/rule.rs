//! Rules that a schema has no words for: it names them as the `format` of a text. They are the very ones of
//! the forms, so that a field that breaks one is told together with all the others.

use contract::{
    address, coupon, delivery,
    form::{Flaw, line},
    member::{self, Email},
    product::{
        form::{required, text},
        isbn::isbn,
    },
    table::Cursor,
};
use domain::subscription::read_target;
use jsonschema::ValidationOptions;

type Rule = fn(&str) -> Result<(), Flaw>;

/// How long a text may be stands in its schema.
const ANY: usize = usize::MAX;

/// The one that a setting loosens.
const ADDRESS: &str = "web-address";

/// Each by the name that schemas give it.
const RULES: [(&str, Rule); 14] = [
    ("line", |typed| line(typed, ANY).map(drop)),
    ("optional-line", |typed| optional(typed, |typed| line(typed, ANY))),
    ("title", |typed| required(text(typed, ANY, false)).map(drop)),
    ("optional-title", |typed| text(typed, ANY, false).map(drop)),
    ("text", |typed| text(typed, ANY, true).map(drop)),
    ("email", |typed| Email::parse(typed).map(drop)),
    ("phone", |typed| member::phone(typed).map(drop)),
    ("optional-phone", |typed| optional(typed, member::phone)),
    ("postcode", |typed| address::postcode(typed).map(drop)),
    ("isbn", |typed| isbn(typed).map(drop)),
    ("tracking-number", |typed| delivery::tracking_number(typed).map(drop)),
    ("coupon-code", |typed| coupon::read_code(typed).map(drop)),
    (ADDRESS, |typed| read_target(typed, false).map(drop)),
    ("cursor", |typed| Cursor::parse(typed).map(drop).ok_or(Flaw::Format)),
];

fn optional<T>(typed: &str, rule: impl Fn(&str) -> Result<T, Flaw>) -> Result<(), Flaw> {
    if typed.trim().is_empty() { Ok(()) } else { rule(typed).map(drop) }
}

/// Has a validator keep the rules.
pub(super) fn kept(options: ValidationOptions) -> ValidationOptions {
    RULES.iter().fold(options, |options, (name, rule)| options.with_format(*name, |typed| rule(typed).is_ok()))
}

/// Whether there is a rule of this name.
pub(super) fn is_one(name: &str) -> bool {
    RULES.iter().any(|(known, _)| *known == name)
}

/// What a rule says of a text; `None` where it has nothing to say. `inside` tells whether addresses may lead
/// inside.
pub(super) fn broken(name: &str, typed: &str, inside: bool) -> Option<Flaw> {
    if name == ADDRESS && inside {
        return read_target(typed, inside).err();
    }
    let (_, rule) = RULES.iter().find(|(known, _)| *known == name)?;
    rule(typed).err()
}
