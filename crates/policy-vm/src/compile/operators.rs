//! Operators: numeric promotion, strings, lifting over nullables, operators that library types declare.

mod delegates;
mod lifted;
mod unary;

use policy_parser::Span;
use policy_parser::csharp::ast::{self, BinaryOp, ExprKind};

use super::binder::{Binder, const_text};
use super::bound::{Const, Expr, Kind, Step, delegate, is_enum, nullable_inner, num_of, prim_of};
use super::expression::{Entity, shown, strip};
use super::fold::{self, FoldError};
use super::members;
use super::overload::{Arg, ArgKind};
use super::subtype;
use crate::bytecode::{BinOp, Num, Prim};
use crate::types::{self, Nature, Opaque, Type, TypeId};

/// A type for what has none, to be shown.
fn untyped(name: &str) -> TypeId {
    let opaque = Opaque { name: name.into(), nature: Nature::Any, creatable: false, above: Box::default() };
    types::intern(Type::Opaque(Box::new(opaque)))
}

/// No type parameter has a space in its name.
pub(super) fn is_untyped(ty: TypeId) -> bool {
    matches!(types::get(ty), Type::Opaque(opaque) if opaque.name.contains(' '))
}

pub(super) fn token(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::And => "&",
        BinaryOp::Or => "|",
        BinaryOp::Xor => "^",
        BinaryOp::AndAlso => "&&",
        BinaryOp::OrElse => "||",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Coalesce => "??",
    }
}

fn bin_op(op: BinaryOp) -> Option<BinOp> {
    Some(match op {
        BinaryOp::Add => BinOp::Add,
        BinaryOp::Sub => BinOp::Sub,
        BinaryOp::Mul => BinOp::Mul,
        BinaryOp::Div => BinOp::Div,
        BinaryOp::Rem => BinOp::Rem,
        BinaryOp::Shl => BinOp::Shl,
        BinaryOp::Shr => BinOp::Shr,
        BinaryOp::And => BinOp::And,
        BinaryOp::Or => BinOp::Or,
        BinaryOp::Xor => BinOp::Xor,
        BinaryOp::Eq => BinOp::Eq,
        BinaryOp::Ne => BinOp::Ne,
        BinaryOp::Lt => BinOp::Lt,
        BinaryOp::Le => BinOp::Le,
        BinaryOp::Gt => BinOp::Gt,
        BinaryOp::Ge => BinOp::Ge,
        BinaryOp::AndAlso | BinaryOp::OrElse | BinaryOp::Coalesce => return None,
    })
}

fn is_comparison(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge)
}

impl Binder {
    /// A chain of infix operators: sums, conditions and texts of any length become lists. What becomes a tree (operators
    /// that types declare, tests of equality) may not get too high.
    pub(super) fn binary_syntax(&mut self, first: &ast::Expr, rest: &[ast::Infix]) -> Expr {
        const HIGHEST: u32 = 100;
        let coalesces = rest.first().is_some_and(|next| next.op == BinaryOp::Coalesce);
        let mut result = if coalesces && matches!(first.kind, ExprKind::Throw(_)) {
            self.fail("CS8115", first.span, "A throw expression is not allowed in this context.")
        } else {
            self.operand(first)
        };
        let mut height = 0;
        for next in rest {
            let span = first.span.to(next.right.span);
            result = self.binary_step(next.op, result, &next.right, span);
            let flat = matches!(result.kind, Kind::Concat(_) | Kind::Chain { .. } | Kind::AndAlso(_) | Kind::OrElse(_));
            height += u32::from(!flat && result.constant.is_none() && !result.is_error());
            if height > HIGHEST {
                return self.fail("CS8078", next.op_span, "An expression is too long or complex to compile");
            }
        }
        result
    }

    fn binary_step(&mut self, op: BinaryOp, left: Expr, right: &ast::Expr, span: Span) -> Expr {
        if op == BinaryOp::Coalesce {
            return self.coalesce(left, right, span);
        }
        let right = self.right_operand(op, left.ty, right);
        match op {
            BinaryOp::AndAlso | BinaryOp::OrElse => self.logical(op, left, right, span),
            _ => self.binary(op, left, right, span),
        }
    }

