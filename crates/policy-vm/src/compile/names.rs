//! What names mean: types as written, namespaces, and where a simple name leads.

use policy_parser::Span;
use policy_parser::csharp::ast::{PredefinedType, SimpleName, TypeKind, TypeSyntax};

use super::binder::Binder;
use crate::library::{self, Def, DefId};
use crate::types::{self, Type, TypeId};

/// Namespaces whose types are in scope by their bare names (`expressions.md` 3.1).
pub(super) const IMPORTED: [&str; 16] = [
    "System",
    "System.Collections.Generic",
    "System.IO",
    "System.Linq",
    "System.Security.Cryptography",
    "System.Security.Cryptography.X509Certificates",
    "System.Text",
    "System.Text.RegularExpressions",
    "System.Threading",
    "System.Threading.Tasks",
    "System.Xml",
    "System.Xml.Linq",
    "ApiManagement",
    "Newtonsoft.Json",
    "Newtonsoft.Json.Linq",
    "",
];

/// The type behind a keyword.
pub(super) fn predefined(ty: PredefinedType) -> TypeId {
    match ty {
        PredefinedType::Bool => TypeId::BOOL,
        PredefinedType::Byte => TypeId::BYTE,
        PredefinedType::SByte => TypeId::SBYTE,
        PredefinedType::Short => TypeId::INT16,
        PredefinedType::UShort => TypeId::UINT16,
        PredefinedType::Int => TypeId::INT32,
        PredefinedType::UInt => TypeId::UINT32,
        PredefinedType::Long => TypeId::INT64,
        PredefinedType::ULong => TypeId::UINT64,
        PredefinedType::Char => TypeId::CHAR,
        PredefinedType::Float => TypeId::SINGLE,
        PredefinedType::Double => TypeId::DOUBLE,
        PredefinedType::Decimal => TypeId::DECIMAL,
        PredefinedType::String => TypeId::STRING,
        PredefinedType::Object => TypeId::OBJECT,
        PredefinedType::Void => types::void(),
    }
}

/// The registered type of a bare name with so many type arguments, if its namespace is imported.
pub(super) fn imported_type(name: &str, arity: usize) -> Option<DefId> {
    let library = library::get();
    let in_scope = |id: &&DefId| {
        let def = library.def(**id);
        let namespace = def.full_name().rsplit_once('.').map_or("", |(ns, _)| ns);
        def.decl.imported && def.type_params.len() == arity && IMPORTED.contains(&namespace)
    };
    let mut found: Vec<DefId> = library.simple(name).iter().filter(in_scope).copied().collect();
    // `Formatting` is in both `System.Xml` and `Newtonsoft.Json`; policies mean the latter.
    found.sort_by_key(|id| !library.def(*id).full_name().starts_with("Newtonsoft."));
    found.first().copied()
}

/// The registered type of a full name.
pub(super) fn full_type(name: &str, arity: usize) -> Option<DefId> {
    let library = library::get();
    library.named(name).iter().copied().find(|id| library.def(*id).type_params.len() == arity)
}

/// A type in a type that is not generic.
pub(super) fn nested_type(outer: DefId, name: &str, arity: usize) -> Option<DefId> {
    let outer = library::get().def(outer);
    if !outer.type_params.is_empty() {
        return None;
    }
    full_type(&format!("{}.{name}", outer.full_name()), arity)
}

/// The type that a name leads to which is no full one: `TimeZoneInfo.AdjustmentRule`.
fn type_in_type(outer: &[SimpleName], name: &str, arity: usize) -> Option<DefId> {
    let outer = match outer {
        [one] => imported_type(&one.ident.text, 0)?,
        _ => return None,
    };
    nested_type(outer, name, arity)
}

/// Types in types that .NET has and policies do not.
const NESTED: [&str; 3] = ["Enumerator", "KeyCollection", "ValueCollection"];

