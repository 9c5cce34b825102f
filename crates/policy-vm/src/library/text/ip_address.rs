//! `System.Net.IPAddress`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::system::number::integer;
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, constructor, method, property};
use crate::types::{Known, TypeId};
use crate::value::Value;
use crate::value::heap::{Heap, NetObject, Object};
use crate::value::text::{Str, TextBuf};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Net.IPAddress")
    .members(&[
        constructor("IPAddress(long newAddress)", new_from_number),
        constructor("IPAddress(byte[] address, long scopeid)", new_from_bytes),
        constructor("IPAddress(byte[] address)", new_from_bytes),
        property("static IPAddress Any { get; }", |cx, _| new(cx, Address::V4(Ipv4Addr::UNSPECIFIED))),
        property("static IPAddress Loopback { get; }", |cx, _| new(cx, Address::V4(Ipv4Addr::LOCALHOST))),
        property("static IPAddress Broadcast { get; }", |cx, _| new(cx, Address::V4(Ipv4Addr::BROADCAST))),
        property("static IPAddress None { get; }", |cx, _| new(cx, Address::V4(Ipv4Addr::BROADCAST))),
        property("static IPAddress IPv6Any { get; }", |cx, _| new(cx, Address::V6(Ipv6Addr::UNSPECIFIED, 0))),
        property("static IPAddress IPv6Loopback { get; }", |cx, _| new(cx, Address::V6(Ipv6Addr::LOCALHOST, 0))),
        property("static IPAddress IPv6None { get; }", |cx, _| new(cx, Address::V6(Ipv6Addr::UNSPECIFIED, 0))),
        property("AddressFamily AddressFamily { get; }", address_family),
        property("long ScopeId { get; }", scope_id),
        property("bool IsIPv6Multicast { get; }", |cx, a| test_v6(cx, a, |v6| v6.segments()[0] >> 8 == 0xff)),
        property("bool IsIPv6LinkLocal { get; }", |cx, a| test_v6(cx, a, |v6| v6.segments()[0] & 0xffc0 == 0xfe80)),
        property("bool IsIPv6SiteLocal { get; }", |cx, a| test_v6(cx, a, |v6| v6.segments()[0] & 0xffc0 == 0xfec0)),
        property("bool IsIPv6UniqueLocal { get; }", |cx, a| test_v6(cx, a, |v6| v6.segments()[0] & 0xfe00 == 0xfc00)),
        property("bool IsIPv6Teredo { get; }", |cx, a| {
            test_v6(cx, a, |v6| v6.segments()[0] == 0x2001 && v6.segments()[1] == 0)
        }),
        property("bool IsIPv4MappedToIPv6 { get; }", |cx, a| test_v6(cx, a, |v6| v6.to_ipv4_mapped().is_some())),
        method("static IPAddress Parse(string ipString)", parse),
        method("static bool TryParse(string ipString, out IPAddress address)", try_parse),
        method("static short HostToNetworkOrder(short host)", turned),
        method("static int HostToNetworkOrder(int host)", turned),
        method("static long HostToNetworkOrder(long host)", turned),
        method("static short NetworkToHostOrder(short network)", turned),
        method("static int NetworkToHostOrder(int network)", turned),
        method("static long NetworkToHostOrder(long network)", turned),
        method("static bool IsLoopback(IPAddress address)", is_loopback),
        method("byte[] GetAddressBytes()", get_address_bytes),
        method("IPAddress MapToIPv4()", map_to_ipv4),
        method("IPAddress MapToIPv6()", map_to_ipv6),
        method("string ToString()", super::super::system::object::to_string),
        method("bool Equals(object comparand)", super::super::system::object::equals),
        method("int GetHashCode()", super::super::system::object::get_hash_code),
    ])
    .allow(Allow::Only(&["AddressFamily", "Equals", "GetAddressBytes", "IsLoopback", "Parse", "TryParse", "ToString"]))
    .not_imported()
    .summary("An IPv4 or IPv6 address.");

pub(in crate::library) const ADDRESS_FAMILY: TypeDef = TypeDef::enumeration(
    "System.Net.Sockets.AddressFamily",
    &[("Unknown", -1), ("Unspecified", 0), ("Unix", 1), ("InterNetwork", 2), ("InterNetworkV6", 23)],
)
.allow(Allow::None)
.not_imported()
.summary("IPv4 or IPv6.");

