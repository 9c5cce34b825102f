//! Reading a value as the type that is wanted: `ReadAsInt32`, `ReadAsString` and their like, with what they make of
//! values of other types. A number read as a string keeps its own text.

use rust_decimal::Decimal;

use super::super::{convert, date};
use super::{Fail, Reader, State, Token, Unit, is_white_space};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::Str;

/// `ReadType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum ReadAs {
    /// Whatever comes.
    Any,
    Int32,
    Int64,
    Double,
    Decimal,
    Boolean,
    String,
    Bytes,
    DateTime,
    DateTimeOffset,
}

impl ReadAs {
    /// How values of a type (the plain one of a nullable) are read.
    pub(in super::super) fn of(ty: TypeId) -> Self {
        match ty {
            TypeId::BYTE | TypeId::INT16 | TypeId::INT32 => Self::Int32,
            TypeId::INT64 => Self::Int64,
            TypeId::SINGLE | TypeId::DOUBLE => Self::Double,
            TypeId::DECIMAL => Self::Decimal,
            TypeId::BOOL => Self::Boolean,
            TypeId::STRING => Self::String,
            TypeId::DATE_TIME => Self::DateTime,
            TypeId::DATE_TIME_OFFSET => Self::DateTimeOffset,
            _ => Self::Any,
        }
    }

    const fn is_number(self) -> bool {
        matches!(self, Self::Int32 | Self::Double | Self::Decimal)
    }
}

