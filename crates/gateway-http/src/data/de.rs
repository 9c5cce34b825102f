//! From a tree to a type that `serde` can fill: every mistake of the tree is told at its place, not only the first one.

use std::fmt;

use policy_parser::{Diagnostic, suggest};
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::yaml::truth;
use super::{Entry, Node, Place, Value};

/// Mistakes of one tree that are told; whoever makes more has mistaken one file for another.
const MISTAKES: usize = 100;

/// Fills a `T`. What is wrong is told with `code` and then taken out of the tree, so that the rest is looked at too;
/// `None` when nothing is left to fill it from.
pub(crate) fn read<T: DeserializeOwned>(node: &Node, code: &'static str, found: &mut Vec<Diagnostic>) -> Option<T> {
    let mut owned = None;
    // Keys whose values were wrong, with the tables they were in: that they are missing now is nobody's mistake.
    let mut taken: Vec<Taken> = Vec::new();
    for _ in 0..MISTAKES {
        let tree = owned.as_ref().unwrap_or(node);
        let mistake = match T::deserialize(Reader { node: tree }) {
            Ok(value) => return Some(value),
            Err(mistake) => mistake,
        };
        let place = mistake.place.clone().unwrap_or_else(|| node.opening());
        let is_consequence = mistake
            .missing
            .is_some_and(|missing| taken.iter().any(|taken| *taken.key == *missing && same(&taken.table, &place)));
        if !is_consequence {
            let mut finding = place.error(code, mistake.text);
            finding.notes.extend(mistake.note);
            found.push(finding);
        }
        let mut rest = owned.unwrap_or_else(|| node.clone());
        if !remove(&mut rest, &place, &mut taken) {
            return None;
        }
        owned = Some(rest);
    }
    None
}

/// The keys that a `T` has in the table at `path`, where there is a table: the tree has to hold a key there that no table
/// has.
#[cfg(test)]
pub(crate) fn keys_at<T: DeserializeOwned>(node: &Node) -> Option<&'static [&'static str]> {
    T::deserialize(Reader { node }).err()?.keys
}

/// A key that was taken out of a table.
struct Taken {
    table: Place,
    key: Box<str>,
}

/// Takes the member or item at this place out of the tree.
fn remove(node: &mut Node, place: &Place, taken: &mut Vec<Taken>) -> bool {
    let table = node.opening();
    let is_here = |node: &Node| same(&node.opening(), place) || same(&node.place, place);
    match &mut node.value {
        Value::List(items) => match items.iter().position(is_here) {
            Some(at) => {
                items.remove(at);
                true
            }
            None => items.iter_mut().any(|item| remove(item, place, taken)),
        },
        Value::Map(entries) => {
            match entries.iter().position(|entry| same(&entry.key_place, place) || is_here(&entry.node)) {
                Some(at) => {
                    // Also where it is there twice: what does not count is no better.
                    let key = entries.remove(at).key;
                    entries.retain(|entry| entry.key != key);
                    taken.push(Taken { table, key });
                    true
                }
                None => entries.iter_mut().any(|entry| remove(&mut entry.node, place, taken)),
            }
        }
        _ => false,
    }
}

fn same(a: &Place, b: &Place) -> bool {
    a.span == b.span && std::sync::Arc::ptr_eq(&a.source, &b.source)
}

/// What is wrong, and where.
#[derive(Debug)]
struct Mistake {
    text: String,
    note: Option<String>,
    place: Option<Place>,
    /// The keys that could have been there.
    keys: Option<&'static [&'static str]>,
    /// The key that is not there.
    missing: Option<&'static str>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Mistake {}

impl serde::de::Error for Mistake {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self { text: text.to_string(), note: None, place: None, keys: None, missing: None }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        let expected = match expected.as_str() {
            "usize" | "u64" | "u32" | "u16" | "u8" => "a whole number from 0 on",
            "i64" | "i32" | "isize" => "a whole number",
            "f64" => "a number",
            other => other,
        };
        let found = match found {
            // It may be a key whose table was forgotten.
            Unexpected::Str(_) if expected.starts_with("struct ") || expected == "a map" => "a text".to_owned(),
            found => shown(found),
        };
        Self::custom(format_args!("{expected} was expected, not {found}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let mut mistake = Self::custom(format_args!("`{variant}` is none of {}", list(expected)));
        mistake.note = suggestion(variant, expected);
        mistake
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let mut mistake = Self::custom(format_args!("unknown key `{field}`"));
        mistake.note = Some(suggestion(field, expected).unwrap_or_else(|| format!("here may be {}", list(expected))));
        mistake.keys = Some(expected);
        mistake
    }

    fn missing_field(field: &'static str) -> Self {
        Self { missing: Some(field), ..Self::custom(format_args!("`{field}` is missing")) }
    }
}

fn shown(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Map => "a table".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Unit => "nothing".to_owned(),
        other => other.to_string(),
    }
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// The name that was probably meant.
fn suggestion(name: &str, known: &[&str]) -> Option<String> {
    let nearest = suggest::closest(name, known.iter().copied())?;
    Some(format!("did you mean `{nearest}`?"))
}

impl Mistake {
    fn at(mut self, place: impl FnOnce() -> Place) -> Self {
        if self.place.is_none() {
            self.place = Some(place());
        }
        self
    }
}

/// The name of a type that takes a number or a text without quotes as the file has it.
pub(crate) const AS_WRITTEN: &str = "as written";

#[derive(Clone, Copy)]
struct Reader<'n> {
    node: &'n Node,
}

