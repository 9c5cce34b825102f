//! `XText`, `XCData`, `XComment`, `XProcessingInstruction`, `XDocumentType` and `XDeclaration`: each little more than
//! its text.

use super::tree::{self, Kind, get, get_mut};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, property_set};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::{Str, TextBuf};

pub(super) const TEXT: TypeDef = TypeDef::class("System.Xml.Linq.XText").base("System.Xml.Linq.XNode").members(&[
    constructor("XText(string value)", |cx, args| new_text(cx, args, Kind::Text)),
    constructor("XText(XText other)", copy),
    property_set("string Value { get; set; }", value, set_value),
]);

pub(super) const CDATA: TypeDef = TypeDef::class("System.Xml.Linq.XCData").base("System.Xml.Linq.XText").members(&[
    constructor("XCData(string value)", |cx, args| new_text(cx, args, Kind::CData)),
    constructor("XCData(XCData other)", copy),
]);

pub(super) const COMMENT: TypeDef =
    TypeDef::class("System.Xml.Linq.XComment").base("System.Xml.Linq.XNode").members(&[
        constructor("XComment(string value)", |cx, args| new_text(cx, args, Kind::Comment)),
        constructor("XComment(XComment other)", copy),
        property_set("string Value { get; set; }", value, set_value),
    ]);

pub(super) const INSTRUCTION: TypeDef =
    TypeDef::class("System.Xml.Linq.XProcessingInstruction").base("System.Xml.Linq.XNode").members(&[
        constructor("XProcessingInstruction(string target, string data)", new_instruction),
        constructor("XProcessingInstruction(XProcessingInstruction other)", copy),
        property_set("string Data { get; set; }", data, set_data),
        property_set("string Target { get; set; }", target, set_target),
    ]);

pub(super) const DOCUMENT_TYPE: TypeDef =
    TypeDef::class("System.Xml.Linq.XDocumentType").base("System.Xml.Linq.XNode").members(&[
        constructor("XDocumentType(string name, string publicId, string systemId, string internalSubset)", new_type),
        constructor("XDocumentType(XDocumentType other)", copy),
        property_set(
            "string InternalSubset { get; set; }",
            |cx, a| type_part(cx, a, 3),
            |cx, a| set_type_part(cx, a, 3),
        ),
        property_set("string Name { get; set; }", |cx, a| type_part(cx, a, 0), set_type_name),
        property_set("string PublicId { get; set; }", |cx, a| type_part(cx, a, 1), |cx, a| set_type_part(cx, a, 1)),
        property_set("string SystemId { get; set; }", |cx, a| type_part(cx, a, 2), |cx, a| set_type_part(cx, a, 2)),
    ]);

pub(super) const DECLARATION: TypeDef = TypeDef::class("System.Xml.Linq.XDeclaration").members(&[
    constructor("XDeclaration(string version, string encoding, string standalone)", new_declaration_native),
    constructor("XDeclaration(XDeclaration other)", copy_declaration),
    property_set("string Version { get; set; }", |cx, a| part(cx, a, 0), |cx, a| set_part(cx, a, 0)),
    property_set("string Encoding { get; set; }", |cx, a| part(cx, a, 1), |cx, a| set_part(cx, a, 1)),
    property_set("string Standalone { get; set; }", |cx, a| part(cx, a, 2), |cx, a| set_part(cx, a, 2)),
    method("string ToString()", to_string),
]);

fn new_text(cx: &mut Cx<'_>, args: &[Value], kind: fn(Str) -> Kind) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "value")?;
    tree::new(cx, kind(text))
}

fn copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("other"));
    }
    tree::deep_clone(cx, arg(args, 0))
}

fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match get(cx, arg(args, 0))?.kind {
        Kind::Text(text) | Kind::CData(text) | Kind::Comment(text) => Ok(Value::String(text)),
        _ => Ok(Value::Null),
    }
}

fn set_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let new = cx.string_arg(args, 1, "value")?;
    if let Kind::Text(text) | Kind::CData(text) | Kind::Comment(text) = &mut get_mut(cx, arg(args, 0))?.kind {
        *text = new;
    }
    Ok(Value::Null)
}

fn new_instruction(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = cx.string_arg(args, 0, "target")?;
    let data = cx.string_arg(args, 1, "data")?;
    check_target(cx, target)?;
    tree::new(cx, Kind::Instruction { target, data })
}

fn check_target(cx: &mut Cx<'_>, target: Str) -> Result<(), Throw> {
    super::names::check_name(cx, target)?;
    let text = cx.text(target).to_utf8().into_owned();
    if text.eq_ignore_ascii_case("xml") {
        let why = format!("'{text}' is an invalid name for a processing instruction.");
        return Err(cx.throw(Exc::Argument, why));
    }
    Ok(())
}

fn data(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match get(cx, arg(args, 0))?.kind {
        Kind::Instruction { data, .. } => Ok(Value::String(data)),
        _ => Ok(Value::Null),
    }
}

