//! Evaluating a single expression, for `tollgate eval` and for tests that compare with recorded answers.

use std::sync::Arc;

use crate::compile::{ExpressionError, ExpressionSink, Wanted};
use crate::cx::{Budget, Cx, MAX_FRAMES, MAX_OUTS};
use crate::engine::Limits;
use crate::exception::Throw;
use crate::exchange::Exchange;
use crate::host::Ambient;
use crate::library::NativeFn;
use crate::types::TypeId;
use crate::value::Value;

/// A compiled expression on its own.
#[derive(Debug)]
pub struct Expression {
    code: crate::bytecode::Code,
    pool: Arc<crate::value::heap::Pool>,
    id: crate::step::ExprId,
    /// Its static type.
    pub ty: TypeId,
}

/// Compiles `@( … )` or `@{ … }`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn compile(text: &str) -> Result<Expression, Vec<ExpressionError>> {
    compile_into(ExpressionSink::default(), text)
}

/// As [`compile`], with every member of the library allowed: to compare with .NET, which knows no allow-list.
///
/// # Errors
/// Everything that is wrong with it.
pub fn compile_unrestricted(text: &str) -> Result<Expression, Vec<ExpressionError>> {
    let mut sink = ExpressionSink::default();
    sink.lift_restrictions();
    compile_into(sink, text)
}

fn compile_into(mut sink: ExpressionSink, text: &str) -> Result<Expression, Vec<ExpressionError>> {
    let compiled = sink.compile(text, Wanted::Any)?;
    let (code, pool) = sink.finish();
    Ok(Expression { code, pool, id: compiled.id, ty: compiled.ty })
}

impl Expression {
    /// Evaluates it and lends the result, with what is needed to look into it, to `inspect`; gives the number of
    /// instructions used as well.
    pub fn evaluate<T>(
        &self,
        exchange: &mut Exchange,
        ambient: &dyn Ambient,
        limits: &Limits,
        inspect: impl FnOnce(&mut Cx<'_>, Result<Value, Throw>) -> T,
    ) -> (T, u64) {
        let pool = exchange.heap.attach(&self.pool);
        let budget = Budget {
            instructions: limits.instructions,
            depth: limits.depth,
            micros: limits.micros,
            deadline_micros: None,
            regex_steps: limits.regex_steps,
            frames: MAX_FRAMES,
        };
        let mut cx = Cx {
            heap: &mut exchange.heap,
            call: &mut exchange.call,
            ambient,
            stack: &mut exchange.stack,
            top: 0,
            code: Some(&self.code),
            pool,
            budget,
            type_args: &[],
            outs: [Value::Null; MAX_OUTS],
            unwinding: crate::machine::Unwinding::default(),
        };
        let result = crate::machine::evaluate(&mut cx, self.id);
        // A function is counted when it is called, and nobody calls the first.
        let first = self.code.functions.get(self.id.0 as usize).map_or(0, |function| function.code.len() as u64);
        let used = limits.instructions.saturating_sub(cx.budget.instructions).saturating_add(first);
        (inspect(&mut cx, result), used)
    }

    /// Evaluates it and keeps the result as a variable of the exchange.
    ///
    /// # Errors
    /// What the expression throws.
    pub fn assign(
        &self,
        exchange: &mut Exchange,
        ambient: &dyn Ambient,
        limits: &Limits,
        name: &str,
    ) -> Result<(), Throw> {
        let (result, _) = self.evaluate(exchange, ambient, limits, |_, result| result);
        let value = result?;
        exchange.call.set_variable(crate::names::intern(name), value);
        Ok(())
    }

    /// The library members it uses: the signature of each, and what runs. What is folded, or is an instruction of its
    /// own, is not among them.
    pub fn members(&self) -> impl Iterator<Item = (&'static str, NativeFn)> {
        self.code.sites.iter().map(|site| (site.signature, site.run))
    }

    /// The instructions.
    #[must_use]
    pub fn disassemble(&self) -> String {
        crate::bytecode::disassemble(&self.code, &self.pool)
    }
}
