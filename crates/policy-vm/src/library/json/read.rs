//! The reader: tokens of lenient JSON as Newtonsoft.Json's `JsonTextReader` finds them, with its error messages.
//!
//! The states are those of the original, because its leniency (empty places in arrays, comments anywhere, values after
//! the end) and the positions in its messages follow from them. Lines are counted only when a message needs them.

use crate::exception::{Exc, Throw, Trap};
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::{Str, TextBuf, TextRef};

use super::big_integer::BigInteger;
use super::date;
use super::node::Step;

/// Greatest nesting of a document.
const MAX_DEPTH: usize = 64;

/// A unit of text: a byte of ASCII, or a UTF-16 unit.
pub(super) trait Unit: Copy + 'static {
    /// Its value.
    fn get(self) -> u16;
    /// The first position of the quote or of a backslash.
    fn find_string_end(text: &[Self], quote: u8) -> Option<usize>;
    /// A string value made of a part of the source.
    fn part(heap: &mut Heap, source: Str, text: &[Self], start: usize, end: usize) -> Result<Str, Trap>;
    /// The units as a text.
    fn text(text: &[Self]) -> TextRef<'_>;
}

impl Unit for u8 {
    fn get(self) -> u16 {
        u16::from(self)
    }
    fn find_string_end(text: &[Self], quote: u8) -> Option<usize> {
        memchr::memchr2(quote, b'\\', text)
    }
    fn part(_: &mut Heap, source: Str, _: &[Self], start: usize, end: usize) -> Result<Str, Trap> {
        // The source is in the heap already: its parts are parts of it.
        Ok(source.slice(start, end))
    }
    fn text(text: &[Self]) -> TextRef<'_> {
        TextRef::Ascii(text)
    }
}

impl Unit for u16 {
    fn get(self) -> u16 {
        self
    }
    fn find_string_end(text: &[Self], quote: u8) -> Option<usize> {
        text.iter().position(|u| *u == u16::from(quote) || *u == u16::from(b'\\'))
    }
    fn part(heap: &mut Heap, _: Str, text: &[Self], start: usize, end: usize) -> Result<Str, Trap> {
        heap.new_text(TextRef::Wide(text.get(start..end).unwrap_or_default()))
    }
    fn text(text: &[Self]) -> TextRef<'_> {
        TextRef::Wide(text)
    }
}

/// `JsonToken`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    None,
    StartObject,
    StartArray,
    StartConstructor,
    PropertyName,
    Comment,
    Integer,
    Float,
    String,
    Boolean,
    Null,
    Undefined,
    EndObject,
    EndArray,
    EndConstructor,
    Date,
}

/// Why reading stopped.
#[derive(Debug)]
pub(super) enum Fail {
    /// `JsonReaderException` with this message.
    Reader(String),
    /// A budget is exhausted.
    Trap(Trap),
}

impl From<Trap> for Fail {
    fn from(trap: Trap) -> Self {
        Self::Trap(trap)
    }
}

