//! Reads documents as .NET's `XmlReader` does for `XDocument.Parse`, with its messages and positions.
//!
//! No entity but the five predefined ones is ever expanded and nothing outside the text is read: a document type is
//! kept as text. Elements are nested at most [`DEEPEST`] deep, which .NET does not ask.

mod content;

use rustc_hash::FxHashMap;

use super::names;
use super::text::{is_name_start, is_name_unit, is_space, is_xml_unit, show_character, show_unit};
use super::tree::{self, Kind};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::library::collections::ITEM;
use crate::value::Value;
use crate::value::comparer::{ComparerKind, hash_string};
use crate::value::text::{Str, TextRef};

/// `XDocument.Parse`.
pub(crate) fn parse_document(cx: &mut Cx<'_>, text: Str, keep_space: bool) -> Result<Value, Throw> {
    let document = tree::new(cx, Kind::document(Value::Null))?;
    Reader::new(cx, text, keep_space)?.run(cx, document)?;
    Ok(document)
}

/// `XmlDocument.LoadXml`: into a document that has no content, with a node for the declaration, and white space apart from
/// text.
pub(super) fn parse_into(cx: &mut Cx<'_>, text: Str, document: Value, keep_space: bool) -> Result<(), Throw> {
    let mut reader = Reader::new(cx, text, keep_space)?;
    (reader.keep_outer_space, reader.for_document, reader.keeps_line_ends) = (keep_space, true, true);
    let read = reader.run(cx, document);
    // What is not whole when a mistake is met is not in the document.
    if let (Err(_), Some(root)) = (&read, reader.open.first()) {
        super::edit::remove(cx, root.element)?;
    }
    read
}

/// `XmlNode.InnerXml`: content for a place where those prefixes are known, the innermost first.
pub(super) fn parse_fragment(
    cx: &mut Cx<'_>,
    text: Str,
    fragment: Value,
    known: Vec<(String, String)>,
) -> Result<(), Throw> {
    let mut reader = Reader::new(cx, text, true)?;
    (reader.for_document, reader.keeps_line_ends, reader.root_seen) = (true, true, true);
    for (prefix, uri) in known.into_iter().rev() {
        let uri = cx.heap.new_str(&uri)?;
        reader.namespaces.push((prefix.encode_utf16().collect(), uri));
    }
    let namespaces = reader.namespaces.len();
    reader.open.push(Open { element: fragment, name: (0, 0), namespaces, preserved: false });
    match reader.content(cx) {
        Ok(()) if reader.open.len() == 1 => Ok(()),
        Err(throw) if reader.at < reader.units.len() => Err(throw),
        // .NET tries a text that ends too early as a document, and says what is wrong with it as such.
        _ => Err(reader.fail(cx, 0, "Data at the root level is invalid.")),
    }
}

/// What could be read of a text: the tree, and the mistake that ended it with the elements open there.
pub(super) struct Partial {
    pub(super) document: Value,
    /// The XML declaration as it is written.
    pub(super) declaration: Str,
    pub(super) mistake: Option<(Throw, Vec<Value>)>,
}

/// Reads as far as it goes, for `XmlReader`, or with `raw` for `XmlTextReader`; white space beside the root element is kept if `keep_space`.
pub(super) fn parse_partial(cx: &mut Cx<'_>, text: Str, keep_space: bool, raw: bool) -> Result<Partial, Throw> {
    let document = tree::new(cx, Kind::document(Value::Null))?;
    let mut reader = Reader::new(cx, text, keep_space)?;
    (reader.keep_outer_space, reader.keeps_line_ends) = (keep_space, raw);
    let mistake = match reader.run(cx, document) {
        Ok(()) => None,
        Err(throw @ Throw::Exception(_)) => Some((throw, reader.open.iter().map(|open| open.element).collect())),
        Err(trap) => return Err(trap),
    };
    let end = if reader.starts_declaration() { reader.find("?>", 0).unwrap_or(0) } else { 0 };
    let declaration = if end == 0 { Str::EMPTY } else { trimmed(cx, text.slice(6, end)) };
    Ok(Partial { document, declaration, mistake })
}

