//! The library as people look things up in it: types by the names they write, members with what they inherit.

use super::{Allow, Def, DefId, Library, MemberKind, Signature, TypeDefKind, get, signature};
use crate::types::{self, Type, TypeId};

/// A member as it is looked up.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// The type that declares it.
    pub owner: &'static Def,
    /// Its signature.
    pub signature: &'static Signature,
}

impl Listed {
    /// True when policies may use it.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        match self.signature.listed_name() {
            Some(name) => self.owner.decl.allows(name),
            None => !matches!(self.owner.decl.allow, Allow::None),
        }
    }

    /// The name to look it up by: that of the allow-list; for operators `operator +`, for conversions `implicit`, `explicit`.
    #[must_use]
    pub fn name(&self) -> String {
        match self.signature.kind {
            MemberKind::Operator => format!("operator {}", self.signature.name),
            MemberKind::ImplicitConversion => "implicit".to_owned(),
            MemberKind::ExplicitConversion => "explicit".to_owned(),
            _ => self.signature.listed_name().unwrap_or_default().to_owned(),
        }
    }
}

/// The types of a name as people write it: `string`, `JObject`, `List<T>`, `System.Uri`; of every number of type
/// parameters when none is given.
#[must_use]
pub fn types_named(name: &str) -> Vec<DefId> {
    let library: &Library = get();
    let name = name.trim();
    if name.contains('<') && !name.ends_with('>') {
        return Vec::new();
    }
    let (bare, params) = signature::split_generic(name);
    let bare = signature::keyword_target(bare).unwrap_or(bare);
    let mut found = library.named(bare).to_vec();
    if found.is_empty() {
        found = library.simple(bare).to_vec();
    }
    found.retain(|id| params.is_empty() || library.def(*id).type_params.len() == params.len());
    found
}

/// A type's name with its parameters: `System.Collections.Generic.List<T>`.
#[must_use]
pub fn full_name(def: &Def) -> String {
    match def.type_params.as_slice() {
        [] => def.full_name().to_owned(),
        params => format!("{}<{}>", def.full_name(), params.join(", ")),
    }
}

/// Members of a type itself, in the order of declaration.
#[must_use]
pub fn own_members(def: &'static Def) -> Vec<Listed> {
    def.members().iter().map(|signature| Listed { owner: def, signature }).collect()
}

/// Members that a value of the type has: its own, those above it, and extension methods; those of the base classes that
/// it redefines, and `object`'s last.
#[must_use]
pub fn members_of(ty: TypeId) -> Vec<Listed> {
    let mut found: Vec<Listed> = Vec::new();
    for above in upwards(ty) {
        if let Type::Named { def, .. } = types::get(above) {
            found.extend(own_members(get().def(*def)).into_iter().filter(|listed| is_instance(listed.signature)));
        }
    }
    found.extend(extensions_for(ty));
    found
}

fn is_instance(signature: &Signature) -> bool {
    !signature.is_static && signature.kind != MemberKind::Constructor
}

/// The type and all above it, the nearest first.
fn upwards(ty: TypeId) -> Vec<TypeId> {
    let mut all = vec![ty];
    let mut at = 0;
    while let Some(ty) = all.get(at).copied() {
        at += 1;
        let mut above = Vec::new();
        match types::get(ty) {
            Type::Named { def, args } => {
                let def = get().def(*def);
                above.extend(def.base());
                above.extend(def.interfaces());
                above.iter_mut().for_each(|ty| *ty = types::substitute(*ty, args, &[]));
            }
            Type::Array { element, .. } => {
                above.extend([TypeId::ARRAY, types::construct(TypeId::LIST_INTERFACE, &[*element])]);
                above.push(types::construct(TypeId::ENUMERABLE, &[*element]));
            }
            Type::Nullable(_) => above.push(TypeId::NULLABLE),
            Type::Anonymous(_) => above.push(TypeId::OBJECT),
            _ => {}
        }
        all.extend(above.into_iter().filter(|ty| !all.contains(ty)).collect::<Vec<_>>());
    }
    // What every object has is of the least interest.
    all.sort_by_key(|ty| *ty == TypeId::OBJECT);
    all
}

/// Extension methods whose receiver the type, or one above it, can be.
#[must_use]
pub fn extensions_for(ty: TypeId) -> Vec<Listed> {
    let above = upwards(ty);
    let mut found = Vec::new();
    for (_, def) in get().defs().filter(|(_, def)| def.decl.kind == TypeDefKind::StaticClass) {
        let extends = |signature: &&'static Signature| {
            let receiver = signature.params.first().filter(|_| signature.is_extension);
            receiver.is_some_and(|receiver| above.iter().any(|ty| fits(receiver.ty, *ty)))
        };
        found.extend(def.members().iter().filter(extends).map(|signature| Listed { owner: def, signature }));
    }
    found
}

/// True when type parameters can make one type the other.
fn fits(pattern: TypeId, ty: TypeId) -> bool {
    match (types::get(pattern), types::get(ty)) {
        (Type::MethodParam(_) | Type::TypeParam(_), _) | (_, Type::MethodParam(_) | Type::TypeParam(_)) => true,
        (Type::Named { def: a, args: of_a }, Type::Named { def: b, args: of_b }) => {
            a == b && of_a.len() == of_b.len() && of_a.iter().zip(of_b).all(|(a, b)| fits(*a, *b))
        }
        (Type::Array { element: a, .. }, Type::Array { element: b, .. }) => fits(*a, *b),
        (Type::Nullable(a), Type::Nullable(b)) => fits(*a, *b),
        _ => pattern == ty,
    }
}

/// The type with its own parameters as arguments.
#[must_use]
pub fn open(id: DefId) -> TypeId {
    let params = get().def(id).type_params.len();
    let args = (0..params).map(|n| types::intern(Type::TypeParam(u16::try_from(n).unwrap_or(u16::MAX))));
    types::intern(Type::Named { def: id, args: args.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Vec<String> {
        types_named(name).into_iter().map(|id| full_name(get().def(id))).collect()
    }

    #[test]
    fn types_are_found_as_people_write_them() {
        assert_eq!(named("string"), ["System.String"]);
        assert_eq!(named("JObject"), ["Newtonsoft.Json.Linq.JObject"]);
        assert_eq!(named("Func<T, TResult>"), ["System.Func<T, TResult>"]);
        assert_eq!(named("System.Collections.Generic.List"), ["System.Collections.Generic.List<T>"]);
        assert!(named("Nothing").is_empty() && named("List<T>.Add").is_empty());
    }

    #[test]
    fn a_value_has_what_is_above_it_and_what_extends_it() {
        let members = |name| members_of(open(types_named(name)[0]));
        let has = |list: &[Listed], name: &str| list.iter().any(|listed| listed.name() == name);
        let object = members("JObject");
        assert!(has(&object, "SelectToken") && has(&object, "GetHashCode") && has(&object, "Select"));
        assert!(!has(&object, "Parse"), "static members are not a value's");
        let text = members("string");
        assert!(has(&text, "AsJwt") && has(&text, "Length") && !has(&text, "SelectToken"));
    }

    #[test]
    fn the_allow_list_says_what_policies_may_use() {
        let is_allowed = |ty: &str, member: &str| {
            let def = get().def(types_named(ty)[0]);
            own_members(def).iter().find(|listed| listed.name() == member).map(Listed::is_allowed)
        };
        assert_eq!(is_allowed("string", "Substring"), Some(true));
        assert_eq!(is_allowed("JsonLoadSettings", ".ctor"), Some(false));
    }
}
