//! Declarations of variables and constants.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ExprKind};

use crate::compile::binder::Binder;
use crate::compile::bound::{Const, Expr, Kind, Stmt};
use crate::compile::expression::{Entity, strip};
use crate::compile::subtype;
use crate::types::{self, TypeId};

impl Binder {
    pub(super) fn declaration(&mut self, declaration: &ast::LocalDeclaration) -> Stmt {
        let is_var = Self::is_var(&declaration.ty);
        let ty = if is_var { types::error() } else { self.type_of_syntax(&declaration.ty) };
        if ty == types::void() {
            self.error("CS1547", declaration.ty.span, "Keyword 'void' cannot be used in this context");
        }
        if let (true, [first, _, ..]) = (is_var, declaration.declarators.as_slice()) {
            let at = declaration.ty.span.to(first.name.span);
            self.error("CS0819", at, "Implicitly-typed variables cannot have multiple declarators");
        }
        if is_var && declaration.is_const {
            self.error("CS0822", declaration.ty.span, "Implicitly-typed variables cannot be constant");
        }
        let mut done = Vec::new();
        for declarator in &declaration.declarators {
            done.push(self.declarator(declaration, declarator, is_var, ty));
        }
        if done.len() == 1 { done.remove(0) } else { Stmt::Block(done) }
    }

    pub(super) fn declarator(
        &mut self,
        declaration: &ast::LocalDeclaration,
        declarator: &ast::Declarator,
        is_var: bool,
        ty: TypeId,
    ) -> Stmt {
        let name = &declarator.name;
        // An initializer may name a variable whose type is written, though only to be told that it has no value yet.
        let declared = (!is_var && !declaration.is_const).then(|| self.declare(name, ty));
        let value = match &declarator.value {
            None => {
                if is_var {
                    self.error("CS0818", name.span, "Implicitly-typed variables must be initialized");
                }
                if declaration.is_const {
                    self.error("CS0145", name.span, "A const field requires a value to be provided");
                }
                None
            }
            Some(value) if is_var => Some(self.var_value(value, name.span)),
            Some(value) => Some(self.value_for(value, ty)),
        };
        let ty = if is_var { value.as_ref().map_or(types::error(), |v| v.ty) } else { ty };
        let id = declared.unwrap_or_else(|| self.declare(name, ty));
        if declaration.is_const {
            let is_null = |v: &Expr| matches!(&v.kind, Kind::Convert { operand, .. } if operand.is_null_literal());
            let constant = value.as_ref().and_then(|v| v.constant.clone().or(is_null(v).then_some(Const::Null)));
            match (&constant, &value) {
                (_, Some(v))
                    if subtype::is_reference(ty)
                        && ty != TypeId::STRING
                        && !v.is_error()
                        && constant != Some(Const::Null) =>
                {
                    let (text, shown) = (&name.text, types::display(ty));
                    self.error("CS0134", v.span, format!("'{text}' is of type '{shown}'. A const field of a reference type other than string can only be initialized with null."));
                }
                (None, Some(v)) if !v.is_wrong_constant() => {
                    let text = &name.text;
                    self.error("CS0133", v.span, format!("The expression being assigned to '{text}' must be constant"));
                }
                _ => {}
            }
            if let Some(local) = self.local_mut(id) {
                local.constant = constant;
            }
            return Stmt::Block(Vec::new());
        }
        Stmt::Let(id, value)
    }

    /// `at` is where the variable is named.
    pub(super) fn var_value(&mut self, value: &ast::Expr, at: Span) -> Expr {
        match &strip(value).kind {
            ExprKind::Lambda(_) => {
                return self.fail(
                    "CS0815",
                    value.span,
                    "Cannot assign lambda expression to an implicitly-typed variable",
                );
            }
            ExprKind::ArrayInitializer(_) => {
                return self.fail(
                    "CS0820",
                    at,
                    "Cannot initialize an implicitly-typed variable with an array initializer",
                );
            }
            _ => {}
        }
        if let Some(shape) = self.untyped_tuple(value) {
            return self.fail("CS0815", at, format!("Cannot assign {shape} to an implicitly-typed variable"));
        }
        let found = match &strip(value).kind {
            ExprKind::Name(_) | ExprKind::Member { .. } => match self.entity(value) {
                Entity::Group(_) | Entity::Function(..) | Entity::Generic(..) => {
                    return self.fail("CS0815", at, "Cannot assign method group to an implicitly-typed variable");
                }
                other => self.entity_value(other, value.span),
            },
            _ => self.value(value),
        };
        if found.is_null_literal() {
            return self.fail("CS0815", at, "Cannot assign <null> to an implicitly-typed variable");
        }
        if found.ty == types::void() {
            return self.fail("CS0815", at, "Cannot assign void to an implicitly-typed variable");
        }
        found
    }
}