/// The types of a name, whatever their number of type parameters; generic ones first.
pub(super) fn types_called(namespace: &[SimpleName], name: &str) -> Vec<&'static Def> {
    let library = library::get();
    let mut found: Vec<&'static Def> = if namespace.is_empty() {
        let in_scope = |def: &&'static Def| {
            let namespace = def.full_name().rsplit_once('.').map_or("", |(ns, _)| ns);
            def.decl.imported && IMPORTED.contains(&namespace)
        };
        library.simple(name).iter().map(|id| library.def(*id)).filter(in_scope).collect()
    } else {
        let mut full: String = namespace.iter().flat_map(|n| [&*n.ident.text, "."]).collect();
        full.push_str(name);
        library.named(&full).iter().map(|id| library.def(*id)).collect()
    };
    found.sort_by_key(|def| std::cmp::Reverse(def.type_params.len().min(1)));
    found
}

impl Binder {
    /// A type parameter that `where` says to be a value type, while the signature is read.
    fn is_struct_parameter(&self, ty: TypeId) -> bool {
        let known = self.type_names.iter().rev().find(|(_, known)| *known == ty);
        known.is_some_and(|(name, _)| self.struct_parameters.contains(name))
    }

    /// The type that a type's syntax names; reports what is wrong.
    pub(super) fn type_of_syntax(&mut self, syntax: &TypeSyntax) -> TypeId {
        match &syntax.kind {
            TypeKind::Predefined(ty) => predefined(*ty),
            TypeKind::Nullable(inner) => {
                let inner = self.type_of_syntax(inner);
                if inner != types::error() && !types::is_value_type(inner) && !self.is_struct_parameter(inner) {
                    let mark = Span::new(syntax.span.end.saturating_sub(1), syntax.span.end);
                    self.error("CS8370", mark, "Feature 'nullable reference types' is not available in C# 7.3. Please use language version 8.0 or greater.");
                    return types::error();
                }
                types::nullable_of(inner)
            }
            TypeKind::Array { element, rank } => {
                let element = self.type_of_syntax(element);
                if element == types::error() { element } else { types::intern(Type::Array { element, rank: *rank }) }
            }
            TypeKind::Named(parts) => self.named_type(parts, syntax.span),
            TypeKind::Pointer(_) => {
                self.error(
                    "CS0214",
                    syntax.span,
                    "Pointers and fixed size buffers may only be used in an unsafe context",
                );
                types::error()
            }
            TypeKind::Tuple(elements) => {
                let shape: Vec<_> = elements
                    .iter()
                    .map(|(ty, name)| (name.as_ref().map(|n| n.text.clone()), self.type_of_syntax(ty)))
                    .collect();
                if shape.iter().any(|(_, ty)| *ty == types::error()) {
                    return types::error();
                }
                types::intern(Type::Tuple(shape.into()))
            }
            TypeKind::Omitted | TypeKind::Error => types::error(),
        }
    }

    fn type_args(&mut self, name: &SimpleName) -> Vec<TypeId> {
        name.type_args.as_deref().unwrap_or_default().iter().map(|t| self.type_of_syntax(t)).collect()
    }

    fn named_type(&mut self, parts: &[SimpleName], span: Span) -> TypeId {
        let Some((last, namespace)) = parts.split_last() else { return types::error() };
        let args = self.type_args(last);
        let name = &*last.ident.text;
        let omitted = |t: &TypeSyntax| matches!(t.kind, TypeKind::Omitted);
        if last.type_args.iter().flatten().any(omitted) {
            self.error("CS7003", span, "Unexpected use of an unbound generic name");
            return types::error();
        }
        if let (true, Some((_, ty))) =
            (namespace.is_empty() && args.is_empty(), self.type_names.iter().rev().find(|(n, _)| **n == *name))
        {
            return *ty;
        }
        let found = if namespace.is_empty() {
            imported_type(name, args.len())
        } else {
            let mut full: String = namespace.iter().flat_map(|n| [&*n.ident.text, "."]).collect();
            full.push_str(name);
            full_type(&full, args.len()).or_else(|| type_in_type(namespace, name, args.len()))
        };
        match found {
            Some(_) if args.contains(&types::error()) => types::error(),
            Some(def) => types::intern(Type::Named { def, args: args.into() }),
            None => {
                self.unknown_type(namespace, last, span);
                types::error()
            }
        }
    }

