//! The exception types beside `System.Exception`: they can be thrown, caught by name and asked for what `Exception` has.

use super::exception::{create, new, unnamed};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, Member, NEW_LINE, TypeDef, constructor, property};
use crate::value::Value;
use crate::value::heap::Object;

/// An exception type: its number in [`Exc::ALL`], its simple name for its constructors.
macro_rules! exception {
    ($n:literal, $name:literal, $simple:literal, $base:literal) => {
        exception!($n, $name, $simple, $base, [])
    };
    ($n:literal, $name:literal, $simple:literal, $base:literal, [$($more:expr),*]) => {{
        const MEMBERS: &[Member] = &[
            constructor(concat!($simple, "()"), new::<$n>),
            constructor(concat!($simple, "(string message)"), new::<$n>),
            constructor(concat!($simple, "(string message, Exception innerException)"), new::<$n>),
            $($more,)*
        ];
        // The allow-list has `System.Exception` only: what its members declare may be used through any of these.
        const TYPE: TypeDef = TypeDef::class($name).base($base).members(MEMBERS).allow(Allow::None);
        &TYPE
    }};
}

pub(in crate::library) static TYPES: &[&TypeDef] = &[
    exception!(1, "System.SystemException", "SystemException", "System.Exception"),
    exception!(2, "System.ApplicationException", "ApplicationException", "System.Exception"),
    exception!(
        3,
        "System.ArgumentException",
        "ArgumentException",
        "System.SystemException",
        [
            constructor("ArgumentException(string message, string paramName)", new_argument),
            property("string ParamName { get; }", param_name)
        ]
    ),
    &ARGUMENT_NULL,
    &ARGUMENT_OUT_OF_RANGE,
    exception!(6, "System.ArithmeticException", "ArithmeticException", "System.SystemException"),
    exception!(7, "System.ArrayTypeMismatchException", "ArrayTypeMismatchException", "System.SystemException"),
    exception!(
        8,
        "System.Security.Cryptography.CryptographicException",
        "CryptographicException",
        "System.SystemException"
    ),
    exception!(9, "System.Text.DecoderFallbackException", "DecoderFallbackException", "System.ArgumentException"),
    exception!(10, "System.DivideByZeroException", "DivideByZeroException", "System.ArithmeticException"),
    exception!(11, "System.Text.EncoderFallbackException", "EncoderFallbackException", "System.ArgumentException"),
    exception!(12, "System.FormatException", "FormatException", "System.SystemException"),
    exception!(13, "System.IndexOutOfRangeException", "IndexOutOfRangeException", "System.SystemException"),
    exception!(14, "System.InvalidCastException", "InvalidCastException", "System.SystemException"),
    exception!(15, "System.InvalidOperationException", "InvalidOperationException", "System.SystemException"),
    exception!(16, "System.InvalidTimeZoneException", "InvalidTimeZoneException", "System.Exception"),
    exception!(17, "Newtonsoft.Json.JsonException", "JsonException", "System.Exception"),
    exception!(18, "Newtonsoft.Json.JsonReaderException", "JsonReaderException", "Newtonsoft.Json.JsonException"),
    exception!(
        19,
        "Newtonsoft.Json.JsonSerializationException",
        "JsonSerializationException",
        "Newtonsoft.Json.JsonException"
    ),
    exception!(20, "Newtonsoft.Json.JsonWriterException", "JsonWriterException", "Newtonsoft.Json.JsonException"),
    exception!(21, "System.Collections.Generic.KeyNotFoundException", "KeyNotFoundException", "System.SystemException"),
    exception!(22, "System.NotImplementedException", "NotImplementedException", "System.SystemException"),
    exception!(23, "System.NotSupportedException", "NotSupportedException", "System.SystemException"),
    exception!(24, "System.NullReferenceException", "NullReferenceException", "System.SystemException"),
    &OBJECT_DISPOSED,
    exception!(26, "System.OutOfMemoryException", "OutOfMemoryException", "System.SystemException"),
    exception!(27, "System.OverflowException", "OverflowException", "System.ArithmeticException"),
    exception!(28, "System.RankException", "RankException", "System.SystemException"),
    exception!(
        29,
        "System.Text.RegularExpressions.RegexMatchTimeoutException",
        "RegexMatchTimeoutException",
        "System.TimeoutException"
    ),
    // Only the parser of patterns makes one.
    &REGEX_PARSE,
    exception!(31, "System.TimeoutException", "TimeoutException", "System.SystemException"),
    exception!(32, "System.TimeZoneNotFoundException", "TimeZoneNotFoundException", "System.Exception"),
    exception!(33, "System.UnauthorizedAccessException", "UnauthorizedAccessException", "System.SystemException"),
    exception!(34, "System.UriFormatException", "UriFormatException", "System.FormatException"),
    &XML,
    exception!(36, "System.Xml.Schema.XmlSchemaException", "XmlSchemaException", "System.SystemException"),
    exception!(37, "System.Xml.XPath.XPathException", "XPathException", "System.SystemException"),
    exception!(
        38,
        "System.Runtime.Serialization.SerializationException",
        "SerializationException",
        "System.SystemException"
    ),
    exception!(
        39,
        "System.PlatformNotSupportedException",
        "PlatformNotSupportedException",
        "System.NotSupportedException"
    ),
];

