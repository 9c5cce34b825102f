//! `JsonConvert.DeserializeObject<T>` and `token.ToObject<T>()`: values made while a text or a tree is read, as
//! Newtonsoft.Json's serializer does it. Each value is read as its type wants it, so `"1.50"` stays as written in a
//! `Dictionary<string, string>`, and messages name the place where reading stopped.

use super::super::load::{self, Unfinished};
use super::super::node;
use super::super::read::typed::ReadAs;
use super::super::read::{Fail, Reader, Token, Unit};
use super::super::{conversions, convert};
use super::tree::TreeReader;
use super::{is_token_of, is_token_type};
use crate::cx::Cx;
use crate::exception::{Exc, Throw, Trap};
use crate::library::{self, TypeDefKind};
use crate::types::{self, Type, TypeId};
use crate::value::heap::{Array, Heap, List, Object};
use crate::value::text::{Str, TextRef};
use crate::value::{Ref, Value, behaviour};

/// `Environment.NewLine` in the serializer's longer messages.
const NEW_LINE: &str = library::NEW_LINE;

/// Reads the whole text as a value of the type.
pub(in super::super) fn read(cx: &mut Cx<'_>, text: Str, target: TypeId, dates: bool) -> Result<Value, Throw> {
    cx.charge(text.len() / 4)?;
    // What is made goes into the same heap as the text, so the reader works on a copy; its strings are parts of the text.
    match cx.heap.text(text) {
        TextRef::Ascii(bytes) => {
            let bytes = bytes.to_vec();
            Typed::new(Reader::new(&bytes, text), dates).document(cx, target)
        }
        TextRef::Wide(units) => {
            let units = units.to_vec();
            Typed::new(Reader::new(&units, text), dates).document(cx, target)
        }
    }
}

/// What kind of JSON a type is made of: `JsonContractType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contract {
    /// `object`, and no type at all.
    Anything,
    /// A `JToken` and what derives from it.
    Linq,
    Primitive,
    /// What has a converter from texts.
    Text,
    /// A sequence that nothing can be added to.
    Sequence,
    /// A list of such items.
    Items(TypeId),
    /// A dictionary.
    Pairs(TypeId, TypeId),
    /// `KeyValuePair<K, V>`, which has a converter.
    Pair(TypeId, TypeId),
    /// A node of XML, which has a converter.
    Xml,
    /// `Tuple<…>`, made by its only constructor.
    Tuple(&'static [TypeId]),
    Object,
}

/// Classes with a converter from texts, though no text makes one here.
const TEXTS: [&str; 3] = ["System.Enum", "System.Globalization.CultureInfo", "System.Type"];

/// Sequences that are no lists.
const SEQUENCES: [&str; 9] = [
    "System.Array",
    "System.Collections.IEnumerable",
    "System.Linq.IGrouping",
    "System.Linq.ILookup",
    "System.Linq.IOrderedEnumerable",
    "System.Text.RegularExpressions.CaptureCollection",
    "System.Text.RegularExpressions.MatchCollection",
    "System.Xml.XmlNamespaceManager",
    "System.Xml.XmlNodeList",
];

/// `System.DBNull`.
fn dbnull() -> TypeId {
    static DB_NULL: types::Known = types::Known::new("System.DBNull");
    DB_NULL.id()
}

impl Contract {
    fn of(ty: TypeId) -> Self {
        if ty == TypeId::OBJECT {
            return Self::Anything;
        }
        if is_token_type(ty) {
            return Self::Linq;
        }
        let plain = convert::nullable(ty).unwrap_or(ty);
        if conversions::is_primitive(plain) {
            return Self::Primitive;
        }
        match types::get(plain) {
            Type::Array { element, rank: 1 } if *element == TypeId::BYTE => Self::Primitive,
            Type::Array { element, rank: 1 } => Self::Items(*element),
            Type::Named { def, args } => {
                let def = library::get().def(*def);
                match (def.decl.kind, &**args, def.simple_name()) {
                    (TypeDefKind::Enum, ..) => Self::Primitive,
                    _ if plain == dbnull() => Self::Primitive,
                    _ if TEXTS.contains(&def.full_name()) => Self::Text,
                    _ if SEQUENCES.contains(&def.full_name()) => Self::Sequence,
                    (_, [key, value], "KeyValuePair") => Self::Pair(*key, *value),
                    (_, [key, value], name) if name.ends_with("Dictionary") => Self::Pairs(*key, *value),
                    (_, [element], name) if is_collection(name) => Self::Items(*element),
                    (_, items @ [_, ..], "Tuple") => Self::Tuple(items),
                    _ if super::is_xml(plain) => Self::Xml,
                    _ => Self::Object,
                }
            }
            _ => Self::Object,
        }
    }

