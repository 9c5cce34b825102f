//! `System.Text.RegularExpressions.Regex`.
//!
//! <https://learn.microsoft.com/dotnet/api/system.text.regularexpressions.regex>

mod replace;
mod split;

use super::match_collection::find_all;
use super::match_type::find;
use super::parser;
use super::regex_options;
use super::run::Job;
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, constructor, method, property};
use crate::net_object;
use crate::types::{Known, TypeId};
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::{Str, TextBuf};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Text.RegularExpressions.Regex")
    .summary("A regular expression.")
    .allow(Allow::Only(&[".ctor", "IsMatch", "Match", "Matches", "Replace", "Split", "Unescape"]))
    .members(&[
        constructor("Regex(string pattern)", new),
        constructor("Regex(string pattern, RegexOptions options)", new),
        constructor("Regex(string pattern, RegexOptions options, TimeSpan matchTimeout)", new),
        property("static TimeSpan InfiniteMatchTimeout { get; }", |_, _| Ok(Value::TimeSpan(INFINITE))),
        property("TimeSpan MatchTimeout { get; }", match_timeout),
        property("RegexOptions Options { get; }", options),
        property("bool RightToLeft { get; }", right_to_left),
        method("static string Escape(string str)", escape),
        method("string[] GetGroupNames()", get_group_names),
        method("int[] GetGroupNumbers()", get_group_numbers),
        method("string GroupNameFromNumber(int i)", group_name_from_number),
        method("int GroupNumberFromName(string name)", group_number_from_name),
        method("static bool IsMatch(string input, string pattern)", static_is_match),
        method("static bool IsMatch(string input, string pattern, RegexOptions options)", static_is_match),
        method(
            "static bool IsMatch(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
            static_is_match,
        ),
        method("bool IsMatch(string input)", is_match),
        method("bool IsMatch(string input, int startat)", is_match),
        method("static Match Match(string input, string pattern)", static_match),
        method("static Match Match(string input, string pattern, RegexOptions options)", static_match),
        method(
            "static Match Match(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
            static_match,
        ),
        method("Match Match(string input)", match_input),
        method("Match Match(string input, int startat)", match_input),
        method("Match Match(string input, int beginning, int length)", match_part),
        method("static MatchCollection Matches(string input, string pattern)", static_matches),
        method("static MatchCollection Matches(string input, string pattern, RegexOptions options)", static_matches),
        method(
            "static MatchCollection Matches(string input, string pattern, RegexOptions options, \
             TimeSpan matchTimeout)",
            static_matches,
        ),
        method("MatchCollection Matches(string input)", matches),
        method("MatchCollection Matches(string input, int startat)", matches),
        method("static string Replace(string input, string pattern, string replacement)", replace::static_replace),
        method(
            "static string Replace(string input, string pattern, string replacement, RegexOptions options)",
            replace::static_replace,
        ),
        method(
            "static string Replace(string input, string pattern, string replacement, RegexOptions options, \
             TimeSpan matchTimeout)",
            replace::static_replace,
        ),
        method("string Replace(string input, string replacement)", replace::replace),
        method("string Replace(string input, string replacement, int count)", replace::replace),
        method("string Replace(string input, string replacement, int count, int startat)", replace::replace),
        method(
            "static string Replace(string input, string pattern, MatchEvaluator evaluator)",
            replace::static_evaluate,
        ),
        method(
            "static string Replace(string input, string pattern, MatchEvaluator evaluator, RegexOptions options)",
            replace::static_evaluate,
        ),
        method(
            "static string Replace(string input, string pattern, MatchEvaluator evaluator, RegexOptions options, \
             TimeSpan matchTimeout)",
            replace::static_evaluate,
        ),
        method("string Replace(string input, MatchEvaluator evaluator)", replace::evaluate),
        method("string Replace(string input, MatchEvaluator evaluator, int count)", replace::evaluate),
        method("string Replace(string input, MatchEvaluator evaluator, int count, int startat)", replace::evaluate),
        method("static string[] Split(string input, string pattern)", split::static_split),
        method("static string[] Split(string input, string pattern, RegexOptions options)", split::static_split),
        method(
            "static string[] Split(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
            split::static_split,
        ),
        method("string[] Split(string input)", split::split),
        method("string[] Split(string input, int count)", split::split),
        method("string[] Split(string input, int count, int startat)", split::split),
        method("string ToString()", |cx, args| Ok(Value::String(this(cx, args)?.1))),
        method("static string Unescape(string str)", unescape),
    ]);

