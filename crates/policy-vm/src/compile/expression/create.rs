//! `new` in all its forms.

use policy_parser::Span;
use policy_parser::csharp::ast::{
    self, ExprKind, InitializerKind, InitializerValue, MemberInitializerTarget, TypeSyntax,
};

use super::strip;
use crate::compile::binder::Binder;
use crate::compile::bound::{Const, Expr, Kind, LocalId, named};
use crate::compile::members;
use crate::compile::operators::is_untyped;
use crate::compile::overload::{Arg, ArgKind, Chosen, Group, Receiver, Wanted, takes_count};
use crate::compile::subtype;
use crate::library::TypeDefKind;
use crate::types::{self, Nature, Type, TypeId};

impl Binder {
    pub(super) fn new_object(
        &mut self,
        ty: &TypeSyntax,
        args: Option<&[ast::Argument]>,
        initializer: Option<&ast::Initializer>,
        span: Span,
    ) -> Expr {
        let at = ty.span;
        let ty = self.type_of_syntax(ty);
        let bound = self.arguments(args.unwrap_or_default());
        if ty == types::error() {
            return Expr::error(span);
        }
        let made = self.construct(ty, bound, at, span);
        match initializer {
            None => made,
            Some(_) if made.is_error() => made,
            Some(initializer) => {
                let slot = self.temporary(ty);
                let mut effects = vec![Expr::new(Kind::Let { slot, value: Box::new(made) }, types::void(), span)];
                self.initialize(slot, initializer, &mut effects);
                if effects.iter().any(Expr::is_error) {
                    return Expr::error(span);
                }
                let result = self.slot(slot, span);
                Expr::new(Kind::Sequence { effects, result: Box::new(result) }, ty, span)
            }
        }
    }

    /// `at` is where the type is written.
    fn construct(&mut self, ty: TypeId, args: Vec<Arg<'_>>, at: Span, span: Span) -> Expr {
        if crate::compile::convert::is_delegate(ty) {
            let mut args = args;
            return match args.pop().map(|a| (a.kind, a.span)) {
                Some((ArgKind::Lambda(lambda), at)) => self.lambda(lambda, ty, at),
                Some((ArgKind::Group(group), _)) => {
                    self.group_to_delegate(&group, ty).unwrap_or_else(|| Expr::error(span))
                }
                Some((_, at)) => self.fail("CS0149", at, "Method name expected"),
                None => {
                    let shown = types::display(ty);
                    self.fail(
                        "CS1729",
                        span,
                        format!("'{shown}' does not contain a constructor that takes 0 arguments"),
                    )
                }
            };
        }
        let shown = types::display(ty);
        if let Type::Opaque(opaque) = types::get(ty) {
            if !opaque.creatable && opaque.nature != Nature::Value {
                return self.fail("CS0304", span, format!("Cannot create an instance of the variable type '{shown}' because it does not have the new() constraint"));
            }
            if !args.is_empty() {
                return self.fail(
                    "CS0417",
                    span,
                    format!("'{shown}': cannot provide arguments when creating an instance of a variable type"),
                );
            }
            // The function is bound anew with each type that it is called for.
            return Expr::new(Kind::Default, ty, span);
        }
        let candidates = members::constructors(ty);
        if args.is_empty() && types::is_value_type(ty) && !candidates.iter().any(|m| m.signature.params.is_empty()) {
            return self.default_value(ty, span);
        }
        if let Some((def, _)) = named(ty) {
            match def.decl.kind {
                TypeDefKind::Interface => {
                    return self.fail(
                        "CS0144",
                        span,
                        format!("Cannot create an instance of the abstract type or interface '{shown}'"),
                    );
                }
                TypeDefKind::StaticClass => {
                    return self.fail(
                        "CS0712",
                        span,
                        format!("Cannot create an instance of the static class '{shown}'"),
                    );
                }
                _ => {}
            }
        }
        if args.iter().any(|a| matches!(&a.kind, ArgKind::Value(v) if v.is_error())) {
            // How many arguments there are is known, whatever is wrong in them.
            if !candidates.is_empty() && !takes_count(&candidates, &args) {
                let count = args.len();
                // Of one constructor that wants more it is said what.
                let missing = match candidates.as_slice() {
                    [only] if args.iter().all(|arg| arg.name.is_none()) => only.signature.params.get(count),
                    _ => None,
                };
                if let (Some(missing), [only]) = (missing, candidates.as_slice()) {
                    let (name, signature) = (missing.name, self.signature_name(only));
                    let message = format!(
                        "There is no argument given that corresponds to the required formal parameter '{name}' of \
                         '{signature}'"
                    );
                    self.error("CS7036", at, message);
                } else {
                    let message = format!("'{shown}' does not contain a constructor that takes {count} arguments");
                    self.error("CS1729", at, message);
                }
            }
            self.look_into(&args);
            return Expr::error(span);
        }
        match self.choose(&candidates, None, &args) {
            Some(Ok(fit)) => {
                self.check_allowed(&fit.member, span);
                let chosen = self.finish(fit, args);
                if chosen.args.iter().any(Expr::is_error) {
                    return Expr::error(span);
                }
                let callee = self.callee(&chosen.member, &[], None);
                let call = Expr::new(Kind::Call { callee, args: chosen.args, outs: chosen.outs }, ty, span);
                Chosen::after_first(chosen.first, call)
            }
            Some(Err((a, b))) => {
                let (a, b) = (self.signature_name(&a), self.signature_name(&b));
                self.fail(
                    "CS0121",
                    span,
                    format!("The call is ambiguous between the following methods or properties: '{a}' and '{b}'"),
                )
            }
            None => {
                // A sealed class without constructors has private ones.
                if candidates.is_empty() && crate::compile::convert::is_sealed(ty) {
                    let message =
                        format!("'{shown}' does not contain a constructor that takes {} arguments", args.len());
                    return self.fail("CS1729", at, message);
                }
                if candidates.is_empty() && !types::is_value_type(ty) {
                    return self.fail(
                        "CS0144",
                        span,
                        format!("Cannot create an instance of the abstract type or interface '{shown}'"),
                    );
                }
                let what = Wanted {
                    name: &shown,
                    span: at,
                    explicit: None,
                    is_constructor: true,
                    receiver_first: false,
                    is_element: false,
                    clause: None,
                };
                self.no_fit(&candidates, &args, &what, span)
            }
        }
    }

