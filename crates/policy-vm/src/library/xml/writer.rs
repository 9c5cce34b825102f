//! Writes nodes as .NET's `XmlWriter` does for `XNode.ToString`: indentation, escapes, and prefixes where none is kept.

use std::cell::Cell;

use super::names::{self, XML, XMLNS};
use super::text::{is_xml_unit, push_document_text, push_escaped, show_unit};
use super::tree::{self, Kind, XmlObject, attribute_value, attributes, children};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::{Str, TextBuf};

/// `node.ToString(options)`.
pub(super) fn node_text(cx: &mut Cx<'_>, node: Value, indent: bool) -> Result<TextBuf, Throw> {
    written(cx, node, indent, false)
}

/// `XmlNode.OuterXml`.
pub(super) fn document_text(cx: &mut Cx<'_>, node: Value) -> Result<TextBuf, Throw> {
    written(cx, node, false, true)
}

fn written(cx: &mut Cx<'_>, node: Value, indent: bool, for_document: bool) -> Result<TextBuf, Throw> {
    let steps = usize::try_from(cx.budget.instructions).unwrap_or(usize::MAX);
    let mut writer = Writer::new(cx.heap, indent, steps);
    writer.for_document = for_document;
    writer.node(node);
    let (work, failure, out) = (writer.work.get(), writer.failure, writer.out);
    cx.charge(work.saturating_add(out.len() / 16))?;
    out.fits()?;
    match failure {
        None => Ok(out),
        Some(Failure::Unit(unit)) => {
            let (shown, hex) = show_unit(unit);
            Err(cx.throw(Exc::Argument, format_args!("'{shown}', hexadecimal value {hex}, is an invalid character.")))
        }
        Some(Failure::Redefined(prefix, from, to)) => {
            let why = format!(
                "The prefix '{prefix}' cannot be redefined from '{from}' to '{to}' within the same start element tag."
            );
            Err(cx.throw(Exc::Xml, why))
        }
    }
}

/// Steps of a text that is written where no budget can be asked.
const UNASKED: usize = 4_000_000;

/// The text of an object for concatenation and the like; faults are ignored, but for what would be too long.
pub(super) fn object_text(heap: &Heap, object: &XmlObject) -> TextBuf {
    let mut writer = Writer::new(heap, true, UNASKED);
    writer.object(None, object);
    if writer.stopped() {
        writer.out.give_up();
    }
    writer.out
}

enum Failure {
    Unit(u16),
    Redefined(String, String, String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Implied,
    NeedToWrite,
    Written,
}

/// A namespace known to the output.
struct Declared {
    prefix: String,
    uri: String,
    scope: Scope,
}

/// An element whose children are being written.
struct Frame {
    node: Value,
    next: usize,
    prefixed: String,
    declared: usize,
    resolved: usize,
    outer_mixed: bool,
}

struct Writer<'h> {
    heap: &'h Heap,
    out: TextBuf,
    indent: bool,
    /// As `XmlDocument` writes, which is `XmlTextWriter`'s way.
    for_document: bool,
    mixed: bool,
    /// What the output declares, `xmlns` and `xml` and the empty default first.
    declared: Vec<Declared>,
    /// What the tree declares: prefix and URI, innermost last.
    resolved: Vec<(String, String)>,
    failure: Option<Failure>,
    /// Steps taken; at `steps` it stops.
    work: Cell<usize>,
    steps: usize,
}

impl<'h> Writer<'h> {
    fn new(heap: &'h Heap, indent: bool, steps: usize) -> Self {
        let special = |prefix: &str, uri: &str| Declared {
            prefix: prefix.to_owned(),
            uri: uri.to_owned(),
            scope: Scope::Implied,
        };
        let declared = vec![special("xmlns", XMLNS), special("xml", XML), special("", "")];
        let out = heap.text_buf();
        Self {
            heap,
            out,
            indent,
            for_document: false,
            mixed: false,
            declared,
            resolved: Vec::new(),
            failure: None,
            work: Cell::new(0),
            steps,
        }
    }

    /// Counts work whose size an input decides.
    fn works(&self, steps: usize) {
        self.work.set(self.work.get().saturating_add(steps));
    }

    /// Nothing more is written: there are no steps left, or the text is too long.
    fn stopped(&self) -> bool {
        self.work.get() > self.steps || self.out.is_full()
    }

    fn node(&mut self, node: Value) {
        if let Some(object) = self.heap.native::<XmlObject>(node) {
            self.object(Some(node), object);
        }
    }

