//! `System.Uri` and its enumerations.

mod escape;
mod implicit;
mod members;
mod parse;
mod punycode;

use super::super::system::{object, string::compare};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, Constant, TypeDef, constant, constructor, method, operator, property};
use crate::types::{Known, TypeId};
use crate::value::Value;
use crate::value::heap::{Heap, NetObject};
use crate::value::text::{TextBuf, TextRef};
use members as m;
use parse::{Failure, Parts};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Uri")
    .members(&[
        constructor("Uri(string uriString)", new),
        constructor("Uri(string uriString, bool dontEscape)", new),
        constructor("Uri(Uri baseUri, string relativeUri, bool dontEscape)", new_relative),
        constructor("Uri(string uriString, UriKind uriKind)", new),
        constructor("Uri(Uri baseUri, string relativeUri)", new_relative),
        constructor("Uri(Uri baseUri, Uri relativeUri)", new_relative),
        constant("const string UriSchemeFile", Constant::Text("file")),
        constant("const string UriSchemeFtp", Constant::Text("ftp")),
        constant("const string UriSchemeSftp", Constant::Text("sftp")),
        constant("const string UriSchemeFtps", Constant::Text("ftps")),
        constant("const string UriSchemeSsh", Constant::Text("ssh")),
        constant("const string UriSchemeTelnet", Constant::Text("telnet")),
        constant("const string UriSchemeGopher", Constant::Text("gopher")),
        constant("const string UriSchemeHttp", Constant::Text("http")),
        constant("const string UriSchemeHttps", Constant::Text("https")),
        constant("const string UriSchemeMailto", Constant::Text("mailto")),
        constant("const string UriSchemeNews", Constant::Text("news")),
        constant("const string UriSchemeNntp", Constant::Text("nntp")),
        constant("const string UriSchemeNetTcp", Constant::Text("net.tcp")),
        constant("const string UriSchemeNetPipe", Constant::Text("net.pipe")),
        constant("const string UriSchemeWs", Constant::Text("ws")),
        constant("const string UriSchemeWss", Constant::Text("wss")),
        constant("const string SchemeDelimiter", Constant::Text("://")),
        property("string AbsolutePath { get; }", m::absolute_path),
        property("string AbsoluteUri { get; }", m::absolute_uri),
        property("string LocalPath { get; }", m::local_path),
        property("string Authority { get; }", m::authority),
        property("UriHostNameType HostNameType { get; }", m::host_name_type),
        property("bool IsDefaultPort { get; }", m::is_default_port),
        property("bool IsFile { get; }", m::is_file),
        property("bool IsLoopback { get; }", m::is_loopback),
        property("string PathAndQuery { get; }", m::path_and_query),
        property("string[] Segments { get; }", m::segments),
        property("bool IsUnc { get; }", m::is_unc),
        property("string Host { get; }", m::host),
        property("int Port { get; }", m::port),
        property("string Query { get; }", m::query),
        property("string Fragment { get; }", m::fragment),
        property("string Scheme { get; }", m::scheme),
        property("string OriginalString { get; }", m::original_string),
        property("string DnsSafeHost { get; }", m::dns_safe_host),
        property("string IdnHost { get; }", m::idn_host),
        property("bool IsAbsoluteUri { get; }", m::is_absolute_uri),
        property("bool UserEscaped { get; }", |_, _| Ok(Value::Bool(false))),
        property("string UserInfo { get; }", m::user_info),
        method("string GetLeftPart(UriPartial part)", m::get_left_part),
        method("string GetComponents(UriComponents components, UriFormat format)", m::get_components),
        method("bool IsBaseOf(Uri uri)", m::is_base_of),
        method("Uri MakeRelativeUri(Uri uri)", m::make_relative_uri),
        method("string MakeRelative(Uri toUri)", m::make_relative),
        method("bool IsWellFormedOriginalString()", is_well_formed_original_string),
        method("string ToString()", object::to_string),
        method("bool Equals(object comparand)", equals),
        method("int GetHashCode()", object::get_hash_code),
        method("static bool TryCreate(string uriString, UriKind uriKind, out Uri result)", try_create),
        method("static bool TryCreate(Uri baseUri, string relativeUri, out Uri result)", try_create_relative),
        method("static bool TryCreate(Uri baseUri, Uri relativeUri, out Uri result)", try_create_relative),
        method("static string EscapeDataString(string stringToEscape)", escape_data_string),
        method("static string EscapeUriString(string stringToEscape)", escape_uri_string),
        method("static string UnescapeDataString(string stringToUnescape)", unescape_data_string),
        method("static bool IsWellFormedUriString(string uriString, UriKind uriKind)", is_well_formed_uri_string),
        method("static UriHostNameType CheckHostName(string name)", m::check_host_name),
        method("static bool CheckSchemeName(string schemeName)", m::check_scheme_name),
        method("static string HexEscape(char character)", m::hex_escape),
        method("static char HexUnescape(string pattern, ref int index)", m::hex_unescape),
        method("static bool IsHexEncoding(string pattern, int index)", m::is_hex_encoding),
        method("static bool IsHexDigit(char character)", m::is_hex_digit),
        method("static int FromHex(char digit)", m::from_hex),
        method(
            "static int Compare(Uri uri1, Uri uri2, UriComponents partsToCompare, UriFormat compareFormat, \
             StringComparison comparisonType)",
            compare_uris,
        ),
        operator("static bool operator ==(Uri uri1, Uri uri2)", equals),
        operator("static bool operator !=(Uri uri1, Uri uri2)", not_equals),
    ])
    .summary("A URI, absolute or relative.");

