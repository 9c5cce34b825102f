//! Reading a tree of tokens as if it were text: `JTokenReader`, over which `ToObject` deserializes.

use super::super::node::{self, Kind, NONE, TokenType};
use super::super::read::typed::ReadAs;
use super::super::read::{Fail, Token};
use super::super::{convert, date};
use super::text::Tokens;
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::types::TypeId;
use crate::value::heap::{Heap, Object};
use crate::value::text::{Str, TextRef};
use crate::value::{Ref, Value};

/// Greatest nesting that a reader takes.
const MAX_DEPTH: usize = 64;

/// A reader of a tree.
#[derive(Debug)]
pub(super) struct TreeReader {
    top: Ref,
    begun: bool,
    /// The token at which it is.
    at: Ref,
    /// What is open, with the number of the child that comes next.
    open: Vec<(Ref, usize)>,
    token: Token,
    value: Value,
}

impl TreeReader {
    pub(super) const fn new(top: Ref) -> Self {
        Self { top, begun: false, at: top, open: Vec::new(), token: Token::None, value: Value::Null }
    }

    fn set(&mut self, token: Token, value: Value) {
        (self.token, self.value) = (token, value);
    }

    fn enter(&mut self, cx: &mut Cx<'_>, at: Ref) -> Result<(), Throw> {
        self.at = at;
        let (token, value) = match &node::node(cx.heap, at).kind {
            Kind::Object(_) => (Token::StartObject, Value::Null),
            Kind::Array(_) => (Token::StartArray, Value::Null),
            Kind::Constructor(parts) => (Token::StartConstructor, Value::String(parts.0)),
            Kind::Property { name, .. } => (Token::PropertyName, Value::String(*name)),
            Kind::Scalar { ty, value } => {
                let (ty, value) = (*ty, *value);
                return self.scalar(cx, ty, value);
            }
        };
        self.set(token, value);
        self.open.push((at, 0));
        let depth = self.open.iter().filter(|(at, _)| !matches!(node::node(cx.heap, *at).kind, Kind::Property { .. }));
        if depth.count() > MAX_DEPTH {
            return Err(self.fail(cx, &format!("The reader's MaxDepth of {MAX_DEPTH} has been exceeded.")));
        }
        Ok(())
    }

    fn scalar(&mut self, cx: &mut Cx<'_>, ty: TokenType, value: Value) -> Result<(), Throw> {
        let token = match ty {
            TokenType::Integer => Token::Integer,
            TokenType::Float => Token::Float,
            TokenType::Boolean => Token::Boolean,
            TokenType::Null => Token::Null,
            TokenType::Undefined => Token::Undefined,
            TokenType::Date => Token::Date,
            TokenType::Bytes => Token::Bytes,
            TokenType::Comment => Token::Comment,
            TokenType::Guid | TokenType::Uri | TokenType::TimeSpan => {
                let text = convert::text(cx, value)?;
                self.set(Token::String, Value::String(text));
                return Ok(());
            }
            _ => Token::String,
        };
        self.set(token, value);
        Ok(())
    }

    /// `GetContentToken`.
    fn content(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        while self.next(cx)? {
            if self.token != Token::Comment {
                return Ok(());
            }
        }
        Ok(())
    }

    #[cold]
    fn fail(&self, cx: &mut Cx<'_>, message: &str) -> Throw {
        let message = self.located(cx.heap, message);
        cx.throw(Exc::JsonReader, message)
    }

    fn unexpected(&self, cx: &mut Cx<'_>, what: &str) -> Throw {
        self.fail(cx, &format!("Error reading {what}. Unexpected token: {:?}.", self.token))
    }

    /// `ReadAsInt32` and its like.
    fn scalar_as(&mut self, cx: &mut Cx<'_>, wanted: ReadAs) -> Result<(), Throw> {
        self.content(cx)?;
        let Some((token, target, what, noun)) = described(wanted) else { return self.bytes(cx) };
        match self.token {
            Token::None | Token::Null | Token::EndArray => Ok(()),
            Token::String if wanted == ReadAs::String => Ok(()),
            Token::String => match self.value {
                Value::String(text) if !text.is_empty() => self.text_as(cx, text, (token, target, noun)),
                _ => {
                    self.set(Token::Null, Value::Null);
                    Ok(())
                }
            },
            Token::Integer | Token::Float | Token::Boolean | Token::Date | Token::Bytes if wanted == ReadAs::String => {
                let text = match cx.heap.get(self.value) {
                    Some(Object::Bytes(_)) => cx.heap.new_str("System.Byte[]")?,
                    _ => convert::text(cx, self.value)?,
                };
                self.set(Token::String, Value::String(text));
                Ok(())
            }
            Token::Integer | Token::Float if !matches!(wanted, ReadAs::DateTime | ReadAs::DateTimeOffset) => {
                self.number_as(cx, (token, target, what))
            }
            Token::Boolean if wanted == ReadAs::Boolean => Ok(()),
            Token::Date if wanted == ReadAs::DateTime => {
                let value = convert::to(cx, self.value, TypeId::DATE_TIME)?;
                self.set(Token::Date, value);
                Ok(())
            }
            Token::Date if wanted == ReadAs::DateTimeOffset => {
                let value = convert::to_date_time_offset(cx, self.value)?;
                self.set(Token::Date, value);
                Ok(())
            }
            _ => Err(self.unexpected(cx, what)),
        }
    }

