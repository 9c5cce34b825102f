//! Where a reader stands, and its steps.

use super::{XmlReader, this, this_mut};
use crate::cx::{Cx, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::text::string_reader;
use crate::library::xml::leaves::declaration_parts;
use crate::library::xml::reader::{self, Partial};
use crate::library::xml::reader_settings::Options;
use crate::library::xml::text::is_space;
use crate::library::xml::tree::{self, Kind, attributes, children};
use crate::library::xml::{edit, names};
use crate::value::Value;
use crate::value::text::Str;

/// Where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Place {
    #[default]
    Before,
    /// On the XML declaration of a text.
    Declaration,
    /// On a node.
    Node(Value),
    /// On the end tag of an element.
    End(Value),
    After,
    Closed,
    Failed,
}

/// A place in a tree with the way back to the root.
#[derive(Clone, Debug)]
pub(in crate::library::xml) struct Cursor {
    pub(super) place: Place,
    /// The node that is read; a document is read through its children.
    root: Value,
    /// Containers around the place, each with the index of the child that is being read.
    path: Vec<(Value, usize)>,
    /// The attribute of the node that is looked at.
    pub(super) attribute: Option<usize>,
    /// On the text of that attribute.
    pub(super) in_value: bool,
    /// The mistake at the end of the tree, and the elements that it left open.
    mistake: Option<(Throw, Vec<Value>)>,
    /// The XML declaration of a text as it is written.
    pub(super) declaration: Str,
}

impl Default for Cursor {
    fn default() -> Self {
        Self {
            place: Place::Before,
            root: Value::Null,
            path: Vec::new(),
            attribute: None,
            in_value: false,
            mistake: None,
            declaration: Str::EMPTY,
        }
    }
}

impl Cursor {
    pub(super) fn over(root: Value) -> Self {
        Self { root, ..Self::default() }
    }

    pub(super) fn close(&mut self) {
        *self = Self { place: Place::Closed, ..Self::default() };
    }

    /// Containers around the place, without what stands for the document.
    pub(super) fn depth(&self) -> usize {
        let extra = usize::from(self.attribute.is_some()) + usize::from(self.in_value);
        self.path.len().saturating_sub(1) + extra
    }

    /// The document whose declaration it stands on.
    pub(super) fn document(&self) -> Option<Value> {
        self.path.first().map(|(document, _)| *document)
    }

    /// Stands on the end of an element that it stands on.
    pub(super) fn leave(&mut self, element: Value) {
        (self.place, self.attribute, self.in_value) = (Place::End(element), None, false);
    }
}

/// The node that the reader stands on, or whose attribute it looks at.
pub(super) fn current(reader: &Cursor) -> Option<Value> {
    match reader.place {
        Place::Node(node) => Some(node),
        _ => None,
    }
}

/// Reads the text of a reader that has not begun.
fn open(cx: &mut Cx<'_>, args: &[Value]) -> Result<(), Throw> {
    let XmlReader { input, options, known, .. } = *this(cx, args)?;
    if input.is_null() {
        return Ok(());
    }
    let text = whole_text(cx, input)?;
    let Partial { document, declaration, mistake } =
        reader::parse_partial(cx, text, !options.ignores_space, super::is_text_reader(known))?;
    let reader = this_mut(cx, args)?;
    reader.cursor.root = document;
    (reader.cursor.mistake, reader.cursor.declaration) = (mistake, declaration);
    Ok(())
}

/// What a `TextReader` has left.
pub(in crate::library::xml) fn whole_text(cx: &mut Cx<'_>, input: Value) -> Result<Str, Throw> {
    match string_reader::read_to_end(cx, &[input])? {
        Value::String(text) => Ok(text),
        _ => Ok(Str::EMPTY),
    }
}

/// `Read()`.
pub(super) fn read(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    loop {
        let moved = step(cx, args)?;
        let place = this(cx, args)?.cursor.place;
        match place {
            Place::Node(node) if moved => {
                if !is_skipped(cx, this(cx, args)?.options, node)? {
                    return Ok(Value::Bool(true));
                }
            }
            _ => return Ok(Value::Bool(moved)),
        }
    }
}

