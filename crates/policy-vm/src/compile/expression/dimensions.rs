//! Arrays of several dimensions: `new int[2, 3]`, `new[,] { { 1 }, { 2 } }`, `a[i, j]`.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ExprKind};

use crate::bytecode::Prim;
use crate::compile::binder::Binder;
use crate::compile::bound::{Callee, Const, Expr, Kind, Target, prim_of};
use crate::library::NativeFn;
use crate::types::{self, Type, TypeId};
use crate::value::matrix;

impl Binder {
    /// `new T[a, b]`.
    pub(super) fn new_matrix(&mut self, ty: TypeId, sizes: &[ast::Expr], span: Span) -> Expr {
        let args: Vec<Expr> = sizes.iter().map(|size| self.dimension(size)).collect();
        if args.iter().any(Expr::is_error) {
            return Expr::error(span);
        }
        for size in &args {
            if let Some(Const::Int(n)) = size.constant
                && n < 0
            {
                return self.fail("CS0248", size.span, "Cannot create an array with a negative size");
            }
        }
        native(matrix::create, "T[,](params int[] sizes)", ty, args, ty, span)
    }

    /// A size or an index: an `int`, or what converts to one or to a larger integer.
    pub(super) fn dimension(&mut self, value: &ast::Expr) -> Expr {
        let value = self.value(value);
        let ty = [TypeId::INT32, TypeId::UINT32, TypeId::INT64, TypeId::UINT64]
            .into_iter()
            .find(|ty| self.converts(&value, *ty));
        self.convert(value, ty.unwrap_or(TypeId::INT32))
    }

    /// `{ { 1, 2 }, { 3, 4 } }` as an array of a known type.
    pub(in crate::compile) fn matrix_initializer(
        &mut self,
        initializer: &ast::ArrayInitializer,
        ty: TypeId,
        wanted: Option<&[Option<usize>]>,
    ) -> Expr {
        let Type::Array { element, rank } = types::get(ty) else { return Expr::error(initializer.span) };
        let mut leaves = Vec::new();
        let mut sizes: Vec<Option<usize>> = wanted.map_or_else(|| vec![None; usize::from(*rank)], <[_]>::to_vec);
        if !self.shape(initializer, &mut sizes, 0, &mut leaves) {
            return Expr::error(initializer.span);
        }
        let items: Vec<Expr> = leaves.into_iter().map(|leaf| self.value_for(leaf, *element)).collect();
        filled(items, &sizes, *element, ty, initializer.span)
    }

    /// `new[,] { { 1, 2 }, { 3, 4 } }`.
    pub(super) fn implicit_matrix(&mut self, rank: u8, initializer: &ast::ArrayInitializer, span: Span) -> Expr {
        let mut leaves = Vec::new();
        let mut sizes = vec![None; usize::from(rank)];
        if !self.shape(initializer, &mut sizes, 0, &mut leaves) {
            return Expr::error(span);
        }
        let items: Vec<Expr> = leaves.into_iter().map(|leaf| self.value(leaf)).collect();
        if items.iter().any(Expr::is_error) {
            return Expr::error(span);
        }
        let Some(element) = self.common_type(&items) else {
            return self.fail("CS0826", span, "No best type found for implicitly-typed array");
        };
        let items = items.into_iter().map(|item| self.convert(item, element)).collect();
        let ty = types::intern(Type::Array { element, rank });
        filled(items, &sizes, element, ty, span)
    }

