//! The members of a JSON object as the claims of a token.

use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::{Str, TextBuf};

use super::node::{self, Kind, TokenType};
use super::{load, sequence, write};

/// A claim.
#[derive(Clone, Debug)]
pub(in crate::library) struct Claim {
    /// Its name.
    pub(in crate::library) name: Str,
    name_text: Box<str>,
    /// The text of its value, `""` for null.
    pub(in crate::library) text: Value,
    /// The value if it is a number.
    pub(in crate::library) number: Option<f64>,
    /// The texts of an array's items, or the one text; nothing for null.
    pub(in crate::library) values: Vec<Value>,
}

impl Claim {
    /// Whether it has this name.
    pub(in crate::library) fn is(&self, name: &str) -> bool {
        &*self.name_text == name
    }
}

/// The claims in a JSON object; `None` when the text is no object. Strings that look like dates stay strings.
pub(in crate::library) fn read(cx: &mut Cx<'_>, text: &str) -> Result<Option<Vec<Claim>>, Throw> {
    let text = cx.heap.new_str(text)?;
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
        let items = match &node::node(cx.heap, value).kind {
            Kind::Array(items) => items.clone(),
            _ => vec![value],
        };
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            if !matches!(node::scalar(cx.heap, item), Some((TokenType::Null, _))) {
                values.push(claim_text(cx, item)?);
            }
        }
        let number = match node::scalar(cx.heap, value) {
            Some((_, Value::Int64(n))) => Some(n as f64),
            Some((_, Value::Double(d))) => Some(d),
            _ => None,
        };
        let text = match node::scalar(cx.heap, value) {
            Some((TokenType::Null, _)) => Value::String(Str::EMPTY),
            _ => claim_text(cx, value)?,
        };
        let name_text = cx.heap.text(name).to_utf8().into();
        claims.push(Claim { name, name_text, text, number, values });
    }
    Ok(Some(claims))
}

/// A string as it is, everything else as compact JSON.
fn claim_text(cx: &mut Cx<'_>, at: crate::value::Ref) -> Result<Value, Throw> {
    if let Some((TokenType::String, text @ Value::String(_))) = node::scalar(cx.heap, at) {
        return Ok(text);
    }
    let mut out = TextBuf::new();
    write::token(cx, at, false, &mut out)?;
    cx.string_buf(&out)
}