    /// `{ P = v, ["k"] = v, a, { k, v } }` on the object in `slot`.
    fn initialize(&mut self, slot: LocalId, initializer: &ast::Initializer, effects: &mut Vec<Expr>) {
        match &initializer.kind {
            InitializerKind::Object(list) => {
                for member in list {
                    self.initialize_member(slot, member, effects);
                }
            }
            InitializerKind::Collection(list) => {
                for (args, span) in list {
                    let done = self.add_element(slot, args, *span, initializer.span);
                    effects.push(done);
                }
            }
        }
    }

    fn initialize_member(&mut self, slot: LocalId, member: &ast::MemberInitializer, effects: &mut Vec<Expr>) {
        let span = member.span;
        let receiver = self.slot(slot, span);
        if let InitializerValue::Nested(nested) = &member.value {
            // `P = { … }` does not assign: it works on the object that is there.
            let inner = match &member.target {
                MemberInitializerTarget::Member(name) => match self.property(&receiver, &name.text, span) {
                    Some(found) => found,
                    None => self.no_member(receiver.ty, &name.text, name.span),
                },
                MemberInitializerTarget::Index(args) => self.index(receiver, args, span),
            };
            let ty = inner.ty;
            let inner_slot = self.temporary(ty);
            effects.push(Expr::new(Kind::Let { slot: inner_slot, value: Box::new(inner) }, types::void(), span));
            self.initialize(inner_slot, nested, effects);
            return;
        }
        let InitializerValue::Value(value) = &member.value else { return };
        let target = match &member.target {
            MemberInitializerTarget::Member(name) => {
                if members::lookup(receiver.ty, &name.text, &[crate::library::MemberKind::Property]).is_empty() {
                    effects.push(self.no_static_member(receiver.ty, &name.text, name.span));
                    return;
                }
                self.property_target(receiver, name, super::assign::NO_VARIABLE, span)
            }
            MemberInitializerTarget::Index(args) => {
                let found = self.indexer(receiver, args, span);
                found.and_then(|(m, all)| {
                    let ty = m.ty(m.signature.returns, &[]);
                    self.set_target(&m, all, span).map(|t| (t, ty))
                })
            }
        };
        let Some((target, ty)) = target else {
            effects.push(Expr::error(span));
            return;
        };
        let value = self.value_for(value, ty);
        if value.is_error() {
            effects.push(value);
            return;
        }
        effects.push(Expr::new(Kind::Assign { target: Box::new(target), value: Box::new(value) }, ty, span));
    }

