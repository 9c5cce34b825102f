//! Values outside an exchange: what `cache-store-value` keeps.

use bytes::Bytes;
use rust_decimal::Decimal;

use crate::cx::Cx;
use crate::error::PolicyError;
use crate::exception::{Exc, Throw};
use crate::exchange::{Body, Response};
use crate::library::json;
use crate::step::StepCx;
use crate::value::behaviour::type_of;
use crate::value::heap::Object;
use crate::value::text::{TextBuf, TextRef};
use crate::value::{Part, Value, View};

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
    /// A response of `cache-store`.
    Cached(Box<CachedResponse>),
}

/// A response as `cache-lookup` answers with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedResponse {
    /// Status code.
    pub status: u16,
    /// Reason phrase, where it differs from the standard one.
    pub reason: Option<Box<str>>,
    /// Headers in order.
    pub headers: http::HeaderMap,
    /// Body.
    pub body: Bytes,
    /// Until when it may be used, in .NET ticks UTC.
    pub expires: i64,
}

impl Stored {
    /// A value on its way out of its heap; `None` for null. Integers narrower than `int` become `int`, `uint` becomes
    /// `long`, `ulong` `decimal` and `float` `double`.
    ///
    /// # Errors
    /// `NotSupportedException` for a type that cannot be kept; when a budget is exhausted.
    pub fn from_value(cx: &mut Cx<'_>, value: Value) -> Result<Option<Self>, Throw> {
        Ok(Some(match value {
            Value::Null => return Ok(None),
            Value::Bool(b) => Self::Bool(b),
            Value::Char(unit) => Self::Char(unit),
            Value::SByte(n) => Self::Int32(n.into()),
            Value::Byte(n) => Self::Int32(n.into()),
            Value::Int16(n) => Self::Int32(n.into()),
            Value::UInt16(n) => Self::Int32(n.into()),
            Value::Int32(n) => Self::Int32(n),
            Value::UInt32(n) => Self::Int64(n.into()),
            Value::Int64(n) | Value::Enum(_, n) => Self::Int64(n),
            Value::UInt64(n) => Self::Decimal(n.into()),
            Value::Single(f) => Self::Double(f.into()),
            Value::Double(d) => Self::Double(d),
            Value::DateTime(date) => Self::DateTime(date),
            Value::TimeSpan(ticks) => Self::TimeSpan(ticks),
            Value::String(text) => match cx.heap.text(text) {
                TextRef::Ascii(bytes) => Self::Text(String::from_utf8_lossy(bytes).into()),
                TextRef::Wide(units) => match String::from_utf16(units) {
                    Ok(text) => Self::Text(text.into()),
                    Err(_) => Self::Units(units.into()),
                },
            },
            Value::View(View { part: part @ (Part::Response | Part::Stored), index }) => {
                let response = match part {
                    Part::Stored => cx.call.stored.get(index as usize),
                    _ => cx.call.response.as_ref(),
                };
                match response {
                    Some(response) => Self::of_response(response),
                    None => return Ok(None),
                }
            }
            Value::View(_) => return Err(refuse(cx, value)),
            Value::Object(at) => match cx.heap.object(at) {
                Object::Decimal(d) => Self::Decimal(*d),
                Object::Guid(bytes) => Self::Guid(*bytes),
                Object::Bytes(bytes) => Self::Bytes(Bytes::copy_from_slice(bytes)),
                Object::Json(_) => {
                    let mut out = TextBuf::new();
                    json::write_compact(cx, at, &mut out)?;
                    Self::Json(out.as_text().to_utf8().into())
                }
                _ => return Err(refuse(cx, value)),
            },
        }))
    }

    fn of_response(response: &Response) -> Self {
        let body = match &response.body {
            Body::Bytes(bytes) => bytes.clone(),
            Body::None | Body::Stream | Body::Consumed => Bytes::new(),
        };
        Self::Response { status: response.status, headers: response.headers.clone(), body }
    }

    /// The value in the heap of a run.
    ///
    /// # Errors
    /// When a budget is exhausted.
    pub fn to_value(&self, cx: &mut Cx<'_>) -> Result<Value, Throw> {
        Ok(match self {
            Self::Bool(b) => Value::Bool(*b),
            Self::Char(unit) => Value::Char(*unit),
            Self::Int32(n) => Value::Int32(*n),
            Self::Int64(n) => Value::Int64(*n),
            Self::Double(d) => Value::Double(*d),
            Self::Decimal(d) => Value::Object(cx.heap.new_object(Object::Decimal(*d))?),
            Self::DateTime(date) => Value::DateTime(*date),
            Self::TimeSpan(ticks) => Value::TimeSpan(*ticks),
            Self::Guid(bytes) => Value::Object(cx.heap.new_object(Object::Guid(*bytes))?),
            Self::Text(text) => cx.string(text)?,
            Self::Units(units) => Value::String(cx.heap.new_text(TextRef::Wide(units))?),
            Self::Bytes(bytes) => {
                cx.heap.charge(bytes.len())?;
                Value::Object(cx.heap.new_object(Object::Bytes(bytes.to_vec()))?)
            }
            Self::Json(text) => json::parse_bytes(cx, text.as_bytes(), json::Shape::Token)?,
            Self::Response { status, headers, body } => {
                let body = Body::Bytes(body.clone());
                kept(cx, Response { status: *status, reason: None, headers: headers.clone(), body })?
            }
            Self::Cached(cached) => {
                let CachedResponse { status, reason, headers, body, .. } = &**cached;
                let body = Body::Bytes(body.clone());
                kept(cx, Response { status: *status, reason: reason.clone(), headers: headers.clone(), body })?
            }
        })
    }
}

/// A response that a variable names.
fn kept(cx: &mut Cx<'_>, response: Response) -> Result<Value, Throw> {
    Ok(cx.call.keep(cx.heap, response)?)
}

/// A value of a run as it leaves its heap; `None` for null.
///
/// # Errors
/// For an object that only makes sense in its run.
pub(crate) fn from_value(cx: &mut StepCx<'_>, value: Value) -> Result<Option<Stored>, Box<PolicyError>> {
    cx.with_cx(|cx| Stored::from_value(cx, value)).map_err(|throw| cx.expression_failed(throw))
}

/// A kept value in the heap of a run.
///
/// # Errors
/// When a budget is exhausted.
pub(crate) fn to_value(cx: &mut StepCx<'_>, stored: &Stored) -> Result<Value, Box<PolicyError>> {
    cx.with_cx(|cx| stored.to_value(cx)).map_err(|throw| cx.expression_failed(throw))
}

fn refuse(cx: &mut Cx<'_>, value: Value) -> Throw {
    let ty = type_of(cx.heap, value).map(crate::types::net_name).unwrap_or_default();
    cx.throw(Exc::NotSupported, format!("A value of type '{ty}' cannot be kept in a cache."))
}
