//! The parts of a URI as its properties give them.

use super::escape::{displayed, percent, unescape};
use super::implicit;
use super::parse::{HostKind, Parts, default_port, host_name, is_scheme};
use super::{Uri, get};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::text::ip_address::Address;
use crate::types::{Known, TypeId};
use crate::value::Value;
use crate::value::text::{TextBuf, TextRef};

static HOST_NAME_TYPE: Known = Known::new("System.UriHostNameType");

/// The parts of an absolute URI.
fn parts<'a>(cx: &'a mut Cx<'_>, args: &[Value]) -> Result<&'a Parts, Throw> {
    if get(cx, arg(args, 0))?.parts.is_none() {
        return Err(cx.throw(Exc::InvalidOperation, "This operation is not supported for a relative URI."));
    }
    get(cx, arg(args, 0))?.parts.as_deref().ok_or(fault("an absolute URI was expected"))
}

/// A property that is a text of the parts.
fn text(cx: &mut Cx<'_>, args: &[Value], of: impl FnOnce(&Parts) -> String) -> Result<Value, Throw> {
    let text = of(parts(cx, args)?);
    cx.string(&text)
}

/// `host:port` without a default port.
fn host_and_port(parts: &Parts) -> String {
    match parts.port {
        Some(port) if default_port(&parts.scheme) != Some(port) => format!("{}:{port}", parts.host),
        _ => parts.host.clone(),
    }
}

/// Scheme, `://`, user information, host and port.
fn front(parts: &Parts) -> String {
    let delimiter = if parts.authority { "://" } else { ":" };
    let user = if parts.user_info.is_empty() { String::new() } else { format!("{}@", parts.user_info) };
    format!("{}{delimiter}{user}{}", parts.scheme, host_and_port(parts))
}

/// The whole URI, with path, query and fragment as `show` gives them.
pub(super) fn assemble(parts: &Parts, show: impl Fn(&str) -> String) -> String {
    format!("{}{}{}{}", front(parts), show(&parts.path), show(&parts.query), show(&parts.fragment))
}

pub(super) fn absolute_path(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    text(cx, args, |p| without_root(p).to_owned())
}

pub(super) fn absolute_uri(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    text(cx, args, |p| assemble(p, str::to_owned))
}

/// A path with a drive begins with that.
fn without_root(parts: &Parts) -> &str {
    match parts.path.as_bytes() {
        [b'/', drive, b':', ..] if parts.scheme == "file" && drive.is_ascii_alphabetic() => {
            parts.path.get(1..).unwrap_or_default()
        }
        _ => &parts.path,
    }
}

/// Decoded; a path with a drive or of another machine as Windows writes it.
pub(super) fn local_path(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let is_bare = implicit::is_file(&get(cx, arg(args, 0))?.original);
    text(cx, args, |p| {
        let path = unescape(without_root(p), |_| true);
        if p.scheme != "file" || path.starts_with('/') && p.host.is_empty() {
            return path;
        }
        // Of a machine alone there is no path.
        let path = if is_bare && !p.host.is_empty() && path == "/" { String::new() } else { path };
        let share = if p.host.is_empty() { String::new() } else { format!("//{}", p.host) };
        format!("{share}{path}").replace('/', "\\")
    })
}

pub(super) fn authority(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    text(cx, args, host_and_port)
}

pub(super) fn host_name_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let kind = parts(cx, args)?.host_kind;
    Ok(Value::Enum(HOST_NAME_TYPE.id(), kind as i64))
}

pub(super) fn is_default_port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parts = parts(cx, args)?;
    Ok(Value::Bool(parts.port == default_port(&parts.scheme)))
}

pub(super) fn is_file(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(parts(cx, args)?.scheme == "file"))
}

pub(super) fn is_loopback(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parts = parts(cx, args)?;
    let name = matches!(parts.host.as_str(), "localhost" | "loopback");
    let file = parts.scheme == "file" && parts.host.is_empty();
    Ok(Value::Bool(name || file || Address::parse(&parts.host).is_some_and(Address::is_loopback)))
}

pub(super) fn path_and_query(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    text(cx, args, |p| format!("{}{}", without_root(p), p.query))
}

/// The path cut behind each slash.
pub(super) fn segments(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let path = parts(cx, args)?.path.clone();
    cx.charge(path.len())?;
    let items = path.split_inclusive('/').map(|segment| cx.string(segment)).collect::<Result<_, _>>()?;
    Ok(cx.heap.new_array(TypeId::STRING, items)?)
}