    fn add_element(&mut self, slot: LocalId, args: &[ast::Expr], span: Span, around: Span) -> Expr {
        let receiver = self.slot(slot, span);
        let name = ast::SimpleName { ident: ast::Ident { text: "Add".into(), span }, type_args: None };
        if !subtype::supertypes(receiver.ty).iter().any(|t| {
            *t == TypeId::ENUMERABLE_OBJECT
                || matches!(types::get(*t), Type::Named { def, .. } if def.0 == TypeId::ENUMERABLE.0)
        }) {
            let ty = types::display(receiver.ty);
            return self.fail("CS1922", around, format!("Cannot initialize type '{ty}' with a collection initializer because it does not implement 'System.Collections.IEnumerable'"));
        }
        let name = ast::SimpleName { ident: ast::Ident { span, ..name.ident }, type_args: None };
        let bound = args.iter().map(|a| self.plain_argument(None, a)).collect();
        let group =
            Group { name: &name, receiver: Receiver::Value(Box::new(receiver)), span, is_element: true, clause: None };
        self.call(&group, bound, span)
    }

    pub(super) fn new_anonymous(&mut self, members: &[ast::AnonymousMember], span: Span) -> Expr {
        let mut shape: Vec<(Box<str>, TypeId)> = Vec::new();
        let mut values = Vec::new();
        for member in members {
            let at = member.name.as_ref().map_or(member.value.span, |name| name.span.to(member.value.span));
            let value = match self.member_value(&member.value) {
                Ok(value) => value,
                Err(what) => {
                    values.push(self.no_member_value(member, what, at));
                    continue;
                }
            };
            let name = match &member.name {
                Some(name) => Some(name.text.clone()),
                None => projected_name(&member.value),
            };
            let Some(name) = name else {
                values.push(self.fail("CS0746", member.value.span, "Invalid anonymous type member declarator. Anonymous type members must be declared with a member assignment, simple name or member access."));
                continue;
            };
            if value.is_null_literal() || value.ty == types::void() {
                let what = super::shown(&value);
                values.push(self.no_member_value(member, &what, at));
                continue;
            }
            if shape.iter().any(|(n, _)| *n == name) {
                self.error("CS0833", at, "An anonymous type cannot have multiple properties with the same name");
            }
            shape.push((name, value.ty));
            values.push(value);
        }
        if values.iter().any(Expr::is_error) {
            return Expr::error(span);
        }
        let ty = types::intern(Type::Anonymous(shape.into()));
        Expr::new(Kind::NewAnonymous(values), ty, span)
    }

    fn no_member_value(&mut self, member: &ast::AnonymousMember, what: &str, at: Span) -> Expr {
        // The variables of a query are members of such objects.
        if member.name.as_ref().is_some_and(|name| self.range_variables.contains(&name.span)) {
            return self.fail("CS1932", at, format!("Cannot assign {what} to a range variable"));
        }
        self.fail("CS0828", at, format!("Cannot assign '{what}' to anonymous type property"))
    }

