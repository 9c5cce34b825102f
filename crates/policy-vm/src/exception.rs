//! What stops an expression: a .NET exception, or an exhausted budget. A failing host is a third thing, see
//! [`host::HostError`](crate::host::HostError).

use crate::types::TypeId;
use crate::value::{Ref, Value};

/// Why a native function or an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Throw {
    /// A .NET exception, an object of the heap; `catch` sees it.
    Exception(Ref),
    /// A budget is exhausted or the machine found a fault in itself; `catch` does not see it.
    Trap(Trap),
}

impl From<Trap> for Throw {
    fn from(trap: Trap) -> Self {
        Self::Trap(trap)
    }
}

/// A budget of the run is exhausted, or the machine is at fault. Not a .NET exception: no `catch` stops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Trap {
    /// Too many instructions.
    #[error("the expression exceeded its instruction budget")]
    Instructions,
    /// Too much time.
    #[error("the expression exceeded its time budget")]
    Time,
    /// Too much memory allocated in total.
    #[error("the expression exceeded its memory budget")]
    Memory,
    /// A string longer than allowed.
    #[error("the expression made a string longer than allowed")]
    StringTooLong,
    /// Calls nested too deeply.
    #[error("the expression nested calls too deeply")]
    Depth,
    /// A regular expression took too many steps.
    #[error("a regular expression exceeded its step budget")]
    Regex,
    /// A fault of the machine itself; always a bug.
    #[error("internal fault: {0}")]
    Fault(&'static str),
}

/// An exception object.
#[derive(Clone, Debug)]
pub struct ExceptionObject {
    /// Its run-time type.
    pub ty: TypeId,
    /// `Message`.
    pub message: Box<str>,
    /// `InnerException`.
    pub inner: Value,
    /// `ArgumentException.ParamName` and the like; already part of `message`.
    pub parameter: Option<Box<str>>,
    /// It was thrown, if not by the engine itself.
    pub thrown: bool,
    /// What a program set.
    pub set: Option<Box<SetByProgram>>,
}

/// The properties of an exception that a program may set.
#[derive(Clone, Copy, Debug)]
pub struct SetByProgram {
    /// `Source`.
    pub source: Value,
    /// `HelpLink`.
    pub help_link: Value,
    /// `HResult`; that of the type while nobody set it.
    pub hresult: Option<i32>,
}

impl Default for SetByProgram {
    fn default() -> Self {
        Self { source: Value::Null, help_link: Value::Null, hresult: None }
    }
}

/// The exception types that library functions throw, by their short names.
///
/// Each is registered as a .NET type by `library/system/exception.rs`, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the .NET exception of the same name")]
pub enum Exc {
    Exception,
    SystemException,
    ApplicationException,
    Argument,
    ArgumentNull,
    ArgumentOutOfRange,
    Arithmetic,
    ArrayTypeMismatch,
    Cryptographic,
    DecoderFallback,
    DivideByZero,
    EncoderFallback,
    Format,
    IndexOutOfRange,
    InvalidCast,
    InvalidOperation,
    InvalidTimeZone,
    Json,
    JsonReader,
    JsonSerialization,
    JsonWriter,
    KeyNotFound,
    NotImplemented,
    NotSupported,
    NullReference,
    ObjectDisposed,
    OutOfMemory,
    Overflow,
    Rank,
    RegexMatchTimeout,
    RegexParse,
    Timeout,
    TimeZoneNotFound,
    UnauthorizedAccess,
    UriFormat,
    Xml,
    XmlSchema,
    XPath,
    Serialization,
    PlatformNotSupported,
}

impl Exc {
    /// All, in the order of declaration.
    pub const ALL: [Self; 40] = [
        Self::Exception,
        Self::SystemException,
        Self::ApplicationException,
        Self::Argument,
        Self::ArgumentNull,
        Self::ArgumentOutOfRange,
        Self::Arithmetic,
        Self::ArrayTypeMismatch,
        Self::Cryptographic,
        Self::DecoderFallback,
        Self::DivideByZero,
        Self::EncoderFallback,
        Self::Format,
        Self::IndexOutOfRange,
        Self::InvalidCast,
        Self::InvalidOperation,
        Self::InvalidTimeZone,
        Self::Json,
        Self::JsonReader,
        Self::JsonSerialization,
        Self::JsonWriter,
        Self::KeyNotFound,
        Self::NotImplemented,
        Self::NotSupported,
        Self::NullReference,
        Self::ObjectDisposed,
        Self::OutOfMemory,
        Self::Overflow,
        Self::Rank,
        Self::RegexMatchTimeout,
        Self::RegexParse,
        Self::Timeout,
        Self::TimeZoneNotFound,
        Self::UnauthorizedAccess,
        Self::UriFormat,
        Self::Xml,
        Self::XmlSchema,
        Self::XPath,
        Self::Serialization,
        Self::PlatformNotSupported,
    ];

