//! `SaveOptions`, `LoadOptions`, `XmlNodeType` and the two node comparers.

use super::tree;
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, constructor, method};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::comparer::ComparerKind;

pub(super) const SAVE: TypeDef = TypeDef::enumeration(
    "System.Xml.Linq.SaveOptions",
    &[("None", 0), ("DisableFormatting", 1), ("OmitDuplicateNamespaces", 2)],
)
.flags();

pub(super) const LOAD: TypeDef = TypeDef::enumeration(
    "System.Xml.Linq.LoadOptions",
    &[("None", 0), ("PreserveWhitespace", 1), ("SetBaseUri", 2), ("SetLineInfo", 4)],
)
.flags();

pub(super) const NODE_TYPE: TypeDef = TypeDef::enumeration(
    "System.Xml.XmlNodeType",
    &[
        ("None", 0),
        ("Element", 1),
        ("Attribute", 2),
        ("Text", 3),
        ("CDATA", 4),
        ("EntityReference", 5),
        ("Entity", 6),
        ("ProcessingInstruction", 7),
        ("Comment", 8),
        ("Document", 9),
        ("DocumentType", 10),
        ("DocumentFragment", 11),
        ("Notation", 12),
        ("Whitespace", 13),
        ("SignificantWhitespace", 14),
        ("EndElement", 15),
        ("EndEntity", 16),
        ("XmlDeclaration", 17),
    ],
);

pub(super) const EQUALITY: TypeDef =
    TypeDef::class("System.Xml.Linq.XNodeEqualityComparer").interfaces(&["IEqualityComparer<XNode>"]).members(&[
        constructor("XNodeEqualityComparer()", new_equality),
        method("bool Equals(XNode x, XNode y)", equals),
        method("int GetHashCode(XNode obj)", hash),
    ]);

pub(super) const ORDER: TypeDef =
    TypeDef::class("System.Xml.Linq.XNodeDocumentOrderComparer").interfaces(&["IComparer<XNode>"]).members(&[
        constructor("XNodeDocumentOrderComparer()", new_order),
        method("int Compare(XNode x, XNode y)", |cx, args| {
            super::xnode::compare_order(cx, args.get(1..).unwrap_or_default())
        }),
    ]);

static X_EQUALITY: Known = Known::new("System.Xml.Linq.XNodeEqualityComparer");
static X_ORDER: Known = Known::new("System.Xml.Linq.XNodeDocumentOrderComparer");

#[derive(Debug)]
struct Equality;

net_object!(
    Equality,
    X_EQUALITY,
    fn comparer(&self) -> Option<ComparerKind> {
        Some(ComparerKind::XmlTree)
    }
);

#[derive(Debug)]
struct Order;

net_object!(Order, X_ORDER);

pub(super) fn new_equality(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Equality)?)
}

pub(super) fn new_order(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Order)?)
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(tree::trees_equal(cx, arg(args, 1), arg(args, 2))?))
}

fn hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Ok(Value::Int32(0));
    }
    Ok(Value::Int32((tree::tree_hash(cx, arg(args, 1))? >> 32) as i32))
}