impl Fail {
    /// As what an expression sees.
    pub(super) fn throw(self, cx: &mut crate::cx::Cx<'_>) -> Throw {
        match self {
            Self::Reader(message) => cx.throw(Exc::JsonReader, message),
            Self::Trap(trap) => trap.into(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Property,
    ObjectStart,
    Object,
    ArrayStart,
    Array,
    ConstructorStart,
    Constructor,
    PostValue,
    Finished,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    None,
    Object,
    Array,
    Constructor,
}

#[derive(Clone, Copy, Debug)]
struct Position {
    container: Container,
    index: i64,
    name: Str,
}

const OUTSIDE: Position = Position { container: Container::None, index: -1, name: Str::EMPTY };

/// The reader.
#[derive(Debug)]
pub(super) struct Reader<'a, U> {
    text: &'a [U],
    source: Str,
    at: usize,
    state: State,
    stack: Vec<Position>,
    current: Position,
    /// Dates are recognised in strings.
    pub(super) dates: bool,
    /// The token read last.
    pub(super) token: Token,
    /// Its value: a name, a string, a number, a bool, a date.
    pub(super) value: Value,
}

impl<'a, U: Unit> Reader<'a, U> {
    /// A reader of `text`, which is also the string `source` of the heap.
    pub(super) fn new(text: &'a [U], source: Str) -> Self {
        Self {
            text,
            source,
            at: 0,
            state: State::Start,
            stack: Vec::new(),
            current: OUTSIDE,
            dates: true,
            token: Token::None,
            value: Value::Null,
        }
    }

    /// The unit at a position; 0 at the end, as in the original's buffer.
    #[inline]
    fn unit(&self, at: usize) -> u16 {
        self.text.get(at).map_or(0, |u| u.get())
    }

    #[inline]
    fn here(&self) -> u16 {
        self.unit(self.at)
    }

    /// `EnsureChars`: there is a unit that far ahead.
    fn has(&self, ahead: usize) -> bool {
        self.at + ahead < self.text.len()
    }

    /// A `JsonReaderException` at the present position.
    #[cold]
    pub(super) fn fail(&self, heap: &Heap, message: &str) -> Fail {
        let mut text = message.trim().to_owned();
        if !text.ends_with('.') {
            text.push('.');
        }
        let (line, column) = self.line_info();
        Fail::Reader(format!("{text} Path '{}', line {line}, position {column}.", self.path(heap)))
    }

    #[cold]
    fn fail_at(&self, heap: &Heap, message: &str, unit: u16) -> Fail {
        let unit = String::from_utf16_lossy(&[unit]);
        self.fail(heap, &format!("{message}: {unit}."))
    }

    /// `Path`.
    fn path(&self, heap: &Heap) -> String {
        if self.current.container == Container::None {
            return String::new();
        }
        let mut out = TextBuf::new();
        let inside = !matches!(self.state, State::ArrayStart | State::ConstructorStart | State::ObjectStart);
        for position in self.stack.iter().chain(inside.then_some(&self.current)) {
            match position.container {
                Container::Object => Step::Name(position.name).write(heap, &mut out),
                Container::Array | Container::Constructor => Step::Index(position.index).write(heap, &mut out),
                Container::None => {}
            }
        }
        out.as_text().to_utf8().into_owned()
    }

    /// `LineNumber` and `LinePosition`.
    fn line_info(&self) -> (usize, usize) {
        let (mut line, mut start, mut i) = (1, 0, 0);
        while i < self.at {
            let unit = self.unit(i);
            i += 1;
            if unit == 13 {
                // The original looks one unit further than the line feed: at the very end it counts CR LF twice.
                if self.unit(i) == 10 && i + 1 < self.text.len() {
                    i += 1;
                }
                (line, start) = (line + 1, i);
            } else if unit == 10 {
                (line, start) = (line + 1, i);
            }
        }
        let column = self.at.saturating_sub(start);
        if self.state == State::Start && column == 0 && self.token != Token::Comment {
            return (0, column);
        }
        (line, column)
    }

    /// `Read`: goes to the next token; false at the end.
    pub(super) fn read(&mut self, heap: &mut Heap) -> Result<bool, Fail> {
        loop {
            match self.state {
                State::Start
                | State::Property
                | State::Array
                | State::ArrayStart
                | State::Constructor
                | State::ConstructorStart => return self.value(heap),
                State::Object | State::ObjectStart => return self.object(heap),
                State::PostValue => {
                    if self.post_value(heap)? {
                        return Ok(true);
                    }
                }
                State::Finished => return self.finished(heap),
            }
        }
    }

    fn finished(&mut self, heap: &mut Heap) -> Result<bool, Fail> {
        self.white_space();
        if !self.has(0) {
            self.token = Token::None;
            return Ok(false);
        }
        if self.here() == u16::from(b'/') {
            self.comment(heap)?;
            return Ok(true);
        }
        Err(self.fail_at(heap, "Additional text encountered after finished reading JSON content", self.here()))
    }

    fn post_value(&mut self, heap: &mut Heap) -> Result<bool, Fail> {
        loop {
            let unit = self.here();
            match u8::try_from(unit).unwrap_or(b'?') {
                0 if !self.has(0) => {
                    self.state = State::Finished;
                    return Ok(false);
                }
                0 | b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'}' => return self.end(heap, Token::EndObject),
                b']' => return self.end(heap, Token::EndArray),
                b')' => return self.end(heap, Token::EndConstructor),
                b'/' => {
                    self.comment(heap)?;
                    return Ok(true);
                }
                b',' => {
                    self.at += 1;
                    self.state = match self.current.container {
                        Container::Object => State::Object,
                        Container::Array => State::Array,
                        Container::Constructor => State::Constructor,
                        Container::None => State::Finished,
                    };
                    return Ok(false);
                }
                _ if is_white_space(unit) => self.at += 1,
                _ => {
                    let message = "After parsing a value an unexpected character was encountered";
                    return Err(self.fail_at(heap, message, unit));
                }
            }
        }
    }

    fn object(&mut self, heap: &mut Heap) -> Result<bool, Fail> {
        loop {
            let unit = self.here();
            match u8::try_from(unit).unwrap_or(b'?') {
                0 if !self.has(0) => return Ok(false),
                0 | b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'}' => return self.end(heap, Token::EndObject),
                b'/' => {
                    self.comment(heap)?;
                    return Ok(true);
                }
                _ if is_white_space(unit) => self.at += 1,
                _ => {
                    self.property(heap)?;
                    return Ok(true);
                }
            }
        }
    }

    fn property(&mut self, heap: &mut Heap) -> Result<(), Fail> {
        let first = self.here();
        let name = if first == u16::from(b'"') || first == u16::from(b'\'') {
            self.at += 1;
            self.string(heap, first as u8)?
        } else if is_identifier(first) {
            self.unquoted(heap)?
        } else {
            return Err(self.fail_at(heap, "Invalid property identifier character", first));
        };
        self.white_space();
        if self.here() != u16::from(b':') {
            let message = "Invalid character after parsing property name. Expected ':' but got";
            return Err(self.fail_at(heap, message, self.here()));
        }
        self.at += 1;
        self.state = State::Property;
        self.current.name = name;
        self.token = Token::PropertyName;
        self.value = Value::String(name);
        Ok(())
    }

    fn unquoted(&mut self, heap: &mut Heap) -> Result<Str, Fail> {
        let start = self.at;
        loop {
            let unit = self.here();
            if unit == 0 && !self.has(0) {
                return Err(self.fail(heap, "Unexpected end while parsing unquoted property name."));
            }
            if is_identifier(unit) {
                self.at += 1;
            } else if unit == 0 || is_white_space(unit) || unit == u16::from(b':') {
                return Ok(U::part(heap, self.source, self.text, start, self.at)?);
            } else {
                return Err(self.fail_at(heap, "Invalid JavaScript property identifier character", unit));
            }
        }
    }

    fn value(&mut self, heap: &mut Heap) -> Result<bool, Fail> {
        loop {
            let unit = self.here();
            match u8::try_from(unit).unwrap_or(b'?') {
                0 if !self.has(0) => return Ok(false),
                0 | b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                quote @ (b'"' | b'\'') => {
                    self.string_value(heap, quote)?;
                    return Ok(true);
                }
                b'{' => return self.start(heap, Token::StartObject),
                b'[' => return self.start(heap, Token::StartArray),
                b']' => return self.end(heap, Token::EndArray),
                b')' => return self.end(heap, Token::EndConstructor),
                b'/' => {
                    self.comment(heap)?;
                    return Ok(true);
                }
                // An empty place: the comma itself is left for the next call.
                b',' => {
                    self.scalar(Token::Undefined, Value::Null);
                    return Ok(true);
                }
                b'-' if self.has(1) && self.unit(self.at + 1) == u16::from(b'I') => {
                    self.word(heap, "-Infinity", Token::Float, Value::Double(f64::NEG_INFINITY))?;
                    return Ok(true);
                }
                b'-' | b'.' | b'0'..=b'9' => {
                    self.number(heap)?;
                    return Ok(true);
                }
                letter @ (b't' | b'f' | b'n' | b'N' | b'I' | b'u') => {
                    self.literal(heap, letter)?;
                    return Ok(true);
                }
                _ if is_white_space(unit) => self.at += 1,
                _ if is_number(unit) => {
                    self.number(heap)?;
                    return Ok(true);
                }
                _ => return Err(self.unexpected(heap, unit)),
            }
        }
    }

    fn unexpected(&self, heap: &Heap, unit: u16) -> Fail {
        self.fail_at(heap, "Unexpected character encountered while parsing value", unit)
    }

    fn literal(&mut self, heap: &mut Heap, letter: u8) -> Result<(), Fail> {
        match letter {
            b't' => self.word(heap, "true", Token::Boolean, Value::Bool(true)),
            b'f' => self.word(heap, "false", Token::Boolean, Value::Bool(false)),
            b'N' => self.word(heap, "NaN", Token::Float, Value::Double(f64::NAN)),
            b'I' => self.word(heap, "Infinity", Token::Float, Value::Double(f64::INFINITY)),
            b'u' => self.word(heap, "undefined", Token::Undefined, Value::Null),
            _ if !self.has(1) => {
                self.at += 1;
                Err(self.fail(heap, "Unexpected end when reading JSON."))
            }
            _ => match u8::try_from(self.unit(self.at + 1)) {
                Ok(b'u') => self.word(heap, "null", Token::Null, Value::Null),
                Ok(b'e') => self.constructor(heap),
                _ => Err(self.unexpected(heap, self.here())),
            },
        }
    }

    /// Whether the word stands here and ends here; goes past what fits.
    fn matches(&mut self, heap: &Heap, word: &str) -> Result<bool, Fail> {
        if !self.has(word.len() - 1) {
            self.at = self.text.len();
            return Err(self.fail(heap, "Unexpected end when reading JSON."));
        }
        for byte in word.bytes() {
            if self.here() != u16::from(byte) {
                return Ok(false);
            }
            self.at += 1;
        }
        Ok(!self.has(0) || self.here() == 0 || self.is_separator())
    }

    fn is_separator(&self) -> bool {
        let unit = self.here();
        match u8::try_from(unit) {
            Ok(b'}' | b']' | b',') => true,
            Ok(b'/') => self.has(1) && matches!(self.unit(self.at + 1), 0x2a | 0x2f),
            Ok(b')') => matches!(self.state, State::Constructor | State::ConstructorStart),
            _ => is_white_space(unit),
        }
    }

    fn word(&mut self, heap: &mut Heap, word: &str, token: Token, value: Value) -> Result<(), Fail> {
        if self.matches(heap, word)? {
            self.scalar(token, value);
            return Ok(());
        }
        let what = match token {
            Token::Boolean => "boolean",
            _ => word,
        };
        Err(self.fail(heap, &format!("Error parsing {what} value.")))
    }

    fn constructor(&mut self, heap: &mut Heap) -> Result<(), Fail> {
        if !self.matches(heap, "new")? {
            return Err(self.fail(heap, "Unexpected content while parsing JSON."));
        }
        self.white_space();
        let start = self.at;
        let end = loop {
            let unit = self.here();
            if unit == 0 && !self.has(0) {
                return Err(self.fail(heap, "Unexpected end while parsing constructor."));
            }
            if is_letter_or_digit(unit) {
                self.at += 1;
            } else if unit == 0 || is_white_space(unit) {
                self.at += 1;
                break self.at - 1;
            } else if unit == u16::from(b'(') {
                break self.at;
            } else {
                return Err(self.fail_at(heap, "Unexpected character while parsing constructor", unit));
            }
        };
        if start == end {
            return Err(self.fail(heap, "Empty constructor name."));
        }
        let name = U::part(heap, self.source, self.text, start, end)?;
        self.white_space();
        if self.here() != u16::from(b'(') {
            return Err(self.fail_at(heap, "Unexpected character while parsing constructor", self.here()));
        }
        self.value = Value::String(name);
        self.start(heap, Token::StartConstructor)?;
        Ok(())
    }

    fn start(&mut self, heap: &mut Heap, token: Token) -> Result<bool, Fail> {
        self.at += 1;
        self.token = token;
        let container;
        (self.state, container) = match token {
            Token::StartObject => (State::ObjectStart, Container::Object),
            Token::StartArray => (State::ArrayStart, Container::Array),
            _ => (State::ConstructorStart, Container::Constructor),
        };
        self.count();
        let entered = Position { container, ..OUTSIDE };
        if self.current.container != Container::None {
            self.stack.push(self.current);
        }
        self.current = entered;
        if self.stack.len() + 1 > MAX_DEPTH {
            return Err(self.fail(heap, &format!("The reader's MaxDepth of {MAX_DEPTH} has been exceeded.")));
        }
        Ok(true)
    }

    fn end(&mut self, heap: &mut Heap, token: Token) -> Result<bool, Fail> {
        self.at += 1;
        self.token = token;
        let closed = std::mem::replace(&mut self.current, OUTSIDE);
        if let Some(outer) = self.stack.pop() {
            self.current = outer;
        }
        let fits = match token {
            Token::EndObject => closed.container == Container::Object,
            Token::EndArray => closed.container == Container::Array,
            _ => closed.container == Container::Constructor,
        };
        if !fits {
            let message = format!("JsonToken {token:?} is not valid for closing JsonType {:?}.", closed.container);
            return Err(self.fail(heap, &message));
        }
        self.after_value();
        Ok(true)
    }

    fn after_value(&mut self) {
        self.state = if self.current.container == Container::None { State::Finished } else { State::PostValue };
    }

    fn count(&mut self) {
        if matches!(self.current.container, Container::Array | Container::Constructor) {
            self.current.index += 1;
        }
    }

    fn scalar(&mut self, token: Token, value: Value) {
        self.after_value();
        self.count();
        self.token = token;
        self.value = value;
    }

    fn string_value(&mut self, heap: &mut Heap, quote: u8) -> Result<(), Fail> {
        self.at += 1;
        let text = self.string(heap, quote)?;
        let date = if self.dates { date::detect(heap.text(text)) } else { None };
        match date {
            Some(date) => self.scalar(Token::Date, Value::DateTime(date)),
            None => self.scalar(Token::String, Value::String(text)),
        }
        Ok(())
    }

    /// The string whose opening quote has been passed.
    fn string(&mut self, heap: &mut Heap, quote: u8) -> Result<Str, Fail> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match U::find_string_end(rest, quote) {
            Some(len) if self.unit(self.at + len) == u16::from(quote) => {
                let start = self.at;
                self.at += len + 1;
                Ok(U::part(heap, self.source, self.text, start, start + len)?)
            }
            Some(_) => self.escaped_string(heap, quote),
            None => Err(self.unterminated(heap, quote)),
        }
    }

    #[cold]
    fn unterminated(&mut self, heap: &Heap, quote: u8) -> Fail {
        self.at = self.text.len();
        self.fail(heap, &format!("Unterminated string. Expected delimiter: {}.", char::from(quote)))
    }

    fn escaped_string(&mut self, heap: &mut Heap, quote: u8) -> Result<Str, Fail> {
        let mut out = TextBuf::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(len) = U::find_string_end(rest, quote) else { return Err(self.unterminated(heap, quote)) };
            out.push_text(U::text(rest.get(..len).unwrap_or_default()));
            self.at += len + 1;
            if self.unit(self.at - 1) == u16::from(quote) {
                return Ok(heap.new_buf(&out)?);
            }
            if !self.has(0) {
                return Err(self.unterminated(heap, quote));
            }
            self.escape(heap, &mut out)?;
        }
    }