    /// Full .NET name, base class and the message used when none is given.
    #[must_use]
    pub const fn describe(self) -> (&'static str, Option<Exc>, &'static str) {
        use Exc as E;
        match self {
            E::Exception => ("System.Exception", None, "Exception of type 'System.Exception' was thrown."),
            E::SystemException => ("System.SystemException", Some(E::Exception), "System error."),
            E::ApplicationException => ("System.ApplicationException", Some(E::Exception), "Error in the application."),
            E::Argument => {
                ("System.ArgumentException", Some(E::SystemException), "Value does not fall within the expected range.")
            }
            E::ArgumentNull => ("System.ArgumentNullException", Some(E::Argument), "Value cannot be null."),
            E::ArgumentOutOfRange => (
                "System.ArgumentOutOfRangeException",
                Some(E::Argument),
                "Specified argument was out of the range of valid values.",
            ),
            E::Arithmetic => (
                "System.ArithmeticException",
                Some(E::SystemException),
                "Overflow or underflow in the arithmetic operation.",
            ),
            E::ArrayTypeMismatch => (
                "System.ArrayTypeMismatchException",
                Some(E::SystemException),
                "Attempted to access an element as a type incompatible with the array.",
            ),
            E::Cryptographic => (
                "System.Security.Cryptography.CryptographicException",
                Some(E::SystemException),
                "Error occurred during a cryptographic operation.",
            ),
            E::DecoderFallback => (
                "System.Text.DecoderFallbackException",
                Some(E::Argument),
                "Value does not fall within the expected range.",
            ),
            E::DivideByZero => ("System.DivideByZeroException", Some(E::Arithmetic), "Attempted to divide by zero."),
            E::EncoderFallback => (
                "System.Text.EncoderFallbackException",
                Some(E::Argument),
                "Value does not fall within the expected range.",
            ),
            E::Format => (
                "System.FormatException",
                Some(E::SystemException),
                "One of the identified items was in an invalid format.",
            ),
            E::IndexOutOfRange => (
                "System.IndexOutOfRangeException",
                Some(E::SystemException),
                "Index was outside the bounds of the array.",
            ),
            E::InvalidCast => ("System.InvalidCastException", Some(E::SystemException), "Specified cast is not valid."),
            E::InvalidOperation => (
                "System.InvalidOperationException",
                Some(E::SystemException),
                "Operation is not valid due to the current state of the object.",
            ),
            E::InvalidTimeZone => (
                "System.InvalidTimeZoneException",
                Some(E::Exception),
                "Exception of type 'System.InvalidTimeZoneException' was thrown.",
            ),
            E::Json => (
                "Newtonsoft.Json.JsonException",
                Some(E::Exception),
                "Exception of type 'Newtonsoft.Json.JsonException' was thrown.",
            ),
            E::JsonReader => (
                "Newtonsoft.Json.JsonReaderException",
                Some(E::Json),
                "Exception of type 'Newtonsoft.Json.JsonReaderException' was thrown.",
            ),
            E::JsonSerialization => (
                "Newtonsoft.Json.JsonSerializationException",
                Some(E::Json),
                "Exception of type 'Newtonsoft.Json.JsonSerializationException' was thrown.",
            ),
            E::JsonWriter => (
                "Newtonsoft.Json.JsonWriterException",
                Some(E::Json),
                "Exception of type 'Newtonsoft.Json.JsonWriterException' was thrown.",
            ),
            E::KeyNotFound => (
                "System.Collections.Generic.KeyNotFoundException",
                Some(E::SystemException),
                "The given key was not present in the dictionary.",
            ),
            E::NotImplemented => (
                "System.NotImplementedException",
                Some(E::SystemException),
                "The method or operation is not implemented.",
            ),
            E::NotSupported => {
                ("System.NotSupportedException", Some(E::SystemException), "Specified method is not supported.")
            }
            E::NullReference => (
                "System.NullReferenceException",
                Some(E::SystemException),
                "Object reference not set to an instance of an object.",
            ),
            E::ObjectDisposed => {
                ("System.ObjectDisposedException", Some(E::InvalidOperation), "Cannot access a disposed object.")
            }
            E::OutOfMemory => (
                "System.OutOfMemoryException",
                Some(E::SystemException),
                "Insufficient memory to continue the execution of the program.",
            ),
            E::Overflow => {
                ("System.OverflowException", Some(E::Arithmetic), "Arithmetic operation resulted in an overflow.")
            }
            E::Rank => (
                "System.RankException",
                Some(E::SystemException),
                "Attempted to operate on an array with the incorrect number of dimensions.",
            ),
            E::RegexMatchTimeout => (
                "System.Text.RegularExpressions.RegexMatchTimeoutException",
                Some(E::Timeout),
                "The Regex engine has timed out while trying to match a pattern to an input string.",
            ),
            E::RegexParse => (
                "System.Text.RegularExpressions.RegexParseException",
                Some(E::Argument),
                "Value does not fall within the expected range.",
            ),
            E::Timeout => ("System.TimeoutException", Some(E::SystemException), "The operation has timed out."),
            E::TimeZoneNotFound => (
                "System.TimeZoneNotFoundException",
                Some(E::Exception),
                "Exception of type 'System.TimeZoneNotFoundException' was thrown.",
            ),
            E::UnauthorizedAccess => (
                "System.UnauthorizedAccessException",
                Some(E::SystemException),
                "Attempted to perform an unauthorized operation.",
            ),
            E::UriFormat => (
                "System.UriFormatException",
                Some(E::Format),
                "Invalid URI: The format of the URI could not be determined.",
            ),
            E::Xml => ("System.Xml.XmlException", Some(E::SystemException), "An XML error has occurred."),
            E::XmlSchema => {
                ("System.Xml.Schema.XmlSchemaException", Some(E::SystemException), "A schema error occurred.")
            }
            E::XPath => ("System.Xml.XPath.XPathException", Some(E::SystemException), ""),
            E::Serialization => (
                "System.Runtime.Serialization.SerializationException",
                Some(E::SystemException),
                "Serialization error.",
            ),
            E::PlatformNotSupported => (
                "System.PlatformNotSupportedException",
                Some(E::NotSupported),
                "Operation is not supported on this platform.",
            ),
        }
    }
}
