//! JSON as it comes, read strictly: a name stands once in an object, texts can be stored, and a whole number
//! is one however it is written.

use std::fmt;

use contract::{Failure, form::Flaw};
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::problem::Refusal;

/// The most values of one body. No schema needs a tenth of it.
const MOST_VALUES: usize = 4_000;

/// Flaws that are told of one body: nobody mends more at once.
pub(super) const MOST_FLAWS: usize = 100;

/// The longest name that is told back, in characters. No schema has one of half of it.
const LONGEST_NAME: usize = 100;

/// Up to here every whole number has a float of its own: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What was read, with what is wrong by itself: JSON Pointers and the flaws there.
#[derive(Debug, Default)]
pub(super) struct Json {
    pub(super) value: Value,
    pub(super) flaws: Vec<(String, Flaw)>,
}

/// Reads text.
///
/// # Errors
/// [`Failure::BadRequest`] for what is no JSON, with where it is none; [`Failure::TooLarge`] for more than
/// [`MOST_VALUES`].
pub(super) fn parse(text: &[u8]) -> Result<Json, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let read = read(&mut reader).and_then(|json| reader.end().map_err(Wrong::Text).map(|()| json));
    read.map_err(|wrong| match wrong {
        Wrong::Text(error) => Refusal::from(Failure::BadRequest).not_json(error.line(), error.column().max(1)),
        Wrong::TooMuch => Failure::TooLarge.into(),
    })
}

/// Reads what is a value already.
///
/// # Errors
/// As [`parse`].
pub(super) fn take(from: Value) -> Result<Json, Failure> {
    read(from).map_err(|wrong| match wrong {
        Wrong::Text(_) => Failure::BadRequest,
        Wrong::TooMuch => Failure::TooLarge,
    })
}

/// Why something could not be read.
enum Wrong {
    Text(serde_json::Error),
    TooMuch,
}

fn read<'de, D: Deserializer<'de, Error = serde_json::Error>>(from: D) -> Result<Json, Wrong> {
    let mut notes = Notes::default();
    match Node(&mut notes).deserialize(from) {
        Ok(value) => Ok(Json { value, flaws: notes.flaws }),
        Err(_) if notes.values > MOST_VALUES => Err(Wrong::TooMuch),
        Err(error) => Err(Wrong::Text(error)),
    }
}

/// Where a member of an object or an entry of a list stands. Nobody is told a name back that is longer than
/// any that there is.
pub(super) fn below(place: &str, name: &str) -> String {
    let short: String = name.chars().take(LONGEST_NAME).collect();
    let cut = if short.len() < name.len() { "…" } else { "" };
    format!("{place}/{}{cut}", short.replace('~', "~0").replace('/', "~1"))
}

/// The name of a member of the outermost object, by where it stands.
pub(super) fn name(place: &str) -> String {
    place.strip_prefix('/').unwrap_or(place).replace("~1", "/").replace("~0", "~")
}

/// What is known of the values so far, and the way to the one at hand.
#[derive(Default)]
struct Notes {
    values: usize,
    way: Vec<String>,
    flaws: Vec<(String, Flaw)>,
}

impl Notes {
    fn tell(&mut self, flaw: Flaw) {
        if self.flaws.len() < MOST_FLAWS {
            let place = self.way.iter().fold(String::new(), |place, name| below(&place, name));
            // One reason a field is enough.
            if self.flaws.iter().all(|(known, _)| *known != place) {
                self.flaws.push((place, flaw));
            }
        }
    }

    /// Goes on to a value that stands below.
    fn enter(&mut self, name: &str) {
        self.way.push(name.chars().take(LONGEST_NAME + 1).collect());
    }

    fn leave(&mut self) {
        self.way.pop();
    }
}

