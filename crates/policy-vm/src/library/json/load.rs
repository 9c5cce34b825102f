//! Builds trees from what the reader finds: `JToken.Parse`, `JObject.Parse`, `JArray.Parse`.

use rustc_hash::FxHashMap;

use crate::cx::Cx;
use crate::exception::{Throw, Trap};
use crate::value::heap::Heap;
use crate::value::text::{Str, TextRef};
use crate::value::{Ref, Value};

use super::node::{self, Kind, Members, Node, TokenType};
use super::read::{Fail, Reader, Token, Unit};

/// What the text must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Anything: `JToken`.
    Token,
    /// `JObject`.
    Object,
    /// `JArray`.
    Array,
}

/// Parses a string of the heap.
pub(super) fn parse(cx: &mut Cx<'_>, text: Str, wanted: Wanted) -> Result<Value, Throw> {
    parse_with(cx, text, wanted, true)
}

/// Parses a string of the heap; `dates` tells whether strings may become dates.
pub(super) fn parse_with(cx: &mut Cx<'_>, text: Str, wanted: Wanted, dates: bool) -> Result<Value, Throw> {
    cx.charge(text.len() / 4)?;
    // The nodes go into the same heap as the text, so the reader works on a copy; its strings are parts of the text.
    let parsed = match cx.heap.text(text) {
        TextRef::Ascii(bytes) => {
            let bytes = bytes.to_vec();
            let mut reader = Reader::new(&bytes, text);
            reader.dates = dates;
            document(cx.heap, &mut reader, wanted)
        }
        TextRef::Wide(units) => {
            let units = units.to_vec();
            let mut reader = Reader::new(&units, text);
            reader.dates = dates;
            document(cx.heap, &mut reader, wanted)
        }
    };
    parsed.map(Value::Object).map_err(|fail| fail.throw(cx))
}

/// What it means when a text ends inside a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfinished {
    /// An error of the reader.
    Fails,
    /// What is there is the value, as far as no property waits for its own.
    AsFarAsItGoes,
    /// An error that the caller words.
    Reported,
}

/// The value at which the reader is.
pub(super) fn value<U: Unit>(heap: &mut Heap, reader: &mut Reader<'_, U>, unfinished: Unfinished) -> Result<Ref, Fail> {
    match reader.token {
        Token::StartObject | Token::StartArray | Token::StartConstructor => container(heap, reader, unfinished),
        token => match scalar_type(token) {
            Some(ty) => Ok(node::new_scalar(heap, ty, reader.value)?),
            None => {
                let message = format!("Error reading JToken from JsonReader. Unexpected token: {token:?}");
                Err(reader.fail(heap, &message))
            }
        },
    }
}

/// The object inside which the reader is already, at a property or at the end.
pub(super) fn rest_of_object<U: Unit>(heap: &mut Heap, reader: &mut Reader<'_, U>) -> Result<Ref, Fail> {
    let mut builder = Builder::default();
    let top = builder.open(heap, Token::StartObject, Value::Null)?;
    builder.fill(heap, reader, "JObject", Unfinished::Reported)?;
    Ok(top)
}

fn document<U: Unit>(heap: &mut Heap, reader: &mut Reader<'_, U>, wanted: Wanted) -> Result<Ref, Fail> {
    let top = match wanted {
        Wanted::Token => any(heap, reader)?,
        Wanted::Object => container_of(heap, reader, Token::StartObject, "JObject", "an object")?,
        Wanted::Array => container_of(heap, reader, Token::StartArray, "JArray", "an array")?,
    };
    // Anything but a comment after the end makes the reader throw.
    while reader.read(heap)? {}
    Ok(top)
}

fn any<U: Unit>(heap: &mut Heap, reader: &mut Reader<'_, U>) -> Result<Ref, Fail> {
    if !reader.read(heap)? {
        return Err(reader.fail(heap, "Error reading JToken from JsonReader."));
    }
    value(heap, reader, Unfinished::Fails)
}

fn container_of<U: Unit>(
    heap: &mut Heap,
    reader: &mut Reader<'_, U>,
    start: Token,
    name: &str,
    what: &str,
) -> Result<Ref, Fail> {
    let mut more = reader.read(heap)?;
    if !more {
        return Err(reader.fail(heap, &format!("Error reading {name} from JsonReader.")));
    }
    while more && reader.token == Token::Comment {
        more = reader.read(heap)?;
    }
    if reader.token != start {
        let token = reader.token;
        let message = format!("Error reading {name} from JsonReader. Current JsonReader item is not {what}: {token:?}");
        return Err(reader.fail(heap, &message));
    }
    container(heap, reader, Unfinished::Fails)
}

fn scalar_type(token: Token) -> Option<TokenType> {
    Some(match token {
        Token::String => TokenType::String,
        Token::Integer => TokenType::Integer,
        Token::Float => TokenType::Float,
        Token::Boolean => TokenType::Boolean,
        Token::Null => TokenType::Null,
        Token::Undefined => TokenType::Undefined,
        Token::Date => TokenType::Date,
        Token::Comment => TokenType::Comment,
        _ => return None,
    })
}

/// A container whose end has not come yet.
#[derive(Debug)]
struct Frame {
    node: Ref,
    /// Where its children begin in the list of all children.
    start: usize,
    /// For an object: the name of the property whose value comes next.
    name: Str,
    /// Names seen, once there are many.
    names: Option<FxHashMap<u32, usize>>,
}

/// All that is open, and the children found for it: each container's children are cut off the end when it closes.
#[derive(Debug, Default)]
struct Builder {
    frames: Vec<Frame>,
    children: Vec<(u32, Ref)>,
}

