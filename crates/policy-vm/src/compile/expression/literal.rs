//! Literals and interpolated strings.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, IntegerType, InterpolationPart, Literal, StringLiteral};
use rust_decimal::Decimal;

use crate::compile::binder::Binder;
use crate::compile::bound::{Const, Expr, Kind};
use crate::types::{self, TypeId};

impl Binder {
    pub(super) fn literal(&mut self, literal: &Literal, span: Span) -> Expr {
        let (value, ty) = match literal {
            Literal::Null => (Const::Null, types::null()),
            Literal::Bool(b) => (Const::Bool(*b), TypeId::BOOL),
            Literal::Char(c) => (Const::Int(i128::from(*c)), TypeId::CHAR),
            Literal::String(text) => (Const::Text(text.clone()), TypeId::STRING),
            Literal::Integer { value, ty } => (Const::Int(i128::from(*value)), integer_type(*ty)),
            Literal::Double(n) => (Const::Float(*n), TypeId::DOUBLE),
            Literal::Single(n) => (Const::Float(f64::from(*n)), TypeId::SINGLE),
            Literal::Decimal { mantissa, scale } => match i128::try_from(*mantissa)
                .ok()
                .and_then(|m| Decimal::try_from_i128_with_scale(m, *scale).ok())
            {
                Some(d) => (Const::Decimal(d), TypeId::DECIMAL),
                None => {
                    return self.fail("CS0594", span, "Floating-point constant is outside the range of type 'decimal'");
                }
            },
        };
        Expr::constant(value, ty, span)
    }

    pub(super) fn interpolated(&mut self, parts: &[InterpolationPart], span: Span) -> Expr {
        let mut pieces = Vec::new();
        for part in parts {
            match part {
                InterpolationPart::Text(text) => {
                    pieces.push(Expr::constant(Const::Text(text.clone()), TypeId::STRING, span))
                }
                InterpolationPart::Hole { value, alignment, format } => {
                    pieces.push(self.hole(value, alignment.as_ref(), format.as_deref()));
                }
            }
        }
        if pieces.iter().any(Expr::is_error) {
            return Expr::error(span);
        }
        if pieces.is_empty() {
            return Expr::constant(Const::Text(StringLiteral::Text("".into())), TypeId::STRING, span);
        }
        Expr::new(Kind::Concat(pieces), TypeId::STRING, span)
    }

    fn hole(&mut self, value: &ast::Expr, alignment: Option<&ast::Expr>, format: Option<&str>) -> Expr {
        let value = self.value(value);
        if value.is_error() {
            return value;
        }
        let span = value.span;
        if value.ty == types::void() {
            return self.fail("CS0029", span, "Cannot implicitly convert type 'void' to 'object'");
        }
        let width = match alignment {
            None => 0,
            Some(expr) => {
                let width = self.value(expr);
                let width = self.convert(width, TypeId::INT32);
                match width.constant {
                    Some(Const::Int(n)) => i32::try_from(n).unwrap_or(0),
                    _ if width.is_wrong_constant() => return Expr::error(expr.span),
                    _ => return self.fail("CS0150", expr.span, "A constant value is expected"),
                }
            }
        };
        if width == 0 && format.is_none() {
            return value;
        }
        Expr::new(Kind::Format { value: Box::new(value), format: format.map(Into::into), width }, TypeId::STRING, span)
    }
}

fn integer_type(ty: IntegerType) -> TypeId {
    match ty {
        IntegerType::Int => TypeId::INT32,
        IntegerType::UInt => TypeId::UINT32,
        IntegerType::Long => TypeId::INT64,
        IntegerType::ULong => TypeId::UINT64,
    }
}
