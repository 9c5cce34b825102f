//! What an attribute or text was compiled to: a literal checked when it was compiled, or an expression.

use std::borrow::Cow;

use http::HeaderName;

use crate::check;
use crate::error::PolicyError;
use crate::step::{ExprId, StepCx};
use crate::value::Value;
use crate::value::behaviour;
use crate::value::heap::Object;
use crate::value::text::TextRef;

type Result<T> = std::result::Result<T, Box<PolicyError>>;

/// A text.
#[derive(Debug)]
pub(crate) enum TextOperand {
    /// As written.
    Literal(Box<str>),
    /// Converted with `ToString`.
    Expression(ExprId),
}

impl TextOperand {
    /// The text; a null is `""`.
    pub(crate) fn eval(&self, cx: &mut StepCx<'_>) -> Result<Cow<'_, str>> {
        Ok(self.eval_or_null(cx)?.unwrap_or_default())
    }

    /// The text, or `None` for a null.
    pub(crate) fn eval_or_null(&self, cx: &mut StepCx<'_>) -> Result<Option<Cow<'_, str>>> {
        match self {
            Self::Literal(text) => Ok(Some(Cow::Borrowed(text))),
            Self::Expression(id) => {
                if let Some(text) = cx.lent(*id) {
                    return Ok(Some(Cow::Owned(text.to_owned())));
                }
                match cx.eval(*id)? {
                    Value::Null => Ok(None),
                    value => Ok(Some(Cow::Owned(text_of(cx, value)?))),
                }
            }
        }
    }

    /// What `look` makes of the text in UTF-8, or `None` for a null. The text is lent from where it is: a token of 700
    /// bytes is neither copied nor read once more.
    pub(crate) fn eval_with<T>(&self, cx: &mut StepCx<'_>, look: impl FnOnce(&[u8]) -> T) -> Result<Option<T>> {
        let id = match self {
            Self::Literal(text) => return Ok(Some(look(text.as_bytes()))),
            Self::Expression(id) => *id,
        };
        if let Some(text) = cx.lent(id) {
            return Ok(Some(look(text.as_bytes())));
        }
        match cx.eval(id)? {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(match cx.exchange.heap.text(text) {
                TextRef::Ascii(bytes) => look(bytes),
                wide @ TextRef::Wide(_) => look(wide.to_utf8().as_bytes()),
            })),
            value => Ok(Some(look(text_of(cx, value)?.as_bytes()))),
        }
    }

    /// The text, if it is known without running.
    pub(crate) fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Expression(_) => None,
        }
    }
}

/// The name of a header.
#[derive(Debug)]
pub(crate) enum HeaderOperand {
    /// As written: read when it is compiled, which takes longer than to find the header.
    Literal(HeaderName),
    /// Gives the name.
    Expression(TextOperand),
}

impl HeaderOperand {
    /// The name.
    pub(crate) fn eval(&self, cx: &mut StepCx<'_>) -> Result<Cow<'_, HeaderName>> {
        match self {
            Self::Literal(name) => Ok(Cow::Borrowed(name)),
            Self::Expression(text) => check::header_name(&text.eval(cx)?)
                .map(Cow::Owned)
                .ok_or_else(|| cx.bad_value("The name of a header is invalid.")),
        }
    }

    /// The name, if it is known without running.
    pub(crate) const fn literal(&self) -> Option<&HeaderName> {
        match self {
            Self::Literal(name) => Some(name),
            Self::Expression(_) => None,
        }
    }
}

/// `value.ToString()`.
pub(crate) fn text_of(cx: &mut StepCx<'_>, value: Value) -> Result<String> {
    cx.with_cx(|cx| {
        let text = behaviour::to_text(cx, value)?;
        Ok(cx.text(text).to_utf8().into_owned())
    })
    .map_err(|throw| cx.expression_failed(throw))
}

/// A boolean.
#[derive(Debug, Clone, Copy)]
pub(crate) enum BoolOperand {
    /// As written.
    Literal(bool),
    /// Gives a `bool`.
    Expression(ExprId),
}

impl BoolOperand {
    /// Its value.
    pub(crate) fn eval(self, cx: &mut StepCx<'_>) -> Result<bool> {
        match self {
            Self::Literal(value) => Ok(value),
            Self::Expression(id) => match cx.eval(id)? {
                Value::Bool(value) => Ok(value),
                _ => Err(cx.bad_value("The value is not a Boolean.")),
            },
        }
    }
}

/// A whole number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum IntOperand {
    /// As written; within the bounds of its attribute.
    Literal(i64),
    /// Gives an integer, or a text that is one; the bounds are those of the attribute.
    Expression(ExprId, i64, i64),
}

