//! `Authorization`: what `get-authorization-context` puts into a variable.

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, property};
use crate::net_object;
use crate::types::{Known, TypeId};
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("ApiManagement.Authorization").members(&[
    property("string AccessToken { get; }", access_token),
    property("IReadOnlyDictionary<string, object> Claims { get; }", claims),
]);

static KNOWN: Known = Known::new("ApiManagement.Authorization");

#[derive(Debug)]
struct Authorization {
    access_token: Value,
    claims: Value,
}

net_object!(Authorization, KNOWN);

/// A new `Authorization` with an access token and claims.
///
/// # Errors
/// When a budget is exhausted.
pub fn new_authorization(
    cx: &mut Cx<'_>,
    access_token: Option<&str>,
    claims: &[(Value, Value)],
) -> Result<Value, Throw> {
    let access_token = access_token.map_or(Ok(Value::Null), |token| cx.string(token))?;
    let claims = super::new_dictionary(cx, TypeId::STRING, TypeId::OBJECT, claims)?.unwrap_or(Value::Null);
    Ok(cx.heap.new_native(Authorization { access_token, claims })?)
}

fn access_token(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.native::<Authorization>(arg(args, 0)).map_or(Value::Null, |a| a.access_token))
}

fn claims(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.native::<Authorization>(arg(args, 0)).map_or(Value::Null, |a| a.claims))
}