static KNOWN: Known = Known::new("System.Text.RegularExpressions.Regex");

/// -1 ms.
const INFINITE: i64 = -10_000;

#[derive(Debug)]
struct RegexObject {
    job: Job,
    source: Str,
}

net_object! {
    RegexObject, KNOWN,
    fn to_text(&self, heap: &Heap) -> Option<TextBuf> {
        let mut out = TextBuf::new();
        out.push_text(heap.text(self.source));
        Some(out)
    }
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = cx.string_arg(args, 0, "pattern")?;
    let job = Job::new(cx, args, source, 1)?;
    Ok(cx.heap.new_native(RegexObject { job, source })?)
}

/// Pattern and options of a `Regex`; `None` for other values.
pub(in crate::library) fn pattern_of(heap: &Heap, value: crate::value::Value) -> Option<(Str, i64)> {
    let regex = heap.native::<RegexObject>(value)?;
    Some((regex.source, regex.job.pattern.options))
}

/// The receiver's pattern, compiled and as text.
fn this(cx: &Cx<'_>, args: &[Value]) -> Result<(Job, Str), Throw> {
    let regex = cx.heap.native::<RegexObject>(arg(args, 0)).ok_or(fault("a Regex was expected"))?;
    Ok((regex.job.clone(), regex.source))
}

/// The input and the pattern of a static member, with options from the argument at `options` on.
fn given(cx: &mut Cx<'_>, args: &[Value], options: usize) -> Result<(Job, Str), Throw> {
    let pattern = cx.string_arg(args, 1, "pattern")?;
    // The pattern is read before anybody looks at the text.
    let job = Job::new(cx, args, pattern, options)?;
    Ok((job, cx.string_arg(args, 0, "input")?))
}

/// Where a search begins: at the argument, or where it begins by itself.
fn start_at(cx: &mut Cx<'_>, args: &[Value], index: usize, job: &Job, input: Str) -> Result<usize, Throw> {
    let Value::Int32(start) = arg(args, index) else { return Ok(job.first(input)) };
    match usize::try_from(start) {
        Ok(start) if start <= input.len() => Ok(start),
        _ => {
            let why = "Start index cannot be less than 0 or greater than input length.";
            Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "startat"))
        }
    }
}

fn match_timeout(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let timeout = this(cx, args)?.0.timeout;
    Ok(Value::TimeSpan(timeout.map_or(INFINITE, |micros| micros.cast_signed().saturating_mul(10))))
}

fn options(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Enum(regex_options::KNOWN.id(), this(cx, args)?.0.pattern.options))
}

fn right_to_left(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(this(cx, args)?.0.pattern.program.right_to_left))
}

fn escape(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "str")?;
    cx.charge(text.len())?;
    cx.heap.charge_string(text.len())?;
    let mut out = TextBuf::with_capacity(text.len());
    for unit in cx.text(text).units() {
        let named = match u8::try_from(unit).unwrap_or(0) {
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            b'\x0c' => b'f',
            c @ (b'\\' | b'*' | b'+' | b'?' | b'|' | b'{' | b'[' | b'(' | b')' | b'^' | b'$' | b'.' | b'#' | b' ') => c,
            _ => {
                out.push(unit);
                continue;
            }
        };
        out.push(u16::from(b'\\'));
        out.push(u16::from(named));
    }
    if out.len() == text.len() { Ok(Value::String(text)) } else { cx.string_buf(&out) }
}