    fn escape(&mut self, heap: &Heap, out: &mut TextBuf) -> Result<(), Fail> {
        let unit = self.here();
        self.at += 1;
        out.push(match u8::try_from(unit) {
            Ok(b'b') => 8,
            Ok(b't') => 9,
            Ok(b'n') => 10,
            Ok(b'f') => 12,
            Ok(b'r') => 13,
            Ok(b'\\' | b'"' | b'\'' | b'/') => unit,
            Ok(b'u') => return self.unicode_escape(heap, out),
            _ => {
                let shown = String::from_utf16_lossy(&[u16::from(b'\\'), unit]);
                return Err(self.fail(heap, &format!("Bad JSON escape sequence: {shown}.")));
            }
        });
        Ok(())
    }

    /// Lone surrogates become U+FFFD.
    fn unicode_escape(&mut self, heap: &Heap, out: &mut TextBuf) -> Result<(), Fail> {
        const REPLACEMENT: u16 = 0xfffd;
        let mut unit = self.hex(heap)?;
        if is_low(unit) {
            unit = REPLACEMENT;
        }
        while is_high(unit) {
            if !(self.has(2) && self.here() == u16::from(b'\\') && self.unit(self.at + 1) == u16::from(b'u')) {
                unit = REPLACEMENT;
                break;
            }
            self.at += 2;
            let high = unit;
            unit = self.hex(heap)?;
            out.push(if is_low(unit) { high } else { REPLACEMENT });
        }
        out.push(unit);
        Ok(())
    }