    fn object(&mut self, node: Option<Value>, object: &XmlObject) {
        self.push_ancestors(object.parent);
        let mut stack = Vec::new();
        match &object.kind {
            Kind::Document { children, .. } | Kind::Fragment { children } => {
                for child in children {
                    self.begin(*child, &mut stack);
                    self.drain(&mut stack);
                }
            }
            Kind::Element { .. } => {
                // Without its handle the element is found through its first child or its attributes.
                let this = node.or_else(|| self.handle_of(object));
                match this {
                    Some(node) => self.begin(node, &mut stack),
                    None => self.childless(object),
                }
                self.drain(&mut stack);
            }
            kind => self.leaf(kind),
        }
    }

    fn handle_of(&self, object: &XmlObject) -> Option<Value> {
        let Kind::Element { children, attributes, .. } = &object.kind else { return None };
        let part = children.first().or(attributes.first())?;
        self.heap.native::<XmlObject>(*part).map(|part| part.parent)
    }

    /// An element with neither children nor attributes.
    fn childless(&mut self, object: &XmlObject) {
        let Kind::Element { name, filled, .. } = &object.kind else { return };
        let base = self.declared.len();
        let prefixed = self.start(*name, object.view, base);
        self.write_needed(base);
        self.out.push_str(if *filled { ">" } else { " />" });
        if *filled {
            self.out.push_str(&format!("</{prefixed}>"));
        }
    }

    fn string(&self, s: Str) -> String {
        self.heap.text(s).to_utf8().into_owned()
    }

    fn push_ancestors(&mut self, mut parent: Value) {
        while tree::is_element(self.heap, parent) && !self.stopped() {
            self.works(1 + attributes(self.heap, parent).len());
            for attribute in attributes(self.heap, parent) {
                let declaration = self.declaration(*attribute);
                self.resolved.extend(declaration);
            }
            parent = self.heap.native::<XmlObject>(parent).map_or(Value::Null, |object| object.parent);
        }
        // The outermost first.
        self.resolved.reverse();
    }

    /// The prefix and URI of an attribute that declares a namespace.
    fn declaration(&self, attribute: Value) -> Option<(String, String)> {
        let (local, uri) = names::parts(self.heap, tree::name(self.heap, attribute));
        let value = || self.string(attribute_value(self.heap, attribute));
        let local = self.heap.text(local);
        if self.heap.text(uri).is(XMLNS) {
            return Some((local.to_utf8().into_owned(), value()));
        }
        (uri.is_empty() && local.is("xmlns")).then(|| (String::new(), value()))
    }

    /// `NamespaceResolver.GetPrefixOfNamespace`: the innermost declaration that no inner one hides.
    fn resolve(&self, uri: &str, allow_default: bool) -> Option<String> {
        let found = self.resolved.iter().enumerate().rev().find(|(at, (prefix, known))| {
            self.works(1);
            let hidden = || {
                self.works(self.resolved.len() - at);
                self.resolved.iter().skip(at + 1).any(|(inner, _)| inner == prefix)
            };
            // Who has stopped looks no further.
            self.stopped() || known == uri && (allow_default || !prefix.is_empty()) && !hidden()
        });
        match (found, uri) {
            (Some((_, (prefix, _))), _) => Some(prefix.clone()),
            (None, XML) => Some("xml".to_owned()),
            (None, XMLNS) => Some("xmlns".to_owned()),
            _ => None,
        }
    }

    /// `XmlWriter.LookupPrefix`.
    fn lookup_prefix(&self, uri: &str) -> Option<String> {
        self.works(self.declared.len());
        let at = self.declared.iter().rposition(|declared| declared.uri == uri)?;
        let prefix = &self.declared.get(at)?.prefix;
        let hidden = self.declared.iter().skip(at + 1).any(|inner| inner.prefix == *prefix);
        (!hidden).then(|| prefix.clone())
    }

    fn lookup(&self, prefix: &str) -> Option<usize> {
        self.works(self.declared.len() / 4);
        self.declared.iter().rposition(|declared| declared.prefix == prefix)
    }

    /// A prefix is used; unless the output declares it already it will be written at the end of the tag.
    fn use_prefix(&mut self, prefix: &str, uri: &str, base: usize) {
        let scope = match self.lookup(prefix).and_then(|at| self.declared.get(at).map(|known| (at, known))) {
            Some((at, known)) if at >= base => {
                if known.uri != uri {
                    self.redefined(prefix.to_owned(), known.uri.clone(), uri.to_owned());
                }
                return;
            }
            Some((_, known)) if known.uri == uri => Scope::Implied,
            _ => Scope::NeedToWrite,
        };
        self.declared.push(Declared { prefix: prefix.to_owned(), uri: uri.to_owned(), scope });
    }

