//! `System.Text.RegularExpressions.MatchEvaluator`.

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, method};
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::delegate("System.Text.RegularExpressions.MatchEvaluator")
    .members(&[method("string Invoke(Match match)", invoke)]);

fn invoke(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.invoke(arg(args, 0), args.get(1..).unwrap_or_default())
}