/// The container at whose start the reader is.
fn container<U: Unit>(heap: &mut Heap, reader: &mut Reader<'_, U>, unfinished: Unfinished) -> Result<Ref, Fail> {
    let name = match reader.token {
        Token::StartObject => "JObject",
        Token::StartArray => "JArray",
        _ => "JConstructor",
    };
    let mut builder = Builder::default();
    let top = builder.open(heap, reader.token, reader.value)?;
    if !reader.read(heap)? {
        return match unfinished {
            Unfinished::Fails => Err(reader.fail(heap, &format!("Error reading {name} from JsonReader."))),
            _ => Err(Fail::Unfinished),
        };
    }
    builder.fill(heap, reader, name, unfinished)?;
    Ok(top)
}

impl Builder {
    /// Adds what the reader finds, from the token at which it is, until the first container is closed.
    fn fill<U: Unit>(
        &mut self,
        heap: &mut Heap,
        reader: &mut Reader<'_, U>,
        name: &str,
        unfinished: Unfinished,
    ) -> Result<(), Fail> {
        loop {
            match reader.token {
                Token::StartObject | Token::StartArray | Token::StartConstructor => {
                    self.open(heap, reader.token, reader.value)?;
                }
                Token::EndObject | Token::EndArray | Token::EndConstructor => {
                    self.close(heap)?;
                    if self.frames.is_empty() {
                        return Ok(());
                    }
                }
                Token::PropertyName => {
                    if let (Some(frame), Value::String(name)) = (self.frames.last_mut(), reader.value) {
                        frame.name = name;
                    }
                }
                Token::Comment | Token::None => {}
                token => {
                    if let Some(ty) = scalar_type(token) {
                        let value = node::new_scalar(heap, ty, reader.value)?;
                        self.add(heap, value)?;
                    }
                }
            }
            if !reader.read(heap)? {
                return match unfinished {
                    Unfinished::Fails => {
                        Err(reader.fail(heap, &format!("Unexpected end of content while loading {name}.")))
                    }
                    Unfinished::AsFarAsItGoes if reader.token == Token::None => {
                        while !self.frames.is_empty() {
                            self.close(heap)?;
                        }
                        Ok(())
                    }
                    _ => Err(Fail::Unfinished),
                };
            }
        }
    }

    fn open(&mut self, heap: &mut Heap, token: Token, value: Value) -> Result<Ref, Trap> {
        let kind = match (token, value) {
            (Token::StartObject, _) => Kind::Object(Members::default()),
            (Token::StartConstructor, Value::String(name)) => Kind::Constructor(Box::new((name, Vec::new()))),
            _ => Kind::Array(Vec::new()),
        };
        let made = node::new(heap, kind)?;
        if !self.frames.is_empty() {
            self.add(heap, made)?;
        }
        self.frames.push(Frame { node: made, start: self.children.len(), name: Str::EMPTY, names: None });
        Ok(made)
    }

    fn add(&mut self, heap: &mut Heap, value: Ref) -> Result<(), Trap> {
        let Some(frame) = self.frames.last() else { return Ok(()) };
        if !matches!(node::node(heap, frame.node).kind, Kind::Object(_)) {
            node::set_parent(heap, value, frame.node);
            self.children.push((0, value));
            return Ok(());
        }
        let name = frame.name;
        let hash = node::hash_text(heap.text(name));
        if let Some(property) = self.known(heap, name, hash) {
            // The last value of a repeated name counts, at the place of the first.
            node::replace_at(heap, property, 0, value);
            return Ok(());
        }
        let property = node::new(heap, Kind::Property { name, hash, value })?;
        node::set_parent(heap, value, property);
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        node::set_parent(heap, property, frame.node);
        if let Some(names) = &mut frame.names {
            names.entry(hash).or_insert(self.children.len());
        }
        self.children.push((hash, property));
        Ok(())
    }

    /// The property of that name in the innermost object.
    fn known(&mut self, heap: &mut Heap, name: Str, hash: u32) -> Option<Ref> {
        const LINEAR: usize = 32;
        let frame = self.frames.last_mut()?;
        let seen = self.children.get(frame.start..)?;
        let same =
            |at: &Ref| node::property(heap, *at).is_some_and(|(other, _)| heap.text(other).equals(heap.text(name)));
        if seen.len() > LINEAR {
            let start = frame.start;
            let names = frame.names.get_or_insert_with(|| {
                let mut names = FxHashMap::default();
                for (i, entry) in seen.iter().enumerate() {
                    names.entry(entry.0).or_insert(start + i);
                }
                names
            });
            let first = names.get(&hash).and_then(|at| self.children.get(*at))?;
            if same(&first.1) {
                return Some(first.1);
            }
        }
        seen.iter().filter(|e| e.0 == hash).map(|e| e.1).find(same)
    }

    fn close(&mut self, heap: &mut Heap) -> Result<(), Trap> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let count = self.children.len() - frame.start;
        heap.charge(count * size_of::<(u32, Ref)>())?;
        let found = self.children.drain(frame.start..);
        if let Some(Node { kind, .. }) = node::node_mut(heap, frame.node) {
            match kind {
                Kind::Object(members) => members.entries = found.collect(),
                Kind::Array(items) => *items = found.map(|e| e.1).collect(),
                Kind::Constructor(parts) => parts.1 = found.map(|e| e.1).collect(),
                Kind::Property { .. } | Kind::Scalar { .. } => {}
            }
        }
        Ok(())
    }
}