    /// A lambda or a method's name is no operand of anything: it gets a type that is shown, and that no operator takes.
    pub(super) fn operand(&mut self, expr: &ast::Expr) -> Expr {
        let inner = strip(expr);
        match &inner.kind {
            ExprKind::Lambda(_) => Expr::new(Kind::Default, untyped("lambda expression"), expr.span),
            ExprKind::Name(_) | ExprKind::Member { .. } => match self.entity(inner) {
                Entity::Group(_) | Entity::Function(..) | Entity::Generic(..) => {
                    Expr::new(Kind::Default, untyped("method group"), expr.span)
                }
                other => self.entity_value(other, inner.span),
            },
            _ => self.value(expr),
        }
    }

    fn logical(&mut self, op: BinaryOp, left: Expr, right: Expr, span: Span) -> Expr {
        if left.is_error() || right.is_error() {
            return Expr::error(span);
        }
        if is_untyped(left.ty) || is_untyped(right.ty) {
            return self.no_operator(op, &left, &right, span);
        }
        if left.ty != TypeId::BOOL && !self.converts(&left, TypeId::BOOL)
            || right.ty != TypeId::BOOL && !self.converts(&right, TypeId::BOOL)
        {
            return self.no_operator(op, &left, &right, span);
        }
        let (left, right) = (self.convert(left, TypeId::BOOL), self.convert(right, TypeId::BOOL));
        if let (Some(Const::Bool(a)), Some(Const::Bool(b))) = (&left.constant, &right.constant) {
            let value = if op == BinaryOp::AndAlso { *a && *b } else { *a || *b };
            return Expr::constant(Const::Bool(value), TypeId::BOOL, span);
        }
        let and = op == BinaryOp::AndAlso;
        let mut list = match left {
            Expr { kind: Kind::AndAlso(list), constant: None, .. } if and => list,
            Expr { kind: Kind::OrElse(list), constant: None, .. } if !and => list,
            other => vec![other],
        };
        list.push(right);
        Expr::new(if and { Kind::AndAlso(list) } else { Kind::OrElse(list) }, TypeId::BOOL, span)
    }

    fn coalesce(&mut self, left: Expr, right: &ast::Expr, span: Span) -> Expr {
        if left.is_error() {
            let _ = self.value_or_void(strip_throw(right));
            return left;
        }
        let inner = nullable_inner(left.ty);
        if inner.is_none() && !subtype::is_reference(left.ty) || left.ty == types::void() {
            let right = self.operand(strip_throw(right));
            return self.no_operator(BinaryOp::Coalesce, &left, &right, span);
        }
        if let ExprKind::Throw(what) = &strip(right).kind {
            let ty = inner.unwrap_or(left.ty);
            let right = self.throw_value(what, ty, right.span);
            return Expr::new(Kind::Coalesce(Box::new(left), Box::new(right)), ty, span);
        }
        let right = if delegate(left.ty).is_some() { self.value_for(right, left.ty) } else { self.operand(right) };
        if right.is_error() {
            return right;
        }
        if is_untyped(right.ty) {
            return self.no_operator(BinaryOp::Coalesce, &left, &right, span);
        }
        // In C#'s order: the value under the nullable, the left type, the right type.
        if let Some(inner) = inner
            && self.converts(&right, inner)
        {
            let right = self.convert(right, inner);
            return Expr::new(Kind::Coalesce(Box::new(left), Box::new(right)), inner, span);
        }
        if !left.is_null_literal() && self.converts(&right, left.ty) {
            let ty = left.ty;
            let right = self.convert(right, ty);
            return Expr::new(Kind::Coalesce(Box::new(left), Box::new(right)), ty, span);
        }
        if left.is_null_literal() {
            return Expr { span, ..right };
        }
        let ty = right.ty;
        let plain = Expr { ty: inner.unwrap_or(left.ty), ..left.clone() };
        if !right.is_null_literal() && self.converts(&plain, ty) {
            if inner.is_some() || self.converts(&left, ty) && types::is_value_type(ty) {
                let from = inner.unwrap_or(left.ty);
                let result =
                    if subtype::is_reference(ty) || nullable_inner(ty).is_some() { ty } else { types::nullable_of(ty) };
                let left = self.lift(left, from, result, |this, unwrapped| this.convert(unwrapped, ty));
                return Expr::new(Kind::Coalesce(Box::new(left), Box::new(right)), ty, span);
            }
            let left = if subtype::converts(left.ty, ty) {
                left.retyped(ty)
            } else {
                let from = left.ty;
                self.lift(left, from, ty, |this, unwrapped| this.convert(unwrapped, ty))
            };
            return Expr::new(Kind::Coalesce(Box::new(left), Box::new(right)), ty, span);
        }
        self.no_operator(BinaryOp::Coalesce, &left, &right, span)
    }

