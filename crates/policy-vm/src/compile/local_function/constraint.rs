//! `where T : class, IComparable<T>, new()`: what it asks of type arguments, and what it promises inside the function.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ConstraintKind};

use super::generic::Generic;
use crate::compile::binder::Binder;
use crate::compile::bound::{named, nullable_inner};
use crate::compile::{members, subtype};
use crate::library::TypeDefKind;
use crate::types::{self, Nature, Opaque, Type, TypeId};

/// What is asked of a type parameter.
#[derive(Debug, Clone, Default)]
pub(super) struct Constraints {
    nature: Nature,
    creatable: bool,
    /// Base class, interfaces, other type parameters.
    above: Vec<TypeId>,
}

impl Constraints {
    /// The type parameter seen from inside its function; `plain` are the function's type parameters without constraints.
    pub(super) fn opaque(&self, name: &str, plain: &[TypeId]) -> TypeId {
        let above = self.above.iter().map(|ty| types::substitute(*ty, &[], plain)).collect();
        let opaque = Opaque { name: name.into(), nature: self.nature, creatable: self.creatable, above };
        types::intern(Type::Opaque(Box::new(opaque)))
    }
}

/// The type parameters for which `struct` is asked.
pub(super) fn struct_parameters(function: &ast::LocalFunction) -> Vec<Box<str>> {
    let is_struct = |constraint: &ast::Constraint| matches!(constraint.kind, ConstraintKind::Struct);
    let clauses = function.constraints.iter().filter(|clause| clause.constraints.iter().any(is_struct));
    clauses.map(|clause| clause.param.text.clone()).collect()
}

impl Binder {
    /// What the clauses ask, in the order of the type parameters; says what is wrong with them.
    pub(super) fn constraints(&mut self, function: &ast::LocalFunction) -> Vec<Constraints> {
        let mut all = vec![None; function.type_params.len()];
        for clause in &function.constraints {
            let (name, at) = (&clause.param.text, clause.param.span);
            let index = function.type_params.iter().position(|p| p.text == *name);
            let Some(place) = index.and_then(|i| all.get_mut(i)) else {
                let shown = self.shown_signature(function);
                self.error("CS0699", at, format!("'{shown}' does not define type parameter '{name}'"));
                continue;
            };
            if place.is_some() {
                self.error("CS0409", at, format!("A constraint clause has already been specified for type parameter '{name}'. All of the constraints for a type parameter must be specified in a single where clause."));
                continue;
            }
            *place = Some(self.clause(clause));
        }
        all.into_iter().map(Option::unwrap_or_default).collect()
    }

    fn clause(&mut self, clause: &ast::ConstraintClause) -> Constraints {
        let mut found = Constraints::default();
        for (i, constraint) in clause.constraints.iter().enumerate() {
            let at = constraint.span;
            match &constraint.kind {
                ConstraintKind::Class | ConstraintKind::Struct if i > 0 => self.error("CS0449", at, "The 'class', 'struct', 'unmanaged', 'notnull', and 'default' constraints cannot be combined or duplicated, and must be specified first in the constraints list."),
                ConstraintKind::Class => found.nature = Nature::Reference,
                ConstraintKind::Struct => found.nature = Nature::Value,
                ConstraintKind::New => {
                    if found.nature == Nature::Value {
                        self.error("CS0451", at, "The 'new()' constraint cannot be used with the 'struct' constraint");
                    } else if i + 1 < clause.constraints.len() {
                        self.error("CS0401", at, "The new() constraint must be the last constraint specified");
                    }
                    found.creatable = true;
                }
                ConstraintKind::Type(syntax) => {
                    let ty = self.type_of_syntax(syntax);
                    if ty != types::error() && self.check_bound(ty, &found, clause, at) {
                        found.above.push(ty);
                    }
                }
            }
        }
        found
    }

    /// Whether a type may stand in a `where`.
    fn check_bound(&mut self, ty: TypeId, found: &Constraints, clause: &ast::ConstraintClause, at: Span) -> bool {
        let shown = types::display(ty);
        let refused: Option<(&'static str, String)> = match bound_kind(ty) {
            _ if found.above.contains(&ty) => {
                let param = &clause.param.text;
                Some(("CS0405", format!("Duplicate constraint '{shown}' for type parameter '{param}'")))
            }
            Bound::Special => Some(("CS0702", format!("Constraint cannot be special class '{shown}'"))),
            Bound::Sealed => Some(("CS0701", format!("'{shown}' is not a valid constraint. A type used as a constraint must be an interface, a non-sealed class or a type parameter."))),
            Bound::Static => Some(("CS0717", format!("'{shown}': static classes cannot be used as constraints"))),
            Bound::Other => Some(("CS0706", "Invalid constraint type. A type used as a constraint must be an interface, a non-sealed class or a type parameter.".to_owned())),
            Bound::Class if found.nature != Nature::Any => Some(("CS0450", format!("'{shown}': cannot specify both a constraint class and the 'class' or 'struct' constraint"))),
            Bound::Class if !found.above.is_empty() => {
                Some(("CS0406", format!("The class type constraint '{shown}' must come before any other constraints")))
            }
            Bound::Class | Bound::Interface => None,
        };
        match refused {
            Some((code, message)) => {
                self.error(code, at, message);
                false
            }
            None => true,
        }
    }

