//! The extension methods of strings: credentials and tokens.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::{TypeDef, method};
use crate::value::Value;

use super::{basic, jwt};

pub(in crate::library) const TYPE: TypeDef = TypeDef::static_class("ApiManagement.StringExtensions").members(&[
    method("static BasicAuthCredentials AsBasic(this string value)", as_basic),
    method("static bool TryParseBasic(this string value, out BasicAuthCredentials credentials)", try_parse_basic),
    method("static Jwt AsJwt(this string value)", as_jwt),
    method("static bool TryParseJwt(this string value, out Jwt token)", try_parse_jwt),
]);

fn as_basic(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match cx.string_opt(args, 0) {
        Some(text) => basic::parse(cx, text),
        None => Ok(Value::Null),
    }
}

fn try_parse_basic(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = as_basic(cx, args)?;
    cx.set_out(0, found);
    Ok(Value::Bool(!found.is_null()))
}

fn as_jwt(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match cx.string_opt(args, 0) {
        Some(text) => jwt::parse_jwt(cx, text),
        None => Ok(Value::Null),
    }
}

fn try_parse_jwt(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = as_jwt(cx, args)?;
    cx.set_out(0, found);
    Ok(Value::Bool(!found.is_null()))
}