static ID: Known = Known::new("System.Net.IPAddress");
static FAMILY: Known = Known::new("System.Net.Sockets.AddressFamily");

/// An address; that of IPv6 with its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    V4(Ipv4Addr),
    V6(Ipv6Addr, u32),
}

#[derive(Debug)]
struct IpAddress(Address);

impl NetObject for IpAddress {
    fn net_type(&self) -> TypeId {
        ID.id()
    }
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::from(self.0.text().as_str()))
    }
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Self>(other).is_some_and(|other| other.0 == self.0))
    }
    fn hash(&self, _: &Heap) -> Option<u64> {
        Some(match self.0 {
            Address::V4(v4) => u32::from_le_bytes(v4.octets()).into(),
            Address::V6(v6, scope) => {
                let bits = v6.to_bits() ^ u128::from(scope);
                u64::try_from((bits >> 64) ^ (bits & u128::from(u64::MAX))).unwrap_or(0)
            }
        })
    }
}

impl Address {
    pub(super) fn text(self) -> String {
        match self {
            Self::V4(v4) => v4.to_string(),
            Self::V6(v6, scope) => {
                // `::a.b.c.d` (IPv4-compatible) is shown with dots as well, except `::1` and its like.
                let compatible = v6.to_bits() >> 32 == 0 && v6.segments()[6] != 0;
                let text = if compatible {
                    format!("::{}", Ipv4Addr::from_bits((v6.to_bits() & 0xffff_ffff) as u32))
                } else {
                    v6.to_string()
                };
                if scope == 0 { text } else { format!("{text}%{scope}") }
            }
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.contains(':') { parse_v6(text) } else { parse_v4(text).map(Self::V4) }
    }

    pub(super) fn is_loopback(self) -> bool {
        match self {
            Self::V4(v4) => v4.is_loopback(),
            Self::V6(v6, _) => v6.is_loopback() || v6.to_ipv4_mapped() == Some(Ipv4Addr::LOCALHOST),
        }
    }
}

/// `a.b.c.d` with parts in decimal, octal (`010`) or hexadecimal (`0x10`); the last of fewer parts fills the rest.
pub(super) fn parse_v4(text: &str) -> Option<Ipv4Addr> {
    let part = |text: &str| -> Option<u32> {
        if let Some(hex) = text.strip_prefix("0x").or(text.strip_prefix("0X")) {
            return hex.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(hex, 16).ok())?;
        }
        if !text.bytes().all(|b| b.is_ascii_digit()) || text.is_empty() {
            return None;
        }
        match text.strip_prefix('0') {
            Some("") => Some(0),
            Some(octal) => u32::from_str_radix(octal, 8).ok(),
            None => text.parse().ok(),
        }
    };
    let parts: Option<Vec<u32>> = text.split('.').map(part).collect();
    let parts = parts?;
    let (last, front) = parts.split_last()?;
    let bits = 32u32.checked_sub(8 * u32::try_from(front.len()).ok()?)?;
    if front.len() > 3 || front.iter().any(|n| *n > 255) || (bits < 32 && *last >= 1 << bits) {
        return None;
    }
    let start = front.iter().enumerate().fold(0u32, |n, (i, part)| n | part << (24 - 8 * i));
    Some(Ipv4Addr::from_bits(start | last))
}

/// With or without brackets, port (which is ignored) and a numeric scope.
fn parse_v6(text: &str) -> Option<Address> {
    let plain = match text.strip_prefix('[') {
        Some(rest) => {
            let (inner, after) = rest.split_once(']')?;
            let port = after.strip_prefix(':').unwrap_or(after);
            if !port.bytes().all(|b| b.is_ascii_hexdigit() || b == b'x') {
                return None;
            }
            inner
        }
        None => text,
    };
    let (address, scope) = match plain.split_once('%') {
        Some((address, scope)) => (address, scope.parse().unwrap_or(0)),
        None => (plain, 0),
    };
    address.parse().ok().map(|v6| Address::V6(v6, scope))
}

fn new(cx: &mut Cx<'_>, address: Address) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(IpAddress(address))?)
}

fn get(cx: &Cx<'_>, args: &[Value]) -> Result<Address, Throw> {
    cx.heap.native::<IpAddress>(arg(args, 0)).map(|a| a.0).ok_or(fault("an address was expected"))
}