    fn hex(&mut self, heap: &Heap) -> Result<u16, Fail> {
        if !self.has(4) {
            return Err(self.fail(heap, "Unexpected end while parsing Unicode escape sequence."));
        }
        let mut value = 0_u16;
        for i in 0..4 {
            let digit = u8::try_from(self.unit(self.at + i)).ok().and_then(|b| char::from(b).to_digit(16));
            let Some(digit) = digit else {
                let four: Vec<u16> = (0..4).map(|i| self.unit(self.at + i)).collect();
                let shown = String::from_utf16_lossy(&four);
                return Err(self.fail(heap, &format!("Invalid Unicode escape sequence: \\u{shown}.")));
            };
            value = (value << 4) | digit as u16;
        }
        self.at += 4;
        Ok(value)
    }

    fn number(&mut self, heap: &mut Heap) -> Result<(), Fail> {
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
        let part = self.text.get(start..self.at).unwrap_or_default();
        self.after_value();
        self.count();
        if let Some(value) = small_integer(part) {
            self.token = Token::Integer;
            self.value = Value::Int64(value);
            return Ok(());
        }
        self.token = Token::Undefined;
        let digits: String = U::text(part).to_utf8().into_owned();
        (self.token, self.value) = self.long_number(heap, &digits)?;
        Ok(())
    }

