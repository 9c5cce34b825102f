//! `System.IFormattable`.

use super::formatting;
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, method};
use crate::value::Value;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.IFormattable")
    .members(&[method("string ToString(string format, IFormatProvider formatProvider)", to_string)])
    .allow(Allow::None)
    .summary("Has formats.");

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let mut out = TextBuf::new();
    formatting::padded(cx, arg(args, 0), cx.string_opt(args, 1), 0, false, &mut out)?;
    cx.string_buf(&out)
}
