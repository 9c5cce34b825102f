//! [`ExpressionSink`]: collects the functions, literals and tables of a program while its expressions are compiled.

use std::sync::Arc;

use http::HeaderName;
use policy_parser::Span;
use policy_parser::csharp::{self, ast::StringLiteral};
use rustc_hash::FxHashMap;

use super::binder::Binder;
use super::bound::{FnId, LocalId};
use super::emit::Emitter;
use super::{Expression, ExpressionError, Wanted};
use crate::bytecode::{Code, Constant};
use crate::exchange::NameId;
use crate::names;
use crate::step::ExprId;
use crate::types::{self, TypeId};
use crate::value::Part;
use crate::value::heap::Pool;
use crate::value::text::Str;

/// Collects the functions and literals of a program under construction.
#[derive(Debug, Default)]
pub struct ExpressionSink {
    pub(super) code: Code,
    ascii: Vec<u8>,
    wide: Vec<u16>,
    literals: FxHashMap<Box<[u16]>, Str>,
    types: FxHashMap<TypeId, u16>,
    variables: Vec<(u32, NameId)>,
    headers: Vec<(u32, HeaderName)>,
    unrestricted: bool,
    any_result: bool,
    warnings: Vec<ExpressionError>,
}

impl ExpressionSink {
    /// Compiles `text`, which is `@( … )` or `@{ … }`, for a place that wants `wanted`.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn compile(&mut self, text: &str, wanted: Wanted) -> Result<Expression, Vec<ExpressionError>> {
        let parsed = csharp::parse(text);
        if !parsed.errors.is_empty() {
            let of = |e: csharp::SyntaxError| ExpressionError {
                code: e.code,
                message: e.message,
                span: e.span,
                warning: false,
            };
            return Err(parsed.errors.into_iter().map(of).collect());
        }
        let mut binder = Binder::new();
        binder.unrestricted = self.unrestricted;
        binder.root(&parsed.root);
        let ty = binder.functions.first().map_or(types::error(), |f| f.returns);
        if binder.is_sound() {
            let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
            binder.errors.extend(super::flow::check(&binder));
            binder.errors.extend(super::result_type::finding(ty, wanted, self.any_result, whole));
        } else if let Some(first) = binder.errors.iter().filter(|e| !e.warning).map(|e| e.span.start).min() {
            // What is wrong is not in the bound tree, so nothing is known of what comes after it.
            let before = |e: &ExpressionError| {
                e.span.start < first && matches!(e.code, "CS0165" | "CS0170" | "CS0177" | "CS0269")
            };
            let found = super::flow::check(&binder).into_iter().filter(before);
            binder.errors.extend(found.collect::<Vec<_>>());
        }
        binder.errors.sort_by_key(|e| e.span);
        binder.errors.dedup_by(|a, b| a.span == b.span && a.code == b.code);
        if !binder.is_sound() {
            return Err(binder.errors);
        }
        self.warnings = std::mem::take(&mut binder.errors);
        close_captures(&mut binder);
        let made = self.code.functions.len();
        match Emitter::new(self, &binder.locals, &binder.functions).root() {
            Ok(id) => Ok(Expression { id: ExprId(id), ty, reads: binder.reads.of_named_messages() }),
            Err(_) => {
                self.code.functions.truncate(made);
                let span = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
                Err(vec![ExpressionError {
                    code: "CS8078",
                    message: "An expression is too long or complex to compile".to_owned(),
                    span,
                    warning: false,
                }])
            }
        }
    }

    /// Lets expressions use every member of the library, whatever the allow-list says.
    pub fn lift_restrictions(&mut self) {
        self.unrestricted = true;
    }

    /// Lets expressions give a value of any type that can be kept, whatever the list of result types says.
    pub fn accept_any_result(&mut self) {
        self.any_result = true;
    }

    /// What the last expression was warned of that compiled.
    pub fn take_warnings(&mut self) -> Vec<ExpressionError> {
        std::mem::take(&mut self.warnings)
    }

    /// The finished functions and their literals.
    #[must_use]
    pub fn finish(self) -> (Code, Arc<Pool>) {
        let (ascii, wide) = (self.ascii.into(), self.wide.into());
        let pool = Pool { ascii, wide, variables: self.variables, headers: self.headers, ..Pool::default() };
        (self.code, Arc::new(pool))
    }

    /// Notes that a literal is looked up among the variables or headers: what it names is found out now, not in each run.
    pub(super) fn name(&mut self, text: &str, part: Part) {
        let literal = self.literal(&StringLiteral::Text(text.into()));
        // Where an empty literal begins, another one does.
        if literal.wide || literal.len == 0 {
            return;
        }
        match part {
            Part::Variables if self.variables.iter().all(|(start, _)| *start != literal.start) => {
                self.variables.push((literal.start, names::intern(text)));
            }
            Part::RequestHeaders | Part::ResponseHeaders | Part::StoredHeaders
                if self.headers.iter().all(|(start, _)| *start != literal.start) =>
            {
                self.headers.extend(HeaderName::from_bytes(text.as_bytes()).map(|name| (literal.start, name)));
            }
            _ => {}
        }
    }

    /// The place of a literal in the pool; equal literals share one.
    pub(super) fn literal(&mut self, text: &StringLiteral) -> Str {
        let units: Box<[u16]> = match text {
            StringLiteral::Text(text) => text.encode_utf16().collect(),
            StringLiteral::Units(units) => units.clone(),
        };
        if let Some(known) = self.literals.get(&units) {
            return *known;
        }
        let len = u32::try_from(units.len()).unwrap_or(u32::MAX);
        let wide = units.iter().any(|u| *u >= 128);
        let start = if wide { self.wide.len() } else { self.ascii.len() };
        if wide {
            self.wide.extend_from_slice(&units);
        } else {
            self.ascii.extend(units.iter().map(|u| *u as u8));
        }
        let made = Str { start: u32::try_from(start).unwrap_or(u32::MAX), len, space: 0, wide };
        self.literals.insert(units, made);
        made
    }

    pub(super) fn constant(&mut self, constant: Constant) -> Option<u16> {
        let same = |c: &Constant| match (c, &constant) {
            (Constant::Text(a), Constant::Text(b)) => a == b,
            (Constant::Decimal(a), Constant::Decimal(b)) => a == b && a.scale() == b.scale(),
            // Bits decide: `0.0` and `-0.0` are equal and not the same.
            (Constant::Value(crate::value::Value::Double(a)), Constant::Value(crate::value::Value::Double(b))) => {
                a.to_bits() == b.to_bits()
            }
            (Constant::Value(crate::value::Value::Single(a)), Constant::Value(crate::value::Value::Single(b))) => {
                a.to_bits() == b.to_bits()
            }
            (Constant::Value(a), Constant::Value(b)) => a == b,
            _ => false,
        };
        let index = self.code.constants.iter().position(same).unwrap_or_else(|| {
            self.code.constants.push(constant);
            self.code.constants.len() - 1
        });
        u16::try_from(index).ok()
    }

    pub(super) fn type_index(&mut self, ty: TypeId) -> Option<u16> {
        if let Some(index) = self.types.get(&ty) {
            return Some(*index);
        }
        let index = u16::try_from(self.code.types.len()).ok()?;
        self.code.types.push(ty);
        self.types.insert(ty, index);
        Some(index)
    }
}

/// A function needs what the functions it calls and contains capture, unless it owns it.
fn close_captures(binder: &mut Binder) {
    loop {
        let mut missing: Vec<(usize, LocalId)> = Vec::new();
        for (i, function) in binder.functions.iter().enumerate() {
            let called = function.calls.iter().filter_map(|id| binder.functions.get(id.0 as usize));
            for id in called.flat_map(|f| &f.captures) {
                note(binder, i, *id, &mut missing);
            }
            if let Some(FnId(parent)) = function.parent {
                for id in &function.captures {
                    note(binder, parent as usize, *id, &mut missing);
                }
            }
        }
        if missing.is_empty() {
            return;
        }
        for (function, id) in missing {
            if let Some(f) = binder.functions.get_mut(function)
                && !f.captures.contains(&id)
            {
                f.captures.push(id);
            }
        }
    }
}

fn note(binder: &Binder, function: usize, id: LocalId, missing: &mut Vec<(usize, LocalId)>) {
    let owned = binder.local(id).is_some_and(|l| l.owner.0 as usize == function);
    let known = binder.functions.get(function).is_some_and(|f| f.captures.contains(&id));
    if !owned && !known {
        missing.push((function, id));
    }
}