    fn long_number(&self, heap: &mut Heap, digits: &str) -> Result<(Token, Value), Fail> {
        let invalid = |heap: &Heap| self.fail(heap, &format!("Input string '{digits}' is not a valid number."));
        let rest = digits.strip_prefix('0').unwrap_or_default();
        if !rest.is_empty() && !rest.starts_with(['.', 'e', 'E']) {
            let parsed = match rest.strip_prefix(['x', 'X']) {
                Some(hex) => unsigned(hex, 16),
                None => unsigned(rest, 8),
            };
            return match parsed {
                Some(value) => Ok((Token::Integer, Value::Int64(value.cast_signed()))),
                None => Err(invalid(heap)),
            };
        }
        let unsigned_part = digits.strip_prefix('-').unwrap_or(digits);
        if !unsigned_part.is_empty() && unsigned_part.bytes().all(|b| b.is_ascii_digit()) {
            if let Ok(value) = digits.parse() {
                return Ok((Token::Integer, Value::Int64(value)));
            }
            if digits.len() > 380 {
                return Err(self.fail(heap, &format!("JSON integer {digits} is too large to parse.")));
            }
            let value = heap.new_native(BigInteger::new(digits))?;
            return Ok((Token::Integer, value));
        }
        match super::convert::parse_double(digits) {
            Some(value) => Ok((Token::Float, Value::Double(value))),
            None => Err(invalid(heap)),
        }
    }