fn unescape(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "str")?;
    cx.charge(text.len())?;
    cx.heap.charge_string(text.len())?;
    let units: Vec<u16> = cx.text(text).units().collect();
    match parser::unescape(&units) {
        Ok(None) => Ok(Value::String(text)),
        Ok(Some(plain)) => {
            let mut out = TextBuf::new();
            plain.iter().for_each(|unit| out.push(*unit));
            cx.string_buf(&out)
        }
        Err((what, at)) => {
            let message = format!("Invalid pattern '{}' at offset {at}. {what}", cx.text(text).to_utf8());
            Err(cx.throw(Exc::RegexParse, message))
        }
    }
}

fn get_group_names(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (job, _) = this(cx, args)?;
    let mut names = Vec::new();
    for name in &job.pattern.groups.names {
        names.push(cx.string(name)?);
    }
    Ok(cx.heap.new_array(TypeId::STRING, names)?)
}

fn get_group_numbers(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (job, _) = this(cx, args)?;
    let numbers = job.pattern.groups.numbers.iter().map(|n| Value::Int32(*n)).collect();
    Ok(cx.heap.new_array(TypeId::INT32, numbers)?)
}

fn group_name_from_number(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (job, _) = this(cx, args)?;
    let groups = &job.pattern.groups;
    let name = groups.slot(as_i32(args, 1)?).and_then(|slot| groups.names.get(slot));
    cx.string(name.map_or("", String::as_str))
}

fn group_number_from_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 1, "name")?;
    let (job, _) = this(cx, args)?;
    cx.charge(name.len())?;
    let groups = &job.pattern.groups;
    let number = groups.named(&cx.text(name).to_utf8()).and_then(|slot| groups.numbers.get(slot));
    Ok(Value::Int32(number.copied().unwrap_or(-1)))
}

fn is_match(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let input = cx.string_arg(args, 1, "input")?;
    let (job, _) = this(cx, args)?;
    let start = start_at(cx, args, 2, &job, input)?;
    Ok(Value::Bool(job.matches(cx, input, start)?))
}

fn static_is_match(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (job, input) = given(cx, args, 2)?;
    let start = job.first(input);
    Ok(Value::Bool(job.matches(cx, input, start)?))
}

fn match_input(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let input = cx.string_arg(args, 1, "input")?;
    let (job, _) = this(cx, args)?;
    let start = start_at(cx, args, 2, &job, input)?;
    find(cx, job, input, 0, start)
}

/// Only a part of the input exists for the pattern: its anchors are those of the part.
fn match_part(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let input = cx.string_arg(args, 1, "input")?;
    let (job, _) = this(cx, args)?;
    let (beginning, length) = (usize::try_from(as_i32(args, 2)?), usize::try_from(as_i32(args, 3)?));
    let Some(beginning) = beginning.ok().filter(|b| *b <= input.len()) else {
        let why = "Start index cannot be less than 0 or greater than input length.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "beginning"));
    };
    let Some(length) = length.ok().filter(|l| *l <= input.len() - beginning) else {
        let why = "Length cannot be less than 0 or exceed input length.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "length"));
    };
    let part = input.slice(beginning, beginning + length);
    let start = job.first(part);
    find(cx, job, part, beginning, start)
}

fn static_match(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (job, input) = given(cx, args, 2)?;
    let start = job.first(input);
    find(cx, job, input, 0, start)
}

fn matches(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let input = cx.string_arg(args, 1, "input")?;
    let (job, _) = this(cx, args)?;
    let start = start_at(cx, args, 2, &job, input)?;
    find_all(cx, &job, input, start)
}

fn static_matches(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (job, input) = given(cx, args, 2)?;
    let start = job.first(input);
    find_all(cx, &job, input, start)
}
