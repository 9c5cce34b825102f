//! Members as messages show them.

use crate::compile::binder::Binder;
use crate::compile::bound::delegate;
use crate::compile::members::Member;
use crate::library::{self, ParamMode};
use crate::types::{self, Type, TypeId};

impl Binder {
    /// `Enumerable.Select<TSource, TResult>(IEnumerable<TSource>, Func<TSource, TResult>)`.
    pub(in crate::compile) fn signature_name(&self, member: &Member) -> String {
        self.constructed_name(member, &[])
    }

    /// The same with type arguments put in, where they are known.
    pub(super) fn constructed_name(&self, member: &Member, type_args: &[TypeId]) -> String {
        let owner = types::display(member.owner);
        // A delegate goes by its own name.
        if delegate(member.owner).is_some() {
            return owner;
        }
        let shown = |p: &library::Parameter| {
            let mode = match p.mode {
                ParamMode::Value => "",
                ParamMode::Ref => "ref ",
                ParamMode::Out => "out ",
            };
            format!("{mode}{}", named_display(member, p.ty, type_args))
        };
        let params: Vec<_> = member.signature.params.iter().map(shown).collect();
        let generics = match member.signature.type_params.as_slice() {
            [] => String::new(),
            list if type_args.len() == list.len() => {
                let shown: Vec<_> = type_args.iter().map(|ty| types::display(*ty)).collect();
                format!("<{}>", shown.join(", "))
            }
            list => format!("<{}>", list.join(", ")),
        };
        format!("{owner}.{}{generics}({})", member.signature.name, params.join(", "))
    }
}

/// A type of a signature with the names its type parameters have there.
fn named_display(member: &Member, ty: TypeId, given: &[TypeId]) -> String {
    match types::get(ty) {
        Type::MethodParam(n) if usize::from(*n) < given.len() => {
            given.get(usize::from(*n)).map(|ty| types::display(*ty)).unwrap_or_default()
        }
        Type::MethodParam(n) => member.signature.type_params.get(usize::from(*n)).copied().unwrap_or("T").to_owned(),
        Type::TypeParam(n) => match member.owner_args().get(usize::from(*n)) {
            Some(arg) => types::display(*arg),
            None => member.def.type_params.get(usize::from(*n)).copied().unwrap_or("T").to_owned(),
        },
        Type::Named { def, args } if !args.is_empty() => {
            let args: Vec<_> = args.iter().map(|a| named_display(member, *a, given)).collect();
            format!("{}<{}>", crate::library::get().def(*def).simple_name(), args.join(", "))
        }
        Type::Array { element, .. } => format!("{}[]", named_display(member, *element, given)),
        Type::Nullable(inner) => format!("{}?", named_display(member, *inner, given)),
        _ => types::display(ty),
    }
}