/// All of its assembly may be used.
const XML: TypeDef = TypeDef::class("System.Xml.XmlException").base("System.SystemException").members(&[
    constructor("XmlException()", new::<35>),
    constructor("XmlException(string message)", new::<35>),
    constructor("XmlException(string message, Exception innerException)", new::<35>),
    constructor("XmlException(string message, Exception innerException, int lineNumber, int linePosition)", new_xml),
    property("int LineNumber { get; }", |cx, args| Ok(Value::Int32(position_of(cx, args)?.0))),
    property("int LinePosition { get; }", |cx, args| Ok(Value::Int32(position_of(cx, args)?.1))),
]);

const REGEX_PARSE: TypeDef = TypeDef::class("System.Text.RegularExpressions.RegexParseException")
    .base("System.ArgumentException")
    .allow(Allow::None);

const OBJECT_DISPOSED: TypeDef = TypeDef::class("System.ObjectDisposedException")
    .base("System.InvalidOperationException")
    .members(&[
        constructor("ObjectDisposedException(string objectName)", new_object_disposed),
        constructor("ObjectDisposedException(string objectName, string message)", new_object_disposed),
        constructor("ObjectDisposedException(string message, Exception innerException)", new::<25>),
    ])
    .allow(Allow::None);

const ARGUMENT_NULL: TypeDef = TypeDef::class("System.ArgumentNullException")
    .base("System.ArgumentException")
    .members(&[
        constructor("ArgumentNullException()", new_argument_null),
        constructor("ArgumentNullException(string paramName)", new_argument_null),
        constructor("ArgumentNullException(string paramName, string message)", new_argument_null),
    ])
    .allow(Allow::None);

const ARGUMENT_OUT_OF_RANGE: TypeDef = TypeDef::class("System.ArgumentOutOfRangeException")
    .base("System.ArgumentException")
    .members(&[
        constructor("ArgumentOutOfRangeException()", new_argument_out_of_range),
        constructor("ArgumentOutOfRangeException(string paramName)", new_argument_out_of_range),
        constructor("ArgumentOutOfRangeException(string paramName, string message)", new_argument_out_of_range),
    ])
    .allow(Allow::None);

fn text(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<Option<String>, Throw> {
    let Some(text) = cx.string_opt(args, index) else { return Ok(None) };
    cx.heap.charge(text.len())?;
    Ok(Some(cx.text(text).to_utf8().into_owned()))
}

/// A message that is given: null is as good as none only where there is no such argument.
fn message_of(cx: &mut Cx<'_>, args: &[Value], index: usize, exception: Exc) -> Result<Option<String>, Throw> {
    let given = text(cx, args, index)?;
    Ok(given.or_else(|| (args.len() > index).then(|| unnamed(exception))))
}

fn with_parameter(
    cx: &mut Cx<'_>,
    exception: Exc,
    message: Option<String>,
    parameter: Option<String>,
) -> Result<Value, Throw> {
    let message = message.unwrap_or_else(|| exception.describe().2.to_owned());
    match parameter.filter(|name| !name.is_empty()) {
        Some(name) => create(cx, exception, format!("{message} (Parameter '{name}')"), Value::Null, Some(name.into())),
        None => create(cx, exception, message, Value::Null, None),
    }
}

fn new_object_disposed(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (name, message) = (text(cx, args, 0)?, message_of(cx, args, 1, Exc::ObjectDisposed)?);
    let mut message = message.unwrap_or_else(|| Exc::ObjectDisposed.describe().2.to_owned());
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        message.push_str(&format!("{NEW_LINE}Object name: '{name}'."));
    }
    create(cx, Exc::ObjectDisposed, message, Value::Null, None)
}

fn new_argument(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (message, parameter) = (text(cx, args, 0)?, text(cx, args, 1)?);
    with_parameter(cx, Exc::Argument, message, parameter)
}

fn new_argument_null(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (parameter, message) = (text(cx, args, 0)?, message_of(cx, args, 1, Exc::ArgumentNull)?);
    with_parameter(cx, Exc::ArgumentNull, message, parameter)
}

fn new_argument_out_of_range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (parameter, message) = (text(cx, args, 0)?, message_of(cx, args, 1, Exc::ArgumentOutOfRange)?);
    with_parameter(cx, Exc::ArgumentOutOfRange, message, parameter)
}

fn new_xml(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (line, position) = (crate::cx::as_i32(args, 2)?, crate::cx::as_i32(args, 3)?);
    let message = text(cx, args, 0)?.unwrap_or_else(|| Exc::Xml.describe().2.to_owned());
    let message = if line == 0 { message } else { format!("{message} Line {line}, position {position}.") };
    create(cx, Exc::Xml, message, arg(args, 1), None)
}

/// Line and position, which the message of an `XmlException` ends with.
fn position_of(cx: &Cx<'_>, args: &[Value]) -> Result<(i32, i32), Throw> {
    let Some(Object::Exception(exception)) = cx.heap.get(arg(args, 0)) else {
        return Err(fault("an exception was expected"));
    };
    let numbers = exception.message.rsplit_once(" Line ").and_then(|(_, place)| {
        let (line, position) = place.strip_suffix('.')?.split_once(", position ")?;
        Some((line.parse().ok()?, position.parse().ok()?))
    });
    Ok(numbers.unwrap_or_default())
}

fn param_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parameter = match cx.heap.get(arg(args, 0)) {
        Some(Object::Exception(exception)) => exception.parameter.clone(),
        _ => return Err(fault("an exception was expected")),
    };
    parameter.map_or(Ok(Value::Null), |name| cx.string(&name))
}