pub(super) fn is_unc(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parts = parts(cx, args)?;
    Ok(Value::Bool(parts.scheme == "file" && !parts.host.is_empty()))
}

pub(super) fn host(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    text(cx, args, |p| p.host.clone())
}

pub(super) fn port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(parts(cx, args)?.port.map_or(-1, i32::from)))
}

pub(super) fn query(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    text(cx, args, |p| p.query.clone())
}

pub(super) fn fragment(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    text(cx, args, |p| p.fragment.clone())
}

pub(super) fn scheme(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    text(cx, args, |p| p.scheme.clone())
}

pub(super) fn original_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let original = get(cx, arg(args, 0))?.original.clone();
    cx.string(&original)
}

fn without_brackets(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').to_owned()
}

pub(super) fn dns_safe_host(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    text(cx, args, |p| without_brackets(&p.host))
}

/// Labels beyond ASCII in Punycode.
pub(super) fn idn_host(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    text(cx, args, |p| {
        let labels = without_brackets(&p.host);
        let encoded = labels.split('.').map(|label| match super::punycode::encode(label) {
            Some(code) if !label.is_ascii() => format!("xn--{code}"),
            _ => label.to_owned(),
        });
        encoded.collect::<Vec<_>>().join(".")
    })
}

pub(super) fn is_absolute_uri(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(get(cx, arg(args, 0))?.parts.is_some()))
}

pub(super) fn user_info(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    text(cx, args, |p| p.user_info.clone())
}

fn enum_arg(args: &[Value], index: usize) -> i64 {
    if let Value::Enum(_, n) = arg(args, index) { n } else { 0 }
}

pub(super) fn get_left_part(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let part = enum_arg(args, 1);
    if get(cx, arg(args, 0))?.parts.is_some() && !(0..=3).contains(&part) {
        let why = format!("The subcomponent, {part}, of this uri is not valid.");
        return Err(cx.throw_argument(Exc::Argument, &why, "part"));
    }
    text(cx, args, |p| match part {
        0 => format!("{}{}", p.scheme, if p.authority { "://" } else { ":" }),
        1 if !p.authority => String::new(),
        1 => front(p),
        2 => format!("{}{}", front(p), p.path),
        _ => format!("{}{}{}", front(p), p.path, p.query),
    })
}

mod component {
    pub(super) const SCHEME: i64 = 1;
    pub(super) const USER_INFO: i64 = 2;
    pub(super) const HOST: i64 = 4;
    pub(super) const PORT: i64 = 8;
    pub(super) const PATH: i64 = 16;
    pub(super) const QUERY: i64 = 32;
    pub(super) const FRAGMENT: i64 = 64;
    pub(super) const STRONG_PORT: i64 = 128;
    pub(super) const NORMALIZED_HOST: i64 = 256;
    pub(super) const KEEP_DELIMITER: i64 = 0x4000_0000;
}

pub(super) fn get_components(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (wanted, format) = (enum_arg(args, 1), enum_arg(args, 2));
    // `SerializationInfoString` is the sign bit.
    if wanted & i64::from(i32::MIN) != 0 && wanted != i64::from(i32::MIN) {
        let mut actual = TextBuf::new();
        crate::value::behaviour::write_text(cx, arg(args, 1), &mut actual)?;
        let message = format!(
            "UriComponents.SerializationInfoString must not be combined with other UriComponents. (Parameter \
             'components')\nActual value was {}.",
            actual.as_text().to_utf8()
        );
        return Err(cx.throw_with_parameter(Exc::ArgumentOutOfRange, message, "components"));
    }
    if !(0..=3).contains(&format) {
        return Err(out_of_range(cx, "format"));
    }
    // What the whole is written as, relative or not.
    let whole = wanted == i64::from(i32::MIN);
    if whole && get(cx, arg(args, 0))?.parts.is_none() {
        if format == 0 {
            return Err(out_of_range(cx, "format"));
        }
        let original = get(cx, arg(args, 0))?.original.clone();
        return cx.string(&if format == 1 {
            String::from_utf8_lossy(&super::escape::escape(TextRef::Ascii(original.as_bytes()), |byte| {
                super::escape::is_unreserved(byte) || super::escape::is_reserved(byte)
            }))
            .into_owned()
        } else {
            original
        });
    }
    if format == 0 && get(cx, arg(args, 0))?.parts.is_some() {
        return Err(out_of_range(cx, "uriFormat"));
    }
    text(cx, args, |p| if whole { assemble(p, |part| shown(part, format)) } else { components(p, wanted, format) })
}

