//! `System.Exception`, whose members all exceptions have.

use super::object;
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, ExceptionObject, SetByProgram, Throw, Trap};
use crate::library::{TypeDef, constructor, method, property, property_set};
use crate::types;
use crate::value::heap::Object;
use crate::value::text::TextBuf;
use crate::value::{Ref, Value};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Exception")
    .members(&[
        constructor("Exception()", new::<0>),
        constructor("Exception(string message)", new::<0>),
        constructor("Exception(string message, Exception innerException)", new::<0>),
        property("string Message { get; }", message),
        property("Exception InnerException { get; }", inner_exception),
        property("string StackTrace { get; }", stack_trace),
        property_set(
            "string Source { get; set; }",
            |cx, args| Ok(given(cx, args)?.source),
            |cx, args| set(cx, args, |set, value| set.source = value),
        ),
        property_set(
            "string HelpLink { get; set; }",
            |cx, args| Ok(given(cx, args)?.help_link),
            |cx, args| set(cx, args, |set, value| set.help_link = value),
        ),
        property_set("int HResult { get; set; }", hresult, |cx, args| {
            let number = as_i32(args, 1)?;
            set(cx, args, |set, _| set.hresult = Some(number))
        }),
        method("Exception GetBaseException()", get_base_exception),
        method("string ToString()", object::to_string),
        method("Type GetType()", super::object::get_type),
    ])
    .summary("What `throw` raises and `catch` gets.");

/// Makes an exception of the n-th type of [`Exc::ALL`] from `()`, `(message)` or `(message, innerException)`.
pub(crate) fn new<const N: usize>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let exception = Exc::ALL.get(N).copied().unwrap_or(Exc::Exception);
    let message = match cx.string_opt(args, 0) {
        Some(text) => {
            cx.heap.charge(text.len())?;
            cx.text(text).to_utf8().into_owned()
        }
        None if args.is_empty() => match exception {
            // What the engine throws says more than the constructor does.
            Exc::RegexMatchTimeout => Exc::Timeout.describe().2.to_owned(),
            Exc::UriFormat => Exc::Format.describe().2.to_owned(),
            _ => exception.describe().2.to_owned(),
        },
        None if exception == Exc::Argument => exception.describe().2.to_owned(),
        None => unnamed(exception),
    };
    create(cx, exception, message, arg(args, 1), None)
}

/// The message of an exception whose message is null.
pub(crate) fn unnamed(exception: Exc) -> String {
    format!("Exception of type '{}' was thrown.", exception.describe().0)
}

/// Makes an exception object.
///
/// # Errors
/// When the memory budget is exhausted.
pub(crate) fn create(
    cx: &mut Cx<'_>,
    exception: Exc,
    message: String,
    inner: Value,
    parameter: Option<Box<str>>,
) -> Result<Value, Throw> {
    let ty = crate::cx::exception_type(exception);
    let object = ExceptionObject { ty, message: message.into(), inner, parameter, thrown: false, set: None };
    Ok(Value::Object(cx.heap.new_object(Object::Exception(Box::new(object)))?))
}

fn get<'a>(cx: &'a Cx<'_>, value: Value) -> Result<&'a ExceptionObject, Throw> {
    match cx.heap.get(value) {
        Some(Object::Exception(exception)) => Ok(exception),
        _ => Err(fault("an exception was expected")),
    }
}

/// What a program set.
fn given(cx: &Cx<'_>, args: &[Value]) -> Result<SetByProgram, Throw> {
    Ok(get(cx, arg(args, 0))?.set.as_deref().copied().unwrap_or_default())
}

/// Sets a property to the argument behind the exception.
fn set(cx: &mut Cx<'_>, args: &[Value], put: impl FnOnce(&mut SetByProgram, Value)) -> Result<Value, Throw> {
    if get(cx, arg(args, 0))?.set.is_none() {
        cx.heap.charge(size_of::<SetByProgram>())?;
    }
    if let Some(Object::Exception(exception)) = cx.heap.get_mut(arg(args, 0)) {
        put(exception.set.get_or_insert_default(), arg(args, 1));
    }
    Ok(Value::Null)
}

/// The number that COM has for an exception of the type, if no other was set.
pub(in crate::library) fn hresult(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    use Exc as E;
    if let Some(number) = given(cx, args)?.hresult {
        return Ok(Value::Int32(number));
    }
    let ty = get(cx, arg(args, 0))?.ty;
    let name = types::net_name(ty);
    let known = Exc::ALL.iter().copied().find(|known| known.describe().0 == name);
    Ok(Value::Int32(match known.unwrap_or(E::Exception) {
        E::SystemException | E::Cryptographic => -2_146_233_087,
        E::ApplicationException => -2_146_232_832,
        E::Argument | E::DecoderFallback | E::EncoderFallback | E::RegexParse => -2_147_024_809,
        E::ArgumentNull | E::NullReference => -2_147_467_261,
        E::ArgumentOutOfRange => -2_146_233_086,
        E::Arithmetic => -2_147_024_362,
        E::ArrayTypeMismatch => -2_146_233_085,
        E::DivideByZero => -2_147_352_558,
        E::Format | E::UriFormat => -2_146_233_033,
        E::IndexOutOfRange => -2_146_233_080,
        E::InvalidCast => -2_147_467_262,
        E::InvalidOperation => -2_146_233_079,
        E::KeyNotFound => -2_146_232_969,
        E::NotImplemented => -2_147_467_263,
        E::NotSupported => -2_146_233_067,
        E::ObjectDisposed => -2_146_232_798,
        E::PlatformNotSupported => -2_146_233_031,
        E::OutOfMemory => -2_147_024_882,
        E::Overflow => -2_146_233_066,
        E::Rank => -2_146_233_065,
        E::Serialization => -2_146_233_076,
        E::RegexMatchTimeout | E::Timeout => -2_146_233_083,
        E::UnauthorizedAccess => -2_147_024_891,
        E::Xml => -2_146_232_000,
        E::XmlSchema => -2_146_231_999,
        _ => -2_146_233_088,
    }))
}

fn message(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let message = get(cx, arg(args, 0))?.message.clone();
    cx.string(&message)
}

fn inner_exception(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(get(cx, arg(args, 0))?.inner)
}

/// There are no frames to show of one that was thrown.
fn stack_trace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if !get(cx, arg(args, 0))?.thrown {
        return Ok(Value::Null);
    }
    cx.string("")
}

fn get_base_exception(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let mut exception = arg(args, 0);
    loop {
        cx.charge(1)?;
        match get(cx, exception)?.inner {
            Value::Null => return Ok(exception),
            inner => exception = inner,
        }
    }
}

/// Inner exceptions are followed this deep.
const MAX_DEPTH: usize = 100;

/// Appends `Type: message` and the inner exceptions.
///
/// # Errors
/// When a budget is exhausted.
pub(crate) fn write_text(cx: &mut Cx<'_>, exception: Ref, depth: usize, out: &mut TextBuf) -> Result<(), Throw> {
    if depth > MAX_DEPTH {
        return Err(Trap::Depth.into());
    }
    let Object::Exception(object) = cx.heap.object(exception) else { return Ok(()) };
    out.push_str(&types::net_name(object.ty));
    if !object.message.is_empty() {
        out.push_str(": ");
        out.push_str(&object.message);
    }
    if let Value::Object(inner) = object.inner {
        out.push_str(crate::library::NEW_LINE);
        out.push_str(" ---> ");
        write_text(cx, inner, depth + 1, out)?;
        out.push_str(crate::library::NEW_LINE);
        out.push_str("   --- End of inner exception stack trace ---");
    }
    Ok(())
}
