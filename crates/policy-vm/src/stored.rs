//! Values outside an exchange: what `cache-store-value` keeps.

use bytes::Bytes;
use rust_decimal::Decimal;

/// A value that has left its heap, whole and immutable.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Stored {
    /// `bool`.
    Bool(bool),
    /// `char`.
    Char(u16),
    /// `int`.
    Int32(i32),
    /// `long`.
    Int64(i64),
    /// `double`.
    Double(f64),
    /// `decimal`.
    Decimal(Decimal),
    /// `DateTime`: its 64 bits.
    DateTime(crate::value::DateTime),
    /// `TimeSpan` in ticks.
    TimeSpan(i64),
    /// `Guid`.
    Guid([u8; 16]),
    /// A string of valid Unicode.
    Text(Box<str>),
    /// A string with lone surrogates.
    Units(Box<[u16]>),
    /// `byte[]`.
    Bytes(Bytes),
    /// A JSON token as compact text.
    Json(Box<str>),
    /// A response (`IResponse`).
    Response {
        /// Status code.
        status: u16,
        /// Headers in order.
        headers: http::HeaderMap,
        /// Body.
        body: Bytes,
    },
}
