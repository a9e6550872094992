//! A strict reader of JSON documents: no field may occur twice, and numbers are read exactly as
//! written.
//!
//! The readers that serde derives are too lenient for a format with several implementations: in a
//! nested object the last of two equal fields wins, `null` counts as a missing field, a list is
//! accepted as an object, and an integer beyond 2⁶⁴ is rounded. Here a value stays text until its
//! expected type is known. The grammar is in `docs/formats.md`.

use std::fmt;

use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{Deserialize, Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::number::{BLANKS, Exact};

/// A JSON value, still as text, with its name in messages.
#[derive(Clone, Debug)]
pub(crate) struct Value<'a> {
    place: &'a str,
    field: String,
    text: &'a str,
}

impl<'a> Value<'a> {
    /// A whole document that was read from `place`; messages call it `name`.
    pub(crate) fn document(place: &'a str, name: &str, text: &'a str) -> Self {
        Value {
            place,
            field: name.to_owned(),
            text: text.trim_matches(BLANKS),
        }
    }

    /// An error that says what is wrong with this value.
    pub(crate) fn refused(&self, fault: impl fmt::Display) -> Error {
        Error::input(self.place, &self.field, fault)
    }

    /// An error that shows this value and says what it must be.
    pub(crate) fn must_be(&self, what: impl fmt::Display) -> Error {
        self.refused(format!("is {}; it must be {what}", shortened(self.text)))
    }

    /// The text of the value, as written.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Is the value `null`?
    pub(crate) fn is_null(&self) -> bool {
        self.text == "null"
    }

    /// The fields of an object. Every field must be one of the `known` ones and occur at most once.
    /// Messages about the fields begin with `place`.
    pub(crate) fn object(&self, place: &'a str, known: &'a [&'a str]) -> Result<Object<'a>> {
        if !self.text.starts_with('{') {
            return Err(self.refused("is not a JSON object; it must begin with {"));
        }
        let mut json = serde_json::Deserializer::from_str(self.text);
        let fields = json.deserialize_map(Fields { known });
        let fields = fields.and_then(|fields| json.end().map(|()| fields));
        match fields {
            Ok(fields) => Ok(Object { place, fields }),
            Err(cause) if cause.is_data() => Err(self.refused(without_position(&cause))),
            Err(cause) => Err(self.refused(format!("is not JSON: {cause}"))),
        }
    }

    /// The elements of a list, each with its position as its name: `hessians[1][0]`.
    pub(crate) fn list(&self) -> Result<Vec<Value<'a>>> {
        if !self.text.starts_with('[') {
            return Err(self.must_be("a list"));
        }
        let elements: Vec<&'a RawValue> =
            serde_json::from_str(self.text).map_err(|cause| self.refused(cause))?;
        let named = |(i, element): (usize, &'a RawValue)| Value {
            place: self.place,
            field: format!("{}[{i}]", self.field),
            text: element.get(),
        };
        Ok(elements.into_iter().enumerate().map(named).collect())
    }

    /// A rational number: a string that [`Exact`] can parse, or an integer without quotes.
    pub(crate) fn number(&self) -> Result<Exact> {
        let what = "a rational number in quotes, such as \"7/10\", \"-3\" or \"0.125\"";
        let number = match self.text.as_bytes().first() {
            Some(b'"') => self.string()?.parse(),
            Some(b'-' | b'0'..=b'9') if self.text.contains(['.', 'e', 'E']) => {
                let shown = shortened(self.text);
                return Err(self.refused(format!(
                    "{shown} is a binary float; put it in quotes so that it means exactly that decimal"
                )));
            }
            Some(b'-' | b'0'..=b'9') => self.text.parse(),
            _ => return Err(self.must_be(what)),
        };
        number.map_err(|fault: String| self.refused(fault))
    }

    /// One of the words of `T`; `what` lists them for the message.
    pub(crate) fn word<T: Deserialize<'static>>(&self, what: &str) -> Result<T> {
        if !self.text.starts_with('"') {
            return Err(self.must_be(what));
        }
        let word = self.string()?;
        let reader: StrDeserializer<'_, WordError> = word.as_str().into_deserializer();
        T::deserialize(reader).map_err(|_| self.must_be(what))
    }

