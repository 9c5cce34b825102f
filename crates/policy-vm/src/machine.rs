//! The machine that runs compiled functions.

use crate::cx::{Cx, fault};
use crate::exception::Throw;
use crate::value::Value;

/// Calls a delegate that holds a compiled function.
pub(crate) fn invoke(_cx: &mut Cx<'_>, _delegate: Value, _args: &[Value]) -> Result<Value, Throw> {
    Err(fault("no machine yet"))
}