pub(in crate::library) const URI_PARTIAL: TypeDef =
    TypeDef::enumeration("System.UriPartial", &[("Scheme", 0), ("Authority", 1), ("Path", 2), ("Query", 3)])
        .summary("How far `GetLeftPart` goes.");

pub(in crate::library) const URI_KIND: TypeDef =
    TypeDef::enumeration("System.UriKind", &[("RelativeOrAbsolute", 0), ("Absolute", 1), ("Relative", 2)])
        .allow(Allow::None)
        .summary("Absolute, relative or either.");

pub(in crate::library) const URI_FORMAT: TypeDef =
    TypeDef::enumeration("System.UriFormat", &[("UriEscaped", 1), ("Unescaped", 2), ("SafeUnescaped", 3)])
        .allow(Allow::None)
        .summary("How parts of a URI are escaped.");

pub(in crate::library) const URI_HOST_NAME_TYPE: TypeDef = TypeDef::enumeration(
    "System.UriHostNameType",
    &[("Unknown", 0), ("Basic", 1), ("Dns", 2), ("IPv4", 3), ("IPv6", 4)],
)
.allow(Allow::None)
.summary("What kind of host a URI has.");

pub(in crate::library) const URI_COMPONENTS: TypeDef = TypeDef::enumeration(
    "System.UriComponents",
    &[
        ("Scheme", 1),
        ("UserInfo", 2),
        ("Host", 4),
        ("Port", 8),
        ("SchemeAndServer", 13),
        ("Path", 16),
        ("Query", 32),
        ("PathAndQuery", 48),
        ("HttpRequestUrl", 61),
        ("Fragment", 64),
        ("AbsoluteUri", 127),
        ("StrongPort", 128),
        ("HostAndPort", 132),
        ("StrongAuthority", 134),
        ("NormalizedHost", 256),
        ("KeepDelimiter", 0x4000_0000),
        ("SerializationInfoString", -0x8000_0000),
    ],
)
.flags()
.allow(Allow::None)
.summary("Parts of a URI.");

static ID: Known = Known::new("System.Uri");

/// A URI.
#[derive(Debug)]
pub(super) struct Uri {
    original: String,
    /// What an absolute URI is made of.
    parts: Option<Box<Parts>>,
}

impl NetObject for Uri {
    fn net_type(&self) -> TypeId {
        ID.id()
    }
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::from(self.shown().as_str()))
    }
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Self>(other).is_some_and(|other| self.same_as(other)))
    }
    fn hash(&self, _: &Heap) -> Option<u64> {
        use std::hash::{BuildHasher, Hasher};
        let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
        match &self.parts {
            Some(parts) => [&parts.host, &parts.path, &parts.query].iter().for_each(|s| hasher.write(s.as_bytes())),
            None => hasher.write(self.original.as_bytes()),
        }
        Some(hasher.finish())
    }
}

impl Uri {
    fn shown(&self) -> String {
        match &self.parts {
            Some(parts) => m::assemble(parts, escape::displayed),
            None => self.original.clone(),
        }
    }

    /// User information and fragment do not count.
    fn same_as(&self, other: &Self) -> bool {
        match (&self.parts, &other.parts) {
            (Some(a), Some(b)) => {
                (&a.scheme, &a.host, a.port, &a.path, &a.query) == (&b.scheme, &b.host, b.port, &b.path, &b.query)
            }
            (None, None) => self.original == other.original,
            _ => false,
        }
    }
}

const EITHER: i64 = 0;
const ABSOLUTE: i64 = 1;
const RELATIVE: i64 = 2;