const INVALID: &str = "An invalid IP address was specified.";

fn new_from_bytes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(Object::Bytes(bytes)) = cx.heap.get(arg(args, 0)) else { return Err(cx.argument_null("address")) };
    let scope = if let Value::Int64(n) = arg(args, 1) { u32::try_from(n).unwrap_or(0) } else { 0 };
    let v4 = <[u8; 4]>::try_from(bytes.as_slice()).ok().map(|b| Address::V4(b.into()));
    let v6 = <[u8; 16]>::try_from(bytes.as_slice()).ok().map(|b| Address::V6(b.into(), scope));
    match v4.or(v6) {
        Some(address) => new(cx, address),
        None => Err(cx.throw_argument(Exc::Argument, INVALID, "address")),
    }
}

/// The bytes of a number the other way around.
fn turned(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(match arg(args, 0) {
        Value::Int16(number) => Value::Int16(number.swap_bytes()),
        Value::Int32(number) => Value::Int32(number.swap_bytes()),
        Value::Int64(number) => Value::Int64(number.swap_bytes()),
        other => other,
    })
}

fn new_from_number(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let number = integer::get(arg(args, 0)).and_then(|n| i64::try_from(n).ok()).ok_or(fault("a long was expected"))?;
    match u32::try_from(number) {
        Ok(n) => new(cx, Address::V4(n.to_le_bytes().into())),
        Err(_) => {
            // .NET looks at the number as one without a sign.
            let (actual, most) = (number.cast_unsigned(), u32::MAX);
            let message = format!(
                "newAddress ('{actual}') must be less than or equal to '{most}'. (Parameter 'newAddress')\nActual value \
                 was {actual}."
            );
            Err(cx.throw_with_parameter(Exc::ArgumentOutOfRange, message, "newAddress"))
        }
    }
}

fn read(cx: &mut Cx<'_>, text: Str) -> Result<Option<Address>, Throw> {
    cx.charge(text.len())?;
    Ok(Address::parse(&cx.text(text).to_utf8()))
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "ipString")?;
    match read(cx, text)? {
        Some(address) => new(cx, address),
        None => Err(cx.throw(Exc::Format, INVALID)),
    }
}

fn try_parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parsed = match cx.string_opt(args, 0) {
        Some(text) => read(cx, text)?,
        None => None,
    };
    let result = match parsed {
        Some(address) => new(cx, address)?,
        None => Value::Null,
    };
    cx.set_out(0, result);
    Ok(Value::Bool(parsed.is_some()))
}

fn is_loopback(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("address"));
    }
    Ok(Value::Bool(get(cx, args)?.is_loopback()))
}

fn address_family(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let number = if matches!(get(cx, args)?, Address::V4(_)) { 2 } else { 23 };
    Ok(Value::Enum(FAMILY.id(), number))
}

fn scope_id(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match get(cx, args)? {
        Address::V6(_, scope) => Ok(Value::Int64(scope.into())),
        Address::V4(_) => Err(
            cx.throw(Exc::NotSupported, "The attempted operation is not supported for the type of object referenced.")
        ),
    }
}

fn test_v6(cx: &mut Cx<'_>, args: &[Value], holds: fn(Ipv6Addr) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(match get(cx, args)? {
        Address::V6(v6, _) => holds(v6),
        Address::V4(_) => false,
    }))
}

fn get_address_bytes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let bytes = match get(cx, args)? {
        Address::V4(v4) => v4.octets().to_vec(),
        Address::V6(v6, _) => v6.octets().to_vec(),
    };
    Ok(cx.heap.new_bytes(bytes)?)
}

fn map_to_ipv4(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match get(cx, args)? {
        Address::V4(_) => Ok(arg(args, 0)),
        #[expect(clippy::cast_possible_truncation, reason = "the low 32 bits are the address")]
        Address::V6(v6, _) => new(cx, Address::V4(Ipv4Addr::from_bits(v6.to_bits() as u32))),
    }
}

fn map_to_ipv6(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match get(cx, args)? {
        Address::V6(..) => Ok(arg(args, 0)),
        Address::V4(v4) => new(cx, Address::V6(v4.to_ipv6_mapped(), 0)),
    }
}
