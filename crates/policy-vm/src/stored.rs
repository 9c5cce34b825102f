//! Values outside an exchange: what `cache-store-value` keeps.

use bytes::Bytes;
use rust_decimal::Decimal;

use crate::cx::Cx;
use crate::error::PolicyError;
use crate::exception::Throw;
use crate::exchange::{Body, Response};
use crate::step::StepCx;
use crate::value::heap::Object;
use crate::value::text::TextRef;
use crate::value::{Part, Ref, Value, View};

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

/// A value of a run as it leaves its heap; `None` for null.
///
/// # Errors
/// For an object that only makes sense in its run.
pub(crate) fn from_value(cx: &mut StepCx<'_>, value: Value) -> Result<Option<Stored>, Box<PolicyError>> {
    Ok(Some(match value {
        Value::Null => return Ok(None),
        Value::Bool(value) => Stored::Bool(value),
        Value::Char(unit) => Stored::Char(unit),
        Value::SByte(n) => Stored::Int32(n.into()),
        Value::Byte(n) => Stored::Int32(n.into()),
        Value::Int16(n) => Stored::Int32(n.into()),
        Value::UInt16(n) => Stored::Int32(n.into()),
        Value::Int32(n) => Stored::Int32(n),
        Value::UInt32(n) => Stored::Int64(n.into()),
        Value::Int64(n) | Value::Enum(_, n) => Stored::Int64(n),
        Value::UInt64(n) => Stored::Decimal(n.into()),
        Value::Single(n) => Stored::Double(n.into()),
        Value::Double(n) => Stored::Double(n),
        Value::DateTime(at) => Stored::DateTime(at),
        Value::TimeSpan(ticks) => Stored::TimeSpan(ticks),
        Value::String(text) => match cx.exchange.heap.text(text) {
            TextRef::Ascii(bytes) => Stored::Text(String::from_utf8_lossy(bytes).into()),
            TextRef::Wide(units) => match String::from_utf16(units) {
                Ok(text) => Stored::Text(text.into()),
                Err(_) => Stored::Units(units.into()),
            },
        },
        Value::View(view) => response(cx, view)?,
        Value::Object(handle) => object(cx, handle)?,
    }))
}

fn response(cx: &StepCx<'_>, view: View) -> Result<Stored, Box<PolicyError>> {
    let call = &cx.exchange.call;
    let response = match view.part {
        Part::Stored => call.stored.get(view.index as usize),
        Part::Response => call.response.as_ref(),
        _ => None,
    };
    match response {
        Some(response) => {
            let body = match &response.body {
                Body::Bytes(bytes) => bytes.clone(),
                _ => Bytes::new(),
            };
            Ok(Stored::Response { status: response.status, headers: response.headers.clone(), body })
        }
        None => Err(cx.bad_value("A part of the context cannot be kept in a cache.")),
    }
}

fn object(cx: &mut StepCx<'_>, handle: Ref) -> Result<Stored, Box<PolicyError>> {
    match cx.exchange.heap.object(handle) {
        Object::Bytes(bytes) => Ok(Stored::Bytes(Bytes::copy_from_slice(bytes))),
        Object::Decimal(value) => Ok(Stored::Decimal(*value)),
        Object::Guid(value) => Ok(Stored::Guid(*value)),
        _ => {
            let ty = crate::value::behaviour::type_of(&cx.exchange.heap, Value::Object(handle));
            let name = ty.map(crate::types::net_name).unwrap_or_default();
            Err(cx.bad_value(format_args!("A value of type '{name}' cannot be kept in a cache.")))
        }
    }
}

/// A kept value in the heap of a run.
///
/// # Errors
/// When a budget is exhausted.
pub(crate) fn to_value(cx: &mut StepCx<'_>, stored: &Stored) -> Result<Value, Box<PolicyError>> {
    if let Stored::Response { status, headers, body } = stored {
        let call = &mut cx.exchange.call;
        let index = u32::try_from(call.stored.len()).unwrap_or(u32::MAX);
        let body = Body::Bytes(body.clone());
        call.stored.push(Response { status: *status, reason: None, headers: headers.clone(), body });
        return Ok(Value::View(View { part: Part::Stored, index }));
    }
    cx.with_cx(|cx| plain_value(cx, stored)).map_err(|throw| cx.expression_failed(throw))
}

fn plain_value(cx: &mut Cx<'_>, stored: &Stored) -> Result<Value, Throw> {
    Ok(match stored {
        Stored::Bool(value) => Value::Bool(*value),
        Stored::Char(unit) => Value::Char(*unit),
        Stored::Int32(n) => Value::Int32(*n),
        Stored::Int64(n) => Value::Int64(*n),
        Stored::Double(n) => Value::Double(*n),
        Stored::Decimal(value) => Value::Object(cx.heap.new_object(Object::Decimal(*value))?),
        Stored::DateTime(at) => Value::DateTime(*at),
        Stored::TimeSpan(ticks) => Value::TimeSpan(*ticks),
        Stored::Guid(value) => Value::Object(cx.heap.new_object(Object::Guid(*value))?),
        Stored::Text(text) | Stored::Json(text) => cx.string(text)?,
        Stored::Units(units) => Value::String(cx.heap.new_text(TextRef::Wide(units))?),
        Stored::Bytes(bytes) => cx.heap.new_bytes(bytes.to_vec())?,
        Stored::Response { .. } => Value::Null,
    })
}
