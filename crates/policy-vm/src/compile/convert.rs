//! Conversions: which exist implicitly, which need a cast, and what each does at run time.

use policy_parser::Span;

use super::binder::Binder;
use super::bound::{Const, Conversion, Expr, Kind, delegate, is_enum, named, nullable_inner, prim_of};
use super::expression::tuple::elements_of;
use super::members::class_chain;
use super::{fold, subtype};
use crate::bytecode::Prim;
use crate::library::{MemberKind, Signature};
use crate::types::{self, Type, TypeId};

/// An implicit conversion that a value has, found without doing it.
#[derive(Debug, Clone)]
pub(super) enum Implicit {
    Identity,
    /// Numeric, to this primitive.
    Numeric(Prim, Prim),
    /// A constant that fits, or `0` to an enumeration.
    Constant,
    Null,
    /// Reference and boxing conversions.
    Reference,
    /// To `T?`: of the value to `T`, then wrapped.
    Wrap(Box<Implicit>, TypeId),
    /// From `T?` to `U?` by the conversion of `T` to `U`.
    Lift(Box<Implicit>, TypeId, TypeId),
    /// Of a tuple, element by element.
    Tuple,
    /// A conversion operator, with what comes before and after it.
    User(&'static Signature, TypeId),
}

/// `implicit numeric conversions` of C#.
pub(super) fn implicit_numeric(from: Prim, to: Prim) -> bool {
    use Prim as P;
    match from {
        P::I8 => matches!(to, P::I16 | P::I32 | P::I64 | P::F32 | P::F64 | P::Decimal),
        P::U8 => matches!(to, P::I16 | P::U16 | P::I32 | P::U32 | P::I64 | P::U64 | P::F32 | P::F64 | P::Decimal),
        P::I16 => matches!(to, P::I32 | P::I64 | P::F32 | P::F64 | P::Decimal),
        P::U16 => matches!(to, P::I32 | P::U32 | P::I64 | P::U64 | P::F32 | P::F64 | P::Decimal),
        P::I32 => matches!(to, P::I64 | P::F32 | P::F64 | P::Decimal),
        P::U32 => matches!(to, P::I64 | P::U64 | P::F32 | P::F64 | P::Decimal),
        P::I64 | P::U64 => matches!(to, P::F32 | P::F64 | P::Decimal),
        P::Char => matches!(to, P::U16 | P::I32 | P::U32 | P::I64 | P::U64 | P::F32 | P::F64 | P::Decimal),
        P::F32 => matches!(to, P::F64),
        P::F64 | P::Decimal => false,
    }
}

/// An implicit conversion between types that needs no operator.
pub(super) fn standard(from: TypeId, to: TypeId) -> Option<Implicit> {
    if from == to {
        return Some(Implicit::Identity);
    }
    if from == types::null() {
        let accepts_null = nullable_inner(to).is_some() || subtype::is_reference(to);
        return accepts_null.then_some(Implicit::Null);
    }
    if let (Some(a), Some(b)) = (prim_of(from), prim_of(to)) {
        return implicit_numeric(a, b).then_some(Implicit::Numeric(a, b));
    }
    if let (Some(a), Some(b)) = (elements_of(from), elements_of(to)) {
        // Names are not part of what a tuple is.
        let same = a.len() == b.len() && a.iter().zip(b).all(|((_, a), (_, b))| a == b);
        let each = a.len() == b.len() && a.iter().zip(b).all(|((_, a), (_, b))| standard(*a, *b).is_some());
        return if same { Some(Implicit::Reference) } else { each.then_some(Implicit::Tuple) };
    }
    if let Some(inner) = nullable_inner(to) {
        if let Some(from_inner) = nullable_inner(from) {
            let conversion = standard(from_inner, inner)?;
            return Some(Implicit::Lift(Box::new(conversion), from_inner, inner));
        }
        let conversion = standard(from, inner)?;
        return Some(Implicit::Wrap(Box::new(conversion), inner));
    }
    subtype::converts(from, to).then_some(Implicit::Reference)
}

impl Binder {
    /// The implicit conversion of a value to a type.
    pub(super) fn implicit(&self, value: &Expr, to: TypeId) -> Option<Implicit> {
        if value.is_error() || to == types::error() {
            return Some(Implicit::Identity);
        }
        if value.ty == types::void() || to == types::void() {
            return None;
        }
        if let Some(conversion) = standard(value.ty, to) {
            return Some(conversion);
        }
        if let Some(conversion) = constant_conversion(value, to) {
            return Some(conversion);
        }
        user_conversion(value.ty, to, false).map(|(sig, owner)| Implicit::User(sig, owner))
    }