    /// The value of an anonymous object's member, or what it is that has none.
    fn member_value(&mut self, value: &ast::Expr) -> Result<Expr, &'static str> {
        match &strip(value).kind {
            ExprKind::Lambda(_) => Err("lambda expression"),
            ExprKind::Name(_) | ExprKind::Member { .. } => match self.entity(value) {
                super::Entity::Group(_) | super::Entity::Function(..) | super::Entity::Generic(..) => {
                    Err("method group")
                }
                other => Ok(self.entity_value(other, value.span)),
            },
            _ => Ok(self.value(value)),
        }
    }

    pub(super) fn new_array(
        &mut self,
        element: &TypeSyntax,
        sizes: &[ast::Expr],
        rank: u8,
        further: &[u8],
        initializer: Option<&ast::ArrayInitializer>,
        span: Span,
    ) -> Expr {
        let mut element_ty = self.type_of_syntax(element);
        if element_ty == types::error() {
            return Expr::error(span);
        }
        for rank in further.iter().rev() {
            element_ty = types::intern(Type::Array { element: element_ty, rank: *rank });
        }
        let ty = types::intern(Type::Array { element: element_ty, rank });
        if rank > 1 {
            return self.new_matrix_with(ty, sizes, rank, initializer, span);
        }
        match (sizes.first(), initializer) {
            (size, Some(initializer)) => {
                if let Some(size) = size {
                    let size = self.value(size);
                    let expected = match &size.constant {
                        Some(Const::Int(n)) => *n,
                        _ if size.is_wrong_constant() => return Expr::error(span),
                        _ => return self.fail("CS0150", size.span, "A constant value is expected"),
                    };
                    if expected != initializer.elements.len() as i128 {
                        return self.fail(
                            "CS0847",
                            initializer.span,
                            format!("An array initializer of length '{expected}' is expected"),
                        );
                    }
                }
                Expr { span, ..self.array_initializer(initializer, ty) }
            }
            (Some(size), None) => {
                let size = self.value(size);
                let target = [TypeId::INT32, TypeId::UINT32, TypeId::INT64, TypeId::UINT64]
                    .into_iter()
                    .find(|t| self.converts(&size, *t));
                let length = self.convert(size, target.unwrap_or(TypeId::INT32));
                if let Some(Const::Int(n)) = &length.constant
                    && *n < 0
                {
                    return self.fail("CS0248", length.span, "Cannot create an array with a negative size");
                }
                if length.is_error() {
                    return length;
                }
                Expr::new(Kind::NewArray { element: element_ty, length: Box::new(length) }, ty, span)
            }
            (None, None) => {
                self.error("CS1586", span, "Array creation must have array size or array initializer");
                Expr::new(Kind::Default, ty, span)
            }
        }
    }

    fn new_matrix_with(
        &mut self,
        ty: TypeId,
        sizes: &[ast::Expr],
        rank: u8,
        initializer: Option<&ast::ArrayInitializer>,
        span: Span,
    ) -> Expr {
        let Some(initializer) = initializer else {
            if sizes.len() != usize::from(rank) {
                return self.fail("CS1586", span, "Array creation must have array size or array initializer");
            }
            return self.new_matrix(ty, sizes, span);
        };
        let mut wanted = vec![None; usize::from(rank)];
        for (size, slot) in sizes.iter().zip(&mut wanted) {
            let bound = self.dimension(size);
            match super::dimensions::constant_size(&bound) {
                Some(n) => *slot = Some(n),
                None if bound.is_wrong_constant() => return Expr::error(bound.span),
                None => return self.fail("CS0150", size.span, "A constant value is expected"),
            }
        }
        Expr { span, ..self.matrix_initializer(initializer, ty, Some(&wanted)) }
    }

    pub(super) fn new_implicit_array(&mut self, rank: u8, initializer: &ast::ArrayInitializer, span: Span) -> Expr {
        if rank > 1 {
            return self.implicit_matrix(rank, initializer, span);
        }
        let items: Vec<Expr> = initializer.elements.iter().map(|e| self.operand(e)).collect();
        if items.iter().any(Expr::is_error) {
            return Expr::error(span);
        }
        if items.iter().any(|item| is_untyped(item.ty)) {
            return self.fail("CS0826", span, "No best type found for implicitly-typed array");
        }
        match self.common_type(&items) {
            Some(element) => {
                let items = items.into_iter().map(|e| self.convert(e, element)).collect();
                Expr::new(Kind::ArrayLiteral { element, items }, types::array_of(element), span)
            }
            None => self.fail("CS0826", span, "No best type found for implicitly-typed array"),
        }
    }

    /// `{ a, b }` as an array of a known type.
    pub(in crate::compile) fn array_initializer(&mut self, initializer: &ast::ArrayInitializer, ty: TypeId) -> Expr {
        let span = initializer.span;
        if matches!(types::get(ty), Type::Array { rank, .. } if *rank > 1) {
            return self.matrix_initializer(initializer, ty, None);
        }
        let Type::Array { element, rank: 1 } = types::get(ty) else {
            if ty == types::error() {
                return Expr::error(span);
            }
            return self.fail("CS0622", span, "Can only use array initializer expressions to assign to array types. Try using a new expression instead.");
        };
        let mut items = Vec::new();
        for e in &initializer.elements {
            if matches!(strip(e).kind, ExprKind::ArrayInitializer(_)) {
                items.push(self.fail("CS0623", e.span, "Array initializers can only be used in a variable or field initializer. Try using a new expression instead."));
                continue;
            }
            items.push(self.value_for(e, *element));
        }
        if items.iter().any(Expr::is_error) {
            return Expr::error(span);
        }
        Expr::new(Kind::ArrayLiteral { element: *element, items }, ty, span)
    }
}

/// The name of `new { a.B }`: the last one of a member access.
pub(super) fn projected_name(expr: &ast::Expr) -> Option<Box<str>> {
    match &expr.kind {
        ExprKind::Name(name) | ExprKind::MemberBinding(name) => Some(name.ident.text.clone()),
        ExprKind::Member { name, .. } => Some(name.ident.text.clone()),
        ExprKind::ConditionalAccess { rest, .. } => projected_name(rest),
        _ => None,
    }
}