fn out_of_range(cx: &mut Cx<'_>, name: &str) -> Throw {
    cx.throw_argument(Exc::ArgumentOutOfRange, "Specified argument was out of the range of valid values.", name)
}

/// A part by a `UriFormat`.
fn shown(part: &str, format: i64) -> String {
    match format {
        1 => part.to_owned(),
        2 => unescape(part, |_| true),
        _ => displayed(part),
    }
}

fn components(p: &Parts, wanted: i64, format: i64) -> String {
    use component as c;
    let show = |part: &str| shown(part, format);
    let is = |bits: i64| wanted & bits != 0;
    let alone = |bits: i64| wanted & !c::KEEP_DELIMITER == bits && !is(c::KEEP_DELIMITER);
    let mut out = String::new();
    if is(c::SCHEME) {
        out.push_str(&p.scheme);
        if !alone(c::SCHEME) {
            out.push_str(if p.authority { "://" } else { ":" });
        }
    }
    if is(c::USER_INFO) && !p.user_info.is_empty() {
        out.push_str(&show(&p.user_info));
        if !alone(c::USER_INFO) {
            out.push('@');
        }
    }
    let host = c::HOST | c::NORMALIZED_HOST;
    if is(host) {
        out.push_str(&p.host);
    }
    if let Some(port) = p.port {
        let default = default_port(&p.scheme) == Some(port);
        if is(c::STRONG_PORT) || (is(c::PORT) && !default) {
            if is(host) {
                out.push(':');
            }
            out.push_str(&port.to_string());
        }
    }
    if is(c::PATH) {
        let path = show(&p.path);
        out.push_str(if alone(c::PATH) { path.strip_prefix('/').unwrap_or(&path) } else { &path });
    }
    if is(c::QUERY) {
        let query = show(&p.query);
        out.push_str(if alone(c::QUERY) { query.strip_prefix('?').unwrap_or(&query) } else { &query });
    }
    if is(c::FRAGMENT) {
        let fragment = show(&p.fragment);
        out.push_str(if alone(c::FRAGMENT) { fragment.strip_prefix('#').unwrap_or(&fragment) } else { &fragment });
    }
    out
}

pub(super) fn is_base_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("uri"));
    }
    // A relative one is the base of nothing.
    let Some(base) = get(cx, arg(args, 0))?.parts.clone() else { return Ok(Value::Bool(false)) };
    let Some(other) = &get(cx, arg(args, 1))?.parts else { return Ok(Value::Bool(true)) };
    let folder = base.path.rfind('/').and_then(|at| base.path.get(..=at)).unwrap_or_default();
    let same = (&base.scheme, &base.host, base.port) == (&other.scheme, &other.host, other.port);
    Ok(Value::Bool(same && other.path.starts_with(folder)))
}

/// The shortest reference from one URI to another of the same host.
pub(super) fn make_relative_uri(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("uri"));
    }
    let from = parts(cx, args)?.clone();
    let to = parts(cx, &[arg(args, 1)])?.clone();
    if (&from.scheme, &from.host, from.port) != (&to.scheme, &to.host, to.port) {
        return Ok(arg(args, 1));
    }
    let mut reference = path_between(cx, &from, &to)?;
    reference.push_str(&to.query);
    reference.push_str(&to.fragment);
    Ok(cx.heap.new_native(Uri { original: reference, parts: None })?)
}

/// The same as a text, and without query and fragment.
pub(super) fn make_relative(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("toUri"));
    }
    let from = parts(cx, args)?.clone();
    let to = parts(cx, &[arg(args, 1)])?.clone();
    if (&from.scheme, &from.host, from.port) != (&to.scheme, &to.host, to.port) {
        return cx.string(&assemble(&to, displayed));
    }
    let reference = path_between(cx, &from, &to)?;
    cx.string(&reference)
}