/// Comments and the like that the settings leave out; throws at a document type that they forbid.
fn is_skipped(cx: &mut Cx<'_>, options: Options, node: Value) -> Result<bool, Throw> {
    Ok(match &tree::get(cx, node)?.kind {
        Kind::Comment(_) => options.ignores_comments,
        Kind::Instruction { .. } => options.ignores_instructions,
        Kind::Text(text) => options.ignores_space && cx.text(*text).units().all(is_space),
        Kind::DocumentType { .. } if options.is_tree || options.allows_dtd => false,
        Kind::DocumentType { .. } if options.ignores_dtd => true,
        Kind::DocumentType { .. } => {
            let why = "For security reasons DTD is prohibited in this XML document. To enable DTD processing set the \
                       DtdProcessing property on XmlReaderSettings to Parse and pass the settings into \
                       XmlReader.Create method.";
            return Err(cx.throw(Exc::Xml, why));
        }
        _ => false,
    })
}

/// One node on; false at the end.
fn step(cx: &mut Cx<'_>, args: &[Value]) -> Result<bool, Throw> {
    cx.charge(1)?;
    let cursor = &mut this_mut(cx, args)?.cursor;
    (cursor.attribute, cursor.in_value) = (None, false);
    match cursor.place {
        Place::Before => {
            open(cx, args)?;
            begin(cx, args)
        }
        Place::Declaration => enter(cx, args, 0),
        Place::Node(node) => match below(cx, args, node)? {
            true => {
                this_mut(cx, args)?.cursor.path.push((node, 0));
                enter(cx, args, 0)
            }
            false => next(cx, args),
        },
        Place::End(_) => next(cx, args),
        Place::After | Place::Closed | Place::Failed => Ok(false),
    }
}

fn begin(cx: &mut Cx<'_>, args: &[Value]) -> Result<bool, Throw> {
    let (root, from_text) = (this(cx, args)?.cursor.root, !this(cx, args)?.options.is_tree);
    if root.is_null() {
        return Ok(false);
    }
    let Kind::Document { declaration, .. } = tree::get(cx, root)?.kind else {
        let cursor = &mut this_mut(cx, args)?.cursor;
        cursor.path = vec![(Value::Null, 0)];
        cursor.place = Place::Node(root);
        return Ok(true);
    };
    this_mut(cx, args)?.cursor.path = vec![(root, 0)];
    if from_text && !declaration.is_null() {
        this_mut(cx, args)?.cursor.place = Place::Declaration;
        return Ok(true);
    }
    enter(cx, args, 0)
}

/// Whether there is something, if only an end tag, inside a node.
fn below(cx: &Cx<'_>, args: &[Value], node: Value) -> Result<bool, Throw> {
    let open = this(cx, args)?.cursor.mistake.as_ref().is_some_and(|(_, open)| open.contains(&node));
    Ok(match &tree::get(cx, node)?.kind {
        Kind::Element { children, filled, .. } => open || *filled || !children.is_empty(),
        _ => false,
    })
}