    pub(super) fn converts(&self, value: &Expr, to: TypeId) -> bool {
        self.implicit(value, to).is_some()
    }

    /// Converts a value implicitly, or reports CS0029 / CS0266.
    pub(super) fn convert(&mut self, value: Expr, to: TypeId) -> Expr {
        if value.is_error() || to == types::error() {
            return value;
        }
        match self.implicit(&value, to) {
            Some(conversion) => self.apply(value, conversion, to),
            None => self.no_conversion(&value, to),
        }
    }

    pub(super) fn no_conversion(&mut self, value: &Expr, to: TypeId) -> Expr {
        if self.is_wrong_within(value.span) {
            return Expr::error(value.span);
        }
        let target = types::display(to);
        if let (Some(Const::Float(_)), TypeId::DOUBLE, TypeId::SINGLE | TypeId::DECIMAL) =
            (&value.constant, value.ty, to)
        {
            let suffix = if to == TypeId::SINGLE { 'F' } else { 'M' };
            return self.fail("CS0664", value.span, format!("Literal of type double cannot be implicitly converted to type '{target}'; use an '{suffix}' suffix to create a literal of this type"));
        }
        if value.is_null_literal() && matches!(types::get(to), Type::Opaque(_)) {
            return self.fail("CS0403", value.span, format!("Cannot convert null to type parameter '{target}' because it could be a non-nullable value type. Consider using 'default({target})' instead."));
        }
        if value.is_null_literal() {
            return self.fail(
                "CS0037",
                value.span,
                format!("Cannot convert null to '{target}' because it is a non-nullable value type"),
            );
        }
        if let (Some(Const::Int(n)), Some(prim)) = (&value.constant, prim_of(to))
            && (value.ty == TypeId::INT32 && prim != Prim::Char || value.ty == TypeId::INT64 && prim == Prim::U64)
            && fold::range(prim).is_some_and(|(min, max)| !(min..=max).contains(n))
        {
            let n = *n;
            return self.fail(
                "CS0031",
                value.span,
                format!("Constant value '{n}' cannot be converted to a '{target}'"),
            );
        }
        let (source, target) = (types::display_qualified(value.ty), types::display_qualified(to));
        if self.explicit_exists(value, to) {
            return self.fail("CS0266", value.span, format!("Cannot implicitly convert type '{source}' to '{target}'. An explicit conversion exists (are you missing a cast?)"));
        }
        self.fail("CS0029", value.span, format!("Cannot implicitly convert type '{source}' to '{target}'"))
    }

    /// Does a conversion that [`Binder::implicit`] found.
    pub(super) fn apply(&mut self, value: Expr, conversion: Implicit, to: TypeId) -> Expr {
        match conversion {
            Implicit::Identity | Implicit::Null | Implicit::Reference => value.retyped(to),
            Implicit::Constant => {
                let into = prim_of(to).or_else(|| prim_of(nullable_inner(to).unwrap_or(to)));
                let constant = match (&value.constant, into) {
                    (Some(c), Some(prim)) => fold::convert(c, prim_of(value.ty).unwrap_or(prim), prim, false),
                    // A zero of any kind is that of an enumeration.
                    (Some(Const::Float(_) | Const::Decimal(_)), None) => Some(Const::Int(0)),
                    (c, None) => c.clone(),
                    (None, _) => None,
                };
                Expr { constant, kind: Kind::Constant, ty: to, span: value.span }
            }
            Implicit::Numeric(from, into) => {
                let span = value.span;
                self.numeric(value, from, into, to, None, span)
            }
            Implicit::Wrap(inner, inner_ty) => self.apply(value, *inner, inner_ty).retyped(to),
            Implicit::Lift(inner, from, into) => {
                if matches!(*inner, Implicit::Identity) {
                    return value.retyped(to);
                }
                self.lift(value, from, to, |this, unwrapped| this.apply(unwrapped, *inner, into))
            }
            Implicit::Tuple => self.convert_tuple(value, to),
            Implicit::User(signature, owner) => self.call_conversion(value, signature, owner, to),
        }
    }