    /// Finds the elements of nested braces, and how many each dimension has; false after saying what is wrong.
    fn shape<'a>(
        &mut self,
        initializer: &'a ast::ArrayInitializer,
        sizes: &mut [Option<usize>],
        depth: usize,
        leaves: &mut Vec<&'a ast::Expr>,
    ) -> bool {
        let count = initializer.elements.len();
        let Some(size) = sizes.get_mut(depth) else { return false };
        if let Some(expected) = size.filter(|n| *n != count) {
            self.error("CS0847", initializer.span, format!("An array initializer of length '{expected}' is expected"));
            return false;
        }
        *size = Some(count);
        for element in &initializer.elements {
            match &element.kind {
                ExprKind::ArrayInitializer(inner) if depth + 1 < sizes.len() => {
                    if !self.shape(inner, sizes, depth + 1, leaves) {
                        return false;
                    }
                }
                ExprKind::ArrayInitializer(_) => {
                    self.error("CS0623", element.span, "Array initializers can only be used in a variable or field initializer. Try using a new expression instead.");
                    return false;
                }
                _ if depth + 1 < sizes.len() => {
                    self.error("CS0846", element.span, "A nested array initializer is expected");
                    return false;
                }
                _ => leaves.push(element),
            }
        }
        true
    }

    /// The array with its indexes, for reading and for writing.
    pub(super) fn matrix_place(
        &mut self,
        array: Expr,
        rank: u8,
        args: &[ast::Argument],
        span: Span,
    ) -> Option<Vec<Expr>> {
        if args.len() != usize::from(rank) {
            self.error("CS0022", span, format!("Wrong number of indices inside []; expected {rank}"));
            return None;
        }
        if args.iter().any(|arg| arg.name.is_some()) {
            self.error("CS1742", span, "An array access may not have a named argument specifier");
            return None;
        }
        let mut all = vec![array];
        all.extend(args.iter().map(|arg| self.dimension(&arg.value)));
        (!all.iter().any(Expr::is_error)).then_some(all)
    }
}

/// `a[i, j]`, read.
pub(in crate::compile) fn matrix_get(all: Vec<Expr>, element: TypeId, span: Span) -> Expr {
    let mut read = native(matrix::get, "T this[params int[] indexes]", element, all, element, span);
    if let Kind::Call { callee, .. } = &mut read.kind {
        callee.null_check = true;
    }
    read
}

static ELEMENT: &str = "T this[params int[] indexes]";

/// Whether setting the member is writing `a[i, j]`.
pub(in crate::compile) fn is_element(callee: &Callee) -> bool {
    callee.signature == ELEMENT
}

/// `a[i, j]`, written.
pub(in crate::compile) fn matrix_target(all: Vec<Expr>, element: TypeId) -> Target {
    let callee = callee(matrix::set, ELEMENT, element, true);
    Target::Member { callee: Box::new(callee), args: all }
}

fn filled(items: Vec<Expr>, sizes: &[Option<usize>], element: TypeId, ty: TypeId, span: Span) -> Expr {
    if items.iter().any(Expr::is_error) {
        return Expr::error(span);
    }
    let flat = Expr::new(Kind::ArrayLiteral { element, items }, types::array_of(element), span);
    let size = |n: &Option<usize>| Expr::constant(Const::Int(n.unwrap_or_default() as i128), TypeId::INT32, span);
    let args = std::iter::once(flat).chain(sizes.iter().map(size)).collect();
    native(matrix::filled, "T[,](T[] elements, params int[] sizes)", ty, args, ty, span)
}

fn callee(run: NativeFn, signature: &'static str, type_arg: TypeId, null_check: bool) -> Callee {
    Callee { run, type_args: vec![type_arg], signature, null_check, asked: &[], place: None }
}

fn native(run: NativeFn, signature: &'static str, type_arg: TypeId, args: Vec<Expr>, ty: TypeId, span: Span) -> Expr {
    let callee = callee(run, signature, type_arg, false);
    Expr::new(Kind::Call { callee, args, outs: Vec::new() }, ty, span)
}

/// The constant sizes of `new T[2, 2] { … }`.
pub(super) fn constant_size(size: &Expr) -> Option<usize> {
    match (&size.constant, prim_of(size.ty)) {
        (Some(Const::Int(n)), Some(prim)) if !matches!(prim, Prim::F32 | Prim::F64 | Prim::Decimal) => {
            usize::try_from(*n).ok()
        }
        _ => None,
    }
}