    fn no_operator(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Expr {
        self.no_operator_named(token(op), op, left, right, span)
    }

    /// `shown` is the operator as it is written: `+` or `+=`.
    pub(super) fn no_operator_named(
        &mut self,
        shown_op: &str,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        span: Span,
    ) -> Expr {
        if left.is_error() || right.is_error() {
            return Expr::error(span);
        }
        let (a, b) = (shown(left), shown(right));
        if op == BinaryOp::Add && left.is_null_literal() && right.is_null_literal() {
            return self.fail("CS0034", span, format!("Operator '+' is ambiguous on operands of type '{a}' and '{b}'"));
        }
        self.fail(
            "CS0019",
            span,
            format!("Operator '{shown_op}' cannot be applied to operands of type '{a}' and '{b}'"),
        )
    }

    /// `left op right` for every operator but `&&`, `||` and `??`.
    pub(super) fn binary(&mut self, op: BinaryOp, left: Expr, right: Expr, span: Span) -> Expr {
        if left.is_error() || right.is_error() {
            // What is read on its left is read all the same.
            return Expr { kind: Kind::Concat(vec![left, right]), ..Expr::error(span) };
        }
        let no_operand = |ty: TypeId| ty == types::void() || is_untyped(ty);
        if no_operand(left.ty) || no_operand(right.ty) {
            return self.no_operator(op, &left, &right, span);
        }
        if super::expression::tuple::elements_of(left.ty).is_some()
            && let Some(done) = self.tuple_equality(op, left.clone(), right.clone(), span)
        {
            return done;
        }
        if let Some(done) = self.delegates(op, &left, &right, span) {
            return done;
        }
        let is_text = |e: &Expr| e.ty == TypeId::STRING || e.is_null_literal();
        if !(is_text(&left) && is_text(&right))
            && let Some(done) = self.declared_operator(op, &left, &right, span)
        {
            return done;
        }
        if op == BinaryOp::Add && (left.ty == TypeId::STRING || right.ty == TypeId::STRING) {
            return concat(left, right, span);
        }
        let (li, ri) = (nullable_inner(left.ty), nullable_inner(right.ty));
        if matches!(op, BinaryOp::Eq | BinaryOp::Ne)
            && let Some(done) = self.null_test(op, &left, &right, span)
        {
            return done;
        }
        if li.is_some() || ri.is_some() || left.is_null_literal() || right.is_null_literal() {
            let plain = |e: &Expr, inner: Option<TypeId>, other: TypeId| match inner {
                Some(ty) => Expr::new(Kind::Default, ty, e.span),
                None if e.is_null_literal() => Expr::new(Kind::Default, nullable_inner(other).unwrap_or(other), e.span),
                None => e.clone(),
            };
            if types::is_value_type(left.ty) || types::is_value_type(right.ty) {
                let (a, b) = (plain(&left, li, right.ty), plain(&right, ri, left.ty));
                let ((probe, clean), _) = (self.silently(|this| this.binary(op, a, b, span)), ());
                if clean && !probe.is_error() {
                    return self.lifted(op, left, right, probe.ty, span);
                }
                let unsigned = |e: &Expr, inner: Option<TypeId>| inner.unwrap_or(e.ty) == TypeId::UINT64;
                let numbers = prim_of(li.unwrap_or(left.ty)).zip(prim_of(ri.unwrap_or(right.ty)));
                let exact = |p: Prim| !matches!(p, Prim::F32 | Prim::F64 | Prim::Decimal);
                let bits = matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr);
                if numbers.is_some_and(|(a, b)| exact(a) && exact(b))
                    && (unsigned(&left, li) || unsigned(&right, ri))
                    && !bits
                {
                    let (token, x, y) = (token(op), shown(&left), shown(&right));
                    let message = format!("Operator '{token}' is ambiguous on operands of type '{x}' and '{y}'");
                    return self.fail("CS0034", span, message);
                }
                return self.no_operator(op, &left, &right, span);
            }
        }
        self.plain_binary(op, left, right, span)
    }