    /// Any text.
    pub(crate) fn sentence(&self) -> Result<String> {
        if self.text.starts_with('"') {
            self.string()
        } else {
            Err(self.must_be("a text in quotes"))
        }
    }

    fn string(&self) -> Result<String> {
        serde_json::from_str(self.text).map_err(|cause| self.refused(cause))
    }
}

/// The fields of an object.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    place: &'a str,
    fields: Vec<(String, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// The field of this name, if present.
    pub(crate) fn field(&self, name: &str) -> Option<Value<'a>> {
        let (name, value) = self.fields.iter().find(|(own, _)| own == name)?;
        Some(Value {
            place: self.place,
            field: name.clone(),
            text: value.get(),
        })
    }

    /// The field of this name; when it is missing, `mend` tells the user what to do.
    pub(crate) fn required(&self, name: &str, mend: &str) -> Result<Value<'a>> {
        let missing = || Error::input(self.place, name, format!("is missing; {mend}"));
        self.field(name).ok_or_else(missing)
    }
}

/// Reads the fields of an object.
struct Fields<'k> {
    known: &'k [&'k str],
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(
        self,
        mut map: A,
    ) -> std::result::Result<Self::Value, A::Error> {
        let mut fields: Self::Value = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if !self.known.contains(&name.as_str()) {
                let (name, known) = (shortened(&name), self.known.join(", "));
                let fault = format!("unknown field `{name}`; the fields are {known}");
                return Err(A::Error::custom(fault));
            }
            if fields.iter().any(|(own, _)| *own == name) {
                let fault = format!("duplicate field `{name}`; it may stand once");
                return Err(A::Error::custom(fault));
            }
            fields.push((name, map.next_value()?));
        }
        Ok(fields)
    }
}

/// The message of an error without its position, which serde counts from the start of each object.
fn without_position(cause: &serde_json::Error) -> String {
    let said = cause.to_string();
    let fault = said
        .rsplit_once(" at line ")
        .map(|(fault, _)| fault.to_owned());
    fault.unwrap_or(said)
}

/// The beginning of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serde_forgives_is_refused() {
        let refusal = |text: &'static str| {
            let value = Value::document("f.json", "thing", text);
            let object = value.object("f.json", &["a", "b"]);
            object.unwrap_err().to_string()
        };
        assert!(refusal(r#"{"a":1,"a":1}"#).contains("duplicate field `a`"));
        assert!(refusal(r#"{"a":1,"\u0061":1}"#).contains("duplicate field `a`"));
        assert!(refusal(r#"{"c":1}"#).contains("unknown field `c`; the fields are a, b"));
        assert!(refusal("[1, 2]").contains("is not a JSON object"));
        assert!(refusal("\u{feff}{}").contains("is not a JSON object"));
        assert!(refusal("{} {}").contains("is not JSON: trailing characters"));
        assert!(refusal(r#"{"a":NaN}"#).contains("is not JSON"));
    }

    #[test]
    fn numbers_without_quotes_are_whole_and_of_any_length() {
        let read = |text| Value::document("f.json", "x", text).number();
        let long = "123456789012345678901234567890";
        assert_eq!(read(long).unwrap().to_string(), long);
        assert_eq!(read("-0").unwrap(), Exact::from(0));
        for text in ["1.0", "1e3", "-0.0", "true", "null", "[1]", r#""\ud800""#] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with("f.json: x: "), "{error}");
        }
    }

    #[test]
    fn nothing_nests_too_deeply_to_be_refused() {
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        let value = Value::document("f.json", "thing", &deep);
        assert!(value.object("f.json", &["a"]).is_err());
        let closed = format!("[{}1{}]", "[".repeat(100_000), "]".repeat(100_000));
        let list = Value::document("f.json", "x", &closed).list().unwrap();
        let error = list[0].number().unwrap_err().to_string();
        assert!(
            error.starts_with("f.json: x[0]: is [[[[") && error.len() < 250,
            "{error}"
        );
    }
}
