//! `System.TypeCode`.

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{Allow, TypeDef};
use crate::types::{Known, TypeId};
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::enumeration(
    "System.TypeCode",
    &[
        ("Empty", 0),
        ("Object", 1),
        ("DBNull", 2),
        ("Boolean", 3),
        ("Char", 4),
        ("SByte", 5),
        ("Byte", 6),
        ("Int16", 7),
        ("UInt16", 8),
        ("Int32", 9),
        ("UInt32", 10),
        ("Int64", 11),
        ("UInt64", 12),
        ("Single", 13),
        ("Double", 14),
        ("Decimal", 15),
        ("DateTime", 16),
        ("String", 18),
    ],
)
.allow(Allow::None)
.summary("Names the simple types.");

static ID: Known = Known::new("System.TypeCode");

/// The type of each code, in the order of the codes.
const CODES: [(TypeId, i64); 15] = [
    (TypeId::BOOL, 3),
    (TypeId::CHAR, 4),
    (TypeId::SBYTE, 5),
    (TypeId::BYTE, 6),
    (TypeId::INT16, 7),
    (TypeId::UINT16, 8),
    (TypeId::INT32, 9),
    (TypeId::UINT32, 10),
    (TypeId::INT64, 11),
    (TypeId::UINT64, 12),
    (TypeId::SINGLE, 13),
    (TypeId::DOUBLE, 14),
    (TypeId::DECIMAL, 15),
    (TypeId::DATE_TIME, 16),
    (TypeId::STRING, 18),
];

/// The code of a type; `Object` for what has none, `Int32` for enumerations.
#[must_use]
pub(crate) fn code_of(ty: TypeId) -> i64 {
    let is_enum = || super::enum_type::definition(ty).is_some();
    let other = || match ty {
        ty if ty == super::db_null::KNOWN.id() => 2,
        _ if is_enum() => 9,
        _ => 1,
    };
    CODES.iter().find(|(t, _)| *t == ty).map_or_else(other, |(_, code)| *code)
}

/// The type of a code.
#[must_use]
pub(crate) fn type_of_code(code: i64) -> Option<TypeId> {
    match code {
        1 => Some(TypeId::OBJECT),
        _ => CODES.iter().find(|(_, c)| *c == code).map(|(ty, _)| *ty),
    }
}

/// `GetTypeCode()` of any value; `Empty` for null.
pub(crate) fn get_type_code(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    // A `JValue` says that of what it holds.
    let value = crate::library::json::held(cx.heap, arg(args, 0)).unwrap_or(arg(args, 0));
    let code = super::object::type_of(cx, value).map_or(0, code_of);
    Ok(Value::Enum(ID.id(), code))
}
