//! `context.Variables` for the owner of an exchange: set before a run, read after it.

use super::{Body, Exchange, Response};
use crate::exception::Trap;
use crate::names;
use crate::stored::Stored;
use crate::value::heap::{Heap, Object};
use crate::value::{Part, Value, View, behaviour};

/// A variable as it is seen from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Variable {
    /// Set to null.
    Null,
    /// A value that has a form outside the exchange.
    Value(Stored),
    /// An object of this .NET type, which has none.
    Object(String),
}

impl Exchange {
    /// Sets `context.Variables[name]`; `None` is null.
    ///
    /// # Errors
    /// When the memory budget is exhausted.
    pub fn set_variable(&mut self, name: &str, value: Option<&Stored>) -> Result<(), Trap> {
        let value = value.map_or(Ok(Value::Null), |value| self.load(value))?;
        self.call.set_variable(names::intern(name), value);
        Ok(())
    }

    /// All variables in the order in which they were set first.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, Variable)> {
        self.call.variables.iter().map(|(name, value)| {
            let seen = match self.unload(*value) {
                _ if value.is_null() => Variable::Null,
                Some(stored) => Variable::Value(stored),
                None => Variable::Object(type_name(&self.heap, *value)),
            };
            (names::text(*name), seen)
        })
    }

    fn load(&mut self, value: &Stored) -> Result<Value, Trap> {
        let heap = &mut self.heap;
        let object = match value {
            Stored::Bool(value) => return Ok(Value::Bool(*value)),
            Stored::Char(value) => return Ok(Value::Char(*value)),
            Stored::Int32(value) => return Ok(Value::Int32(*value)),
            Stored::Int64(value) => return Ok(Value::Int64(*value)),
            Stored::Double(value) => return Ok(Value::Double(*value)),
            Stored::DateTime(value) => return Ok(Value::DateTime(*value)),
            Stored::TimeSpan(value) => return Ok(Value::TimeSpan(*value)),
            Stored::Text(text) | Stored::Json(text) => return Ok(Value::String(heap.new_str(text)?)),
            Stored::Units(units) => {
                return Ok(Value::String(heap.new_text(crate::value::text::TextRef::Wide(units))?));
            }
            Stored::Bytes(bytes) => return heap.new_bytes(bytes.to_vec()),
            Stored::Decimal(value) => Object::Decimal(*value),
            Stored::Guid(value) => Object::Guid(*value),
            Stored::Response { status, headers, body } => {
                let index = u32::try_from(self.call.stored.len()).unwrap_or(u32::MAX);
                let body = Body::Bytes(body.clone());
                self.call.stored.push(Response { status: *status, reason: None, headers: headers.clone(), body });
                return Ok(Value::View(View { part: Part::Stored, index }));
            }
        };
        Ok(Value::Object(heap.new_object(object)?))
    }

    fn unload(&self, value: Value) -> Option<Stored> {
        Some(match value {
            Value::Bool(value) => Stored::Bool(value),
            Value::Char(value) => Stored::Char(value),
            Value::Int32(value) => Stored::Int32(value),
            Value::Int64(value) => Stored::Int64(value),
            Value::Double(value) => Stored::Double(value),
            Value::DateTime(value) => Stored::DateTime(value),
            Value::TimeSpan(value) => Stored::TimeSpan(value),
            Value::String(text) => {
                let units: Vec<u16> = self.heap.text(text).units().collect();
                String::from_utf16(&units)
                    .map_or_else(|_| Stored::Units(units.into()), |text| Stored::Text(text.into()))
            }
            Value::View(View { part: Part::Stored, index }) => {
                let response = self.call.stored.get(index as usize)?;
                let body = if let Body::Bytes(body) = &response.body { body.clone() } else { bytes::Bytes::new() };
                Stored::Response { status: response.status, headers: response.headers.clone(), body }
            }
            Value::Object(handle) => match self.heap.object(handle) {
                Object::Bytes(bytes) => Stored::Bytes(bytes.clone().into()),
                Object::Decimal(value) => Stored::Decimal(*value),
                Object::Guid(value) => Stored::Guid(*value),
                _ => return None,
            },
            _ => return None,
        })
    }
}

fn type_name(heap: &Heap, value: Value) -> String {
    behaviour::type_of(heap, value).map_or_else(String::new, |ty| crate::types::net_name(ty).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read() {
        let mut exchange = Exchange::new(&crate::Limits::default());
        let values = [
            Stored::Text("ü".into()),
            Stored::Units([0xD800].into()),
            Stored::Int32(5),
            Stored::Guid([7; 16]),
            Stored::Bytes(bytes::Bytes::from_static(b"ab")),
            Stored::Response { status: 201, headers: http::HeaderMap::new(), body: bytes::Bytes::from_static(b"c") },
        ];
        for (index, value) in values.iter().enumerate() {
            exchange.set_variable(&format!("variables-{index}"), Some(value)).unwrap();
        }
        exchange.set_variable("variables-none", None).unwrap();
        let read: Vec<Variable> = exchange.variables().map(|(_, value)| value).collect();
        assert_eq!(read[..6], values.map(Variable::Value));
        assert_eq!(read[6], Variable::Null);
    }
}