    /// `GetExpectedDescription`.
    const fn wants(self) -> &'static str {
        match self {
            Self::Items(_) | Self::Sequence => "JSON array (e.g. [1,2,3])",
            Self::Text => "JSON string value",
            Self::Primitive => "JSON primitive value (e.g. string, number, boolean, null)",
            _ => "JSON object (e.g. {\"name\":\"value\"})",
        }
    }
}

fn is_collection(name: &str) -> bool {
    let names = [
        "List",
        "IList",
        "ICollection",
        "IEnumerable",
        "IReadOnlyList",
        "IReadOnlyCollection",
        "HashSet",
        "ISet",
        "Queue",
        "Stack",
    ];
    names.contains(&name)
}

/// What is said of an object where the type wants none.
pub(super) fn no_object(target: TypeId) -> String {
    let (ty, wants) = (types::net_name(target), Contract::of(target).wants());
    format!(
        "Cannot deserialize the current JSON object (e.g. {{\"name\":\"value\"}}) into type '{ty}' because the type \
         requires a {wants} to deserialize correctly.{NEW_LINE}To fix this error either change the JSON to a {wants} or \
         change the deserialized type so that it is a normal .NET type (e.g. not a primitive type like integer, not a \
         collection type like an array or List<T>) that can be deserialized from a JSON object. JsonObjectAttribute \
         can also be added to the type to force it to deserialize from a JSON object.{NEW_LINE}"
    )
}

/// What is said of an array where the type wants none.
pub(super) fn no_array(target: TypeId) -> String {
    let (ty, wants) = (types::net_name(target), Contract::of(target).wants());
    format!(
        "Cannot deserialize the current JSON array (e.g. [1,2,3]) into type '{ty}' because the type requires a {wants} \
         to deserialize correctly.{NEW_LINE}To fix this error either change the JSON to a {wants} or change the \
         deserialized type to an array or a type that implements a collection interface (e.g. ICollection, IList) like \
         List<T> that can be deserialized from a JSON array. JsonArrayAttribute can also be added to the type to force \
         it to deserialize from a JSON array.{NEW_LINE}"
    )
}