    fn unknown_type(&mut self, namespace: &[SimpleName], last: &SimpleName, span: Span) {
        let name = &*last.ident.text;
        let written: Vec<_> = namespace.iter().chain([last]).map(|n| &*n.ident.text).collect();
        let known = if namespace.is_empty() {
            super::unavailable::simple(name)
        } else {
            super::unavailable::full(&written.join("."))
        };
        if let Some(full) = known {
            self.error("TG0301", span, super::unavailable::refusal(full));
            return;
        }
        if self.nested_type(namespace, last) {
            return;
        }
        if name == "dynamic" {
            self.error("TG0401", span, "Dynamic member invocation is not supported");
            return;
        }
        if let Some(def) = types_called(namespace, name).first() {
            return self.wrong_type_arguments(def, last);
        }
        let generic = match last.type_args.as_ref().map(Vec::len) {
            Some(count) => format!("<{}>", ",".repeat(count.saturating_sub(1))),
            None => String::new(),
        };
        let suffix = "(are you missing a using directive or an assembly reference?)";
        match namespace.split_last() {
            None => self.error(
                "CS0246",
                last.ident.span,
                format!("The type or namespace name '{name}{generic}' could not be found {suffix}"),
            ),
            Some(_) => self.unknown_in_namespace(namespace, last),
        }
    }

    /// Says which of the names is the first that leads nowhere.
    fn unknown_in_namespace(&mut self, namespace: &[SimpleName], last: &SimpleName) {
        let mut full = String::new();
        for name in namespace.iter().chain([last]) {
            let (text, span) = (&*name.ident.text, name.ident.span);
            let inner = if full.is_empty() { text.to_owned() } else { format!("{full}.{text}") };
            if library::get().is_namespace(&inner) || super::unavailable::is_namespace(&inner) {
                full = inner;
                continue;
            }
            if full.is_empty() {
                self.error("CS0246", span, format!("The type or namespace name '{text}' could not be found (are you missing a using directive or an assembly reference?)"));
            } else {
                self.error("CS0234", span, format!("The type or namespace name '{text}' does not exist in the namespace '{full}' (are you missing an assembly reference?)"));
            }
            return;
        }
    }

    /// CS0305 or CS0308: there is such a type, with another number of type parameters.
    pub(super) fn wrong_type_arguments(&mut self, def: &Def, name: &SimpleName) {
        let (count, ty) = (def.type_params.len(), def.display_name());
        if count > 0 {
            let params = def.type_params.join(", ");
            let message = format!("Using the generic type '{ty}<{params}>' requires {count} type arguments");
            return self.error("CS0305", name.ident.span, message);
        }
        let message = format!("The non-generic type '{ty}' cannot be used with type arguments");
        self.error("CS0308", name.ident.span, message);
    }

    /// Says what is wrong with a name behind that of a type: policies have no types in types. True when it is one.
    fn nested_type(&mut self, namespace: &[SimpleName], last: &SimpleName) -> bool {
        for (i, outer) in namespace.iter().enumerate() {
            let Some(before) = namespace.get(..i) else { continue };
            let found = types_called(before, &outer.ident.text);
            let Some(first) = found.first() else { continue };
            let arity = outer.type_args.as_ref().map_or(0, Vec::len);
            let Some(def) = found.iter().find(|def| def.type_params.len() == arity) else {
                self.wrong_type_arguments(first, outer);
                return true;
            };
            let Some(inner) = namespace.get(i + 1).or(Some(last)) else { continue };
            let text = &*inner.ident.text;
            if NESTED.contains(&text) {
                let full = format!("{}.{text}", def.full_name());
                self.error("TG0301", inner.ident.span, super::unavailable::refusal(&full));
                return true;
            }
            let args = self.type_args(outer);
            let ty = library::get()
                .named(def.full_name())
                .iter()
                .find(|id| library::get().def(**id).type_params.len() == arity);
            let shown = ty.map_or_else(String::new, |def| {
                types::display(types::intern(Type::Named { def: *def, args: args.into() }))
            });
            self.error(
                "CS0426",
                inner.ident.span,
                format!("The type name '{text}' does not exist in the type '{shown}'"),
            );
            return true;
        }
        false
    }

    /// True for the contextual keyword `var`.
    pub(super) fn is_var(syntax: &TypeSyntax) -> bool {
        match &syntax.kind {
            TypeKind::Named(parts) => match parts.as_slice() {
                [one] => &*one.ident.text == "var" && one.type_args.is_none(),
                _ => false,
            },
            _ => false,
        }
    }
}