    fn plain_binary(&mut self, op: BinaryOp, left: Expr, right: Expr, span: Span) -> Expr {
        let Some(machine_op) = bin_op(op) else { return self.no_operator(op, &left, &right, span) };
        if is_enum(left.ty) || is_enum(right.ty) {
            return self.enum_binary(op, machine_op, left, right, span);
        }
        if left.ty == TypeId::BOOL && right.ty == TypeId::BOOL {
            if matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Eq | BinaryOp::Ne) {
                return self.machine_binary(machine_op, Num::Bool, TypeId::BOOL, left, right, TypeId::BOOL, span);
            }
            return self.no_operator(op, &left, &right, span);
        }
        if let (Some(a), Some(b)) = (prim_of(left.ty), prim_of(right.ty)) {
            return self.numeric_binary(op, machine_op, left, right, a, b, span);
        }
        if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            return self.equality(op, left, right, span);
        }
        self.no_operator(op, &left, &right, span)
    }

    fn equality(&mut self, op: BinaryOp, left: Expr, right: Expr, span: Span) -> Expr {
        let negated = op == BinaryOp::Ne;
        if left.ty == TypeId::STRING && right.ty == TypeId::STRING {
            if let (Some(a), Some(b)) = (const_text(&left), const_text(&right)) {
                return Expr::constant(Const::Bool((a == b) != negated), TypeId::BOOL, span);
            }
            return Expr::new(
                Kind::EqString { negated, left: Box::new(left), right: Box::new(right) },
                TypeId::BOOL,
                span,
            );
        }
        let references = subtype::is_reference(left.ty) && subtype::is_reference(right.ty);
        if references
            && (subtype::converts(left.ty, right.ty)
                || subtype::converts(right.ty, left.ty)
                || self.may_be(left.ty, right.ty))
        {
            return Expr::new(
                Kind::EqReference { negated, left: Box::new(left), right: Box::new(right) },
                TypeId::BOOL,
                span,
            );
        }
        self.no_operator(op, &left, &right, span)
    }

    /// `x == null` and `x != null`.
    fn null_test(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Option<Expr> {
        let negated = op == BinaryOp::Ne;
        let operand = match (left.is_null_literal(), right.is_null_literal()) {
            (true, true) => return Some(Expr::constant(Const::Bool(!negated), TypeId::BOOL, span)),
            (false, true) => left,
            (true, false) => right,
            (false, false) => return None,
        };
        if types::is_value_type(operand.ty) && nullable_inner(operand.ty).is_none() {
            // C# allows comparing a value type that has `==` with null: always false (with a warning).
            if prim_of(operand.ty).is_some() || operand.ty == TypeId::BOOL || is_enum(operand.ty) {
                let effects = vec![operand.clone()];
                let result = Box::new(Expr::constant(Const::Bool(negated), TypeId::BOOL, span));
                return Some(Expr::new(Kind::Sequence { effects, result }, TypeId::BOOL, span));
            }
            return None;
        }
        Some(Expr::new(Kind::IsNull { negated, operand: Box::new(operand.clone()) }, TypeId::BOOL, span))
    }

    fn enum_binary(&mut self, op: BinaryOp, machine_op: BinOp, left: Expr, right: Expr, span: Span) -> Expr {
        let ty = if is_enum(left.ty) { left.ty } else { right.ty };
        let other = if is_enum(left.ty) { &right } else { &left };
        let same = other.ty == ty || self.converts(other, ty);
        let result = match op {
            BinaryOp::And | BinaryOp::Or | BinaryOp::Xor if same => ty,
            BinaryOp::Sub if same && left.ty == right.ty => TypeId::INT32,
            op if is_comparison(op) && same => TypeId::BOOL,
            BinaryOp::Add | BinaryOp::Sub if self.converts(other, TypeId::INT32) && is_enum(left.ty) => {
                let number = self.cast(left, TypeId::INT32, span);
                let sum = self.binary(op, number, right, span);
                return self.cast(sum, ty, span);
            }
            _ => return self.no_operator(op, &left, &right, span),
        };
        let (left, right) = (self.convert(left, ty), self.convert(right, ty));
        self.machine_binary(machine_op, Num::Enum, ty, left, right, result, span)
    }

    #[expect(clippy::too_many_arguments, reason = "operands with their primitives, found once by the caller")]
    fn numeric_binary(
        &mut self,
        op: BinaryOp,
        machine_op: BinOp,
        left: Expr,
        right: Expr,
        a: Prim,
        b: Prim,
        span: Span,
    ) -> Expr {
        if matches!(op, BinaryOp::Shl | BinaryOp::Shr) {
            let Some(ty) = promote_one(a) else { return self.no_operator(op, &left, &right, span) };
            if !self.converts(&right, TypeId::INT32) {
                return self.no_operator(op, &left, &right, span);
            }
            let (left, right) = (self.convert(left, ty), self.convert(right, TypeId::INT32));
            let num = num_of(ty).unwrap_or(Num::I32);
            return self.machine_binary(machine_op, num, ty, left, right, ty, span);
        }
        let Some(ty) = promote(&left, a, &right, b) else {
            let bits = matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor);
            if (a == Prim::U64 || b == Prim::U64) && !bits {
                let (token, x, y) = (token(op), shown(&left), shown(&right));
                return self.fail(
                    "CS0034",
                    span,
                    format!("Operator '{token}' is ambiguous on operands of type '{x}' and '{y}'"),
                );
            }
            return self.no_operator(op, &left, &right, span);
        };
        let bitwise = matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor);
        if bitwise && matches!(ty, TypeId::DOUBLE | TypeId::SINGLE | TypeId::DECIMAL) {
            return self.no_operator(op, &left, &right, span);
        }
        let (left, right) = (self.convert(left, ty), self.convert(right, ty));
        let num = num_of(ty).unwrap_or(Num::I32);
        let result = if is_comparison(op) { TypeId::BOOL } else { ty };
        self.machine_binary(machine_op, num, ty, left, right, result, span)
    }

    #[expect(clippy::too_many_arguments, reason = "an instruction's parts")]
    fn machine_binary(
        &mut self,
        op: BinOp,
        num: Num,
        ty: TypeId,
        left: Expr,
        right: Expr,
        result: TypeId,
        span: Span,
    ) -> Expr {
        if left.is_error() || right.is_error() {
            return Expr::error(span);
        }
        if let (Some(a), Some(b)) = (&left.constant, &right.constant) {
            match fold::binary(op, ty, a, b, self.unchecked) {
                Ok(Some(value)) => return Expr::constant(value, result, span),
                Ok(None) => {}
                Err(FoldError::Overflow) => {
                    if num == Num::Decimal {
                        return self.fail("CS0463", span, "Evaluation of the decimal constant expression failed");
                    }
                    return self.fail("CS0220", span, "The operation overflows at compile time in checked mode");
                }
                Err(FoldError::DivisionByZero) => return self.fail("CS0020", span, "Division by constant zero"),
            }
        }
        let checked = self.checked;
        let step = |op, num, checked, right| Step { op, num, checked, right };
        // A comparison stays by itself: it may become a jump.
        let compares = matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge);
        let kind = match left {
            Expr { kind: Kind::Chain { first, mut steps }, constant: None, .. } if !compares => {
                steps.push(step(op, num, checked, right));
                Kind::Chain { first, steps }
            }
            Expr {
                kind: Kind::Binary { op: o, num: n, checked: c, left: first, right: second },
                constant: None,
                ..
            } if !compares => Kind::Chain { first, steps: vec![step(o, n, c, *second), step(op, num, checked, right)] },
            left => Kind::Binary { op, num, checked, left: Box::new(left), right: Box::new(right) },
        };
        Expr::new(kind, result, span)
    }

    /// An operator that one of the operands' types declares.
    fn declared_operator(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Option<Expr> {
        if prim_of(left.ty).is_some() && prim_of(right.ty).is_some() {
            return None;
        }
        let mut candidates = members::operators(left.ty, token(op), 2);
        for member in members::operators(right.ty, token(op), 2) {
            if !candidates.iter().any(|m| std::ptr::eq(m.signature, member.signature)) {
                candidates.push(member);
            }
        }
        if candidates.is_empty() {
            return None;
        }
        let arg = |e: &Expr| Arg {
            name: None,
            mode: ast::ArgumentMode::Value,
            span: e.span,
            kind: ArgKind::Value(e.clone()),
        };
        let args = vec![arg(left), arg(right)];
        if let Some(Ok(fit)) = self.choose(&candidates, None, &args) {
            let chosen = self.finish(fit, args);
            let ty = chosen.member.ty(chosen.member.signature.returns, &[]);
            let callee = self.callee(&chosen.member, &[], None);
            return Some(Expr::new(Kind::Call { callee, args: chosen.args, outs: Vec::new() }, ty, span));
        }
        None
    }
}