    /// Reads a comment into a token; the state stays.
    fn comment(&mut self, heap: &mut Heap) -> Result<(), Fail> {
        self.at += 1;
        if !self.has(1) {
            return Err(self.fail(heap, "Unexpected end while parsing comment."));
        }
        let single = match self.here() {
            0x2a => false,
            0x2f => true,
            other => {
                let other = String::from_utf16_lossy(&[other]);
                return Err(self.fail(heap, &format!("Error parsing comment. Expected: *, got {other}.")));
            }
        };
        self.at += 1;
        let start = self.at;
        let end = loop {
            let unit = self.here();
            if unit == 0 && !self.has(0) {
                if single {
                    break self.at;
                }
                return Err(self.fail(heap, "Unexpected end while parsing comment."));
            }
            if single && matches!(unit, 10 | 13) {
                break self.at;
            }
            self.at += 1;
            if !single && unit == u16::from(b'*') && self.here() == u16::from(b'/') {
                self.at += 1;
                break self.at - 2;
            }
        };
        let text = U::part(heap, self.source, self.text, start, end)?;
        self.token = Token::Comment;
        self.value = Value::String(text);
        Ok(())
    }

    fn white_space(&mut self) {
        while self.has(0) && (self.here() == 0 || is_white_space(self.here())) {
            self.at += 1;
        }
    }
}