fn trimmed(cx: &Cx<'_>, text: Str) -> Str {
    let content = cx.text(text);
    let start = content.units().take_while(|unit| is_space(*unit)).count();
    let spaces = (start..text.len()).rev().take_while(|at| content.get(*at).is_some_and(is_space)).count();
    text.slice(start, text.len() - spaces)
}

/// `XElement.Parse`: the root element alone.
pub(crate) fn parse_element(cx: &mut Cx<'_>, text: Str, keep_space: bool) -> Result<Value, Throw> {
    let document = parse_document(cx, text, keep_space)?;
    let root = tree::children(cx.heap, document).iter().copied().find(|node| tree::is_element(cx.heap, *node));
    let root = root.unwrap_or(Value::Null);
    if let Ok(root) = tree::get_mut(cx, root) {
        root.parent = Value::Null;
    }
    Ok(root)
}

/// An open element.
struct Open {
    element: Value,
    /// Where its name stands.
    name: (usize, usize),
    /// Number of namespaces in scope outside it.
    namespaces: usize,
    /// By `xml:space`.
    preserved: bool,
}

/// Elements within elements; whatever writes, copies or walks a tree may count on it for all that was read.
const DEEPEST: usize = 1_000;

struct RawAttribute {
    name: (usize, usize),
    value: Str,
}

struct Reader {
    input: Str,
    units: Vec<u16>,
    at: usize,
    keep_space: bool,
    keep_outer_space: bool,
    /// For an `XmlDocument`.
    for_document: bool,
    /// As `XmlTextReader`, with which `XmlDocument` reads, does without `Normalization`.
    keeps_line_ends: bool,
    open: Vec<Open>,
    /// Prefix and URI, the innermost last.
    namespaces: Vec<(Vec<u16>, Str)>,
    names: FxHashMap<(u64, u64), Vec<Value>>,
    root_seen: bool,
}

const LT: u16 = b'<' as u16;
const GT: u16 = b'>' as u16;
const AMP: u16 = b'&' as u16;
const SLASH: u16 = b'/' as u16;
const COLON: u16 = b':' as u16;

impl Reader {
    fn new(cx: &mut Cx<'_>, input: Str, keep_space: bool) -> Result<Self, Throw> {
        cx.heap.charge(input.len() * 2)?;
        cx.charge(input.len() / 4)?;
        let units: Vec<u16> = cx.text(input).units().collect();
        let xml = cx.heap.new_str(names::XML)?;
        let namespaces = vec![("xml".encode_utf16().collect(), xml)];
        let (open, names) = (Vec::new(), FxHashMap::default());
        let (keep_outer_space, for_document, keeps_line_ends, root_seen) = (false, false, false, false);
        Ok(Self {
            input,
            units,
            at: 0,
            keep_space,
            keep_outer_space,
            for_document,
            keeps_line_ends,
            open,
            namespaces,
            names,
            root_seen,
        })
    }

    fn run(&mut self, cx: &mut Cx<'_>, document: Value) -> Result<(), Throw> {
        if self.starts_declaration() {
            self.declaration(cx, document)?;
        }
        loop {
            cx.charge(1)?;
            let parent = self.open.last().map_or(document, |open| open.element);
            match self.peek() {
                None => break,
                Some(LT) if self.open.is_empty() && self.units.len() - self.at < 4 => return Err(self.bad_root(cx)),
                Some(LT) => self.markup(cx, parent)?,
                Some(_) if self.open.is_empty() => self.outer_space(cx, document)?,
                Some(_) => self.text(cx, parent)?,
            }
        }
        if !self.open.is_empty() {
            return Err(self.not_closed(cx));
        }
        if !self.root_seen {
            return Err(cx.throw(Exc::Xml, "Root element is missing."));
        }
        Ok(())
    }

    /// What stands in an element that is open from the beginning.
    fn content(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        while let (Some(unit), Some(open)) = (self.peek(), self.open.last()) {
            cx.charge(1)?;
            let parent = open.element;
            match unit {
                LT if self.open.len() == 1 && self.units.get(self.at + 1) == Some(&SLASH) => {
                    return Err(self.fail(cx, self.at + 2, "Unexpected end tag."));
                }
                LT => self.markup(cx, parent)?,
                _ => self.text(cx, parent)?,
            }
        }
        Ok(())
    }

