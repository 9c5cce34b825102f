//! `context.Variables` for the owner of an exchange: set before a run, read after it.

use super::{Exchange, Response};
use crate::cx::{Budget, Cx, MAX_OUTS};
use crate::exception::Throw;
use crate::host::Ambient;
use crate::library::apim::new_authorization;
use crate::names;
use crate::stored::Stored;
use crate::value::{Value, behaviour};

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

/// Why a value could not be made a variable: JSON that is none, or an exhausted budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value could not be made")]
pub struct UnusableValue;

impl Exchange {
    /// Sets `context.Variables[name]`; `None` is null.
    ///
    /// # Errors
    /// When the value is no JSON though it should be, or the memory budget is exhausted.
    pub fn set_variable(&mut self, name: &str, value: Option<&Stored>) -> Result<(), UnusableValue> {
        let value = match value {
            Some(stored) => self.with_cx(|cx| stored.to_value(cx)).map_err(|_| UnusableValue)?,
            None => Value::Null,
        };
        self.call.set_variable(names::intern(name), value);
        Ok(())
    }

    /// Sets `context.Variables[name]` to a response, with the reason phrase that it came with.
    ///
    /// # Errors
    /// When the memory budget is exhausted.
    pub fn set_response_variable(&mut self, name: &str, response: Response) -> Result<(), UnusableValue> {
        let kept = self.call.keep(&mut self.heap, response).map_err(|_| UnusableValue)?;
        self.call.set_variable(names::intern(name), kept);
        Ok(())
    }

    /// Sets `context.Variables[name]` to an `Authorization`, as `get-authorization-context` does.
    ///
    /// # Errors
    /// As [`Self::set_variable`], of any of the claims.
    pub fn set_authorization_variable(
        &mut self,
        name: &str,
        access_token: Option<&str>,
        claims: &[(&str, Option<Stored>)],
    ) -> Result<(), UnusableValue> {
        let made = self.with_cx(|cx| {
            let mut values = Vec::with_capacity(claims.len());
            for (claim, value) in claims {
                let value = value.as_ref().map_or(Ok(Value::Null), |stored| stored.to_value(cx))?;
                values.push((cx.string(claim)?, value));
            }
            new_authorization(cx, access_token, &values)
        });
        self.call.set_variable(names::intern(name), made.map_err(|_| UnusableValue)?);
        Ok(())
    }

    /// All variables in the order in which they were set first.
    pub fn variables(&mut self) -> Vec<(&'static str, Variable)> {
        let variables = self.call.variables.clone();
        variables.into_iter().map(|(name, value)| (names::text(name), self.with_cx(|cx| seen(cx, value)))).collect()
    }

    fn with_cx<T>(&mut self, work: impl FnOnce(&mut Cx<'_>) -> T) -> T {
        let budget = Budget {
            instructions: u64::MAX,
            depth: u32::MAX,
            micros: u64::MAX,
            deadline_micros: None,
            regex_steps: 0,
            frames: 0,
        };
        work(&mut Cx {
            heap: &mut self.heap,
            call: &mut self.call,
            ambient: &Still,
            stack: &mut self.stack,
            top: 0,
            code: None,
            pool: 0,
            budget,
            type_args: &[],
            outs: [Value::Null; MAX_OUTS],
            unwinding: crate::machine::Unwinding::default(),
        })
    }
}

fn seen(cx: &mut Cx<'_>, value: Value) -> Variable {
    match Stored::from_value(cx, value) {
        Ok(Some(stored)) => Variable::Value(stored),
        Ok(None) => Variable::Null,
        Err(Throw::Exception(_) | Throw::Trap(_)) => {
            let ty = behaviour::type_of(cx.heap, value);
            Variable::Object(ty.map_or_else(String::new, |ty| crate::types::net_name(ty).to_string()))
        }
    }
}

/// Values come and go without time and chance.
struct Still;

impl Ambient for Still {
    fn now_ticks(&self) -> i64 {
        0
    }

    fn monotonic_micros(&self) -> u64 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
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
            Stored::Json("{\"a\":1}".into()),
            Stored::Response { status: 201, headers: http::HeaderMap::new(), body: bytes::Bytes::from_static(b"c") },
        ];
        for (index, value) in values.iter().enumerate() {
            exchange.set_variable(&format!("variables-{index}"), Some(value)).unwrap();
        }
        exchange.set_variable("variables-none", None).unwrap();
        let read: Vec<Variable> = exchange.variables().into_iter().map(|(_, value)| value).collect();
        assert_eq!(read[..7], values.map(Variable::Value));
        assert_eq!(read[7], Variable::Null);
        assert!(exchange.set_variable("variables-bad", Some(&Stored::Json("{".into()))).is_err());
    }
}