/// The operand of a misplaced `throw`, or the expression itself.
fn strip_throw(expr: &ast::Expr) -> &ast::Expr {
    match &strip(expr).kind {
        ExprKind::Throw(inner) => inner,
        _ => expr,
    }
}

/// `a + b` with a string: nested sums become one list, neighbouring constants one text.
fn concat(left: Expr, right: Expr, span: Span) -> Expr {
    let is_concat = |e: &Expr| e.constant.is_none() && matches!(e.kind, Kind::Concat(_));
    // What has been merged before is not looked at again: a sum of many terms takes no longer than its terms.
    let (mut merged, parts) = match left.kind {
        Kind::Concat(parts) if left.constant.is_none() => (parts, Vec::new()),
        _ => (Vec::new(), vec![left]),
    };
    let right = if is_concat(&right) {
        match right.kind {
            Kind::Concat(more) => more,
            _ => Vec::new(),
        }
    } else {
        vec![right]
    };
    for part in parts.into_iter().chain(right) {
        let text = match &part.constant {
            Some(Const::Text(ast::StringLiteral::Text(text))) => Some(text.to_string()),
            Some(Const::Null) => Some(String::new()),
            _ => None,
        };
        let before = merged.last_mut().and_then(|last| match &mut last.constant {
            Some(Const::Text(ast::StringLiteral::Text(before))) => Some(before),
            _ => None,
        });
        match (text, before) {
            (Some(text), Some(before)) => {
                let mut joined = String::from(std::mem::take(before));
                joined.push_str(&text);
                *before = joined.into();
            }
            (Some(text), None) => merged.push(Expr::constant(
                Const::Text(ast::StringLiteral::Text(text.into())),
                TypeId::STRING,
                part.span,
            )),
            (None, _) => merged.push(part),
        }
    }
    if let [Expr { constant: Some(value), .. }] = merged.as_slice() {
        return Expr::constant(value.clone(), TypeId::STRING, span);
    }
    Expr::new(Kind::Concat(merged), TypeId::STRING, span)
}