    /// A text begins with an XML declaration.
    fn starts_declaration(&self) -> bool {
        let text: Vec<u16> = "<?xml".encode_utf16().collect();
        self.units.starts_with(&text) && self.units.get(5).is_some_and(|u| is_space(*u))
    }

    fn peek(&self) -> Option<u16> {
        self.units.get(self.at).copied()
    }

    fn starts(&self, text: &str) -> bool {
        let rest = self.units.get(self.at..).unwrap_or_default();
        rest.len() >= text.len() && rest.iter().zip(text.encode_utf16()).all(|(a, b)| *a == b)
    }

    fn find(&self, text: &str, from: usize) -> Option<usize> {
        let needle: Vec<u16> = text.encode_utf16().collect();
        TextRef::Wide(&self.units).find(TextRef::Wide(&needle), from)
    }

    fn slice(&self, range: (usize, usize)) -> String {
        String::from_utf16_lossy(self.units.get(range.0..range.1).unwrap_or_default())
    }

    fn skip_space(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
        self.at > start
    }

    /// Line and position of a unit, both from 1.
    fn position(&self, at: usize) -> (usize, usize) {
        let (mut line, mut start) = (1, 0);
        for (i, unit) in self.units.iter().enumerate().take(at) {
            let crlf = *unit == 13 && self.units.get(i + 1) == Some(&10);
            if *unit == 10 || (*unit == 13 && !crlf) {
                line += 1;
                start = i + 1;
            }
        }
        (line, at.saturating_sub(start) + 1)
    }

    fn fail(&self, cx: &mut Cx<'_>, at: usize, why: &str) -> Throw {
        let (line, position) = self.position(at);
        cx.throw(Exc::Xml, format_args!("{why} Line {line}, position {position}."))
    }

    fn bad_root(&self, cx: &mut Cx<'_>) -> Throw {
        // What XML knows no such character of is told before.
        match self.units.get(self.at).copied() {
            Some(unit) if !is_xml_unit(unit) || (0xd800..0xe000).contains(&unit) => self.bad_unit(cx, self.at, unit),
            _ => self.fail(cx, self.at, "Data at the root level is invalid."),
        }
    }

    /// The character at a place and its number, both of its units.
    fn shown(&self, at: usize, unit: u16) -> (String, String) {
        show_character(unit, self.units.get(at + 1).copied())
    }

    fn end_of_file(&self, cx: &mut Cx<'_>, place: &str) -> Throw {
        let why = match place {
            "" => "Unexpected end of file has occurred.".to_owned(),
            place => format!("Unexpected end of file while parsing {place} has occurred."),
        };
        self.fail(cx, self.units.len(), &why)
    }

    fn not_closed(&self, cx: &mut Cx<'_>) -> Throw {
        let open: Vec<_> = self.open.iter().rev().map(|open| self.slice(open.name)).collect();
        let why =
            format!("Unexpected end of file has occurred. The following elements are not closed: {}.", open.join(", "));
        self.fail(cx, self.units.len(), &why)
    }

    /// The end of the file inside a comment or the like is reported at its last character.
    fn unclosed(&self, cx: &mut Cx<'_>, what: &str) -> Throw {
        let why = format!("Unexpected end of file while parsing {what} has occurred.");
        self.fail(cx, self.units.len().saturating_sub(1), &why)
    }

    fn bad_unit(&self, cx: &mut Cx<'_>, at: usize, unit: u16) -> Throw {
        let (shown, hex) = self.shown(at, unit);
        self.fail(cx, at, &format!("'{shown}', hexadecimal value {hex}, is an invalid character."))
    }

    fn outer_space(&mut self, cx: &mut Cx<'_>, document: Value) -> Result<(), Throw> {
        let start = self.at;
        if !self.skip_space() {
            return Err(self.bad_root(cx));
        }
        if self.keep_outer_space {
            let text = self.normalized(cx, start, self.at)?;
            let apart = Kind::Space { text, significant: false };
            self.append(cx, document, if self.for_document { apart } else { Kind::Text(text) })?;
        }
        Ok(())
    }

