//! `BasicAuthCredentials`: what a `Basic` authorization header holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::text::Str;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("ApiManagement.BasicAuthCredentials").members(&[
    property("string UserId { get; }", user),
    property("string Username { get; }", user),
    property("string Password { get; }", password),
]);

static KNOWN: Known = Known::new("ApiManagement.BasicAuthCredentials");

#[derive(Debug)]
struct Credentials {
    user: Value,
    password: Value,
}

net_object!(Credentials, KNOWN);

fn user(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.native::<Credentials>(arg(args, 0)).map_or(Value::Null, |c| c.user))
}

fn password(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.native::<Credentials>(arg(args, 0)).map_or(Value::Null, |c| c.password))
}

/// The credentials in a header's value, null for anything else. The content is ISO-8859-1, and a user name may hold
/// colons: the last one separates.
pub(super) fn parse(cx: &mut Cx<'_>, text: Str) -> Result<Value, Throw> {
    cx.charge(text.len())?;
    let Some((user, password)) = split(&cx.heap.text(text).to_utf8()) else { return Ok(Value::Null) };
    let (user, password) = (cx.string(&user)?, cx.string(&password)?);
    Ok(cx.heap.new_native(Credentials { user, password })?)
}

fn split(text: &str) -> Option<(String, String)> {
    let (scheme, content) = text.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let content: Vec<u8> = content.bytes().filter(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n')).collect();
    let pair: String = STANDARD.decode(content).ok()?.into_iter().map(char::from).collect();
    let colon = pair.rfind(':').filter(|at| *at > 0)?;
    let (user, password) = pair.split_at_checked(colon)?;
    Some((user.to_owned(), password.strip_prefix(':')?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn headers() {
        let both = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        assert_eq!(split("Basic YWRhOnA6YTpzcw=="), both("ada:p:a", "ss"));
        assert_eq!(split(" basic  YTpi "), both("a", "b"));
        for wrong in ["", "Basic", "Basic x", "Bearer YTpi", "Basic OmI=", "Basic YWI="] {
            assert_eq!(split(wrong), None, "{wrong}");
        }
    }
}