    /// `value == null ? null : work(value.Value)`, with `value` evaluated once.
    pub(super) fn lift(
        &mut self,
        value: Expr,
        inner: TypeId,
        result: TypeId,
        work: impl FnOnce(&mut Self, Expr) -> Expr,
    ) -> Expr {
        let span = value.span;
        let slot = self.temporary(inner);
        let receiver = self.slot(slot, span);
        let rest = work(self, receiver).retyped(result);
        Expr::new(Kind::NullConditional { receiver: Box::new(value), slot, rest: Box::new(rest) }, result, span)
    }

    /// A numeric conversion; `cast` is where a cast is written.
    pub(super) fn numeric(
        &mut self,
        value: Expr,
        from: Prim,
        into: Prim,
        to: TypeId,
        cast: Option<Span>,
        span: Span,
    ) -> Expr {
        let explicit = cast.is_some();
        if from == into {
            return value.retyped(to);
        }
        if let Some(constant) = &value.constant {
            if let Some(folded) = fold::convert(constant, from, into, explicit && self.unchecked) {
                return Expr::constant(folded, to, value.span);
            }
            let (shown, target) = (show_const(constant), types::display(to));
            let wrong = match (constant, fold::range(into)) {
                (Const::Float(_), _) if into == Prim::Decimal => {
                    Some(("CS0031", format!("Constant value '{shown}' cannot be converted to a 'decimal'")))
                }
                (Const::Decimal(_), Some(_)) => {
                    Some(("CS0031", format!("Constant value '{shown}M' cannot be converted to a '{target}'")))
                }
                (_, Some(_)) => Some((
                    "CS0221",
                    format!(
                        "Constant value '{shown}' cannot be converted to a '{target}' (use 'unchecked' syntax to override)"
                    ),
                )),
                _ => None,
            };
            // What it was cast to is its type all the same: what is wrong around it is told as well.
            if let Some((code, message)) = wrong {
                self.error(code, span, message);
                return Expr::new(Kind::Default, to, span);
            }
        }
        let span = cast.unwrap_or(value.span);
        let conversion = Conversion::Numeric { from, into, checked: explicit && self.checked };
        Expr::new(Kind::Convert { conversion, operand: Box::new(value) }, to, span)
    }

    /// `(T)value`.
    pub(super) fn cast(&mut self, value: Expr, to: TypeId, span: Span) -> Expr {
        if value.is_error() || to == types::error() {
            return Expr::error(span);
        }
        if let Some(conversion) = standard(value.ty, to).or_else(|| constant_conversion(&value, to)) {
            return Expr { span, ..self.apply(value, conversion, to) };
        }
        match self.explicit(value.clone(), to, span) {
            Some(done) => Expr { span, ..done },
            None => {
                let (source, target) = (types::display_qualified(value.ty), types::display_qualified(to));
                if value.is_null_literal() {
                    let target = types::display(to);
                    return self.fail(
                        "CS0037",
                        span,
                        format!("Cannot convert null to '{target}' because it is a non-nullable value type"),
                    );
                }
                self.fail("CS0030", span, format!("Cannot convert type '{source}' to '{target}'"))
            }
        }
    }

    fn explicit_exists(&mut self, value: &Expr, to: TypeId) -> bool {
        if value.ty == types::void() {
            return false;
        }
        // Whether a constant would fit does not matter here.
        let plain = prim_of(value.ty).map(|_| Expr::new(Kind::Default, value.ty, value.span));
        let probe = plain.unwrap_or_else(|| value.clone());
        let (found, clean) = self.silently(|this| this.explicit(probe, to, value.span).is_some());
        found && clean
    }