fn path_between(cx: &mut Cx<'_>, from: &Parts, to: &Parts) -> Result<String, Throw> {
    cx.charge(from.path.len() + to.path.len())?;
    let folders = |path: &str| path.split_inclusive('/').map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (folders(&from.path), folders(&to.path));
    let common = a.iter().zip(&b).take_while(|(x, y)| x == y && x.ends_with('/')).count();
    let up = a.iter().skip(common).filter(|s| s.ends_with('/')).count();
    let same_path = from.path == to.path;
    let mut reference = if same_path && !to.query.is_empty() { String::new() } else { "../".repeat(up) };
    if !same_path {
        reference.extend(b.iter().skip(common).map(String::as_str));
    }
    if reference.is_empty() && !same_path {
        reference.push_str("./");
    }
    Ok(reference)
}

pub(super) fn check_host_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_opt(args, 0).map(|s| cx.text(s).to_utf8().into_owned()).unwrap_or_default();
    cx.charge(name.len())?;
    let kind = match name.as_str() {
        "" => HostKind::Unknown,
        name if name.contains(':') && !name.starts_with('[') => match Address::parse(name) {
            Some(_) => HostKind::V6,
            None => HostKind::Unknown,
        },
        name => host_name(name).1,
    };
    Ok(Value::Enum(HOST_NAME_TYPE.id(), kind as i64))
}

pub(super) fn check_scheme_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(name) = cx.string_opt(args, 0) else { return Ok(Value::Bool(false)) };
    cx.charge(name.len())?;
    Ok(Value::Bool(is_scheme(&cx.text(name).to_utf8())))
}

fn unit(args: &[Value]) -> Result<u16, Throw> {
    match arg(args, 0) {
        Value::Char(unit) => Ok(unit),
        _ => Err(fault("a char was expected")),
    }
}

pub(super) fn hex_escape(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let unit = unit(args)?;
    match u8::try_from(unit) {
        Ok(byte) => cx.string(&format!("%{byte:02X}")),
        Err(_) => {
            let shown = String::from_utf16_lossy(&[unit]);
            let message = format!(
                "character ('{shown}') must be less than or equal to 'ÿ'. (Parameter 'character')\nActual value was {shown}."
            );
            Err(cx.throw_with_parameter(Exc::ArgumentOutOfRange, message, "character"))
        }
    }
}

/// The bytes of `pattern` from `index` on; `None` when the index is outside.
fn pattern_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<(TextBuf, usize)>, Throw> {
    let pattern = cx.string_arg(args, 0, "pattern")?;
    let index = usize::try_from(as_i32(args, 1)?).ok().filter(|at| *at < pattern.len());
    Ok(index.map(|at| {
        let mut part = TextBuf::new();
        part.push_text(cx.text(pattern).slice(at, at + 3));
        (part, at)
    }))
}

pub(super) fn hex_unescape(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some((part, at)) = pattern_at(cx, args)? else {
        let message = "Specified argument was out of the range of valid values.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "index"));
    };
    let (value, taken) = match percent(part.as_text().to_utf8().as_bytes()) {
        Some(byte) => (u16::from(byte), 3),
        None => (part.as_text().get(0).unwrap_or(0), 1),
    };
    cx.set_out(0, Value::Int32(i32::try_from(at + taken).unwrap_or(i32::MAX)));
    Ok(Value::Char(value))
}

pub(super) fn is_hex_encoding(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    // Before the beginning is no place to look at, where there would be three units.
    let index = as_i32(args, 1)?;
    let len = cx.string_opt(args, 0).map_or(0, |text| i32::try_from(text.len()).unwrap_or(i32::MAX));
    // The difference wraps around, as .NET's does.
    if index < 0 && len.wrapping_sub(index) >= 3 && !arg(args, 0).is_null() {
        return Err(cx.throw_default(Exc::IndexOutOfRange));
    }
    let part = pattern_at(cx, args)?;
    Ok(Value::Bool(part.is_some_and(|(part, _)| percent(part.as_text().to_utf8().as_bytes()).is_some())))
}

fn hex_digit(unit: u16) -> Option<u32> {
    char::from_u32(unit.into()).and_then(|c| c.to_digit(16))
}

pub(super) fn is_hex_digit(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(hex_digit(unit(args)?).is_some()))
}

pub(super) fn from_hex(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match hex_digit(unit(args)?).and_then(|n| i32::try_from(n).ok()) {
        Some(n) => Ok(Value::Int32(n)),
        None => Err(cx.throw_argument(Exc::Argument, "Value does not fall within the expected range.", "digit")),
    }
}