fn set_data(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let new = cx.string_arg(args, 1, "value")?;
    if let Kind::Instruction { data, .. } = &mut get_mut(cx, arg(args, 0))?.kind {
        *data = new;
    }
    Ok(Value::Null)
}

fn target(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match get(cx, arg(args, 0))?.kind {
        Kind::Instruction { target, .. } => Ok(Value::String(target)),
        _ => Ok(Value::Null),
    }
}

fn set_target(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let new = cx.string_arg(args, 1, "value")?;
    check_target(cx, new)?;
    if let Kind::Instruction { target, .. } = &mut get_mut(cx, arg(args, 0))?.kind {
        *target = new;
    }
    Ok(Value::Null)
}

fn new_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 0, "name")?;
    super::names::check_qualified(cx, name)?;
    let (public, system, subset) = (cx.string_opt(args, 1), cx.string_opt(args, 2), cx.string_opt(args, 3));
    tree::new(cx, Kind::DocumentType { name, public, system, subset })
}

fn type_part(cx: &mut Cx<'_>, args: &[Value], part: usize) -> Result<Value, Throw> {
    let Kind::DocumentType { name, public, system, subset } = get(cx, arg(args, 0))?.kind else {
        return Ok(Value::Null);
    };
    let parts = [Some(name), public, system, subset];
    Ok(parts.get(part).copied().flatten().map_or(Value::Null, Value::String))
}

fn set_type_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let new = cx.string_arg(args, 1, "name")?;
    super::names::check_qualified(cx, new)?;
    if let Kind::DocumentType { name, .. } = &mut get_mut(cx, arg(args, 0))?.kind {
        *name = new;
    }
    Ok(Value::Null)
}

fn set_type_part(cx: &mut Cx<'_>, args: &[Value], part: usize) -> Result<Value, Throw> {
    let new = cx.string_opt(args, 1);
    if let Kind::DocumentType { public, system, subset, .. } = &mut get_mut(cx, arg(args, 0))?.kind {
        match part {
            1 => *public = new,
            2 => *system = new,
            _ => *subset = new,
        }
    }
    Ok(Value::Null)
}

static X_DECLARATION: Known = Known::new("System.Xml.Linq.XDeclaration");

/// Version, encoding and standalone.
#[derive(Clone, Copy, Debug)]
struct Declaration([Option<Str>; 3]);

net_object!(
    Declaration,
    X_DECLARATION,
    fn to_text(&self, heap: &Heap) -> Option<TextBuf> {
        Some(self.text(heap))
    }
);

impl Declaration {
    fn text(&self, heap: &Heap) -> TextBuf {
        declaration_text(heap, self.0)
    }
}

/// `<?xml version="1.0"?>` of version, encoding and standalone.
pub(super) fn declaration_text(heap: &Heap, parts: [Option<Str>; 3]) -> TextBuf {
    let mut out = TextBuf::from("<?xml");
    out.push_text(declared(heap, parts).as_text());
    out.push_str("?>");
    out
}

/// What stands in a declaration, after a space.
pub(super) fn declared(heap: &Heap, parts: [Option<Str>; 3]) -> TextBuf {
    let mut out = TextBuf::new();
    for (name, part) in ["version", "encoding", "standalone"].iter().zip(parts) {
        if let Some(part) = part {
            out.push_str(&format!(" {name}=\""));
            out.push_text(heap.text(part));
            out.push_str("\"");
        }
    }
    out
}

/// An `XDeclaration`.
pub(super) fn new_declaration(cx: &mut Cx<'_>, parts: [Option<Str>; 3]) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Declaration(parts))?)
}

fn new_declaration_native(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parts = [cx.string_opt(args, 0), cx.string_opt(args, 1), cx.string_opt(args, 2)];
    new_declaration(cx, parts)
}

fn copy_declaration(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match cx.heap.native::<Declaration>(arg(args, 0)).copied() {
        Some(Declaration(parts)) => new_declaration(cx, parts),
        None => Err(cx.argument_null("other")),
    }
}

fn part(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<Value, Throw> {
    let declaration = cx.heap.native::<Declaration>(arg(args, 0));
    let part = declaration.and_then(|declaration| declaration.0.get(index).copied().flatten());
    Ok(part.map_or(Value::Null, Value::String))
}

fn set_part(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<Value, Throw> {
    let new = cx.string_opt(args, 1);
    if let Some(declaration) = cx.heap.native_mut::<Declaration>(arg(args, 0))
        && let Some(part) = declaration.0.get_mut(index)
    {
        *part = new;
    }
    Ok(Value::Null)
}

/// Version, encoding and standalone of a declaration.
pub(super) fn declaration_parts(heap: &Heap, declaration: Value) -> Option<[Option<Str>; 3]> {
    heap.native::<Declaration>(declaration).map(|declaration| declaration.0)
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.heap.native::<Declaration>(arg(args, 0)).map(|declaration| declaration.text(cx.heap));
    cx.string_buf(&text.unwrap_or_default())
}