    fn text_as(&mut self, cx: &mut Cx<'_>, text: Str, to: (Token, TypeId, &str)) -> Result<(), Throw> {
        let (token, target, noun) = to;
        let read = match target {
            TypeId::DATE_TIME => match date::detect(cx.text(text)) {
                Some(date) => Ok(Value::DateTime(date)),
                None => convert::to(cx, Value::String(text), target),
            },
            TypeId::DATE_TIME_OFFSET => convert::to_date_time_offset(cx, Value::String(text)),
            _ => convert::to(cx, Value::String(text), target),
        };
        match read {
            Ok(value) => {
                self.set(token, value);
                Ok(())
            }
            Err(Throw::Exception(_)) => {
                let text = cx.text(text).to_utf8().into_owned();
                Err(self.fail(cx, &format!("Could not convert string to {noun}: {text}.")))
            }
            Err(trap) => Err(trap),
        }
    }

    fn number_as(&mut self, cx: &mut Cx<'_>, (token, target, what): (Token, TypeId, &str)) -> Result<(), Throw> {
        match convert::to(cx, self.value, target) {
            Ok(value) => {
                self.set(token, value);
                Ok(())
            }
            Err(Throw::Exception(_)) if matches!(target, TypeId::INT32 | TypeId::DECIMAL) => {
                let shown = convert::text(cx, self.value)?;
                let shown = cx.text(shown).to_utf8().into_owned();
                Err(self.fail(cx, &format!("Could not convert to {what}: {shown}.")))
            }
            Err(throw) => Err(throw),
        }
    }

    /// `ReadAsBytes`, at the token.
    fn bytes(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        match self.token {
            Token::None | Token::Null | Token::EndArray | Token::Bytes => Ok(()),
            Token::String => {
                let value = match self.value {
                    Value::String(text) => convert::to_bytes(cx, text)?,
                    _ => Value::Null,
                };
                self.set(Token::Bytes, value);
                Ok(())
            }
            Token::StartArray => self.bytes_of_array(cx),
            Token::StartObject => self.wrapped_bytes(cx),
            _ => Err(self.unexpected(cx, "bytes")),
        }
    }

    fn bytes_of_array(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        let mut bytes = Vec::new();
        loop {
            self.next(cx)?;
            match self.token {
                Token::Integer => match convert::to(cx, self.value, TypeId::BYTE)? {
                    Value::Byte(byte) => bytes.push(byte),
                    _ => return Err(cx.throw_default(Exc::Overflow)),
                },
                Token::EndArray => break,
                Token::Comment => {}
                other => return Err(self.fail(cx, &format!("Unexpected token when reading bytes: {other:?}."))),
            }
        }
        let made = cx.heap.new_bytes(bytes)?;
        self.set(Token::Bytes, made);
        Ok(())
    }

    /// `{"$type": "System.Byte[], …", "$value": "…"}`.
    fn wrapped_bytes(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        for expected in ["$type", "System.Byte[]", "$value"] {
            let more = self.next(cx)?;
            let fits = match self.value {
                Value::String(text) => more && cx.text(text).to_utf8().starts_with(expected),
                _ => false,
            };
            if !fits {
                return Err(self.fail(cx, "Error reading bytes. Unexpected token: StartObject."));
            }
        }
        self.content(cx)?;
        if !matches!(self.token, Token::String | Token::Bytes | Token::Null) {
            return Err(self.unexpected(cx, "bytes"));
        }
        self.bytes(cx)?;
        let bytes = self.value;
        self.next(cx)?;
        if self.token != Token::EndObject {
            return Err(self.unexpected(cx, "bytes"));
        }
        self.set(Token::Bytes, bytes);
        Ok(())
    }