/// The child of that index in the innermost container, else its end.
fn enter(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<bool, Throw> {
    let Some((container, _)) = this(cx, args)?.cursor.path.last().copied() else { return Ok(false) };
    let child = children(cx.heap, container).get(index).copied().filter(|_| !container.is_null());
    let cursor = &mut this_mut(cx, args)?.cursor;
    if let (Some(child), Some(last)) = (child, cursor.path.last_mut()) {
        last.1 = index;
        cursor.place = Place::Node(child);
        return Ok(true);
    }
    let is_last = cursor.path.len() <= 1;
    if let Some((throw, open)) = &cursor.mistake
        && (is_last || open.contains(&container))
    {
        let throw = *throw;
        cursor.place = Place::Failed;
        return Err(throw);
    }
    if is_last {
        cursor.place = Place::After;
        cursor.path.clear();
        return Ok(false);
    }
    cursor.path.pop();
    cursor.place = Place::End(container);
    Ok(true)
}

/// What follows the node or end tag in its container.
fn next(cx: &mut Cx<'_>, args: &[Value]) -> Result<bool, Throw> {
    let index = this(cx, args)?.cursor.path.last().map_or(0, |(_, index)| *index);
    enter(cx, args, index + 1)
}

/// A copy of the node that a reader stands on, which it goes past; of the next element when `seek`.
pub(in crate::library::xml) fn read_node(cx: &mut Cx<'_>, reader: Value, seek: bool) -> Result<Option<Value>, Throw> {
    let args = [reader];
    if seek {
        super::content::move_to_content(cx, &args)?;
    }
    let Some(node) = current(&this(cx, &args)?.cursor) else { return Ok(None) };
    if seek && !tree::is_element(cx.heap, node) {
        return Ok(None);
    }
    let copy = tree::deep_clone(cx, node)?;
    walk_past(cx, &args)?;
    Ok(Some(copy))
}

/// Goes past a node step by step, so that a mistake in it is found.
fn walk_past(cx: &mut Cx<'_>, args: &[Value]) -> Result<(), Throw> {
    let depth = this(cx, args)?.cursor.depth();
    let node = current(&this(cx, args)?.cursor);
    while step(cx, args)? {
        let cursor = &this(cx, args)?.cursor;
        let inside = cursor.depth() > depth || node.is_some_and(|node| cursor.place == Place::End(node));
        if !inside {
            break;
        }
    }
    Ok(())
}

/// The node that a reader stands on, which it goes past; all nodes of one that has not begun.
pub(in crate::library::xml) fn read_all(cx: &mut Cx<'_>, reader: Value) -> Result<Vec<Value>, Throw> {
    let args = [reader];
    if this(cx, &args)?.cursor.place != Place::Before {
        return Ok(read_node(cx, reader, false)?.into_iter().collect());
    }
    read(cx, &args)?;
    if this(cx, &args)?.cursor.place == Place::Declaration {
        read(cx, &args)?;
    }
    let mut nodes = Vec::new();
    while let Some(node) = read_node(cx, reader, false)? {
        cx.heap.charge(crate::library::collections::ITEM)?;
        if !matches!(tree::get(cx, node)?.kind, Kind::Text(_)) {
            nodes.push(node);
        }
    }
    Ok(nodes)
}

/// `XmlDocument.ReadNode`: a copy of the node that a reader stands on, or of the first, which it goes past.
pub(in crate::library::xml) fn read_for_document(
    cx: &mut Cx<'_>,
    reader: Value,
    keeps: bool,
) -> Result<Option<Value>, Throw> {
    let args = [reader];
    if this(cx, &args)?.cursor.place == Place::Before {
        read(cx, &args)?;
    }
    if this(cx, &args)?.cursor.place == Place::Declaration {
        let found = declaration(cx, &args)?;
        read(cx, &args)?;
        return tree::new(cx, Kind::Declaration(found)).map(Some);
    }
    while let Some(copy) = read_node(cx, reader, false)? {
        if settle_space(cx, copy, keeps)? {
            return Ok(Some(copy));
        }
    }
    Ok(None)
}

fn declaration(cx: &Cx<'_>, args: &[Value]) -> Result<[Option<Str>; 3], Throw> {
    let from = this(cx, args)?.cursor.document().unwrap_or(Value::Null);
    Ok(match tree::get(cx, from)?.kind {
        Kind::Document { declaration, .. } => declaration_parts(cx.heap, declaration).unwrap_or_default(),
        _ => [None; 3],
    })
}

/// White space is kept apart from text in an `XmlDocument`, or left out of it. False when the node itself is left out.
fn settle_space(cx: &mut Cx<'_>, node: Value, keeps: bool) -> Result<bool, Throw> {
    let is_space_text = |cx: &Cx<'_>, node: Value| match tree::get(cx, node).map(|object| &object.kind) {
        Ok(Kind::Text(text)) if cx.text(*text).units().all(is_space) => Some(*text),
        _ => None,
    };
    if let Some(text) = is_space_text(cx, node) {
        tree::get_mut(cx, node)?.kind = Kind::Space { text, significant: false };
        return Ok(keeps);
    }
    let mut work = vec![(node, false)];
    while let Some((parent, preserved)) = work.pop() {
        let mut significant = preserved;
        for attribute in attributes(cx.heap, parent) {
            let (local, uri) = names::parts(cx.heap, tree::name(cx.heap, *attribute));
            if cx.text(uri).is(names::XML) && cx.text(local).is("space") {
                significant = cx.text(tree::attribute_value(cx.heap, *attribute)).is("preserve");
            }
        }
        let below = children(cx.heap, parent).to_vec();
        cx.charge(below.len() + 1)?;
        let mut stay = Vec::with_capacity(below.len());
        for child in below {
            match is_space_text(cx, child) {
                Some(text) if keeps || significant => {
                    tree::get_mut(cx, child)?.kind = Kind::Space { text, significant };
                }
                Some(_) => continue,
                None => work.push((child, significant)),
            }
            stay.push(child);
        }
        if let Some(children) = tree::children_mut(cx, parent) {
            *children = stay;
        }
    }
    Ok(true)
}