impl<U: Unit> Reader<'_, U> {
    /// `ReadForType`: goes to the next value, read as what is wanted; false when there is none.
    pub(in super::super) fn read_as(&mut self, cx: &mut Cx<'_>, wanted: ReadAs, ty: &str) -> Result<bool, Throw> {
        match wanted {
            ReadAs::Any => self.read_content(cx),
            ReadAs::Int64 => {
                let more = self.read_content(cx)?;
                if more && self.token == Token::Undefined {
                    let message = format!("An undefined token is not a valid {ty}.");
                    return Err(self.fail(cx.heap, &message).throw(cx));
                }
                Ok(more)
            }
            _ => {
                self.read_scalar(cx, wanted)?;
                Ok(self.token != Token::None)
            }
        }
    }

    /// `Read`, as an exception of the expression.
    pub(in super::super) fn next(&mut self, cx: &mut Cx<'_>) -> Result<bool, Throw> {
        self.read(cx.heap).map_err(|fail| fail.throw(cx))
    }

    /// `ReadAndMoveToContent`: past comments.
    pub(in super::super) fn read_content(&mut self, cx: &mut Cx<'_>) -> Result<bool, Throw> {
        while self.next(cx)? {
            if !matches!(self.token, Token::None | Token::Comment) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The path of what contains the present value.
    pub(in super::super) fn container_path(&self, cx: &Cx<'_>) -> String {
        self.path_of(cx.heap, false)
    }

    fn read_scalar(&mut self, cx: &mut Cx<'_>, wanted: ReadAs) -> Result<(), Throw> {
        match self.state {
            State::Finished => return self.read_after_end(cx),
            State::PostValue => {
                while self.state == State::PostValue {
                    let ended = self.post_value(cx.heap).map_err(|fail| fail.throw(cx))?;
                    if ended && self.token != Token::Comment {
                        return Ok(());
                    }
                }
            }
            _ => {}
        }
        loop {
            let unit = self.here();
            match u8::try_from(unit).unwrap_or(b'?') {
                0 if !self.has(0) => {
                    (self.token, self.value) = (Token::None, Value::Null);
                    return Ok(());
                }
                0 | b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'/' => {
                    self.comment(cx.heap).map_err(|fail| fail.throw(cx))?;
                    (self.token, self.value) = (Token::None, Value::Null);
                }
                b',' => return self.read_comma(cx),
                b']' if matches!(self.state, State::Array | State::ArrayStart) => {
                    return self.end(cx.heap, Token::EndArray).map(drop).map_err(|fail| fail.throw(cx));
                }
                quote @ (b'"' | b'\'') => return self.read_quoted(cx, wanted, quote),
                b'{' if wanted == ReadAs::Bytes => return self.read_wrapped_bytes(cx),
                b'[' if wanted == ReadAs::Bytes => return self.read_byte_array(cx),
                b'n' => return self.read_null(cx),
                other => {
                    if self.read_bare(cx, wanted, other)? {
                        return Ok(());
                    }
                    self.at += 1;
                    if !is_white_space(unit) {
                        return Err(self.unexpected(cx.heap, unit).throw(cx));
                    }
                }
            }
        }
    }

    /// A number or a word; false when it is none that fits.
    fn read_bare(&mut self, cx: &mut Cx<'_>, wanted: ReadAs, first: u8) -> Result<bool, Throw> {
        let texts = matches!(wanted, ReadAs::String | ReadAs::DateTime | ReadAs::DateTimeOffset);
        let numbers = wanted.is_number() || texts;
        match first {
            b'-' if numbers && self.has(1) && self.unit(self.at + 1) == u16::from(b'I') => {
                self.read_word(cx, wanted, "-Infinity", f64::NEG_INFINITY)?;
            }
            b'I' if numbers => self.read_word(cx, wanted, "Infinity", f64::INFINITY)?,
            b'N' if numbers => self.read_word(cx, wanted, "NaN", f64::NAN)?,
            b't' | b'f' if matches!(wanted, ReadAs::String | ReadAs::Boolean) => {
                let word = if first == b't' { "true" } else { "false" };
                if !self.matches(cx.heap, word).map_err(|fail| fail.throw(cx))? {
                    return Err(self.unexpected(cx.heap, self.here()).throw(cx));
                }
                if wanted == ReadAs::String {
                    let text = cx.string(word)?;
                    self.scalar(Token::String, text);
                } else {
                    self.scalar(Token::Boolean, Value::Bool(first == b't'));
                }
            }
            b'-' | b'.' | b'0'..=b'9' if wanted == ReadAs::Boolean => {
                self.number(cx.heap).map_err(|fail| fail.throw(cx))?;
                let truth = convert::to(cx, self.value, TypeId::BOOL)?;
                (self.token, self.value) = (Token::Boolean, truth);
            }
            b'.' | b'0'..=b'9' if texts && wanted != ReadAs::String => return Ok(false),
            b'-' | b'.' | b'0'..=b'9' if numbers => self.read_number(cx, wanted)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_word(&mut self, cx: &mut Cx<'_>, wanted: ReadAs, word: &str, value: f64) -> Result<(), Throw> {
        if !self.matches(cx.heap, word).map_err(|fail| fail.throw(cx))? {
            return Err(self.fail(cx.heap, &format!("Error parsing {word} value.")).throw(cx));
        }
        match wanted {
            ReadAs::String => {
                let text = cx.string(word)?;
                self.scalar(Token::String, text);
            }
            ReadAs::Double => self.scalar(Token::Float, Value::Double(value)),
            _ => return Err(self.fail(cx.heap, &format!("Cannot read {word} value.")).throw(cx)),
        }
        Ok(())
    }

    /// A comma where a value should be. It is read again, as in the original.
    fn read_comma(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        self.at += 1;
        self.scalar(Token::Undefined, Value::Null);
        let fail = self.unexpected(cx.heap, u16::from(b','));
        self.at -= 1;
        Err(fail.throw(cx))
    }

    fn read_null(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        if !self.has(1) {
            self.at = self.text.len();
            return Err(self.fail(cx.heap, "Unexpected end when reading JSON.").throw(cx));
        }
        let next = self.unit(self.at + 1);
        if next != u16::from(b'u') {
            self.at += 2;
            return Err(self.unexpected(cx.heap, next).throw(cx));
        }
        self.word(cx.heap, "null", Token::Null, Value::Null).map_err(|fail| fail.throw(cx))
    }

    fn read_after_end(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        self.white_space();
        if self.has(0) {
            if self.here() != u16::from(b'/') {
                let message = "Additional text encountered after finished reading JSON content";
                return Err(self.fail_at(cx.heap, message, self.here()).throw(cx));
            }
            self.comment(cx.heap).map_err(|fail| fail.throw(cx))?;
        }
        (self.token, self.value) = (Token::None, Value::Null);
        Ok(())
    }

    fn read_quoted(&mut self, cx: &mut Cx<'_>, wanted: ReadAs, quote: u8) -> Result<(), Throw> {
        self.at += 1;
        let text = self.string(cx.heap, quote).map_err(|fail| fail.throw(cx))?;
        self.scalar(Token::String, Value::String(text));
        let (token, target, what) = match wanted {
            ReadAs::Int32 => (Token::Integer, TypeId::INT32, "integer"),
            ReadAs::Double => (Token::Float, TypeId::DOUBLE, "double"),
            ReadAs::Decimal => (Token::Float, TypeId::DECIMAL, "decimal"),
            ReadAs::Boolean => (Token::Boolean, TypeId::BOOL, "boolean"),
            ReadAs::DateTime => (Token::Date, TypeId::DATE_TIME, "DateTime"),
            ReadAs::DateTimeOffset => (Token::Date, TypeId::DATE_TIME_OFFSET, "DateTimeOffset"),
            ReadAs::Bytes => {
                let bytes = convert::to_bytes(cx, text)?;
                (self.token, self.value) = (Token::Bytes, bytes);
                return Ok(());
            }
            ReadAs::String | ReadAs::Any | ReadAs::Int64 => return Ok(()),
        };
        if text.is_empty() {
            (self.token, self.value) = (Token::Null, Value::Null);
            return Ok(());
        }
        match converted(cx, text, target)? {
            Some(value) => {
                (self.token, self.value) = (token, value);
                Ok(())
            }
            None => {
                let text = cx.text(text).to_utf8().into_owned();
                Err(self.fail(cx.heap, &format!("Could not convert string to {what}: {text}.")).throw(cx))
            }
        }
    }

    fn read_number(&mut self, cx: &mut Cx<'_>, wanted: ReadAs) -> Result<(), Throw> {
        let (start, end) = self.number_text(cx.heap).map_err(|fail| fail.throw(cx))?;
        let digits: String = U::text(self.text.get(start..end).unwrap_or_default()).to_utf8().into_owned();
        self.after_value();
        self.count();
        // Until there is a value, the token is the one before, as in the original.
        let (token, value, what) = match wanted {
            ReadAs::Int32 => {
                let value = match other_base(&digits) {
                    Some(read) => read.and_then(|n| u32::try_from(n).ok()).map(u32::cast_signed),
                    None => match integer(&digits) {
                        Some(n) => match n.parse() {
                            Ok(n) => Some(n),
                            Err(_) => {
                                let message = format!("JSON integer {digits} is too large or small for an Int32.");
                                return Err(self.fail(cx.heap, &message).throw(cx));
                            }
                        },
                        None => None,
                    },
                };
                (Token::Integer, value.map(Value::Int32), "integer")
            }
            ReadAs::Decimal => {
                let number = match other_base(&digits) {
                    Some(read) => read.map(|n| Decimal::from(n.cast_signed())),
                    None => decimal(&digits),
                };
                let value = match number {
                    Some(number) => Some(Value::Object(cx.heap.new_object(Object::Decimal(number))?)),
                    None => None,
                };
                (Token::Float, value, "decimal")
            }
            ReadAs::Double => {
                let number = match other_base(&digits) {
                    Some(read) => read.map(|n| n.cast_signed() as f64),
                    None => convert::parse_double(&digits),
                };
                (Token::Float, number.map(Value::Double), "double")
            }
            ReadAs::DateTime | ReadAs::DateTimeOffset => {
                return Err(self.fail(cx.heap, "Cannot read number value as type.").throw(cx));
            }
            _ => {
                let valid = match other_base(&digits) {
                    Some(read) => read.is_some(),
                    None => convert::parse_double(&digits).is_some(),
                };
                let text = U::part(cx.heap, self.source, self.text, start, end)?;
                (Token::String, valid.then_some(Value::String(text)), "number")
            }
        };
        match value {
            Some(value) => {
                (self.token, self.value) = (token, value);
                Ok(())
            }
            None => Err(self.fail(cx.heap, &format!("Input string '{digits}' is not a valid {what}.")).throw(cx)),
        }
    }

    /// `ReadIntoWrappedTypeObject`: bytes as `{"$type": "System.Byte[], …", "$value": "…"}`.
    fn read_wrapped_bytes(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        self.start(cx.heap, Token::StartObject).map_err(|fail| fail.throw(cx))?;
        let mut fits = true;
        for expected in ["$type", "System.Byte[]", "$value"] {
            let more = self.next(cx)?;
            if !more {
                return Err(self.fail(cx.heap, "Unexpected end when reading JSON.").throw(cx));
            }
            fits = match self.value {
                Value::String(text) => cx.text(text).to_utf8().starts_with(expected),
                _ => false,
            };
            if !fits {
                break;
            }
        }
        if !fits {
            return Err(self.fail(cx.heap, "Error reading bytes. Unexpected token: StartObject.").throw(cx));
        }
        self.read_scalar(cx, ReadAs::Bytes)?;
        let bytes = self.value;
        if !self.next(cx)? || self.token != Token::EndObject {
            let message = format!("Error reading bytes. Unexpected token: {:?}.", self.token);
            return Err(self.fail(cx.heap, &message).throw(cx));
        }
        (self.token, self.value) = (Token::Bytes, bytes);
        Ok(())
    }

    fn read_byte_array(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        self.start(cx.heap, Token::StartArray).map_err(|fail| fail.throw(cx))?;
        let mut bytes = Vec::new();
        loop {
            if !self.next(cx)? {
                self.token = Token::None;
                return Err(self.fail(cx.heap, "Unexpected end when reading bytes.").throw(cx));
            }
            match self.token {
                Token::Integer => match convert::to(cx, self.value, TypeId::BYTE)? {
                    Value::Byte(byte) => bytes.push(byte),
                    _ => return Err(cx.throw_default(Exc::Overflow)),
                },
                Token::EndArray => break,
                Token::Comment => {}
                other => {
                    let message = format!("Unexpected token when reading bytes: {other:?}.");
                    return Err(self.fail(cx.heap, &message).throw(cx));
                }
            }
        }
        cx.heap.charge(bytes.len())?;
        self.token = Token::Bytes;
        self.value = Value::Object(cx.heap.new_object(Object::Bytes(bytes))?);
        Ok(())
    }

    /// Goes past the text of a number.
    pub(super) fn number_text(&mut self, heap: &crate::value::heap::Heap) -> Result<(usize, usize), Fail> {
        let start = self.at;
        loop {
            let unit = self.here();
            match u8::try_from(unit).unwrap_or(b'?') {
                b'0'..=b'9' | b'-' | b'+' | b'.' | b'a'..=b'f' | b'A'..=b'F' | b'x' | b'X' => self.at += 1,
                0 | b',' | b'}' | b']' | b')' | b'/' => break,
                _ if is_white_space(unit) => break,
                _ => return Err(self.fail_at(heap, "Unexpected character encountered while parsing number", unit)),
            }
        }
        Ok((start, self.at))
    }
}

/// What a string gives as a value of a type, `None` when it has no such form.
fn converted(cx: &mut Cx<'_>, text: Str, target: TypeId) -> Result<Option<Value>, Throw> {
    let made = match target {
        TypeId::DATE_TIME => match date::detect(cx.text(text)) {
            Some(date) => return Ok(Some(Value::DateTime(date))),
            None => convert::to(cx, Value::String(text), target),
        },
        TypeId::DATE_TIME_OFFSET => convert::to_date_time_offset(cx, Value::String(text)),
        _ => convert::to(cx, Value::String(text), target),
    };
    match made {
        Ok(value) => Ok(Some(value)),
        Err(Throw::Exception(_)) if target == TypeId::DECIMAL => match decimal(&cx.text(text).to_utf8()) {
            Some(number) => Ok(Some(Value::Object(cx.heap.new_object(Object::Decimal(number))?))),
            None => Ok(None),
        },
        Err(Throw::Exception(_)) => Ok(None),
        Err(trap) => Err(trap),
    }
}

/// The digits with their sign, if the text has nothing else.
fn integer(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

/// A number that begins with a zero is octal, and with `0x` hexadecimal; `Some(None)` when it is neither.
fn other_base(text: &str) -> Option<Option<u64>> {
    let rest = text.strip_prefix('0')?;
    if rest.is_empty() || rest.starts_with(['.', 'e', 'E']) {
        return None;
    }
    let (digits, radix) = match rest.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (rest, 8),
    };
    // Rust would accept a sign.
    Some(if digits.starts_with(['+', '-']) { None } else { u64::from_str_radix(digits, radix).ok() })
}

/// A decimal number with or without exponent.
fn decimal(text: &str) -> Option<Decimal> {
    let number = if text.contains(['e', 'E']) { Decimal::from_scientific(text).ok() } else { text.parse().ok() };
    // What Rust reads and JSON has not.
    number.filter(|_| !text.starts_with('+') && !text.contains('_'))
}
