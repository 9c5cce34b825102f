//! How encodings check parts of their arguments: the classes of .NET say the same in two ways, some of them with names of
//! their own.

use super::Kind;
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::library::system::math;

/// A place and a number in the arguments, with the names of their parameters.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) index: (&'static str, i32),
    pub(super) count: (&'static str, i32),
}

/// What is said of a part that is not there.
#[derive(Clone, Copy)]
pub(super) struct Outside {
    /// `buffer` or `string`.
    pub(super) whole: &'static str,
    pub(super) parameter: &'static str,
}

/// The classes with the words of .NET Framework; the others say what .NET 8 says everywhere.
pub(super) const fn is_older(kind: Kind) -> bool {
    match kind {
        Kind::Utf8 | Kind::Utf8Strict { .. } | Kind::Ascii | Kind::Latin1 | Kind::Windows1252 => true,
        Kind::Utf16 | Kind::Utf16Be | Kind::Utf32 | Kind::Utf32Be | Kind::Utf7 => false,
    }
}

/// An array is null.
pub(super) fn null(cx: &mut Cx<'_>, kind: Kind, parameter: &str) -> Throw {
    if is_older(kind) {
        cx.throw_argument(Exc::ArgumentNull, "Array cannot be null.", parameter)
    } else {
        cx.argument_null(parameter)
    }
}

/// A number is below zero, in the words of .NET Framework.
pub(super) fn required(cx: &mut Cx<'_>, parameter: &str) -> Throw {
    cx.throw_argument(Exc::ArgumentOutOfRange, "Non-negative number required.", parameter)
}

/// Where the part begins and ends within `length`.
pub(super) fn within(
    cx: &mut Cx<'_>,
    kind: Kind,
    part: Part,
    length: usize,
    outside: Outside,
) -> Result<(usize, usize), Throw> {
    let (index, count) = not_negative(cx, part, is_older(kind))?;
    if index > length || count > length - index {
        let message = format!("Index and count must refer to a location within the {}.", outside.whole);
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, &message, outside.parameter));
    }
    Ok((index, index + count))
}

/// As [`within`], for the members of a part of a string, which all encodings have from the class they derive from.
pub(super) fn within_string(cx: &mut Cx<'_>, part: Part, length: usize) -> Result<(usize, usize), Throw> {
    let (index, count) = not_negative(cx, part, false)?;
    if count > length || index > length - count {
        let limit = i64::try_from(length).unwrap_or(i64::MAX) - i64::from(part.count.1);
        return Err(math::not_at_most(cx, part.index.0, part.index.1.into(), limit));
    }
    Ok((index, index + count))
}

fn not_negative(cx: &mut Cx<'_>, part: Part, older: bool) -> Result<(usize, usize), Throw> {
    let mut number = |(name, n): (&'static str, i32)| {
        usize::try_from(n).map_err(|_| if older { required(cx, name) } else { math::negative(cx, name, n.into()) })
    };
    Ok((number(part.index)?, number(part.count)?))
}

/// The place in a target where the result shall begin.
pub(super) fn target(cx: &mut Cx<'_>, at: i32, length: usize, parameter: &str) -> Result<usize, Throw> {
    match usize::try_from(at).ok().filter(|at| *at <= length) {
        Some(at) => Ok(at),
        None => {
            let message =
                "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
            Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, parameter))
        }
    }
}

/// The result does not fit behind that place.
pub(super) fn too_small(cx: &mut Cx<'_>, kind: Kind, encodes: bool) -> Throw {
    let (what, coded, class, parameter) = match encodes {
        true => ("byte buffer is too small to contain the encoded data", "Encoder", fallback(kind, true), "bytes"),
        false => {
            ("char buffer is too small to contain the decoded characters", "Decoder", fallback(kind, false), "chars")
        }
    };
    let page = kind.names().1;
    let coded = if class.contains('+') { "" } else { coded };
    let message = format!("The output {what}, encoding codepage '{page}' and fallback 'System.Text.{coded}{class}'.");
    cx.throw_argument(Exc::Argument, &message, parameter)
}

fn fallback(kind: Kind, encodes: bool) -> &'static str {
    match kind {
        Kind::Utf8Strict { throws: true, .. } => "ExceptionFallback",
        Kind::Latin1 if encodes => "Latin1BestFitFallback",
        Kind::Utf7 if !encodes => "UTF7Encoding+DecoderUTF7Fallback",
        _ => "ReplacementFallback",
    }
}