/// What values are made of: the tokens of a text, or of a tree.
pub(super) trait Tokens {
    /// The token at which it is.
    fn token(&self) -> Token;
    /// Its value.
    fn value(&self) -> Value;
    /// `Read`.
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<bool, Throw>;
    /// `ReadForType`: goes to the next value, read as what is wanted; false when there is none.
    fn read_as(&mut self, cx: &mut Cx<'_>, wanted: ReadAs, ty: &str) -> Result<bool, Throw>;
    /// The value at which it is as a tree.
    fn tree(&mut self, cx: &mut Cx<'_>) -> Result<Ref, Fail>;
    /// The object inside which it is already, at a property or at the end.
    fn rest_of_object(&mut self, cx: &mut Cx<'_>) -> Result<Ref, Fail>;
    /// The path of what contains the present value.
    fn container_path(&self, cx: &Cx<'_>) -> String;
    /// A message with the place.
    fn located(&self, heap: &Heap, message: &str) -> String;
    /// Whether nothing may follow the value.
    fn is_whole(&self) -> bool;
}

impl<U: Unit> Tokens for Reader<'_, U> {
    fn token(&self) -> Token {
        self.token
    }
    fn value(&self) -> Value {
        self.value
    }
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<bool, Throw> {
        Reader::next(self, cx)
    }
    fn read_as(&mut self, cx: &mut Cx<'_>, wanted: ReadAs, ty: &str) -> Result<bool, Throw> {
        Reader::read_as(self, cx, wanted, ty)
    }
    fn tree(&mut self, cx: &mut Cx<'_>) -> Result<Ref, Fail> {
        load::value(cx.heap, self, Unfinished::AsFarAsItGoes)
    }
    fn rest_of_object(&mut self, cx: &mut Cx<'_>) -> Result<Ref, Fail> {
        load::rest_of_object(cx.heap, self)
    }
    fn container_path(&self, cx: &Cx<'_>) -> String {
        Reader::container_path(self, cx)
    }
    fn located(&self, heap: &Heap, message: &str) -> String {
        Reader::located(self, heap, message)
    }
    fn is_whole(&self) -> bool {
        true
    }
}

/// Reads a token as a value of the type.
pub(super) fn read_token(cx: &mut Cx<'_>, token: Ref, target: TypeId) -> Result<Value, Throw> {
    Typed { reader: TreeReader::new(token), depth: 0 }.document(cx, target)
}

struct Typed<S> {
    reader: S,
    depth: usize,
}

impl<'a, U: Unit> Typed<Reader<'a, U>> {
    fn new(mut reader: Reader<'a, U>, dates: bool) -> Self {
        reader.dates = dates;
        Self { reader, depth: 0 }
    }
}

impl<S: Tokens> Typed<S> {
    fn document(&mut self, cx: &mut Cx<'_>, target: TypeId) -> Result<Value, Throw> {
        if !self.read_for(cx, target)? {
            if convert::is_value_type(target) && convert::nullable(target).is_none() {
                let ty = types::net_name(target);
                return Err(self.fail(cx, &format!("No JSON content found and type '{ty}' is not nullable.")));
            }
            return Ok(Value::Null);
        }
        let value = self.value(cx, target)?;
        while self.reader.is_whole() && self.reader.next(cx)? {
            if self.reader.token() != Token::Comment {
                let message = "Additional text found in JSON string after finishing deserializing object.";
                return Err(self.fail(cx, message));
            }
        }
        Ok(value)
    }

    /// `ReadForType`.
    fn read_for(&mut self, cx: &mut Cx<'_>, target: TypeId) -> Result<bool, Throw> {
        let plain = convert::nullable(target).unwrap_or(target);
        let wanted = match types::get(plain) {
            Type::Array { element, rank: 1 } if *element == TypeId::BYTE => ReadAs::Bytes,
            _ => ReadAs::of(plain),
        };
        let name = if wanted == ReadAs::Int64 { types::net_name(target) } else { String::new() };
        self.reader.read_as(cx, wanted, &name)
    }

    /// `CreateValueInternal`: the value at which the reader is.
    fn value(&mut self, cx: &mut Cx<'_>, target: TypeId) -> Result<Value, Throw> {
        cx.charge(1)?;
        self.depth += 1;
        if self.depth > node::MAX_NESTING {
            return Err(Trap::Depth.into());
        }
        let contract = Contract::of(target);
        let value = match (contract, self.reader.token()) {
            (Contract::Linq, _) => self.token(cx, target)?,
            (Contract::Xml, Token::Null) => Value::Null,
            (Contract::Xml, token) if token != Token::StartObject => {
                return Err(self.fail(cx, "XmlNodeConverter can only convert JSON that begins with an object."));
            }
            (Contract::Pair(key, value), Token::StartObject | Token::StartArray) => {
                self.pair(cx, target, (key, value))?
            }
            (_, Token::StartObject) => self.object(cx, target, contract)?,
            (Contract::Anything, Token::StartArray) => self.token(cx, target)?,
            (_, Token::StartArray) => self.array(cx, target, contract)?,
            (_, Token::String | Token::StartConstructor) => match self.reader.value() {
                Value::String(text) if text.is_empty() && !is_text(target) && is_nullable(target) => Value::Null,
                value => self.converted(cx, value, target)?,
            },
            (
                _,
                Token::Integer
                | Token::Float
                | Token::Boolean
                | Token::Date
                | Token::Bytes
                | Token::Null
                | Token::Undefined,
            ) => self.converted(cx, self.reader.value(), target)?,
            (_, token) => {
                let message = format!("Unexpected token while deserializing object: {token:?}");
                return Err(self.fail(cx, &message));
            }
        };
        self.depth -= 1;
        Ok(value)
    }

    /// `CreateJToken`.
    fn token(&mut self, cx: &mut Cx<'_>, target: TypeId) -> Result<Value, Throw> {
        let takes_null = [&super::known::JTOKEN, &super::known::JVALUE].iter().any(|known| known.id() == target);
        if self.reader.token() == Token::Null && target != TypeId::OBJECT && !takes_null {
            return Ok(Value::Null);
        }
        let made = match self.reader.tree(cx) {
            Ok(made) => made,
            Err(Fail::Unfinished) => {
                let path = self.reader.container_path(cx);
                return Err(cx.throw(Exc::JsonWriter, format!("Unexpected end when reading token. Path '{path}'.")));
            }
            Err(fail) => return Err(fail.throw(cx)),
        };
        if target != TypeId::OBJECT && !is_token_of(cx.heap, made, target) {
            let own = node::node(cx.heap, made).type_name();
            let target = types::net_name(target);
            let message = format!("Deserialized JSON type '{own}' is not compatible with expected type '{target}'.");
            return Err(self.fail(cx, &message));
        }
        Ok(Value::Object(made))
    }

    /// `CreateObject`.
    fn object(&mut self, cx: &mut Cx<'_>, target: TypeId, contract: Contract) -> Result<Value, Throw> {
        self.advance(cx)?;
        if let Some(value) = self.metadata(cx, target, contract)? {
            return Ok(value);
        }
        match contract {
            Contract::Anything => match self.reader.rest_of_object(cx) {
                Ok(made) => Ok(Value::Object(made)),
                Err(Fail::Unfinished) => Err(self.fail(cx, "Unexpected end when deserializing object.")),
                Err(fail) => Err(fail.throw(cx)),
            },
            Contract::Pairs(key, value) => self.dictionary(cx, (key, value)),
            Contract::Primitive if self.is_property(cx, "$value") => {
                self.advance(cx)?;
                let value = self.value(cx, target)?;
                self.advance(cx)?;
                Ok(value)
            }
            Contract::Tuple(items) => self.tuple(cx, items),
            Contract::Object if is_abstract(target) => {
                let ty = types::net_name(target);
                let message = format!(
                    "Could not create an instance of type {ty}. Type is an interface or abstract class and cannot be \
                     instantiated."
                );
                Err(self.fail(cx, &message))
            }
            Contract::Object if has_no_constructor(target) => {
                let ty = types::net_name(target);
                let message = format!(
                    "Unable to find a constructor to use for type {ty}. A class should either have a default \
                     constructor, one constructor with arguments or a constructor marked with the JsonConstructor \
                     attribute."
                );
                Err(self.fail(cx, &message))
            }
            _ => {
                let message = no_object(target);
                Err(self.fail(cx, &message))
            }
        }
    }

    /// `CreateObjectUsingCreatorWithParameters`: properties are arguments, whatever their case.
    fn tuple(&mut self, cx: &mut Cx<'_>, types: &[TypeId]) -> Result<Value, Throw> {
        let mut items = Vec::with_capacity(types.len());
        for ty in types {
            items.push(default_of(cx, *ty)?);
        }
        loop {
            match self.reader.token() {
                Token::PropertyName => {
                    let name = super::text_of(cx, self.reader.value())?.to_ascii_lowercase();
                    let place = match name.strip_prefix("item") {
                        Some(number) => number.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|n| *n < 7),
                        None => (name == "rest").then_some(7),
                    };
                    match place.and_then(|place| types.get(place).zip(items.get_mut(place))) {
                        Some((ty, slot)) => {
                            self.expect(cx, *ty)?;
                            *slot = self.value(cx, *ty)?;
                        }
                        None => {
                            self.advance(cx)?;
                            self.reader.tree(cx).map_err(|fail| fail.throw(cx))?;
                        }
                    }
                }
                Token::Comment => {}
                Token::EndObject => break,
                token => {
                    return Err(self.fail(cx, &format!("Unexpected token when deserializing object: {token:?}")));
                }
            }
            if !self.reader.next(cx)? {
                return Err(self.fail(cx, "Unexpected end when deserializing object."));
            }
        }
        library::system::tuple::construct(cx, types, &items)
    }

    /// `ReadMetadataProperties`: `$id`, `$type` and the like at the beginning of an object are not part of it.
    fn metadata(&mut self, cx: &mut Cx<'_>, target: TypeId, contract: Contract) -> Result<Option<Value>, Throw> {
        while self.reader.token() == Token::PropertyName {
            if self.is_property(cx, "$ref") {
                self.advance(cx)?;
                if !matches!(self.reader.token(), Token::String | Token::Null) {
                    return Err(self.fail(cx, "JSON reference $ref property must have a string or null value."));
                }
                let reference = self.reader.value();
                self.advance(cx)?;
                if reference.is_null() {
                    continue;
                }
                if self.reader.token() == Token::PropertyName {
                    let message = "Additional content found in JSON reference object. A JSON reference object should \
                                   only have a $ref property.";
                    return Err(self.fail(cx, message));
                }
                // Nothing was given that name.
                return Ok(Some(Value::Null));
            } else if self.is_property(cx, "$id") || self.is_property(cx, "$type") {
                self.advance(cx)?;
                self.advance(cx)?;
            } else if self.is_property(cx, "$values") {
                self.advance(cx)?;
                let list = match contract {
                    Contract::Anything => self.token(cx, target)?,
                    _ => self.array(cx, target, contract)?,
                };
                self.advance(cx)?;
                return Ok(Some(list));
            } else {
                break;
            }
        }
        Ok(None)
    }

    fn is_property(&self, cx: &Cx<'_>, name: &str) -> bool {
        match (self.reader.token(), self.reader.value()) {
            (Token::PropertyName, Value::String(text)) => cx.text(text).equals(TextRef::Ascii(name.as_bytes())),
            _ => false,
        }
    }

    /// `ReadAndAssert`.
    fn advance(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        if self.reader.next(cx)? { Ok(()) } else { Err(self.fail(cx, "Unexpected end when reading JSON.")) }
    }

    /// `CreateList`.
    fn array(&mut self, cx: &mut Cx<'_>, target: TypeId, contract: Contract) -> Result<Value, Throw> {
        if contract == Contract::Sequence {
            let ty = types::net_name(target);
            let message = if target == TypeId::ARRAY {
                format!(
                    "Could not create an instance of type {ty}. Type is an interface or abstract class and cannot be \
                     instantiated."
                )
            } else if ty.starts_with("System.Text.RegularExpressions.") {
                format!("Unable to find a constructor to use for type {ty}.")
            } else {
                format!("Cannot create and populate list type {ty}.")
            };
            return Err(self.fail(cx, &message));
        }
        let Contract::Items(element) = contract else {
            let message = no_array(target);
            return Err(self.fail(cx, &message));
        };
        let mut items = Vec::new();
        loop {
            if !self.read_for(cx, element)? {
                return Err(self.fail(cx, "Unexpected end when deserializing array."));
            }
            match self.reader.token() {
                Token::EndArray => break,
                Token::Comment => {}
                _ => items.push(self.value(cx, element)?),
            }
            cx.heap.charge(size_of::<Value>())?;
        }
        collection(cx, target, element, items)
    }

    /// `PopulateDictionary`: the reader is inside the object already.
    fn dictionary(&mut self, cx: &mut Cx<'_>, (key, value): (TypeId, TypeId)) -> Result<Value, Throw> {
        let mut pairs = Vec::new();
        loop {
            match self.reader.token() {
                Token::PropertyName => {
                    let name = self.reader.value();
                    let Ok(name) = self.key(cx, name, key)? else {
                        let shown = super::text_of(cx, name)?;
                        let ty = types::net_name(key);
                        let message = format!(
                            "Could not convert string '{shown}' to dictionary key type '{ty}'. Create a TypeConverter \
                             to convert from the string to the key type object."
                        );
                        return Err(self.fail(cx, &message));
                    };
                    if !self.read_for(cx, value)? {
                        return Err(self.fail(cx, "Unexpected end when deserializing object."));
                    }
                    let item = self.value(cx, value)?;
                    cx.heap.charge(size_of::<(Value, Value)>())?;
                    pairs.push((name, item));
                }
                Token::Comment => {}
                Token::EndObject => break,
                token => {
                    return Err(self.fail(cx, &format!("Unexpected token when deserializing object: {token:?}")));
                }
            }
            if !self.reader.next(cx)? {
                return Err(self.fail(cx, "Unexpected end when deserializing object."));
            }
        }
        match library::apim::new_dictionary(cx, key, value, &pairs)? {
            Some(made) => Ok(made),
            None => Err(cx.throw_default(Exc::NotSupported)),
        }
    }

    /// A property's name as a key; `Err` inside when it cannot be one.
    fn key(&mut self, cx: &mut Cx<'_>, name: Value, key: TypeId) -> Result<Result<Value, ()>, Throw> {
        if matches!(key, TypeId::STRING | TypeId::OBJECT) {
            return Ok(Ok(name));
        }
        match convert_to(cx, name, key) {
            Ok(name) => Ok(Ok(name)),
            Err(Throw::Exception(_)) => Ok(Err(())),
            Err(trap) => Err(trap),
        }
    }

    /// `KeyValuePairConverter`: everything but `Key` and `Value` is passed over.
    fn pair(&mut self, cx: &mut Cx<'_>, target: TypeId, (key, value): (TypeId, TypeId)) -> Result<Value, Throw> {
        self.advance(cx)?;
        let (mut first, mut second) = (default_of(cx, key)?, default_of(cx, value)?);
        while self.reader.token() == Token::PropertyName {
            let name = super::text_of(cx, self.reader.value())?;
            if name.eq_ignore_ascii_case("key") {
                self.expect(cx, key)?;
                first = self.value(cx, key)?;
            } else if name.eq_ignore_ascii_case("value") {
                self.expect(cx, value)?;
                second = self.value(cx, value)?;
            } else {
                self.advance(cx)?;
                self.reader.tree(cx).map_err(|fail| fail.throw(cx))?;
            }
            self.advance(cx)?;
        }
        Ok(Value::Object(cx.heap.new_object(Object::Pair { ty: target, key: first, value: second })?))
    }

    fn expect(&mut self, cx: &mut Cx<'_>, target: TypeId) -> Result<(), Throw> {
        if self.read_for(cx, target)? { Ok(()) } else { Err(self.fail(cx, "Unexpected end when reading JSON.")) }
    }

    /// `EnsureType`.
    fn converted(&mut self, cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<Value, Throw> {
        if target == TypeId::OBJECT || value.is_null() && is_nullable(target) {
            return Ok(value);
        }
        if !value.is_null() && crate::value::cast::is_instance(cx.heap, value, target) {
            return Ok(value);
        }
        let plain = convert::nullable(target).unwrap_or(target);
        match convert_to(cx, value, plain) {
            Err(Throw::Exception(inner)) => {
                let shown = match value {
                    Value::Null => "{null}".to_owned(),
                    Value::String(_) => format!("\"{}\"", super::text_of(cx, value)?),
                    value if matches!(cx.heap.get(value), Some(Object::Bytes(_))) => "System.Byte[]".to_owned(),
                    value => super::text_of(cx, value)?,
                };
                let ty = types::net_name(target);
                if value.is_null() && ty.starts_with("System.Collections.Generic.KeyValuePair`2[") {
                    return Err(self.fail(cx, "Cannot convert null value to KeyValuePair."));
                }
                let thrown = self.fail(cx, &format!("Error converting value {shown} to type '{ty}'."));
                if let Throw::Exception(at) = thrown
                    && let Some(Object::Exception(exception)) = cx.heap.object_mut(at)
                {
                    exception.inner = Value::Object(inner);
                }
                Err(thrown)
            }
            other => other,
        }
    }

    /// A `JsonSerializationException` at the reader's place.
    #[cold]
    fn fail(&self, cx: &mut Cx<'_>, message: &str) -> Throw {
        let message = self.reader.located(cx.heap, message);
        cx.throw(Exc::JsonSerialization, message)
    }
}

/// Classes of the library that only others are derived from.
const ABSTRACT: [&str; 20] = [
    "System.Delegate",
    "System.StringComparer",
    "System.TimeZone",
    "System.ValueType",
    "System.IO.TextReader",
    "System.Security.Cryptography.Aes",
    "System.Security.Cryptography.AsymmetricAlgorithm",
    "System.Security.Cryptography.HMAC",
    "System.Security.Cryptography.HashAlgorithm",
    "System.Security.Cryptography.KeyedHashAlgorithm",
    "System.Security.Cryptography.MD5",
    "System.Security.Cryptography.RSA",
    "System.Security.Cryptography.SHA1",
    "System.Security.Cryptography.SHA256",
    "System.Security.Cryptography.SHA384",
    "System.Security.Cryptography.SHA512",
    "System.Security.Cryptography.SymmetricAlgorithm",
    "System.Text.Encoding",
    "System.Xml.XmlReader",
    "System.Xml.XmlWriter",
];

fn is_abstract(ty: TypeId) -> bool {
    let Type::Named { def, .. } = types::get(ty) else { return false };
    let def = library::get().def(*def);
    def.decl.kind == TypeDefKind::Interface || ABSTRACT.contains(&def.full_name())
}

/// Whether a class has neither a constructor without parameters nor a single one with them.
fn has_no_constructor(ty: TypeId) -> bool {
    let Type::Named { def, .. } = types::get(ty) else { return false };
    let def = library::get().def(*def);
    let constructors: Vec<_> =
        def.members().iter().filter(|member| member.kind == library::MemberKind::Constructor).collect();
    def.decl.kind == TypeDefKind::Class
        && constructors.len() != 1
        && constructors.iter().all(|member| !member.params.is_empty())
}

fn is_text(ty: TypeId) -> bool {
    matches!(ty, TypeId::STRING | TypeId::OBJECT)
}

fn is_bytes(ty: TypeId) -> bool {
    matches!(types::get(ty), Type::Array { element, rank: 1 } if *element == TypeId::BYTE)
}

fn is_nullable(ty: TypeId) -> bool {
    convert::nullable(ty).is_some() || !convert::is_value_type(ty)
}

/// A scalar as a value of a type that is not nullable.
fn convert_to(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<Value, Throw> {
    match target {
        TypeId::DATE_TIME_OFFSET if !value.is_null() => convert::to_date_time_offset(cx, value),
        TypeId::TIME_SPAN if matches!(value, Value::String(_)) => convert::to_time_span(cx, value),
        TypeId::GUID if !value.is_null() => convert::to_guid(cx, value),
        ty if ty == convert::URI.id() => match value {
            Value::String(text) => library::text::uri::relative_or_absolute(cx, text),
            _ => convert::to_uri(cx, value),
        },
        ty if is_bytes(ty) => match value {
            Value::String(text) => convert::to_bytes(cx, text),
            _ => convert::change_type(cx, value, target),
        },
        ty => match types::get(ty) {
            Type::Named { def, .. } if library::get().def(*def).decl.kind == TypeDefKind::Enum => {
                super::enumeration(cx, value, target)
            }
            _ => convert::change_type(cx, value, target),
        },
    }
}

fn default_of(cx: &mut Cx<'_>, ty: TypeId) -> Result<Value, Throw> {
    if !convert::is_value_type(ty) || convert::nullable(ty).is_some() {
        return Ok(Value::Null);
    }
    behaviour::default_of(cx.heap, ty)
}

/// Items as the collection that is wanted.
fn collection(cx: &mut Cx<'_>, target: TypeId, element: TypeId, items: Vec<Value>) -> Result<Value, Throw> {
    let array = matches!(types::get(target), Type::Array { .. });
    if array {
        return Ok(Value::Object(cx.heap.new_object(Object::Array(Array { element, items }))?));
    }
    let list = types::construct(TypeId::LIST, &[element]);
    let made = Value::Object(cx.heap.new_object(Object::List(List { ty: list, items, version: 0 }))?);
    let name = match types::get(target) {
        Type::Named { def, .. } => library::get().def(*def).full_name(),
        _ => "",
    };
    let of = match name {
        "System.Collections.Generic.HashSet" | "System.Collections.Generic.ISet" => {
            "System.Collections.Generic.HashSet<T>"
        }
        "System.Collections.Generic.Queue" => "System.Collections.Generic.Queue<T>",
        "System.Collections.Generic.Stack" => "System.Collections.Generic.Stack<T>",
        _ => return Ok(made),
    };
    let def = library::get().find_full(of).map(|id| library::get().def(id));
    let copy = def.and_then(|def| {
        def.members().iter().find(|member| {
            member.kind == library::MemberKind::Constructor
                && matches!(&*member.params, [one] if one.name == "collection")
        })
    });
    let Some(copy) = copy else { return Ok(made) };
    let args: &'static [TypeId] = match types::get(list) {
        Type::Named { args, .. } => args,
        _ => &[],
    };
    let outer = std::mem::replace(&mut cx.type_args, args);
    let made = (copy.run)(cx, &[made]);
    cx.type_args = outer;
    made
}