/// A method that a scalar's kind alone does not decide.
macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty, $expected:literal;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
            match self.number() {
                Some(text) => match text.parse::<$type>() {
                    Ok(number) => visitor.$visit(number).map_err(|mistake| self.placed(mistake)),
                    Err(_) => Err(self.placed(Mistake::custom(format_args!(concat!($expected, " was expected, not {}"), text)))),
                },
                None => self.any(visitor),
            }
        })*
    };
}

impl<'n> Reader<'n> {
    fn placed(self, mistake: Mistake) -> Mistake {
        mistake.at(|| self.node.opening())
    }

    fn number(self) -> Option<&'n str> {
        match &self.node.value {
            Value::Number(text) | Value::Plain(text) => Some(text),
            _ => None,
        }
    }

    fn any<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        let done = match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(truth) => visitor.visit_bool(*truth),
            Value::Number(text) => number(text, visitor),
            Value::Text(text) => visitor.visit_str(text),
            Value::Plain(text) => match truth(text) {
                Some(truth) => visitor.visit_bool(truth),
                None if text.starts_with(['-', '+', '.']) || text.starts_with(|c: char| c.is_ascii_digit()) => {
                    match text.parse::<i64>().is_ok() || text.parse::<f64>().is_ok() {
                        true => number(text, visitor),
                        false => visitor.visit_str(text),
                    }
                }
                None => visitor.visit_str(text),
            },
            Value::List(items) => visitor.visit_seq(Items { rest: items.iter() }),
            Value::Map(entries) => visitor.visit_map(Members { rest: entries, value: None }),
        };
        done.map_err(|mistake| self.placed(mistake))
    }
}