    fn redefined(&mut self, prefix: String, from: String, to: String) {
        self.failure.get_or_insert(Failure::Redefined(prefix, from, to));
    }

    /// A declaration written as an attribute.
    fn declare(&mut self, prefix: &str, uri: &str, base: usize) {
        self.works(self.declared.len().saturating_sub(base));
        let known = self.declared.iter_mut().skip(base).find(|known| known.prefix == prefix);
        match known {
            Some(known) if known.uri == uri => known.scope = Scope::Written,
            Some(known) => {
                let from = known.uri.clone();
                self.redefined(prefix.to_owned(), from, uri.to_owned());
            }
            None => {
                let (prefix, uri) = (prefix.to_owned(), uri.to_owned());
                self.declared.push(Declared { prefix, uri, scope: Scope::Written });
            }
        }
    }

    fn generate_prefix(&self) -> String {
        // Index 2 is the last of the three that are always there.
        let first = format!("p{}", self.declared.len().saturating_sub(3));
        let mut candidate = first.clone();
        let mut n = 0;
        while self.lookup(&candidate).is_some() && !self.stopped() {
            candidate = format!("{first}{n}");
            n += 1;
        }
        candidate
    }

    fn line(&mut self, depth: usize) {
        if self.indent && !self.mixed && !self.out.is_empty() {
            self.out.push_str(crate::library::NEW_LINE);
            self.out.push_many(u16::from(b' '), depth * 2);
        }
    }

    /// Writes `<name` and gives the name as written.
    fn start(&mut self, name: Value, view: Value, base: usize) -> String {
        let (local, uri) = names::parts(self.heap, name);
        let (local, uri) = (self.string(local), self.string(uri));
        let prefix = if uri.is_empty() { Some(String::new()) } else { self.resolve(&uri, true) };
        let kept = || super::dom::kept_prefix(self.heap, view).filter(|_| self.for_document);
        let prefix = prefix.or_else(|| self.lookup_prefix(&uri)).or_else(kept).unwrap_or_default();
        self.use_prefix(&prefix, &uri, base);
        let prefixed = if prefix.is_empty() { local } else { format!("{prefix}:{local}") };
        self.out.push_str("<");
        self.out.push_str(&prefixed);
        prefixed
    }

    fn begin(&mut self, node: Value, stack: &mut Vec<Frame>) {
        self.works(1);
        let Some(object) = self.heap.native::<XmlObject>(node) else { return };
        let Kind::Element { name, attributes, children, filled } = &object.kind else {
            match &object.kind {
                Kind::Text(_) | Kind::CData(_) | Kind::Space { .. } => {}
                _ => self.line(stack.len()),
            }
            return self.leaf(&object.kind);
        };
        self.line(stack.len());
        let (base, resolved) = (self.declared.len(), self.resolved.len());
        for attribute in attributes {
            let declaration = self.declaration(*attribute);
            self.resolved.extend(declaration);
        }
        let prefixed = self.start(*name, object.view, base);
        for attribute in attributes {
            self.works(1);
            if self.stopped() {
                return;
            }
            self.attribute(*attribute, base);
        }
        self.write_needed(base);
        if children.is_empty() {
            self.out.push_str(if *filled { ">" } else { " />" });
            if *filled {
                self.out.push_str(&format!("</{prefixed}>"));
            }
            self.declared.truncate(base);
            self.resolved.truncate(resolved);
            return;
        }
        self.out.push_str(">");
        stack.push(Frame { node, next: 0, prefixed, declared: base, resolved, outer_mixed: self.mixed });
    }

    fn drain(&mut self, stack: &mut Vec<Frame>) {
        while let Some(frame) = stack.last_mut().filter(|_| !self.stopped()) {
            if let Some(child) = children(self.heap, frame.node).get(frame.next).copied() {
                frame.next += 1;
                self.begin(child, stack);
                continue;
            }
            let Some(frame) = stack.pop() else { break };
            // A single empty text is content, but nothing that a line end could follow.
            self.line(stack.len());
            self.out.push_str(&format!("</{}>", frame.prefixed));
            self.mixed = frame.outer_mixed;
            self.declared.truncate(frame.declared);
            self.resolved.truncate(frame.resolved);
        }
    }