    /// A part of the input as a string, shared with it.
    fn part(&self, start: usize, end: usize) -> Str {
        self.input.slice(start, end)
    }

    fn append(&self, cx: &mut Cx<'_>, parent: Value, kind: Kind) -> Result<Value, Throw> {
        let node = tree::new(cx, kind)?;
        cx.heap.charge(ITEM)?;
        tree::get_mut(cx, node)?.parent = parent;
        if let Some(children) = tree::children_mut(cx, parent) {
            children.push(node);
        }
        Ok(node)
    }

    fn declaration(&mut self, cx: &mut Cx<'_>, document: Value) -> Result<(), Throw> {
        self.at += 5;
        let mut values = [None; 3];
        loop {
            self.skip_space();
            if self.starts("?>") {
                self.at += 2;
                break;
            }
            let name = self.name(cx)?;
            let value = self.attribute_value(cx)?;
            let slot = ["version", "encoding", "standalone"].iter().position(|known| *known == self.slice(name));
            match slot.and_then(|slot| values.get_mut(slot)) {
                Some(slot) => *slot = Some(value),
                None => return Err(self.fail(cx, name.0, "Syntax for an XML declaration is invalid.")),
            }
        }
        if self.for_document {
            self.append(cx, document, Kind::Declaration(values))?;
            return Ok(());
        }
        let made = super::leaves::new_declaration(cx, values)?;
        if let Kind::Document { declaration, .. } = &mut tree::get_mut(cx, document)?.kind {
            *declaration = made;
        }
        Ok(())
    }

    fn markup(&mut self, cx: &mut Cx<'_>, parent: Value) -> Result<(), Throw> {
        match self.units.get(self.at + 1).copied() {
            Some(SLASH) => self.end_tag(cx),
            Some(0x21) if self.starts("<!--") => self.comment(cx, parent),
            Some(0x21) if self.starts("<![CDATA[") && !self.open.is_empty() => self.cdata(cx, parent),
            Some(0x21) if self.starts("<!DOCTYPE") && !self.root_seen && self.open.is_empty() => {
                self.doctype(cx, parent)
            }
            Some(0x21) if self.starts("<!DOCTYPE") && self.open.is_empty() => {
                Err(self.fail(cx, self.at, "DTD must be defined before the document root element."))
            }
            Some(0x21) if self.starts("<!DOCTYPE") => Err(self.fail(cx, self.at + 2, "Unexpected DTD declaration.")),
            Some(0x21) if self.units.len() - self.at < 4 => Err(self.not_closed(cx)),
            None if !self.open.is_empty() => Err(self.not_closed(cx)),
            Some(0x21) => Err(self.unexpected(cx, self.at + 2)),
            Some(0x3f) => self.instruction(cx, parent),
            _ => self.start_tag(cx, parent),
        }
    }

    fn unexpected(&self, cx: &mut Cx<'_>, at: usize) -> Throw {
        match self.units.get(at) {
            Some(unit) => {
                let (shown, _) = show_unit(*unit);
                self.fail(cx, at, &format!("'{shown}' is an unexpected token."))
            }
            None => self.end_of_file(cx, ""),
        }
    }

    fn comment(&mut self, cx: &mut Cx<'_>, parent: Value) -> Result<(), Throw> {
        let start = self.at + 4;
        let Some(end) = self.find("--", start) else { return Err(self.unclosed(cx, "Comment")) };
        if self.units.get(end + 2) != Some(&GT) {
            let why = "An XML comment cannot contain '--', and '-' cannot be the last character.";
            return Err(self.fail(cx, end, why));
        }
        self.at = end + 3;
        let text = self.normalized(cx, start, end)?;
        self.append(cx, parent, Kind::Comment(text))?;
        Ok(())
    }

    fn cdata(&mut self, cx: &mut Cx<'_>, parent: Value) -> Result<(), Throw> {
        let start = self.at + 9;
        let Some(end) = self.find("]]>", start) else { return Err(self.unclosed(cx, "CDATA")) };
        self.at = end + 3;
        let text = self.normalized(cx, start, end)?;
        self.append(cx, parent, Kind::CData(text))?;
        Ok(())
    }