/// The integer of at most 18 digits that the text is, if it has no leading zero.
#[inline]
fn small_integer<U: Unit>(part: &[U]) -> Option<i64> {
    let (negative, digits) = match part.split_first() {
        Some((first, rest)) if first.get() == u16::from(b'-') => (true, rest),
        _ => (false, part),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    if !negative && digits.len() > 1 && digits.first().is_some_and(|d| d.get() == u16::from(b'0')) {
        return None;
    }
    let mut value = 0_i64;
    for unit in digits {
        let digit = unit.get().wrapping_sub(u16::from(b'0'));
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

/// `Convert.ToInt64(text, base)` without sign.
fn unsigned(text: &str, radix: u32) -> Option<u64> {
    // Rust would accept a sign.
    if text.starts_with(['+', '-']) { None } else { u64::from_str_radix(text, radix).ok() }
}

fn is_high(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xdc00..0xe000).contains(&unit)
}

/// `Char.IsWhiteSpace`.
pub(super) fn is_white_space(unit: u16) -> bool {
    match unit {
        9..=13 | 32 => true,
        0..=127 => false,
        _ => char::from_u32(u32::from(unit)).is_some_and(char::is_whitespace),
    }
}

fn is_letter_or_digit(unit: u16) -> bool {
    match u8::try_from(unit) {
        Ok(byte) if byte < 128 => byte.is_ascii_alphanumeric(),
        _ => char::from_u32(u32::from(unit)).is_some_and(char::is_alphanumeric),
    }
}

fn is_number(unit: u16) -> bool {
    unit >= 128 && char::from_u32(u32::from(unit)).is_some_and(char::is_numeric)
}

fn is_identifier(unit: u16) -> bool {
    is_letter_or_digit(unit) || unit == u16::from(b'_') || unit == u16::from(b'$')
}