    /// Goes to the end of the container at whose start it is.
    fn skip(&mut self) {
        let end = match self.token {
            Token::StartObject => Token::EndObject,
            Token::StartArray => Token::EndArray,
            Token::StartConstructor => Token::EndConstructor,
            // A property ends with its value, without a token of its own.
            Token::PropertyName => self.token,
            _ => return,
        };
        self.open.pop();
        self.set(end, Value::Null);
    }
}

/// Token, type, and what messages call both.
const fn described(wanted: ReadAs) -> Option<(Token, TypeId, &'static str, &'static str)> {
    Some(match wanted {
        ReadAs::Int32 => (Token::Integer, TypeId::INT32, "integer", "integer"),
        ReadAs::Double => (Token::Float, TypeId::DOUBLE, "double", "double"),
        ReadAs::Decimal => (Token::Float, TypeId::DECIMAL, "decimal", "decimal"),
        ReadAs::Boolean => (Token::Boolean, TypeId::BOOL, "boolean", "boolean"),
        ReadAs::DateTime => (Token::Date, TypeId::DATE_TIME, "date", "DateTime"),
        ReadAs::DateTimeOffset => (Token::Date, TypeId::DATE_TIME_OFFSET, "date", "DateTimeOffset"),
        ReadAs::String => (Token::String, TypeId::STRING, "string", "string"),
        ReadAs::Bytes | ReadAs::Any | ReadAs::Int64 => return None,
    })
}

impl Tokens for TreeReader {
    fn token(&self) -> Token {
        self.token
    }

    fn value(&self) -> Value {
        self.value
    }

    fn next(&mut self, cx: &mut Cx<'_>) -> Result<bool, Throw> {
        cx.charge(1)?;
        if !std::mem::replace(&mut self.begun, true) {
            self.enter(cx, self.top)?;
            return Ok(true);
        }
        loop {
            let Some((at, next)) = self.open.last_mut() else {
                self.at = self.top;
                self.set(Token::None, Value::Null);
                return Ok(false);
            };
            let of = *at;
            if let Some(child) = node::node(cx.heap, of).child(*next) {
                *next += 1;
                self.enter(cx, child)?;
                return Ok(true);
            }
            self.open.pop();
            self.at = of;
            let end = match node::node(cx.heap, of).kind {
                Kind::Object(_) => Token::EndObject,
                Kind::Array(_) => Token::EndArray,
                Kind::Constructor(_) => Token::EndConstructor,
                Kind::Property { .. } | Kind::Scalar { .. } => continue,
            };
            self.set(end, Value::Null);
            return Ok(true);
        }
    }

    fn read_as(&mut self, cx: &mut Cx<'_>, wanted: ReadAs, ty: &str) -> Result<bool, Throw> {
        match wanted {
            ReadAs::Any => self.content(cx)?,
            ReadAs::Int64 => {
                self.content(cx)?;
                if self.token == Token::Undefined {
                    return Err(self.fail(cx, &format!("An undefined token is not a valid {ty}.")));
                }
            }
            _ => self.scalar_as(cx, wanted)?,
        }
        Ok(self.token != Token::None)
    }

    fn tree(&mut self, cx: &mut Cx<'_>) -> Result<Ref, Fail> {
        let copy = node::copy(cx.heap, self.at, 0)?;
        self.skip();
        Ok(copy)
    }

    fn rest_of_object(&mut self, cx: &mut Cx<'_>) -> Result<Ref, Fail> {
        let object = match self.open.last() {
            // Inside the object at whose property it is.
            Some((at, _)) if self.token == Token::PropertyName => node::node(cx.heap, *at).parent,
            _ => self.at,
        };
        let copy = node::copy(cx.heap, object, 0)?;
        while let Some((open, _)) = self.open.pop() {
            if open == object {
                break;
            }
        }
        self.at = object;
        self.set(Token::EndObject, Value::Null);
        Ok(copy)
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn container_path(&self, cx: &Cx<'_>) -> String {
        let parent = node::node(cx.heap, self.at).parent;
        let at = if parent == NONE { self.at } else { parent };
        node::path(cx.heap, at).as_text().to_utf8().into_owned()
    }

    fn located(&self, heap: &Heap, message: &str) -> String {
        let mut text = message.to_owned();
        if !text.ends_with('\n') {
            text = text.trim().to_owned();
            text.push_str(if text.ends_with('.') { " " } else { ". " });
        }
        let path = node::path(heap, self.at);
        let path: TextRef<'_> = path.as_text();
        format!("{text}Path '{}'.", path.to_utf8())
    }
}
