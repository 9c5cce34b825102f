//! Which members give a type.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use policy_vm::library::{self, DefId, MemberKind, ParamMode, Signature, TypeDefKind};
use policy_vm::types::{self, Type, TypeId};

/// A member that can give the type wanted, with what is known of its type arguments then.
#[derive(Debug, Clone)]
pub(super) struct Maker {
    pub(super) def: DefId,
    pub(super) signature: &'static Signature,
    pub(super) type_args: Vec<Option<TypeId>>,
    pub(super) method_args: Vec<Option<TypeId>>,
}

/// Members whose answer differs from run to run, that wait, or that compare what no answer shows.
const LEFT_OUT: [&str; 21] = [
    "Now",
    "UtcNow",
    "Today",
    "NewGuid",
    "GetHashCode",
    "GetType",
    "Random",
    "Next",
    "NextDouble",
    "NextBytes",
    "GenerateKey",
    "GenerateIV",
    "Local",
    "Elapsed",
    "RNGCryptoServiceProvider",
    "CurrentCulture",
    "CurrentUICulture",
    "StackTrace",
    "Source",
    "HelpLink",
    "Create",
];

/// Types that nothing is learnt from here: random keys, the certificate store, the plumbing.
const TYPES_LEFT_OUT: [&str; 9] = [
    "System.Security.Cryptography.",
    "System.Random",
    "System.TimeZone",
    "System.Delegate",
    "System.Linq.IOrderedEnumerable",
    "System.Collections.Generic.IEnumerator",
    "System.Collections.IEnumerator",
    "Microsoft.Azure.ApiManagement.",
    "ApiManagement.Fallback.",
];

/// All makers of a type.
pub(super) fn of(ty: TypeId) -> Arc<[Maker]> {
    static KNOWN: LazyLock<Mutex<HashMap<TypeId, Arc<[Maker]>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(known.entry(ty).or_insert_with(|| search(ty).into()))
}

fn search(ty: TypeId) -> Vec<Maker> {
    let mut found = Vec::new();
    for (def_id, def) in library::get().defs() {
        let left_out = TYPES_LEFT_OUT.iter().any(|name| def.full_name().starts_with(name));
        if left_out || def.decl.kind == TypeDefKind::Delegate {
            continue;
        }
        for signature in def.members() {
            let by_reference = signature.params.iter().any(|param| param.mode == ParamMode::Ref);
            if by_reference || LEFT_OUT.contains(&signature.name) || matches!(signature.name, "true" | "false") {
                continue;
            }
            let mut maker = Maker {
                def: def_id,
                signature,
                type_args: vec![None; def.type_params.len()],
                method_args: vec![None; signature.type_params.len()],
            };
            let gives = match signature.kind {
                MemberKind::Constructor => {
                    let open = (0..).zip(&def.type_params).map(|(n, _)| types::intern(Type::TypeParam(n)));
                    types::intern(Type::Named { def: def_id, args: open.collect() })
                }
                _ => signature.returns,
            };
            if maker.fit(gives, ty) {
                found.push(maker);
            }
        }
    }
    found
}

impl Maker {
    /// Binds type parameters so that `pattern` is `wanted`.
    fn fit(&mut self, pattern: TypeId, wanted: TypeId) -> bool {
        match (types::get(pattern), types::get(wanted)) {
            (Type::TypeParam(n), _) => bind(&mut self.type_args, *n, wanted),
            (Type::MethodParam(n), _) => bind(&mut self.method_args, *n, wanted),
            (Type::Named { def: a, args: of_a }, Type::Named { def: b, args: of_b }) => {
                a == b && of_a.len() == of_b.len() && of_a.iter().zip(of_b).all(|(a, b)| self.fit(*a, *b))
            }
            (Type::Array { element: a, rank: m }, Type::Array { element: b, rank: n }) => m == n && self.fit(*a, *b),
            (Type::Nullable(a), Type::Nullable(b)) => self.fit(*a, *b),
            _ => pattern == wanted,
        }
    }
}

fn bind(known: &mut [Option<TypeId>], number: u16, ty: TypeId) -> bool {
    match known.get_mut(usize::from(number)) {
        Some(slot) => *slot.get_or_insert(ty) == ty,
        None => false,
    }
}