/// Moves all that a reader has left to an `XDocument`.
pub(in crate::library::xml) fn read_into(cx: &mut Cx<'_>, reader: Value, document: Value) -> Result<(), Throw> {
    let args = [reader];
    if this(cx, &args)?.cursor.place == Place::Before {
        read(cx, &args)?;
    }
    if this(cx, &args)?.cursor.place == Place::Declaration {
        let from = this(cx, &args)?.cursor.document().unwrap_or(Value::Null);
        if let Kind::Document { declaration: found, .. } = tree::get(cx, from)?.kind
            && let Kind::Document { declaration, .. } = &mut tree::get_mut(cx, document)?.kind
        {
            *declaration = found;
        }
        read(cx, &args)?;
    }
    while let Some(node) = current(&this(cx, &args)?.cursor) {
        let is_space = matches!(&tree::get(cx, node)?.kind, Kind::Text(_));
        let copy = tree::deep_clone(cx, node)?;
        walk_past(cx, &args)?;
        if !is_space {
            edit::append(cx, document, copy)?;
        }
    }
    has_root(cx, document)
}

/// Moves all that a reader has left to an `XmlDocument`.
pub(in crate::library::xml) fn load_into(
    cx: &mut Cx<'_>,
    reader: Value,
    document: Value,
    keeps: bool,
) -> Result<(), Throw> {
    while let Some(node) = read_for_document(cx, reader, keeps)? {
        let end = children(cx.heap, document).len();
        edit::put(cx, document, end, node)?;
    }
    has_root(cx, document)
}

fn has_root(cx: &mut Cx<'_>, document: Value) -> Result<(), Throw> {
    if children(cx.heap, document).iter().any(|child| tree::is_element(cx.heap, *child)) {
        return Ok(());
    }
    Err(cx.throw(Exc::Xml, "Root element is missing."))
}

// Attributes.

fn count(cx: &Cx<'_>, args: &[Value]) -> Result<usize, Throw> {
    Ok(current(&this(cx, args)?.cursor).map_or(0, |node| attributes(cx.heap, node).len()))
}

pub(super) fn move_to_place(cx: &mut Cx<'_>, args: &[Value], place: usize) -> Result<Value, Throw> {
    let there = place < count(cx, args)?;
    if there {
        let cursor = &mut this_mut(cx, args)?.cursor;
        (cursor.attribute, cursor.in_value) = (Some(place), false);
    }
    Ok(Value::Bool(there))
}

pub(super) fn move_to_attribute_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let place = usize::try_from(as_i32(args, 1)?).unwrap_or(usize::MAX);
    if move_to_place(cx, args, place)? == Value::Bool(false) {
        return Err(super::node::no_such_attribute(cx));
    }
    Ok(Value::Null)
}

pub(super) fn move_to_next_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let place = this(cx, args)?.cursor.attribute.map_or(0, |place| place + 1);
    move_to_place(cx, args, place)
}

pub(super) fn move_to_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match super::node::find_attribute(cx, args)? {
        Some(place) => move_to_place(cx, args, place),
        None => Ok(Value::Bool(false)),
    }
}

pub(super) fn move_to_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let cursor = &mut this_mut(cx, args)?.cursor;
    cursor.in_value = false;
    Ok(Value::Bool(cursor.attribute.take().is_some()))
}

pub(super) fn read_attribute_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let cursor = &mut this_mut(cx, args)?.cursor;
    let first = cursor.attribute.is_some() && !cursor.in_value;
    cursor.in_value = cursor.attribute.is_some();
    Ok(Value::Bool(first))
}
