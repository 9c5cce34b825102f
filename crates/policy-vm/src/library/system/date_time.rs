//! `System.DateTime`.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::TypeDef;
use crate::types;
use crate::value::Value;
use crate::value::behaviour::type_of;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.DateTime");

/// Appends the text of a value in a format.
///
/// # Errors
/// When the format is none.
pub(crate) fn format(cx: &mut Cx<'_>, value: Value, format: Option<&str>, out: &mut TextBuf) -> Result<(), Throw> {
    let _ = format;
    out.push_str(&type_of(cx.heap, value).map(types::net_name).unwrap_or_default());
    Ok(())
}