    fn instruction(&mut self, cx: &mut Cx<'_>, parent: Value) -> Result<(), Throw> {
        let start = self.at;
        self.at += 2;
        let name = self.name(cx)?;
        if self.slice(name).eq_ignore_ascii_case("xml") {
            let why = "Unexpected XML declaration. The XML declaration must be the first node in the document, and no \
                       whitespace characters are allowed to appear before it.";
            return Err(self.fail(cx, start + 2, why));
        }
        self.skip_space();
        let data = self.at;
        let Some(end) = self.find("?>", data) else { return Err(self.unclosed(cx, "PI")) };
        self.at = end + 2;
        let (target, data) = (self.part(name.0, name.1), self.normalized(cx, data, end)?);
        self.append(cx, parent, Kind::Instruction { target, data })?;
        Ok(())
    }

    /// `<!DOCTYPE name [PUBLIC "p"] ["s"] [subset]>`; what the subset declares is kept, never used.
    fn doctype(&mut self, cx: &mut Cx<'_>, parent: Value) -> Result<(), Throw> {
        self.at += 9;
        self.skip_space();
        let name = self.name(cx)?;
        self.skip_space();
        let (mut public, mut system) = (None, None);
        if self.starts("PUBLIC") {
            self.at += 6;
            public = Some(self.literal(cx)?);
            system = Some(self.literal(cx)?);
        } else if self.starts("SYSTEM") {
            self.at += 6;
            system = Some(self.literal(cx)?);
        }
        self.skip_space();
        let mut subset = Str::EMPTY;
        if self.peek() == Some(u16::from(b'[')) {
            let start = self.at + 1;
            let Some(end) = self.find("]", start) else { return Err(self.unclosed(cx, "DTD")) };
            subset = self.part(start, end);
            self.at = end + 1;
            self.skip_space();
        }
        if self.peek() != Some(GT) {
            return Err(self.unexpected(cx, self.at));
        }
        self.at += 1;
        let name = self.part(name.0, name.1);
        self.append(cx, parent, Kind::DocumentType { name, public, system, subset: Some(subset) })?;
        Ok(())
    }

    fn literal(&mut self, cx: &mut Cx<'_>) -> Result<Str, Throw> {
        self.skip_space();
        let Some(quote) = self.peek().filter(|u| matches!(u, 0x22 | 0x27)) else {
            return Err(self.unexpected(cx, self.at));
        };
        let start = self.at + 1;
        let end = self.units.iter().skip(start).position(|u| *u == quote).map(|n| n + start);
        let Some(end) = end else { return Err(self.end_of_file(cx, "")) };
        self.at = end + 1;
        Ok(self.part(start, end))
    }

    /// A qualified name's place.
    fn name(&mut self, cx: &mut Cx<'_>) -> Result<(usize, usize), Throw> {
        let start = self.at;
        self.name_part(cx)?;
        if self.peek() == Some(COLON) {
            self.at += 1;
            self.name_part(cx)?;
        }
        match self.peek() {
            Some(COLON) => Err(self.not_in_name(cx, COLON)),
            Some(_) => Ok((start, self.at)),
            None => Err(self.end_of_file(cx, "Name")),
        }
    }

    fn name_part(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        match self.peek() {
            Some(unit) if is_name_start(unit) && unit != COLON => {}
            Some(unit) => {
                let (shown, hex) = self.shown(self.at, unit);
                let why = format!("Name cannot begin with the '{shown}' character, hexadecimal value {hex}.");
                return Err(self.fail(cx, self.at, &why));
            }
            None => return Err(self.end_of_file(cx, "Name")),
        }
        while self.peek().is_some_and(|unit| is_name_unit(unit) && unit != COLON) {
            self.at += 1;
        }
        Ok(())
    }

    fn not_in_name(&self, cx: &mut Cx<'_>, unit: u16) -> Throw {
        let (shown, hex) = self.shown(self.at, unit);
        let why = format!("The '{shown}' character, hexadecimal value {hex}, cannot be included in a name.");
        self.fail(cx, self.at, &why)
    }

