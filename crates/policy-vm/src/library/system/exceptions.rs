//! The exception types beside `System.Exception`: they can be thrown, caught by name and asked for what `Exception` has.

use crate::library::{Allow, TypeDef};

const fn exception(name: &'static str, base: &'static str) -> TypeDef {
    // The allow-list has `System.Exception` only: what its members declare may be used through any of these.
    TypeDef::class(name).base(base).allow(Allow::None)
}

pub(in crate::library) static TYPES: &[&TypeDef] = &[
    &exception("System.SystemException", "System.Exception"),
    &exception("System.ApplicationException", "System.Exception"),
    &exception("System.ArgumentException", "System.SystemException"),
    &exception("System.ArgumentNullException", "System.ArgumentException"),
    &exception("System.ArgumentOutOfRangeException", "System.ArgumentException"),
    &exception("System.ArithmeticException", "System.SystemException"),
    &exception("System.ArrayTypeMismatchException", "System.SystemException"),
    &exception("System.Security.Cryptography.CryptographicException", "System.SystemException"),
    &exception("System.Text.DecoderFallbackException", "System.ArgumentException"),
    &exception("System.DivideByZeroException", "System.ArithmeticException"),
    &exception("System.Text.EncoderFallbackException", "System.ArgumentException"),
    &exception("System.FormatException", "System.SystemException"),
    &exception("System.IndexOutOfRangeException", "System.SystemException"),
    &exception("System.InvalidCastException", "System.SystemException"),
    &exception("System.InvalidOperationException", "System.SystemException"),
    &exception("System.InvalidTimeZoneException", "System.Exception"),
    &exception("Newtonsoft.Json.JsonException", "System.Exception"),
    &exception("Newtonsoft.Json.JsonReaderException", "Newtonsoft.Json.JsonException"),
    &exception("Newtonsoft.Json.JsonSerializationException", "Newtonsoft.Json.JsonException"),
    &exception("Newtonsoft.Json.JsonWriterException", "Newtonsoft.Json.JsonException"),
    &exception("System.Collections.Generic.KeyNotFoundException", "System.SystemException"),
    &exception("System.NotImplementedException", "System.SystemException"),
    &exception("System.NotSupportedException", "System.SystemException"),
    &exception("System.NullReferenceException", "System.SystemException"),
    &exception("System.ObjectDisposedException", "System.InvalidOperationException"),
    &exception("System.OutOfMemoryException", "System.SystemException"),
    &exception("System.OverflowException", "System.ArithmeticException"),
    &exception("System.RankException", "System.SystemException"),
    &exception("System.Text.RegularExpressions.RegexMatchTimeoutException", "System.TimeoutException"),
    &exception("System.Text.RegularExpressions.RegexParseException", "System.ArgumentException"),
    &exception("System.TimeoutException", "System.SystemException"),
    &exception("System.TimeZoneNotFoundException", "System.Exception"),
    &exception("System.UnauthorizedAccessException", "System.SystemException"),
    &exception("System.UriFormatException", "System.FormatException"),
    &exception("System.Xml.XmlException", "System.SystemException"),
    &exception("System.Xml.Schema.XmlSchemaException", "System.SystemException"),
];