/// One value on its way in.
struct Node<'a>(&'a mut Notes);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        self.0.values += 1;
        if self.0.values > MOST_VALUES {
            return Err(D::Error::custom("too many values"));
        }
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, read: bool) -> Result<Value, E> {
        Ok(read.into())
    }

    fn visit_i64<E>(self, read: i64) -> Result<Value, E> {
        Ok(read.into())
    }

    fn visit_u64<E>(self, read: u64) -> Result<Value, E> {
        Ok(read.into())
    }

    /// `1.0` and `1e2` are whole.
    fn visit_f64<E>(self, read: f64) -> Result<Value, E> {
        let whole = read.fract() == 0.0 && read.abs() < EXACT;
        Ok(if whole { (read as i64).into() } else { read.into() })
    }

    /// No database holds NUL.
    fn visit_str<E>(self, read: &str) -> Result<Value, E> {
        if read.contains('\0') {
            self.0.tell(Flaw::Characters);
        }
        Ok(read.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        loop {
            self.0.enter(&read.len().to_string());
            let entry = entries.next_element_seed(Node(&mut *self.0))?;
            self.0.leave();
            let Some(value) = entry else { break };
            read.push(value);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if name.contains('\0') {
                return Err(A::Error::custom("a name with NUL"));
            }
            self.0.enter(&name);
            let value = members.next_value_seed(Node(&mut *self.0))?;
            if read.insert(name, value).is_some() {
                self.0.tell(Flaw::Repeated);
            }
            self.0.leave();
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flaws(text: &str) -> Vec<(String, Flaw)> {
        parse(text.as_bytes()).map(|json| json.flaws).unwrap_or_default()
    }

    #[test]
    fn a_name_that_stands_twice_is_told_where_it_stands() {
        let text = r#"{ "a": 1, "lines": [{}, { "x/y": 1, "x/y": 1 }], "a": 2 }"#;
        let expected = ["/lines/1/x~1y", "/a"].map(|place| (place.to_owned(), Flaw::Repeated));
        assert_eq!(flaws(text), expected);
    }

    #[test]
    fn what_is_told_of_a_body_is_bounded_whatever_its_names() {
        let long = format!(r#"{{ "{}": [{}"\u0000"] }}"#, "k".repeat(200_000), r#""\u0000","#.repeat(3_000));
        let told = flaws(&long);
        assert_eq!(told.len(), MOST_FLAWS);
        assert!(told.iter().all(|(place, _)| place.len() < 120), "{:?}", told.first());
        let again = format!("{{ {}\"a\": 1 }}", "\"a\": 1,".repeat(1_000));
        assert_eq!(flaws(&again), [("/a".to_owned(), Flaw::Repeated)]);
    }

    #[test]
    fn a_text_with_nul_is_told_where_it_stands() {
        assert_eq!(flaws(r#"{ "a": ["b", "\u0000"] }"#), [("/a/1".to_owned(), Flaw::Characters)]);
        assert!(parse(br#"{ "\u0000": 1 }"#).is_err());
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        let read = parse(b"[1, 1.0, 1e2, 1.5, 9007199254740993, 18446744073709551615]").map(|json| json.value);
        assert_eq!(read.ok(), Some(json!([1, 1, 100, 1.5, 9_007_199_254_740_993_i64, u64::MAX])));
    }

    #[test]
    fn what_is_no_json_or_too_much_of_it_is_refused() {
        let refused = |line, column| Some(Refusal::from(Failure::BadRequest).not_json(line, column));
        for (wrong, line, column) in
            [("", 1, 1), ("{", 1, 1), ("{}\n {}", 2, 2), ("[1,]", 1, 4), ("nan", 1, 2), ("\"\u{1}\"", 1, 2)]
        {
            assert_eq!(parse(wrong.as_bytes()).err(), refused(line, column), "{wrong}");
        }
        let list = |values: usize| format!("[{}]", vec!["1"; values].join(","));
        assert!(parse(list(MOST_VALUES - 1).as_bytes()).is_ok());
        assert_eq!(parse(list(MOST_VALUES).as_bytes()).err(), Some(Failure::TooLarge.into()));
        assert_eq!(parse("[".repeat(100_000).as_bytes()).err(), refused(1, 128));
    }
}