    fn start_tag(&mut self, cx: &mut Cx<'_>, parent: Value) -> Result<(), Throw> {
        if self.open.is_empty() && self.root_seen {
            return Err(self.fail(cx, self.at + 1, "There are multiple root elements."));
        }
        self.at += 1;
        let name = self.name(cx)?;
        if let Some(unit) = self.peek().filter(|unit| !is_space(*unit) && !matches!(*unit, GT | SLASH)) {
            return Err(self.not_in_name(cx, unit));
        }
        let scope = self.namespaces.len();
        let attributes = self.attributes(cx)?;
        let element_name = self.resolve(cx, name, true)?;
        let kind = Kind::Element { name: element_name, attributes: Vec::new(), children: Vec::new(), filled: false };
        let element = self.append(cx, parent, kind)?;
        let outer = self.open.last().is_some_and(|open| open.preserved);
        let preserved = self.add_attributes(cx, element, &attributes, outer)?;
        self.root_seen = true;
        if self.peek() == Some(SLASH) {
            self.at += 1;
            if self.peek() != Some(GT) {
                return Err(self.expected(cx, ">"));
            }
            self.at += 1;
            self.namespaces.truncate(scope);
            return Ok(());
        }
        self.at += 1;
        if self.open.len() >= DEEPEST {
            return Err(self.fail(cx, name.0, "Elements are nested too deeply."));
        }
        self.open.push(Open { element, name, namespaces: scope, preserved });
        Ok(())
    }

    fn expected(&self, cx: &mut Cx<'_>, token: &str) -> Throw {
        match self.peek() {
            Some(unit) => {
                let (shown, _) = show_unit(unit);
                let why = format!("'{shown}' is an unexpected token. The expected token is '{token}'.");
                self.fail(cx, self.at, &why)
            }
            None => self.end_of_file(cx, ""),
        }
    }

    /// All attributes up to `>` or `/`; namespace declarations come into scope.
    fn attributes(&mut self, cx: &mut Cx<'_>) -> Result<Vec<RawAttribute>, Throw> {
        let mut all: Vec<RawAttribute> = Vec::new();
        loop {
            let spaced = self.skip_space();
            match self.peek() {
                None => return Err(self.end_of_file(cx, "")),
                Some(GT | SLASH) => return Ok(all),
                Some(unit) if !spaced && is_name_start(unit) => {
                    let (shown, _) = show_unit(unit);
                    return Err(self.fail(
                        cx,
                        self.at,
                        &format!("'{shown}' is an unexpected token. Expecting whitespace."),
                    ));
                }
                Some(_) => {}
            }
            let name = self.name(cx)?;
            let value = self.attribute_value(cx)?;
            self.declare(cx, name, value)?;
            cx.charge(1 + all.len() / 8)?;
            let same =
                |other: &RawAttribute| self.units.get(other.name.0..other.name.1) == self.units.get(name.0..name.1);
            if all.iter().any(same) {
                let why = format!("'{}' is a duplicate attribute name.", self.slice(name));
                return Err(self.fail(cx, name.0, &why));
            }
            all.push(RawAttribute { name, value });
        }
    }

    fn declare(&mut self, cx: &mut Cx<'_>, name: (usize, usize), value: Str) -> Result<(), Throw> {
        let text = self.units.get(name.0..name.1).unwrap_or_default();
        let xmlns: Vec<u16> = "xmlns".encode_utf16().collect();
        let prefix = match text.strip_prefix(&*xmlns) {
            Some([]) => Vec::new(),
            Some([COLON, prefix @ ..]) => prefix.to_vec(),
            _ => return Ok(()),
        };
        if !prefix.is_empty() && value.is_empty() {
            // Reported at the value's opening quote; an empty value ends right after it.
            return Err(self.fail(cx, self.at.saturating_sub(2), "Invalid namespace declaration."));
        }
        self.namespaces.push((prefix, value));
        Ok(())
    }

