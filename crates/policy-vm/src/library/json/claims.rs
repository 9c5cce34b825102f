//! The members of a JSON object as the claims of a token.

use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::value::heap::{Heap, Object};
use crate::value::text::{Str, TextBuf, TextRef};
use crate::value::{Ref, Value};

use super::node::{self, Kind, TokenType};
use super::{load, sequence, write};

/// A claim.
#[derive(Debug)]
pub(in crate::library) struct Claim {
    /// Its name.
    pub(in crate::library) name: Str,
    value: Ref,
    /// The value if it is a number.
    pub(in crate::library) number: Option<f64>,
    /// The texts of an array's items, or the one text; nothing for null.
    pub(in crate::library) values: Vec<Value>,
}

impl Claim {
    /// Whether it has this name.
    pub(in crate::library) fn is(&self, heap: &Heap, name: &str) -> bool {
        heap.text(self.name).equals(TextRef::Ascii(name.as_bytes()))
    }

    /// The text of its value, `""` for null.
    ///
    /// # Errors
    /// When a budget is exhausted.
    pub(in crate::library) fn text(&self, cx: &mut Cx<'_>) -> Result<Value, Throw> {
        match node::scalar(cx.heap, self.value) {
            Some((TokenType::Null, _)) => Ok(Value::String(Str::EMPTY)),
            _ => claim_text(cx, self.value),
        }
    }
}

/// The claims in a JSON object; `None` when the text is no object. Strings that look like dates stay strings.
pub(in crate::library) fn read(cx: &mut Cx<'_>, text: Str) -> Result<Option<Vec<Claim>>, Throw> {
    let object = match load::parse_with(cx, text, load::Wanted::Token, false) {
        Ok(Value::Object(at)) if matches!(node::node(cx.heap, at).kind, Kind::Object(_)) => at,
        Ok(_) => return Ok(None),
        Err(Throw::Exception(at)) => {
            let json = crate::cx::exception_type(Exc::JsonReader);
            return match cx.heap.object(at) {
                Object::Exception(e) if e.ty == json => Ok(None),
                _ => Err(Throw::Exception(at)),
            };
        }
        Err(throw) => return Err(throw),
    };
    let mut claims = Vec::new();
    for property in sequence::properties(cx.heap, object) {
        cx.charge(1)?;
        let Some((name, value)) = node::property(cx.heap, property) else { continue };
        let values = match &node::node(cx.heap, value).kind {
            Kind::Array(items) => {
                let items = items.clone();
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    if !matches!(node::scalar(cx.heap, item), Some((TokenType::Null, _))) {
                        values.push(claim_text(cx, item)?);
                    }
                }
                values
            }
            Kind::Scalar { ty: TokenType::Null, .. } => Vec::new(),
            _ => vec![claim_text(cx, value)?],
        };
        let number = match node::scalar(cx.heap, value) {
            Some((_, Value::Int64(n))) => Some(n as f64),
            Some((_, Value::Double(d))) => Some(d),
            _ => None,
        };
        claims.push(Claim { name, value, number, values });
    }
    Ok(Some(claims))
}

/// A string as it is, everything else as compact JSON.
fn claim_text(cx: &mut Cx<'_>, at: Ref) -> Result<Value, Throw> {
    if let Some((TokenType::String, text @ Value::String(_))) = node::scalar(cx.heap, at) {
        return Ok(text);
    }
    let mut out = TextBuf::new();
    write::token(cx, at, false, &mut out)?;
    cx.string_buf(&out)
}