fn create(original: String, kind: i64) -> Result<Uri, &'static str> {
    const IS_ABSOLUTE: &str =
        "A relative URI cannot be created because the 'uriString' parameter represents an absolute URI.";
    match (parse::parse(&original), kind) {
        // A path is a file's URI when nothing else was asked for.
        (_, RELATIVE) if implicit::is_file(&original) => Ok(Uri { original, parts: None }),
        (_, EITHER) if implicit::may_be_relative(&original) => Ok(Uri { original, parts: None }),
        (Ok(_), RELATIVE) => Err(IS_ABSOLUTE),
        (Ok(parts), _) => Ok(Uri { original, parts: Some(Box::new(parts)) }),
        (Err(Failure::Format | Failure::Empty), EITHER | RELATIVE) => Ok(Uri { original, parts: None }),
        (Err(Failure::Scheme), EITHER) => Ok(Uri { original, parts: None }),
        (Err(Failure::Scheme | Failure::Authority), RELATIVE) => Ok(Uri { original, parts: None }),
        (Err(failure), _) => Err(failure.message()),
    }
}

fn make(cx: &mut Cx<'_>, original: String, kind: i64) -> Result<Value, Throw> {
    cx.charge(original.len())?;
    cx.heap.charge(original.len() * 3)?;
    match create(original, kind) {
        Ok(uri) => Ok(cx.heap.new_native(uri)?),
        Err(message) => Err(cx.throw(Exc::UriFormat, message)),
    }
}

/// `new Uri(text, UriKind.RelativeOrAbsolute)`.
pub(in crate::library) fn relative_or_absolute(cx: &mut Cx<'_>, text: crate::value::text::Str) -> Result<Value, Throw> {
    let text = cx.text(text).to_utf8().into_owned();
    make(cx, text, 0)
}

fn kind_arg(args: &[Value]) -> i64 {
    args.iter().find_map(|a| if let Value::Enum(_, n) = a { Some(*n) } else { None }).unwrap_or(ABSOLUTE)
}

fn text_arg(cx: &mut Cx<'_>, args: &[Value], index: usize, name: &str) -> Result<String, Throw> {
    let text = cx.string_arg(args, index, name)?;
    cx.charge(text.len())?;
    Ok(cx.text(text).to_utf8().into_owned())
}

/// The kind that is asked for, which must be one of the three.
fn known_kind(cx: &mut Cx<'_>, args: &[Value]) -> Result<i64, Throw> {
    match kind_arg(args) {
        kind @ 0..=2 => Ok(kind),
        other => {
            let message = format!("The value '{other}' passed for the UriKind parameter is invalid.");
            Err(cx.throw(Exc::Argument, message))
        }
    }
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = text_arg(cx, args, 0, "uriString")?;
    let kind = known_kind(cx, args)?;
    make(cx, text, kind)
}

fn get<'a>(cx: &'a Cx<'_>, value: Value) -> Result<&'a Uri, Throw> {
    cx.heap.native(value).ok_or(fault("a Uri was expected"))
}

/// A reference against a base; `None` when the base is relative.
fn resolved(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<Result<Uri, &'static str>>, Throw> {
    let reference = match arg(args, 1) {
        Value::String(text) => cx.text(text).to_utf8().into_owned(),
        Value::Null => String::new(),
        other => {
            let uri = get(cx, other)?;
            match &uri.parts {
                Some(parts) => m::assemble(parts, str::to_owned),
                None => uri.original.clone(),
            }
        }
    };
    cx.charge(reference.len())?;
    cx.heap.charge(reference.len() * 3)?;
    let Some(base) = &get(cx, arg(args, 0))?.parts else { return Ok(None) };
    // A text with a scheme of its own stands for itself; a rooted path does not.
    let absolute = parse::parse(&reference).ok().filter(|_| !implicit::may_be_relative(&reference));
    let parts = match absolute {
        Some(parts) => Ok(parts),
        None => parse::resolve(base, &reference),
    };
    let made = parts.map(|parts| Uri { original: m::assemble(&parts, str::to_owned), parts: Some(Box::new(parts)) });
    Ok(Some(made.map_err(Failure::message)))
}

fn new_relative(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("baseUri"));
    }
    match resolved(cx, args)? {
        Some(Ok(uri)) => Ok(cx.heap.new_native(uri)?),
        Some(Err(message)) => Err(cx.throw(Exc::UriFormat, message)),
        None => {
            let message = "Specified argument was out of the range of valid values.";
            Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "baseUri"))
        }
    }
}

fn try_create(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let made = match cx.string_opt(args, 0) {
        Some(text) => {
            cx.charge(text.len())?;
            cx.heap.charge(text.len() * 3)?;
            let kind = known_kind(cx, args)?;
            create(cx.text(text).to_utf8().into_owned(), kind).ok()
        }
        None => None,
    };
    give(cx, made)
}

fn give(cx: &mut Cx<'_>, made: Option<Uri>) -> Result<Value, Throw> {
    let found = made.is_some();
    let value = match made {
        Some(uri) => cx.heap.new_native(uri)?,
        None => Value::Null,
    };
    cx.set_out(0, value);
    Ok(Value::Bool(found))
}