    fn explicit(&mut self, value: Expr, to: TypeId, span: Span) -> Option<Expr> {
        let from = value.ty;
        let node =
            |conversion, operand: Expr| Expr::new(Kind::Convert { conversion, operand: Box::new(operand) }, to, span);
        if let (Some(a), Some(b)) = (prim_of(from), prim_of(to)) {
            return Some(self.numeric(value, a, b, to, Some(span), span));
        }
        match (is_enum(from), is_enum(to)) {
            (true, true) => {
                return Some(match value.constant {
                    Some(c) => Expr::constant(c, to, span),
                    None => node(Conversion::ToEnum, value),
                });
            }
            (false, true) if prim_of(from).is_some() => {
                if let Some(Const::Int(_)) = value.constant {
                    return Some(Expr { ty: to, span, ..value });
                }
                let whole = match prim_of(from) {
                    Some(Prim::F32 | Prim::F64 | Prim::Decimal) => self.cast(value, TypeId::INT32, span),
                    _ => value,
                };
                return Some(node(Conversion::ToEnum, whole));
            }
            (true, false) if prim_of(to).is_some() => {
                if let Some(Const::Int(n)) = value.constant {
                    let number = Expr::constant(Const::Int(n), TypeId::INT32, span);
                    return Some(self.cast(number, to, span));
                }
                let number = Expr::new(
                    Kind::Convert { conversion: Conversion::FromEnum { wide: false }, operand: Box::new(value) },
                    TypeId::INT32,
                    span,
                );
                return Some(self.cast(number, to, span));
            }
            _ => {}
        }
        // Between numbers, nullable or not, the language's own conversions come before the operators of `decimal`.
        let plain = |ty| prim_of(nullable_inner(ty).unwrap_or(ty));
        let numeric = plain(from).is_some() && plain(to).is_some();
        if !numeric && let Some(done) = self.user_explicit(&value, to, span) {
            return Some(done);
        }
        if let Some(inner) = nullable_inner(from) {
            if let Some(target) = nullable_inner(to) {
                let work = |this: &mut Self, unwrapped| this.cast(unwrapped, target, span);
                return Some(self.lift(value, inner, to, work));
            }
            if types::is_value_type(to) {
                let unwrapped =
                    Expr::new(Kind::Convert { conversion: Conversion::Unwrap, operand: Box::new(value) }, inner, span);
                return Some(self.cast(unwrapped, to, span));
            }
        }
        if let Some(inner) = nullable_inner(to)
            && (prim_of(from).is_some() || is_enum(from))
        {
            return Some(self.cast(value, inner, span).retyped(to));
        }
        self.reference_cast(value, to, span)
    }

    /// Reference casts and unboxing: what the run-time type decides.
    fn reference_cast(&mut self, value: Expr, to: TypeId, span: Span) -> Option<Expr> {
        let from = value.ty;
        let related = subtype::converts(to, from) && from != to
            || subtype::is_reference(from)
                && subtype::is_reference(to)
                && (castable_interface(from, to) || castable_interface(to, from))
            || array_cast(from, to);
        if !related || !subtype::is_reference(from) {
            return None;
        }
        Some(Expr::new(Kind::Convert { conversion: Conversion::Cast, operand: Box::new(value) }, to, span))
    }

    fn user_explicit(&mut self, value: &Expr, to: TypeId, _span: Span) -> Option<Expr> {
        let (signature, owner) = user_conversion(value.ty, to, true)?;
        Some(self.call_conversion(value.clone(), signature, owner, to))
    }