    /// Adds the attributes and says whether `xml:space` keeps the white space inside.
    fn add_attributes(
        &mut self,
        cx: &mut Cx<'_>,
        element: Value,
        raw: &[RawAttribute],
        preserved: bool,
    ) -> Result<bool, Throw> {
        let mut keep = preserved;
        for attribute in raw {
            let name = self.resolve(cx, attribute.name, false)?;
            if self.slice(attribute.name) == "xml:space" {
                keep = cx.text(attribute.value).is("preserve");
            }
            cx.charge(1 + tree::attributes(cx.heap, element).len() / 8)?;
            if tree::attribute(cx.heap, element, name).is_some() {
                let why = format!("'{}' is a duplicate attribute name.", self.slice(attribute.name));
                return Err(self.fail(cx, attribute.name.0, &why));
            }
            let node = tree::new(cx, Kind::Attribute { name, value: attribute.value })?;
            cx.heap.charge(ITEM)?;
            tree::get_mut(cx, node)?.parent = element;
            if let Some(attributes) = tree::attributes_mut(cx, element) {
                attributes.push(node);
            }
        }
        Ok(keep)
    }

    /// The `XName` of a qualified name; names are made once per document.
    fn resolve(&mut self, cx: &mut Cx<'_>, name: (usize, usize), element: bool) -> Result<Value, Throw> {
        // Namespaces are looked through, by their first unit nearly always.
        cx.charge(self.namespaces.len() / 16 + (name.1 - name.0) / 16)?;
        let text = self.units.get(name.0..name.1).unwrap_or_default();
        let colon = text.iter().position(|u| *u == COLON);
        let prefix = text.get(..colon.unwrap_or(0)).unwrap_or_default();
        let local = self.part(name.0 + colon.map_or(0, |c| c + 1), name.1);
        let is_xmlns = |text: &[u16]| text.iter().copied().eq("xmlns".encode_utf16());
        let uri = if !element && (is_xmlns(prefix)) {
            cx.heap.new_str(names::XMLNS)?
        } else if prefix.is_empty() && !element {
            Str::EMPTY
        } else {
            match self.namespaces.iter().rev().find(|(known, _)| known == prefix) {
                Some((_, uri)) => *uri,
                None if prefix.is_empty() => Str::EMPTY,
                None => {
                    let why = format!("'{}' is an undeclared prefix.", String::from_utf16_lossy(prefix));
                    return Err(self.fail(cx, name.0, &why));
                }
            }
        };
        let hash = |s| hash_string(cx.heap, ComparerKind::Ordinal, s);
        let key = (hash(local), hash(uri));
        cx.charge(self.names.get(&key).map_or(0, |names| names.len() / 8))?;
        let known = self.names.get(&key).and_then(|names| {
            names.iter().copied().find(|name| {
                let (l, u) = names::parts(cx.heap, *name);
                cx.heap.text(l).equals(cx.heap.text(local)) && cx.heap.text(u).equals(cx.heap.text(uri))
            })
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let made = names::new_name(cx, local, uri)?;
        self.names.entry(key).or_default().push(made);
        Ok(made)
    }

    fn end_tag(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        self.at += 2;
        let ends = |unit: &u16| !is_name_unit(*unit) && !is_space(*unit);
        let Some(open) = self.open.last() else { return Err(self.fail(cx, self.at, "Unexpected end tag.")) };
        let (start, wanted) = (self.at, open.name);
        if start < self.units.len() && !self.units.iter().skip(start).any(ends) {
            return Err(self.not_closed(cx));
        }
        let name = self.name(cx)?;
        if self.units.get(name.0..name.1) != self.units.get(wanted.0..wanted.1) {
            let (line, position) = self.position(wanted.0);
            let why = format!(
                "The '{}' start tag on line {line} position {position} does not match the end tag of '{}'.",
                self.slice(wanted),
                self.slice(name)
            );
            return Err(self.fail(cx, start, &why));
        }
        self.skip_space();
        if self.peek() != Some(GT) {
            return Err(self.expected(cx, ">"));
        }
        self.at += 1;
        if let Some(open) = self.open.pop() {
            self.namespaces.truncate(open.namespaces);
            if let Kind::Element { filled, .. } = &mut tree::get_mut(cx, open.element)?.kind {
                *filled = true;
            }
        }
        Ok(())
    }
}