    fn attribute(&mut self, attribute: Value, base: usize) {
        let (local, uri) = names::parts(self.heap, tree::name(self.heap, attribute));
        let (local, uri) = (self.string(local), self.string(uri));
        let value = attribute_value(self.heap, attribute);
        if let Some((prefix, uri)) = self.declaration(attribute) {
            self.declare(&prefix, &uri, base);
        }
        let prefix = match (self.resolve(&uri, false), uri.is_empty()) {
            (_, true) => String::new(),
            (Some(prefix), _) => prefix,
            (None, _) => match self.lookup_prefix(&uri) {
                Some(prefix) if !prefix.is_empty() => prefix,
                _ => self.generate_prefix(),
            },
        };
        if !prefix.is_empty() && prefix != "xmlns" && prefix != "xml" {
            self.use_prefix(&prefix, &uri, base);
        }
        self.out.push_str(" ");
        if !prefix.is_empty() {
            self.out.push_str(&prefix);
            self.out.push_str(":");
        }
        self.out.push_str(&local);
        self.out.push_str("=\"");
        self.escaped(value, true);
        self.out.push_str("\"");
    }

    /// The declarations that prefixes in use still need, the one used last first.
    fn write_needed(&mut self, base: usize) {
        let mut needed = Vec::new();
        for declared in self.declared.iter().skip(base).rev() {
            if declared.scope == Scope::NeedToWrite {
                let colon = if declared.prefix.is_empty() { "" } else { ":" };
                needed.push((format!(" xmlns{colon}{}=\"", declared.prefix), declared.uri.clone()));
            }
        }
        for (start, uri) in needed {
            self.out.push_str(&start);
            push_escaped(&mut self.out, TextBuf::from(uri.as_str()).as_text(), true);
            self.out.push_str("\"");
        }
    }

    fn escaped(&mut self, text: Str, attribute: bool) {
        let text = self.heap.text(text);
        if self.for_document {
            return push_document_text(&mut self.out, text, attribute);
        }
        if let Some(unit) = text.units().find(|unit| !is_xml_unit(*unit)) {
            self.failure.get_or_insert(Failure::Unit(unit));
        }
        push_escaped(&mut self.out, text, attribute);
    }

    fn leaf(&mut self, kind: &Kind) {
        match kind {
            Kind::Text(text) => {
                self.mixed = true;
                self.escaped(*text, false);
            }
            Kind::CData(text) => {
                self.mixed = true;
                let text = self.string(*text).replace("]]>", "]]]]><![CDATA[>");
                self.out.push_str(&format!("<![CDATA[{text}]]>"));
            }
            Kind::Comment(text) => {
                let text = self.string(*text).replace("--", "- -");
                let end = if text.ends_with('-') { " -->" } else { "-->" };
                self.out.push_str(&format!("<!--{text}{end}"));
            }
            Kind::Instruction { target, data } => {
                let (target, data) = (self.string(*target), self.string(*data).replace("?>", "? >"));
                let gap = if data.is_empty() && !self.for_document { "" } else { " " };
                self.out.push_str(&format!("<?{target}{gap}{data}?>"));
            }
            Kind::DocumentType { name, public, system, subset } => {
                let mut out = format!("<!DOCTYPE {}", self.string(*name));
                match (public, system) {
                    (Some(public), system) => {
                        let system = system.map(|system| self.string(system)).unwrap_or_default();
                        out += &format!(" PUBLIC \"{}\" \"{system}\"", self.string(*public));
                    }
                    (None, Some(system)) => out += &format!(" SYSTEM \"{}\"", self.string(*system)),
                    (None, None) if self.for_document => {}
                    (None, None) => out.push(' '),
                }
                if let Some(subset) = subset {
                    out += &format!("[{}]", self.string(*subset));
                }
                out.push('>');
                self.out.push_str(&out);
            }
            Kind::Attribute { name, value } => {
                let (local, uri) = names::parts(self.heap, *name);
                let prefix = self.resolve(&self.string(uri), false).filter(|_| !uri.is_empty());
                if let Some(prefix) = prefix {
                    self.out.push_str(&format!("{prefix}:"));
                }
                self.out.push_text(self.heap.text(local));
                self.out.push_str("=\"");
                self.escaped(*value, true);
                self.out.push_str("\"");
            }
            Kind::Space { text, .. } => {
                self.mixed = true;
                self.out.push_text(self.heap.text(*text));
            }
            Kind::Declaration(parts) => {
                self.out.push_text(super::leaves::declaration_text(self.heap, *parts).as_text())
            }
            Kind::Document { .. } | Kind::Fragment { .. } | Kind::Element { .. } => {}
        }
    }
}