    fn call_conversion(&mut self, value: Expr, signature: &'static Signature, owner: TypeId, to: TypeId) -> Expr {
        let Some((_, args)) = named(owner) else { return Expr::error(value.span) };
        let span = value.span;
        let (Some(param), result) = (signature.params.first(), types::substitute(signature.returns, args, &[])) else {
            return Expr::error(span);
        };
        let param = types::substitute(param.ty, args, &[]);
        // A nullable operand is lifted over an operator that takes the plain value.
        if let (Some(inner), None, true) =
            (nullable_inner(value.ty), nullable_inner(param), types::is_value_type(param))
            && (nullable_inner(to).is_some() || subtype::is_reference(to))
        {
            return self
                .lift(value, inner, to, |this, unwrapped| this.call_conversion(unwrapped, signature, owner, result));
        }
        let operand = if self.converts(&value, param) && value.ty != param {
            match standard(value.ty, param) {
                Some(conversion) => self.apply(value, conversion, param),
                None => self.cast(value, param, span),
            }
        } else if value.ty == param {
            value
        } else {
            self.cast(value, param, span)
        };
        let callee = super::bound::Callee {
            run: signature.run,
            type_args: args.to_vec(),
            signature: signature.text,
            null_check: false,
            asked: &[],
            place: None,
        };
        let call = Expr::new(Kind::Call { callee, args: vec![operand], outs: Vec::new() }, result, span);
        if result == to {
            return call;
        }
        match standard(result, to) {
            Some(conversion) => self.apply(call, conversion, to),
            None => self.cast(call, to, span),
        }
    }
}

/// How well an operator from `param` to `result` serves a conversion from `from` to `to`: lower is better.
fn conversion_rank(from: TypeId, to: TypeId, param: TypeId, result: TypeId, explicit: bool) -> Option<u32> {
    let plain = nullable_inner(from).unwrap_or(from);
    let before = if from == param {
        0
    } else if standard(from, param).is_some() {
        if plain == param { 1 } else { 2 }
    } else if plain == param && nullable_inner(from).is_some() && (nullable_inner(to).is_some() || explicit) {
        3
    } else if explicit && (standard(param, from).is_some() || both_numeric(from, param)) {
        20
    } else {
        return None;
    };
    let after = if result == to {
        0
    } else if standard(result, to).is_some() {
        if nullable_inner(to) == Some(result) { 4 } else { 6 }
    } else if explicit
        && (standard(to, result).is_some()
            || both_numeric(result, to)
            || nullable_inner(result).is_some_and(|i| i == to || both_numeric(i, to)))
    {
        40
    } else {
        return None;
    };
    Some(before + after)
}

fn both_numeric(a: TypeId, b: TypeId) -> bool {
    prim_of(a).is_some() && prim_of(b).is_some()
}

/// A class from which nothing derives.
pub(super) fn is_sealed(ty: TypeId) -> bool {
    named(ty).is_some_and(|(def, _)| SEALED.contains(&def.full_name()))
}

/// Classes from which nothing derives: what they do not implement, they never are.
const SEALED: [&str; 21] = [
    "System.String",
    "System.TimeZoneInfo",
    "System.TimeZoneInfo.AdjustmentRule",
    "System.Xml.Linq.XName",
    "System.IndexOutOfRangeException",
    "System.Text.DecoderFallbackException",
    "System.Text.EncoderFallbackException",
    "System.Text.StringBuilder",
    "System.Text.UTF32Encoding",
    "System.Xml.XmlAttributeCollection",
    "System.Xml.XmlReaderSettings",
    "System.Xml.XmlWriterSettings",
    "System.Xml.Linq.XNamespace",
    "System.Security.Cryptography.Oid",
    "System.Security.Cryptography.RNGCryptoServiceProvider",
    "System.Security.Cryptography.RSACng",
    "System.Security.Cryptography.SHA1Managed",
    "System.Security.Cryptography.SHA256Managed",
    "System.Security.Cryptography.SHA384Managed",
    "System.Security.Cryptography.SHA512Managed",
    "System.Security.Cryptography.X509Certificates.PublicKey",
];

/// An interface on one side and a class that is not sealed on the other may meet at run time.
fn castable_interface(interface: TypeId, other: TypeId) -> bool {
    use crate::library::TypeDefKind::{Class, Interface};
    match (named(interface), named(other)) {
        (Some((a, _)), Some((b, _))) => {
            // What a class implements of `IEquatable` is not noted everywhere.
            let sealed =
                SEALED.contains(&b.full_name()) && (other == TypeId::STRING || a.full_name() != "System.IEquatable");
            a.decl.kind == Interface && matches!(b.decl.kind, Class | Interface) && !sealed
        }
        (Some((a, args)), None) if a.decl.kind == Interface => match types::get(other) {
            types::Type::Array { element, rank: 1 } => {
                matches!(args, [item] if list_of(a.full_name()) && related(*element, *item))
            }
            types::Type::Opaque(_) => true,
            _ => false,
        },
        _ => false,
    }
}

/// The interfaces that an array implements for its elements.
fn list_of(interface: &str) -> bool {
    let name = interface.strip_prefix("System.Collections.Generic.").unwrap_or_default();
    matches!(name, "IEnumerable" | "ICollection" | "IList" | "IReadOnlyCollection" | "IReadOnlyList")
}

/// A reference of one type may at run time be one of the other.
fn related(a: TypeId, b: TypeId) -> bool {
    subtype::is_reference(a)
        && subtype::is_reference(b)
        && (subtype::converts(b, a) || subtype::converts(a, b) || castable_interface(a, b) || castable_interface(b, a))
}

fn array_cast(from: TypeId, to: TypeId) -> bool {
    match (types::get(from), types::get(to)) {
        (types::Type::Array { element: a, .. }, types::Type::Array { element: b, .. }) => related(*a, *b),
        _ => false,
    }
}

/// Constants of type `int` fit smaller types, `0` fits any enumeration.
fn constant_conversion(value: &Expr, to: TypeId) -> Option<Implicit> {
    // Any zero fits an enumeration, also one of a real number.
    let n = match value.constant {
        Some(Const::Int(n)) => n,
        Some(Const::Float(0.0)) if is_enum(nullable_inner(to).unwrap_or(to)) => 0,
        Some(Const::Decimal(d)) if d.is_zero() && is_enum(nullable_inner(to).unwrap_or(to)) => 0,
        _ => return None,
    };
    let target = nullable_inner(to).unwrap_or(to);
    if is_enum(target) {
        return (n == 0 && value.ty != TypeId::CHAR && prim_of(value.ty).is_some()).then_some(Implicit::Constant);
    }
    let into = prim_of(target)?;
    let (min, max) = fold::range(into)?;
    let from_int = value.ty == TypeId::INT32 && into != Prim::Char;
    let from_long = value.ty == TypeId::INT64 && into == Prim::U64;
    if !(from_int || from_long) || !(min..=max).contains(&n) {
        return None;
    }
    Some(if target == to { Implicit::Constant } else { Implicit::Wrap(Box::new(Implicit::Constant), target) })
}

pub(super) fn show_const(value: &Const) -> String {
    match value {
        Const::Null => "null".to_owned(),
        Const::Bool(b) => b.to_string(),
        Const::Int(n) => n.to_string(),
        Const::Float(n) => {
            let mut text = String::new();
            crate::library::system::number::format::default_double(*n, &mut text);
            text
        }
        Const::Decimal(d) => d.to_string(),
        Const::Text(policy_parser::csharp::ast::StringLiteral::Text(t)) => t.to_string(),
        Const::Text(_) => String::new(),
    }
}

/// A constant as one would write it.
pub(super) fn written(value: &Const) -> String {
    match value {
        Const::Text(policy_parser::csharp::ast::StringLiteral::Text(t)) => format!("\"{t}\""),
        other => show_const(other),
    }
}

/// True when a type can be the target of a lambda.
pub(super) fn is_delegate(ty: TypeId) -> bool {
    delegate(ty).is_some()
}

/// Finds the conversion operator from one type to another: the most specific among those of both types.
pub(super) fn user_conversion(from: TypeId, to: TypeId, explicit: bool) -> Option<(&'static Signature, TypeId)> {
    let source = nullable_inner(from).unwrap_or(from);
    if source == TypeId::OBJECT || to == TypeId::OBJECT || from == types::null() {
        return None;
    }
    let target = nullable_inner(to).unwrap_or(to);
    let mut found: Vec<(&'static Signature, TypeId, u32)> = Vec::new();
    for owner in class_chain(source).iter().chain(class_chain(target)).copied() {
        let Some((def, args)) = named(owner) else { continue };
        for signature in def.conversions() {
            let fits_kind = explicit || signature.kind == MemberKind::ImplicitConversion;
            let (true, Some(param)) = (fits_kind, signature.params.first()) else { continue };
            let param = types::substitute(param.ty, args, &[]);
            let result = types::substitute(signature.returns, args, &[]);
            if let Some(rank) = conversion_rank(from, to, param, result, explicit)
                && !found.iter().any(|(s, ..)| std::ptr::eq(*s, signature))
            {
                found.push((signature, owner, rank));
            }
        }
    }
    found.sort_by_key(|(.., rank)| *rank);
    found.first().map(|(signature, owner, _)| (*signature, *owner))
}