fn try_create_relative(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return give(cx, None);
    }
    // An absolute one needs no base.
    let has_base = !arg(args, 0).is_null() && get(cx, arg(args, 0))?.parts.is_some();
    if !has_base {
        let Value::String(text) = arg(args, 1) else { return give(cx, None) };
        cx.charge(text.len())?;
        cx.heap.charge(text.len() * 3)?;
        let made = create(cx.text(text).to_utf8().into_owned(), EITHER).ok().filter(|uri| uri.parts.is_some());
        return give(cx, made);
    }
    let made = resolved(cx, args)?.and_then(Result::ok);
    give(cx, made)
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    // A string is compared as the URI it is.
    if let (Value::Object(_), Value::String(text)) = (arg(args, 0), arg(args, 1)) {
        let other = create(cx.text(text).to_utf8().into_owned(), EITHER);
        let uri = get(cx, arg(args, 0))?;
        return Ok(Value::Bool(other.is_ok_and(|other| uri.same_as(&other))));
    }
    object::equals(cx, args)
}

fn not_equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let equal = object::equals(cx, args)?;
    Ok(Value::Bool(equal == Value::Bool(false)))
}

fn escaped(cx: &mut Cx<'_>, args: &[Value], keep: fn(u8) -> bool) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "stringToEscape")?;
    cx.charge(text.len())?;
    let content = cx.text(text);
    if matches!(content, TextRef::Ascii(bytes) if bytes.iter().all(|b| keep(*b))) {
        return Ok(Value::String(text));
    }
    let bytes = escape::escape(content, keep);
    Ok(Value::String(cx.heap.new_text(TextRef::Ascii(&bytes))?))
}

fn escape_data_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    escaped(cx, args, escape::is_unreserved)
}

fn escape_uri_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    escaped(cx, args, |byte| escape::is_unreserved(byte) || escape::is_reserved(byte))
}

fn unescape_data_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "stringToUnescape")?;
    cx.charge(text.len())?;
    if !cx.text(text).units().any(|u| u == u16::from(b'%')) {
        return Ok(Value::String(text));
    }
    let out = escape::unescape_data(cx.text(text));
    cx.string_buf(&out)
}

/// No character that would have to be escaped, no `%` without two digits; beyond ASCII all is well of an absolute one
/// (RFC 3987). Of a relative one, neither that nor a fragment is.
fn is_well_formed(text: &str, kind: i64) -> bool {
    let bytes = text.as_bytes();
    let fine = |i: usize, byte: u8| match byte {
        b'%' => bytes.get(i..).and_then(escape::percent).is_some(),
        byte => !byte.is_ascii() || escape::is_unreserved(byte) || escape::is_reserved(byte),
    };
    let made = create(text.to_owned(), EITHER);
    let Ok(Uri { parts, .. }) = made else { return false };
    let absolute = parts.is_some();
    if absolute && implicit::is_file(text) || !absolute && (!text.is_ascii() || text.contains('#')) {
        return false;
    }
    let right_kind = match kind {
        ABSOLUTE => absolute,
        RELATIVE => !absolute,
        _ => true,
    };
    right_kind && bytes.iter().enumerate().all(|(i, byte)| fine(i, *byte))
}

fn is_well_formed_uri_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(text) = cx.string_opt(args, 0) else { return Ok(Value::Bool(false)) };
    cx.charge(text.len())?;
    let kind = known_kind(cx, args)?;
    Ok(Value::Bool(is_well_formed(&cx.text(text).to_utf8(), kind)))
}

fn is_well_formed_original_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let uri = get(cx, arg(args, 0))?;
    let kind = if uri.parts.is_some() { ABSOLUTE } else { RELATIVE };
    Ok(Value::Bool(is_well_formed(&uri.original, kind)))
}

fn compare_uris(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (a, b) = (arg(args, 0), arg(args, 1));
    if a.is_null() || b.is_null() {
        return Ok(Value::Int32(i32::from(b.is_null()) - i32::from(a.is_null())));
    }
    let absolute = [get(cx, a)?.parts.is_some(), get(cx, b)?.parts.is_some()];
    match absolute {
        [true, true] => {}
        // A relative one is less than an absolute one.
        [true, false] => return Ok(Value::Int32(1)),
        [false, true] => return Ok(Value::Int32(-1)),
        [false, false] => {
            let texts = [a, b].map(|uri| get(cx, uri).map(|uri| uri.original.clone()));
            let [a, b] = texts;
            let (a, b) = (cx.string(&a?)?, cx.string(&b?)?);
            return compare::compare(cx, &[a, b, arg(args, 4)]);
        }
    }
    let parts = |uri: Value| [uri, arg(args, 2), arg(args, 3)];
    let (a, b) = (m::get_components(cx, &parts(a))?, m::get_components(cx, &parts(b))?);
    compare::compare(cx, &[a, b, arg(args, 4)])
}