impl IntOperand {
    /// Its value.
    pub(crate) fn eval(self, cx: &mut StepCx<'_>) -> Result<i64> {
        let (id, least, most) = match self {
            Self::Literal(value) => return Ok(value),
            Self::Expression(id, least, most) => (id, least, most),
        };
        let value = cx.eval(id)?;
        let Some(number) = integer(cx, value) else {
            return Err(cx.bad_value("The value is not a whole number."));
        };
        if (least..=most).contains(&number) {
            Ok(number)
        } else {
            Err(cx.bad_value(format_args!("The value {number} is out of range.")))
        }
    }
}

fn integer(cx: &StepCx<'_>, value: Value) -> Option<i64> {
    match value {
        Value::SByte(n) => Some(n.into()),
        Value::Byte(n) => Some(n.into()),
        Value::Int16(n) => Some(n.into()),
        Value::UInt16(n) => Some(n.into()),
        Value::Int32(n) => Some(n.into()),
        Value::UInt32(n) => Some(n.into()),
        Value::Int64(n) => Some(n),
        Value::UInt64(n) => i64::try_from(n).ok(),
        Value::String(text) => check::integer(&cx.exchange.heap.text(text).to_utf8()),
        _ => None,
    }
}

/// One of several words.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ChoiceOperand {
    /// The index of the word written.
    Literal(usize),
    /// Gives one of these words.
    Expression(ExprId, &'static [&'static str]),
}

impl ChoiceOperand {
    /// The index of the word.
    pub(crate) fn eval(self, cx: &mut StepCx<'_>) -> Result<usize> {
        let (id, words) = match self {
            Self::Literal(index) => return Ok(index),
            Self::Expression(id, words) => (id, words),
        };
        let value = cx.eval(id)?;
        let text = text_of(cx, value)?;
        let index = words.iter().position(|word| *word == text.trim());
        index.ok_or_else(|| cx.bad_value(format_args!("'{text}' is not one of {}.", check::list(words))))
    }
}

/// A value that is kept as it is.
#[derive(Debug)]
pub(crate) enum ValueOperand {
    /// A literal is a string, whatever it looks like.
    Literal(Box<str>),
    /// Any value.
    Expression(ExprId),
}

impl ValueOperand {
    /// Its value.
    pub(crate) fn eval(&self, cx: &mut StepCx<'_>) -> Result<Value> {
        match self {
            Self::Literal(text) => new_string(cx, text),
            Self::Expression(id) => cx.eval(*id),
        }
    }
}

/// A new string value.
pub(crate) fn new_string(cx: &mut StepCx<'_>, text: &str) -> Result<Value> {
    cx.with_cx(|cx| cx.string(text)).map_err(|throw| cx.expression_failed(throw))
}

/// The bytes of a body: a `byte[]` as it is, anything else as UTF-8 text. A null is an empty body.
pub(crate) fn bytes_of(cx: &mut StepCx<'_>, value: Value) -> Result<bytes::Bytes> {
    if value.is_null() {
        return Ok(bytes::Bytes::new());
    }
    if let Some(Object::Bytes(bytes)) = cx.exchange.heap.get(value) {
        return Ok(bytes::Bytes::copy_from_slice(bytes));
    }
    Ok(text_of(cx, value)?.into())
}

#[cfg(test)]
mod tests {
    use crate::policies::check::Scene;

    /// A text of the exchange is lent from where it is; what is not there is told as evaluating it tells.
    #[test]
    fn texts_of_the_exchange() {
        let shown = |value: &str| {
            let policy = format!("<set-header name=\"x-a\"><value>@({value})</value></set-header>");
            let mut scene = Scene::inbound(&policy).subscription("s-é");
            let shown = scene.run();
            match shown.lines().find(|line| line.starts_with('!')) {
                Some(error) => error.to_owned(),
                None => scene.request().lines().find(|line| line.starts_with("x-a")).unwrap_or_default().to_owned(),
            }
        };
        assert_eq!(shown("context.Request.Method"), "x-a: GET");
        assert_eq!(shown("context.Subscription.Id"), "x-a: s-é");
        assert_eq!(shown("context.Subscription.Id.Length"), "x-a: 3");
        let no_user = "! set-header ExpressionValueEvaluationFailure: Expression evaluation failed. \
                       Object reference not set to an instance of an object. (api/inbound/set-header/)";
        assert_eq!(shown("context.User.Id"), no_user);
    }
}
