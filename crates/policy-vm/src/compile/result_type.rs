//! Which types an expression may give to its place (`expressions.md` 1.4).

use policy_parser::Span;

use super::bound::{delegate, is_enum, named, nullable_inner, prim_of};
use super::{ExpressionError, Wanted, subtype};
use crate::types::{self, Known, Type, TypeId};

/// What is to be said of a result type in its place; `any` lets through whatever can be kept.
pub(super) fn finding(ty: TypeId, wanted: Wanted, any: bool, span: Span) -> Option<ExpressionError> {
    let plain = nullable_inner(ty).unwrap_or(ty);
    let is_null = ty == types::null();
    let allowed = match wanted {
        Wanted::Any => true,
        Wanted::Bool => ty == TypeId::BOOL,
        // Numeric text is accepted at run time.
        Wanted::Integer => is_integral(plain) || ty == TypeId::STRING || is_null,
        Wanted::Number => prim_of(plain).is_some() && plain != TypeId::CHAR,
        Wanted::Text | Wanted::Variable => is_null || is_listed(plain) || any && can_be_kept(plain),
    };
    if allowed {
        return None;
    }
    let shown = types::net_name(ty);
    if wanted == Wanted::Text && ty == TypeId::OBJECT {
        let message = format!(
            "the expression is of type '{shown}', which the service may refuse: cast the value to the type that it has"
        );
        return Some(ExpressionError { code: "TG0304", message, span, warning: true });
    }
    let message = format!("Expression return type '{shown}' is not allowed");
    Some(ExpressionError { code: "TG0303", message, span, warning: false })
}

fn is_integral(ty: TypeId) -> bool {
    use TypeId as T;
    matches!(ty, T::SBYTE | T::BYTE | T::INT16 | T::UINT16 | T::INT32 | T::UINT32 | T::INT64 | T::UINT64)
}

/// The list of the service: scalars, arrays of bytes, JSON, and the parts of a message that a variable may hold.
fn is_listed(ty: TypeId) -> bool {
    static TOKEN: Known = Known::new("Newtonsoft.Json.Linq.JToken");
    static CLASSES: [Known; 3] =
        [Known::new("ApiManagement.IResponse"), Known::new("ApiManagement.Jwt"), Known::new("System.Uri")];
    const SCALARS: [TypeId; 5] = [TypeId::BOOL, TypeId::STRING, TypeId::DATE_TIME, TypeId::TIME_SPAN, TypeId::GUID];
    prim_of(ty).is_some()
        || SCALARS.contains(&ty)
        || is_enum(ty)
        || matches!(types::get(ty), Type::Array { element: TypeId::BYTE | TypeId::SBYTE, rank: 1 })
        || subtype::converts(ty, TOKEN.id())
        || CLASSES.iter().any(|class| class.id() == ty)
}

/// Everything but delegates and sequences that are still to be computed.
fn can_be_kept(ty: TypeId) -> bool {
    const LAZY: [&str; 4] = [
        "System.Collections.Generic.IEnumerable",
        "System.Linq.IOrderedEnumerable",
        "System.Collections.IEnumerable",
        "System.Linq.IGrouping",
    ];
    match types::get(ty) {
        Type::Array { .. } | Type::Anonymous(_) => true,
        Type::Named { .. } => {
            delegate(ty).is_none() && named(ty).is_none_or(|(def, _)| !LAZY.contains(&def.full_name()))
        }
        _ => false,
    }
}
