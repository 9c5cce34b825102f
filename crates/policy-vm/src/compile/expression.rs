//! Expressions.

mod access;
mod assign;
mod create;
mod deconstruct;
pub(super) mod dimensions;
mod literal;
pub(super) mod tuple;

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ExprKind, SimpleName};

use super::binder::{Binder, Symbol};
use super::bound::{Const, Expr, FnId, Kind, nullable_inner};
use super::operators::is_untyped;
use super::overload::Group;
use super::subtype;
use crate::types::{self, Type, TypeId};

/// What a name or a member access leads to.
pub(super) enum Entity<'a> {
    Value(Expr),
    Type(TypeId),
    Namespace(String),
    Group(Group<'a>),
    /// A local function.
    Function(FnId, &'a SimpleName),
    /// A local function with type parameters.
    Generic(usize, &'a SimpleName),
    /// Reported already.
    Error(Span),
}

impl Binder {
    /// Binds an expression that must have a value.
    pub(super) fn value(&mut self, expr: &ast::Expr) -> Expr {
        let value = self.value_or_void(expr);
        if value.ty == types::void() && !value.is_error() {
            // What a void call may not be depends on the place; the compiler's most frequent word for it:
            return value;
        }
        value
    }

    /// Binds an expression, which may be a call without a value.
    pub(super) fn value_or_void(&mut self, expr: &ast::Expr) -> Expr {
        let span = expr.span;
        self.deeper(span, || Expr::error(span), |this| this.expression(expr))
    }

    fn expression(&mut self, expr: &ast::Expr) -> Expr {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal, span),
            ExprKind::Interpolated(parts) => self.interpolated(parts, span),
            ExprKind::Name(_) | ExprKind::Member { .. } | ExprKind::Predefined(_) | ExprKind::GlobalName(_) | ExprKind::MemberBinding(_) => {
                let entity = self.entity(expr);
                self.entity_value(entity, span)
            }
            ExprKind::Parenthesized(inner) => self.value_or_void(inner),
            ExprKind::Invoke { target, args } => self.invoke(target, args, span),
            ExprKind::Index { target, args } => {
                let target = self.operand(target);
                self.index(target, args, span)
            }
            ExprKind::ElementBinding(args) => match self.receivers.last().copied() {
                Some((slot, _)) => {
                    let target = self.slot(slot, span);
                    self.index(target, args, span)
                }
                None => Expr::error(span),
            },
            ExprKind::ConditionalAccess { target, rest } => self.conditional_access(target, rest, span),
            ExprKind::New { ty, args, initializer } => self.new_object(ty, args.as_deref(), initializer.as_ref(), span),
            ExprKind::NewAnonymous(members) => self.new_anonymous(members, span),
            ExprKind::NewArray { element, sizes, rank, further_ranks, initializer } => {
                self.new_array(element, sizes, *rank, further_ranks, initializer.as_ref(), span)
            }
            ExprKind::NewImplicitArray { rank, initializer } => self.new_implicit_array(*rank, initializer, span),
            ExprKind::ArrayInitializer(_) => self.fail("CS0622", span, "Can only use array initializer expressions to assign to array types. Try using a new expression instead."),
            ExprKind::Cast { ty, operand } => {
                let to = self.type_of_syntax(ty);
                if let ExprKind::Lambda(lambda) = &strip(operand).kind {
                    let before = self.errors.iter().filter(|e| !e.warning).count();
                    let made = Expr { span, ..self.lambda(lambda, to, strip(operand).span) };
                    // A lambda with a mistake does not convert, and so is nothing that could be called.
                    let sound = self.errors.iter().filter(|e| !e.warning).count() == before;
                    return if sound { made } else { Expr::error(span) };
                }
                if super::bound::delegate(to).is_some() {
                    let operand = self.value(operand);
                    return self.cast(operand, to, span);
                }
                let Some(operand) = self.value_or_group(operand) else {
                    let shown = types::display(to);
                    return self.fail("CS0030", span, format!("Cannot convert type 'method' to '{shown}'"));
                };
                self.cast(operand, to, span)
            }
            ExprKind::As { operand, ty } => {
                let operand = self.tested(operand, span);
                let ty = self.type_of_syntax(ty);
                self.as_type(operand, ty, span)
            }
            ExprKind::Is { operand, pattern } => {
                let operand = self.tested(operand, span);
                self.is_pattern(operand, pattern, span)
            }
            ExprKind::Unary { op, operand } => self.unary_syntax(*op, operand, span),
            ExprKind::Postfix { increment, operand } => self.increment(operand, *increment, false, span),
            ExprKind::Binary { first, rest } => self.binary_syntax(first, rest),
            ExprKind::Conditional { condition, when_true, when_false } => self.conditional(condition, when_true, when_false, span),
            ExprKind::Assign { op, target, value } => self.assign(*op, target, value, span),
            ExprKind::Lambda(_) => self.fail("CS1660", span, "Cannot convert lambda expression to type 'object' because it is not a delegate type"),
            ExprKind::Query(query) => self.query(query, span),
            ExprKind::Typeof(ty) => {
                let ty = self.type_of_syntax(ty);
                Expr::new(Kind::Typeof(ty), TypeId::TYPE, span)
            }
            ExprKind::Default(ty) => {
                let ty = self.type_of_syntax(ty);
                self.default_value(ty, span)
            }
            ExprKind::Sizeof(ty) => {
                let ty = self.type_of_syntax(ty);
                self.size_of(ty, span)
            }
            ExprKind::Checked { checked, operand } => self.checked_value(*checked, operand),
            ExprKind::Throw(_) => self.fail("CS8115", span, "A throw expression is not allowed in this context."),
            ExprKind::Tuple(elements) => self.tuple(elements, span),
            ExprKind::Declaration { .. } => self.fail("CS8185", span, "A declaration is not allowed in this context."),
            ExprKind::Type(_) => self.fail("CS1525", span, "Invalid expression term"),
            ExprKind::This => self.fail("CS0026", span, "Keyword 'this' is not valid in a static property, static method, or static field initializer"),
            ExprKind::Error => Expr::error(span),
        }
    }

    /// What a name, a member access or a keyword type leads to; any other expression is its value.
    pub(super) fn entity<'a>(&mut self, expr: &'a ast::Expr) -> Entity<'a> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Name(name) => self.simple_name(name, span),
            ExprKind::Predefined(ty) => Entity::Type(super::names::predefined(*ty)),
            ExprKind::GlobalName(name) => {
                let text = &*name.ident.text;
                if crate::library::get().is_namespace(text) {
                    return Entity::Namespace(text.to_owned());
                }
                self.error("CS0400", span, format!("The type or namespace name '{text}' could not be found in the global namespace (are you missing an assembly reference?)"));
                Entity::Error(span)
            }
            ExprKind::Member { target, name } => {
                if self.refuse_untyped_tuple(target, name) {
                    return Entity::Error(span);
                }
                let left = self.deeper(span, || Entity::Error(span), |this| this.entity(target));
                self.member(left, name, false, span)
            }
            ExprKind::MemberBinding(name) => match self.receivers.last().copied() {
                Some((slot, _)) => {
                    let receiver = self.slot(slot, span);
                    self.member(Entity::Value(receiver), name, false, span)
                }
                None => Entity::Error(span),
            },
            _ => Entity::Value(self.value(expr)),
        }
    }

    /// What a name leads to where it is called.
    pub(super) fn invoked_entity<'a>(&mut self, expr: &'a ast::Expr) -> Entity<'a> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Member { target, name } => {
                if self.refuse_untyped_tuple(target, name) {
                    return Entity::Error(span);
                }
                let left = self.deeper(span, || Entity::Error(span), |this| this.entity(target));
                self.member(left, name, true, span)
            }
            ExprKind::MemberBinding(name) => match self.receivers.last().copied() {
                Some((slot, _)) => {
                    let receiver = self.slot(slot, span);
                    self.member(Entity::Value(receiver), name, true, span)
                }
                None => Entity::Error(span),
            },
            _ => self.entity(expr),
        }
    }

    fn simple_name<'a>(&mut self, name: &'a SimpleName, span: Span) -> Entity<'a> {
        let text = &*name.ident.text;
        match self.find(text) {
            Some(Symbol::Local(id)) if name.type_args.is_none() => return Entity::Value(self.local_expr(id, span)),
            Some(Symbol::Function(id)) => return Entity::Function(id, name),
            Some(Symbol::Generic(index)) => return Entity::Generic(index, name),
            _ => {}
        }
        if name.type_args.is_none() {
            if let Some((_, ty)) = self.type_names.iter().rev().find(|(n, _)| **n == *text) {
                return Entity::Type(*ty);
            }
            if text == "context" {
                return Entity::Value(self.context(span));
            }
        }
        let arity = name.type_args.as_ref().map_or(0, Vec::len);
        if let Some(def) = super::names::imported_type(text, arity) {
            let args = name.type_args.as_deref().unwrap_or_default().iter().map(|t| self.type_of_syntax(t)).collect();
            return Entity::Type(types::intern(types::Type::Named { def, args }));
        }
        if crate::library::get().is_namespace(text) {
            return Entity::Namespace(text.to_owned());
        }
        if let Some(full) = super::unavailable::simple(text) {
            self.error("TG0301", span, super::unavailable::refusal(full));
            return Entity::Error(span);
        }
        if let Some(def) = super::names::types_called(&[], text).first() {
            self.wrong_type_arguments(def, name);
            return Entity::Error(span);
        }
        // What every class has of `object`, and so the one around an expression.
        if matches!(text, "Equals" | "ReferenceEquals") {
            return Entity::Group(Group {
                name,
                receiver: super::overload::Receiver::Type(TypeId::OBJECT),
                span,
                is_element: false,
                clause: None,
            });
        }
        if self.later.iter().flat_map(|(_, names)| names).any(|later| **later == *text) {
            let message = format!("Cannot use local variable '{text}' before it is declared");
            self.error("CS0841", name.ident.span, message);
            return Entity::Error(span);
        }
        if let Some((code, message)) = self.other_side(text, name.ident.span) {
            self.error(code, name.ident.span, message);
            return Entity::Error(span);
        }
        let near = {
            let names = self.scopes.iter().flatten().map(|(n, _)| &**n).chain(["context"]);
            policy_parser::suggest::closest(text, names).map(str::to_owned)
        };
        let message = format!("The name '{text}' does not exist in the current context");
        let message = near.map_or(message.clone(), |near| format!("{message}; did you mean '{near}'?"));
        self.error("CS0103", name.ident.span, message);
        Entity::Error(span)
    }

    /// An entity where a value is needed.
    pub(super) fn entity_value(&mut self, entity: Entity<'_>, span: Span) -> Expr {
        match entity {
            Entity::Value(value) => value,
            Entity::Error(span) => Expr::error(span),
            Entity::Type(ty) => {
                if ty == types::error() {
                    return Expr::error(span);
                }
                self.fail(
                    "CS0119",
                    span,
                    format!("'{}' is a type, which is not valid in the given context", types::display(ty)),
                )
            }
            Entity::Namespace(name) => {
                self.fail("CS0118", span, format!("'{name}' is a namespace but is used like a variable"))
            }
            Entity::Group(group) => {
                let name = &group.name.ident.text;
                self.fail("CS0428", group.name.ident.span, format!("Cannot convert method group '{name}' to non-delegate type 'object'. Did you intend to invoke the method?"))
            }
            Entity::Function(_, function) | Entity::Generic(_, function) => {
                let name = &function.ident.text;
                self.fail("CS0428", span, format!("Cannot convert method group '{name}' to non-delegate type 'object'. Did you intend to invoke the method?"))
            }
        }
    }

    /// A value, or `None` for a method's name without a call.
    fn value_or_group(&mut self, expr: &ast::Expr) -> Option<Expr> {
        let inner = strip(expr);
        if !matches!(inner.kind, ExprKind::Member { .. } | ExprKind::MemberBinding(_)) {
            return Some(self.value_or_void(expr));
        }
        let span = inner.span;
        match self.deeper(span, || Entity::Error(span), |this| this.entity(inner)) {
            Entity::Group(_) => None,
            entity => Some(self.entity_value(entity, span)),
        }
    }

    fn conditional_access(&mut self, target: &ast::Expr, rest: &ast::Expr, span: Span) -> Expr {
        let receiver = self.value(target);
        if receiver.is_error() {
            return receiver;
        }
        let inner = nullable_inner(receiver.ty).unwrap_or(receiver.ty);
        if nullable_inner(receiver.ty).is_none() && !subtype::is_reference(receiver.ty) || receiver.ty == types::void()
        {
            return self.fail(
                "CS0023",
                Span::new(receiver.span.end, receiver.span.end + 1),
                format!("Operator '?' cannot be applied to operand of type '{}'", types::display(receiver.ty)),
            );
        }
        let slot = self.temporary(inner);
        self.receivers.push((slot, inner));
        let found = self.value_or_group(rest);
        self.receivers.pop();
        let Some(rest) = found else {
            return self.fail("CS8978", rest.span, "'method group' cannot be made nullable.");
        };
        if rest.is_error() {
            return rest;
        }
        let ty = if rest.ty == types::void() || subtype::is_reference(rest.ty) || nullable_inner(rest.ty).is_some() {
            rest.ty
        } else {
            types::nullable_of(rest.ty)
        };
        let rest = rest.retyped(ty);
        Expr::new(Kind::NullConditional { receiver: Box::new(receiver), slot, rest: Box::new(rest) }, ty, span)
    }

    /// Two values that are to have one type. A tuple that has none takes that of the other.
    fn both(&mut self, left: &ast::Expr, right: &ast::Expr) -> (Expr, Expr) {
        match (self.lacks_type(left), self.lacks_type(right)) {
            (true, false) => {
                let b = self.operand(right);
                let typed = tuple::elements_of(b.ty).is_some();
                (if typed { self.value_for(left, b.ty) } else { self.operand(left) }, b)
            }
            (false, true) => {
                let a = self.operand(left);
                let typed = tuple::elements_of(a.ty).is_some();
                let b = if typed { self.value_for(right, a.ty) } else { self.operand(right) };
                (a, b)
            }
            _ => (self.operand(left), self.operand(right)),
        }
    }

    fn conditional(
        &mut self,
        condition: &ast::Expr,
        when_true: &ast::Expr,
        when_false: &ast::Expr,
        span: Span,
    ) -> Expr {
        let condition = self.condition(condition);
        // A `throw` on one side takes the type of the other.
        if let ExprKind::Throw(what) = &when_false.kind {
            let a = self.value(when_true);
            let b = self.throw_value(what, a.ty, when_false.span);
            let ty = a.ty;
            return Expr::new(Kind::Conditional(Box::new(condition), Box::new(a), Box::new(b)), ty, span);
        }
        if let ExprKind::Throw(what) = &when_true.kind {
            let b = self.value(when_false);
            let a = self.throw_value(what, b.ty, when_true.span);
            let ty = b.ty;
            return Expr::new(Kind::Conditional(Box::new(condition), Box::new(a), Box::new(b)), ty, span);
        }
        let (mut a, mut b) = self.both(when_true, when_false);
        // A lambda or a method's name takes the delegate type of the other side.
        if is_untyped(a.ty) && super::bound::delegate(b.ty).is_some() {
            a = self.value_for(when_true, b.ty);
        } else if is_untyped(b.ty) && super::bound::delegate(a.ty).is_some() {
            b = self.value_for(when_false, a.ty);
        }
        if a.is_error() || b.is_error() || condition.is_error() {
            return Expr::error(span);
        }
        for (side, value) in [(&a, when_true), (&b, when_false)] {
            if is_untyped(side.ty) {
                return self.value(value);
            }
        }
        let (to_b, to_a) =
            (self.converts(&a, b.ty) && !b.is_null_literal(), self.converts(&b, a.ty) && !a.is_null_literal());
        let ty = if a.ty == b.ty {
            a.ty
        } else if to_b && !to_a {
            b.ty
        } else if to_a && !to_b {
            a.ty
        } else if to_a && to_b {
            // Both ways exist for constants (`b ? 1 : someByte`): then a constant is no more than its type.
            let typed = Expr::new(Kind::Default, a.ty, a.span);
            if self.converts(&typed, b.ty) { b.ty } else { a.ty }
        } else {
            let (x, y) = (shown(&a), shown(&b));
            return self.fail("CS0173", span, format!("Type of conditional expression cannot be determined because there is no implicit conversion between '{x}' and '{y}'"));
        };
        if a.is_null_literal() && b.is_null_literal() {
            return self.fail("CS0173", span, "Type of conditional expression cannot be determined because there is no implicit conversion between '<null>' and '<null>'");
        }
        let (a, b) = (self.convert(a, ty), self.convert(b, ty));
        if let (Some(Const::Bool(c)), Some(x), Some(y)) = (&condition.constant, &a.constant, &b.constant) {
            return Expr::constant(if *c { x.clone() } else { y.clone() }, ty, span);
        }
        Expr::new(Kind::Conditional(Box::new(condition), Box::new(a), Box::new(b)), ty, span)
    }

    /// `throw e` as an operand, taking whatever type is wanted.
    pub(super) fn throw_value(&mut self, what: &ast::Expr, ty: TypeId, span: Span) -> Expr {
        let exception = self.value(what);
        let exception = self.convert(exception, TypeId::EXCEPTION);
        Expr::new(Kind::Throw(Box::new(exception)), ty, span)
    }

    /// An expression that must be a `bool`.
    pub(super) fn condition(&mut self, expr: &ast::Expr) -> Expr {
        match &strip(expr).kind {
            ExprKind::Lambda(_) | ExprKind::Name(_) | ExprKind::Member { .. } => {
                self.value_for(strip(expr), TypeId::BOOL)
            }
            _ => {
                let value = self.value(expr);
                self.convert(value, TypeId::BOOL)
            }
        }
    }

    /// What `is` and `as` look at.
    fn tested(&mut self, expr: &ast::Expr, span: Span) -> Expr {
        let operand = self.operand(expr);
        if is_untyped(operand.ty) {
            return self.fail("CS0837", span, "The first operand of an 'is' or 'as' operator may not be a lambda expression, anonymous method, or method group.");
        }
        operand
    }

    pub(super) fn as_type(&mut self, operand: Expr, ty: TypeId, span: Span) -> Expr {
        if operand.is_error() || ty == types::error() {
            return Expr::error(span);
        }
        let shown_ty = types::display(ty);
        if matches!(types::get(ty), Type::Opaque(_)) && !subtype::is_reference(ty) {
            return self.fail("CS0413", span, format!("The type parameter '{shown_ty}' cannot be used with the 'as' operator because it does not have a class type constraint nor a 'class' constraint"));
        }
        if types::is_value_type(ty) && nullable_inner(ty).is_none() {
            return self.fail("CS0077", span, format!("The as operator must be used with a reference type or nullable type ('{shown_ty}' is a non-nullable value type)"));
        }
        let open = types::is_open(operand.ty) || types::is_open(ty);
        if !operand.is_null_literal() && !open && !self.may_be(operand.ty, ty) {
            // What was fine with the function's type parameters is only never true with these arguments.
            if self.in_instance() {
                let nothing = Box::new(self.default_value(ty, span));
                return Expr::new(Kind::Sequence { effects: vec![operand], result: nothing }, ty, span);
            }
            let (source, shown_ty) = (types::display_qualified(operand.ty), types::display_qualified(ty));
            return self.fail("CS0039", span, format!("Cannot convert type '{source}' to '{shown_ty}' via a reference conversion, boxing conversion, unboxing conversion, wrapping conversion, or null type conversion"));
        }
        if operand.is_null_literal() || subtype::converts(operand.ty, ty) {
            return Expr { span, ..operand.retyped(ty) };
        }
        Expr::new(Kind::As { operand: Box::new(operand), ty }, ty, span)
    }

    /// A value of the one type may at run time be of the other.
    pub(super) fn may_be(&mut self, from: TypeId, to: TypeId) -> bool {
        if subtype::converts(from, to) || subtype::converts(to, from) {
            return true;
        }
        let probe = Expr::new(Kind::Default, from, Span::default());
        let to = nullable_inner(to).unwrap_or(to);
        if types::is_value_type(from) && types::is_value_type(to) {
            return nullable_inner(from).unwrap_or(from) == to;
        }
        if from == TypeId::OBJECT || to == TypeId::OBJECT {
            return true;
        }
        // Reference conversions only: an operator does not count.
        super::convert::user_conversion(from, to, true).is_none()
            && self.silently(|this| this.cast(probe, to, Span::default())).1
    }

    fn checked_value(&mut self, checked: bool, operand: &ast::Expr) -> Expr {
        let before = (self.checked, self.unchecked);
        (self.checked, self.unchecked) = (checked, !checked);
        let value = self.value(operand);
        (self.checked, self.unchecked) = before;
        value
    }

    pub(super) fn default_value(&mut self, ty: TypeId, span: Span) -> Expr {
        let constant = match ty {
            TypeId::BOOL => Some(Const::Bool(false)),
            TypeId::DOUBLE | TypeId::SINGLE => Some(Const::Float(0.0)),
            TypeId::DECIMAL => Some(Const::Decimal(rust_decimal::Decimal::ZERO)),
            ty if super::bound::prim_of(ty).is_some() || super::bound::is_enum(ty) => Some(Const::Int(0)),
            ty if subtype::is_reference(ty) && ty != types::error() => Some(Const::Null),
            _ => None,
        };
        match constant {
            Some(value) => Expr::constant(value, ty, span),
            None => Expr::new(Kind::Default, ty, span),
        }
    }

    fn size_of(&mut self, ty: TypeId, span: Span) -> Expr {
        let size = match ty {
            TypeId::BOOL | TypeId::BYTE | TypeId::SBYTE => 1,
            TypeId::CHAR | TypeId::INT16 | TypeId::UINT16 => 2,
            TypeId::INT32 | TypeId::UINT32 | TypeId::SINGLE => 4,
            TypeId::INT64 | TypeId::UINT64 | TypeId::DOUBLE => 8,
            TypeId::DECIMAL => 16,
            ty if super::bound::is_enum(ty) => 4,
            _ => {
                let name = types::display(ty);
                return self.fail("CS0233", span, format!("'{name}' does not have a predefined size, therefore sizeof can only be used in an unsafe context"));
            }
        };
        Expr::constant(Const::Int(size), TypeId::INT32, span)
    }
}

/// An expression without the parentheses around it.
pub(super) fn strip(expr: &ast::Expr) -> &ast::Expr {
    let mut at = expr;
    while let ExprKind::Parenthesized(inner) = &at.kind {
        at = inner;
    }
    at
}

/// The type of an operand as messages show it.
pub(super) fn shown(expr: &Expr) -> String {
    if expr.is_null_literal() { "<null>".to_owned() } else { types::display(expr.ty) }
}
