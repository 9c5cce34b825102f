//! The reader: tokens of lenient JSON as Newtonsoft.Json's `JsonTextReader` finds them, with its error messages.
//!
//! The states are those of the original, because its leniency (empty places in arrays, comments anywhere, values after
//! the end) and the positions in its messages follow from them. Lines are counted only when a message needs them.

mod scalar;
pub(super) mod typed;

use crate::exception::{Exc, Throw, Trap};
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::{Str, TextBuf, TextRef};

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
    Bytes,
}

/// Why reading stopped.
#[derive(Debug)]
pub(super) enum Fail {
    /// `JsonReaderException` with this message.
    Reader(String),
    /// The text ends inside a value, which whoever asked for it reports.
    Unfinished,
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
            Self::Unfinished => cx.throw(Exc::JsonReader, "Unexpected end when reading JSON."),
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
        Fail::Reader(self.located(heap, message))
    }

    /// A message with path, line and position; a message of several lines keeps its last line end.
    #[cold]
    pub(super) fn located(&self, heap: &Heap, message: &str) -> String {
        let mut text = message.to_owned();
        if !text.ends_with('\n') {
            text = text.trim().to_owned();
            text.push_str(if text.ends_with('.') { " " } else { ". " });
        }
        let (line, column) = self.line_info();
        format!("{text}Path '{}', line {line}, position {column}.", self.path_of(heap, true))
    }

    #[cold]
    fn fail_at(&self, heap: &Heap, message: &str, unit: u16) -> Fail {
        let unit = String::from_utf16_lossy(&[unit]);
        self.fail(heap, &format!("{message}: {unit}."))
    }

    /// `Path`, or that of what contains the present value.
    fn path_of(&self, heap: &Heap, present: bool) -> String {
        if self.current.container == Container::None {
            return String::new();
        }
        let mut out = TextBuf::new();
        let inside = present && !matches!(self.state, State::ArrayStart | State::ConstructorStart | State::ObjectStart);
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
