//! The machine that runs compiled functions.

use crate::cx::{Cx, fault};
use crate::exception::Throw;
use crate::program::Program;
use crate::step::ExprId;
use crate::value::Value;

/// Calls a delegate that holds a compiled function.
pub(crate) fn invoke(_cx: &mut Cx<'_>, _delegate: Value, _args: &[Value]) -> Result<Value, Throw> {
    Err(fault("no machine yet"))
}

/// Evaluates an expression of a program whose literals are attached to the heap as `pool`.
pub(crate) fn evaluate(_cx: &mut Cx<'_>, _program: &Program, _pool: u16, _expression: ExprId) -> Result<Value, Throw> {
    Err(fault("no machine yet"))
}
