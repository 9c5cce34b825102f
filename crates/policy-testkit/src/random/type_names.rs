//! Types by their names, and names by their types.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use policy_vm::eval;
use policy_vm::library::{self, TypeDefKind, signature};
use policy_vm::types::{self, Type, TypeId};

/// The type of a name that the library knows; `object` for any other.
pub(super) fn named(name: &'static str) -> TypeId {
    signature::parse_type(name, &[], &[]).unwrap_or(TypeId::OBJECT)
}

/// The type as C# text that means it here; `None` for one that has no name.
pub(super) fn written(ty: TypeId) -> Option<String> {
    Some(match types::get(ty) {
        Type::Named { def, args } => {
            let def = library::get().def(*def);
            let name = in_scope(def.display_name(), def.full_name(), args.len());
            if args.is_empty() {
                return Some(name);
            }
            if def.full_name().contains("Dictionary.") {
                // A type inside of a generic one, which has no arguments of its own.
                return None;
            }
            let args: Option<Vec<String>> = args.iter().map(|arg| written(*arg)).collect();
            format!("{name}<{}>", args?.join(", "))
        }
        Type::Array { element, rank: 1 } => format!("{}[]", written(*element)?),
        Type::Nullable(inner) if types::is_value_type(*inner) => format!("{}?", written(*inner)?),
        _ => return None,
    })
}

/// The bare name where it leads to the type, else the full one.
fn in_scope(simple: &str, full: &str, arity: usize) -> String {
    static KNOWN: LazyLock<Mutex<HashMap<String, bool>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let bare = *known.entry(full.to_owned()).or_insert_with(|| {
        let args = if arity == 0 { String::new() } else { format!("<{}>", vec!["int"; arity].join(", ")) };
        let found = eval::compile_unrestricted(&format!("@(default({simple}{args}))"));
        let same = |def: &&library::DefId| library::get().def(**def).type_params.len() == arity;
        let ambiguous = library::get().simple(simple).iter().filter(same).count() > 1;
        !ambiguous && found.is_ok_and(|found| types::net_name(found.ty).starts_with(full))
    });
    if bare { simple.to_owned() } else { full.to_owned() }
}

/// True for types with null.
pub(super) fn is_reference(ty: TypeId) -> bool {
    !types::is_value_type(ty) || matches!(types::get(ty), Type::Nullable(_))
}

/// What kind of library type it is.
pub(super) fn kind(ty: TypeId) -> Option<TypeDefKind> {
    match types::get(ty) {
        Type::Named { def, .. } => Some(library::get().def(*def).decl.kind),
        _ => None,
    }
}

/// Name without type arguments, and the arguments.
pub(super) fn head(ty: TypeId) -> Option<(&'static str, &'static [TypeId])> {
    match types::get(ty) {
        Type::Named { def, args } => Some((library::get().def(*def).full_name(), args)),
        _ => None,
    }
}