    /// Whether type arguments are what `where` asks for; says of the first that is not.
    pub(super) fn meets_constraints(&mut self, generic: &Generic, type_args: &[TypeId], shown: &str, at: Span) -> bool {
        let params = generic.syntax.type_params.iter().zip(&generic.constraints);
        let wrong = params.zip(type_args).find_map(|((param, asked), arg)| {
            let name = &param.text;
            refusal(
                asked,
                *arg,
                type_args,
                &format!("type parameter '{name}' in the generic type or method '{shown}'"),
                name,
                shown,
            )
        });
        match wrong {
            Some((code, message)) => {
                self.error(code, at, message);
                false
            }
            None => true,
        }
    }
}

/// What is said of a type argument that does not fit.
fn refusal(
    asked: &Constraints,
    arg: TypeId,
    type_args: &[TypeId],
    place: &str,
    name: &str,
    shown: &str,
) -> Option<(&'static str, String)> {
    let ty = types::display(arg);
    let used = format!("in order to use it as parameter '{name}' in the generic type or method '{shown}'");
    let nullable = nullable_inner(arg).is_some();
    if asked.nature == Nature::Reference && !subtype::is_reference(arg) {
        return Some(("CS0452", format!("The type '{ty}' must be a reference type {used}")));
    }
    if asked.nature == Nature::Value && (nullable || !types::is_value_type(arg)) {
        return Some(("CS0453", format!("The type '{ty}' must be a non-nullable value type {used}")));
    }
    for above in &asked.above {
        let above = types::substitute(*above, &[], type_args);
        let is_same = arg == above;
        if is_same || !nullable && !types::is_value_type(above) && subtype::converts(arg, above) {
            continue;
        }
        let (from, to) = (types::display_qualified(arg), types::display_qualified(above));
        let start = format!("The type '{from}' cannot be used as {place}.");
        return Some(if nullable && bound_kind(above) == Bound::Interface {
            (
                "CS0313",
                format!(
                    "{start} The nullable type '{from}' does not satisfy the constraint of '{to}'. Nullable types can not satisfy any interface constraints."
                ),
            )
        } else if nullable {
            ("CS0312", format!("{start} The nullable type '{from}' does not satisfy the constraint of '{to}'."))
        } else if matches!(types::get(arg), Type::Opaque(_)) {
            (
                "CS0314",
                format!("{start} There is no boxing conversion or type parameter conversion from '{from}' to '{to}'."),
            )
        } else if types::is_value_type(arg) {
            ("CS0315", format!("{start} There is no boxing conversion from '{from}' to '{to}'."))
        } else {
            ("CS0311", format!("{start} There is no implicit reference conversion from '{from}' to '{to}'."))
        });
    }
    if asked.creatable && !is_creatable(arg) {
        return Some((
            "CS0310",
            format!("'{ty}' must be a non-abstract type with a public parameterless constructor {used}"),
        ));
    }
    None
}

fn is_creatable(ty: TypeId) -> bool {
    match types::get(ty) {
        Type::Opaque(opaque) => opaque.creatable || opaque.nature == Nature::Value,
        _ if types::is_value_type(ty) => true,
        _ => members::constructors(ty).iter().any(|member| member.signature.params.is_empty()),
    }
}

/// What a type is for a `where`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    Class,
    Interface,
    Sealed,
    Special,
    Static,
    Other,
}

/// Sealed classes that somebody could think of as a constraint.
const SEALED: [&str; 9] = [
    "System.Text.StringBuilder",
    "System.TimeZoneInfo",
    "System.TimeZoneInfo.AdjustmentRule",
    "System.Xml.Linq.XName",
    "System.Xml.Linq.XNamespace",
    "System.Security.Cryptography.Oid",
    "System.Security.Cryptography.RNGCryptoServiceProvider",
    "System.Security.Cryptography.RSAEncryptionPadding",
    "System.Security.Cryptography.RSASignaturePadding",
];

fn bound_kind(ty: TypeId) -> Bound {
    const SPECIAL: [TypeId; 5] = [TypeId::OBJECT, TypeId::ARRAY, TypeId::DELEGATE, TypeId::ENUM, TypeId::VALUE_TYPE];
    if SPECIAL.contains(&ty) {
        return Bound::Special;
    }
    if ty == TypeId::STRING || types::is_value_type(ty) {
        return Bound::Sealed;
    }
    match types::get(ty) {
        Type::MethodParam(_) | Type::Opaque(_) => Bound::Interface,
        Type::Named { .. } => match named(ty).map(|(def, _)| (def.decl.kind, def.full_name())) {
            Some((TypeDefKind::Interface, _)) => Bound::Interface,
            Some((TypeDefKind::StaticClass, _)) => Bound::Static,
            Some((TypeDefKind::Delegate, _)) => Bound::Sealed,
            Some((_, name)) if SEALED.contains(&name) => Bound::Sealed,
            _ => Bound::Class,
        },
        _ => Bound::Other,
    }
}