fn number<'de, V: Visitor<'de>>(text: &str, visitor: V) -> Result<V::Value, Mistake> {
    if let Ok(number) = text.parse::<u64>() {
        return visitor.visit_u64(number);
    }
    if let Ok(number) = text.parse::<i64>() {
        return visitor.visit_i64(number);
    }
    match text.replace('_', "").parse::<f64>() {
        Ok(number) => visitor.visit_f64(number),
        Err(_) => Err(Mistake::custom(format_args!("`{text}` is no number"))),
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.any(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.node.truth() {
            Some(truth) => visitor.visit_bool(truth).map_err(|mistake| self.placed(mistake)),
            None => self.any(visitor),
        }
    }

    numbers! {
        deserialize_u8 visit_u8 u8, "a number from 0 to 255";
        deserialize_u16 visit_u16 u16, "a number from 0 to 65535";
        deserialize_u32 visit_u32 u32, "a whole number from 0 on";
        deserialize_u64 visit_u64 u64, "a whole number from 0 on";
        deserialize_i32 visit_i32 i32, "a whole number";
        deserialize_i64 visit_i64 i64, "a whole number";
        deserialize_f64 visit_f64 f64, "a number";
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match &self.node.value {
            Value::Plain(text) => visitor.visit_str(text).map_err(|mistake| self.placed(mistake)),
            _ => self.any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match &self.node.value {
            Value::Map(_) => self.any(visitor),
            // Not the sequence that a struct could be made of as well.
            other => {
                let found = match other {
                    Value::List(_) => "a list",
                    Value::Null => "nothing",
                    _ => "a single value",
                };
                Err(self.placed(Mistake::custom(format_args!("a table was expected, not {found}"))))
            }
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Mistake> {
        if let Some(text) = self.number().filter(|_| name == AS_WRITTEN) {
            return visitor.visit_str(text).map_err(|mistake| self.placed(mistake));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        let done = match &self.node.value {
            Value::Map(entries) => match entries.as_slice() {
                [entry] => visitor.visit_enum(Variant { name: &entry.key, value: Some(&entry.node) }),
                _ => Err(Mistake::custom("a table with one key was expected")),
            },
            _ => match self.node.scalar() {
                Some(name) => visitor.visit_enum(Variant { name, value: None }),
                None => Err(Mistake::custom("a text was expected")),
            },
        };
        done.map_err(|mistake| self.placed(mistake))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 char bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier
    }
}

struct Items<'n> {
    rest: std::slice::Iter<'n, Node>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistake> {
        let Some(node) = self.rest.next() else { return Ok(None) };
        seed.deserialize(Reader { node }).map(Some).map_err(|mistake| mistake.at(|| node.opening()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

struct Members<'n> {
    rest: &'n [Entry],
    value: Option<&'n Entry>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistake> {
        // Of a key that is there twice the last one counts.
        while let Some((entry, rest)) = self.rest.split_first() {
            self.rest = rest;
            if rest.iter().any(|later| later.key == entry.key) {
                continue;
            }
            self.value = Some(entry);
            let key = StrDeserializer::<Mistake>::new(&entry.key);
            return seed.deserialize(key).map(Some).map_err(|mistake| mistake.at(|| entry.key_place.clone()));
        }
        Ok(None)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Mistake> {
        let entry = self.value.take().ok_or_else(|| Mistake::custom("a value was asked for before its key"))?;
        seed.deserialize(Reader { node: &entry.node }).map_err(|mistake| mistake.at(|| entry.node.opening()))
    }
}

struct Variant<'n> {
    name: &'n str,
    value: Option<&'n Node>,
}

impl<'de, 'n> EnumAccess<'de> for Variant<'n> {
    type Error = Mistake;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Mistake> {
        let value = seed.deserialize(StrDeserializer::<Mistake>::new(self.name))?;
        Ok((value, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Mistake;

    fn unit_variant(self) -> Result<(), Mistake> {
        match self.value {
            None => Ok(()),
            Some(node) => Err(Mistake::custom("a text was expected").at(|| node.opening())),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mistake> {
        match self.value {
            Some(node) => seed.deserialize(Reader { node }),
            None => seed.deserialize(BorrowedStrDeserializer::<Mistake>::new("")),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mistake> {
        self.struct_variant(&[], visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Mistake> {
        match self.value {
            Some(node) => Reader { node }.any(visitor),
            None => Err(Mistake::custom("a table was expected")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use policy_parser::Source;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Example {
        number: u16,
        names: Vec<String>,
        inner: BTreeMap<String, Inner>,
        kind: Option<Kind>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        needed: bool,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Small,
        Large,
    }

    fn all(text: &str) -> (Option<Example>, Vec<String>) {
        let source = Source::new("x.toml", text);
        let mut found = Vec::new();
        let node = crate::data::parse_toml(&source, &mut found);
        let value = read(&node, "TG8002", &mut found);
        let shown = found.iter().map(|finding| {
            let place = source.position(finding.span.start);
            format!("{}:{} {}{}", place.line, place.column, finding.headline, finding.notes.concat())
        });
        (value, shown.collect())
    }

    #[test]
    fn a_fitting_tree_is_read() {
        let (value, found) = all("number = 5\nnames = [\"a\"]\nkind = \"small\"\n[inner.x]\nneeded = true\n");
        let inner = BTreeMap::from([("x".to_owned(), Inner { needed: true })]);
        let wanted = Example { number: 5, names: vec!["a".to_owned()], inner, kind: Some(Kind::Small) };
        assert_eq!((value, found), (Some(wanted), Vec::new()));
    }

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let text = "number = 70000\nnaems = []\nnames = [\"a\", 5, true]\nkind = \"smal\"\n[inner.x]\nneded = \
                    true\n[inner]\ny = { needed = 1 }\n";
        let (value, found) = all(text);
        let wanted = [
            "1:10 a number from 0 to 65535 was expected, not 70000",
            "2:1 unknown key `naems`did you mean `names`?",
            "3:15 a string was expected, not integer `5`",
            "3:18 a string was expected, not boolean `true`",
            "4:8 `smal` is none of `small`, `large`did you mean `small`?",
            "6:1 unknown key `neded`did you mean `needed`?",
            "5:1 `needed` is missing",
            "8:16 a boolean was expected, not integer `1`",
        ];
        for line in wanted {
            assert!(found.iter().any(|found| found == line), "{line} in {found:#?}");
        }
        assert_eq!(value.map(|value| value.names), Some(vec!["a".to_owned()]));
        assert_eq!(found.len(), wanted.len(), "a wrong value is not missing as well: {found:#?}");
    }

    #[test]
    fn text_without_quotes_is_what_is_wanted() {
        let source = Source::new("x.yaml", "number: 5\nnames: [1, true, x]\n");
        let mut found = Vec::new();
        let node = crate::data::parse_yaml(&source, &mut found).unwrap();
        let value: Option<Example> = read(&node, "TG8003", &mut found);
        assert_eq!(value.map(|value| (value.number, value.names.concat())), Some((5, "1truex".to_owned())));
    }
}