/// Unary numeric promotion: smaller types become `int`.
fn promote_one(prim: Prim) -> Option<TypeId> {
    Some(match prim {
        Prim::Char | Prim::I8 | Prim::U8 | Prim::I16 | Prim::U16 | Prim::I32 => TypeId::INT32,
        Prim::U32 => TypeId::UINT32,
        Prim::I64 => TypeId::INT64,
        Prim::U64 => TypeId::UINT64,
        Prim::F32 | Prim::F64 | Prim::Decimal => return None,
    })
}

/// Binary numeric promotion; `None` where C# has no operator (`decimal` with `double`, `ulong` with a negative).
fn promote(left: &Expr, a: Prim, right: &Expr, b: Prim) -> Option<TypeId> {
    use Prim as P;
    let has = |p: Prim| a == p || b == p;
    if has(P::Decimal) {
        return (!has(P::F32) && !has(P::F64)).then_some(TypeId::DECIMAL);
    }
    if has(P::F64) {
        return Some(TypeId::DOUBLE);
    }
    if has(P::F32) {
        return Some(TypeId::SINGLE);
    }
    let signed = |p: Prim| matches!(p, P::I8 | P::I16 | P::I32 | P::I64);
    let fits = |e: &Expr| matches!(e.constant, Some(Const::Int(n)) if n >= 0);
    if has(P::U64) {
        // Only constants of `int` and `long` convert.
        let small = |p: P| matches!(p, P::I8 | P::I16);
        let fine = (!signed(a) || !small(a) && fits(left)) && (!signed(b) || !small(b) && fits(right));
        return fine.then_some(TypeId::UINT64);
    }
    if has(P::I64) {
        return Some(TypeId::INT64);
    }
    if has(P::U32) {
        let fine = (!signed(a) || a == P::I32 && fits(left)) && (!signed(b) || b == P::I32 && fits(right));
        return Some(if fine { TypeId::UINT32 } else { TypeId::INT64 });
    }
    Some(TypeId::INT32)
}
