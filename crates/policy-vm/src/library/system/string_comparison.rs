//! `System.StringComparison`, `System.StringSplitOptions` and `System.StringComparer`.

use super::string::compare;
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method, property};
use crate::types::Known;
use crate::value::{Value, behaviour};

pub(in crate::library) const STRING_COMPARISON: TypeDef = TypeDef::enumeration(
    "System.StringComparison",
    &[
        ("CurrentCulture", 0),
        ("CurrentCultureIgnoreCase", 1),
        ("InvariantCulture", 2),
        ("InvariantCultureIgnoreCase", 3),
        ("Ordinal", 4),
        ("OrdinalIgnoreCase", 5),
    ],
)
.summary("How strings are compared; all are ordinal here, with or without case.");

pub(in crate::library) const STRING_SPLIT_OPTIONS: TypeDef =
    TypeDef::enumeration("System.StringSplitOptions", &[("None", 0), ("RemoveEmptyEntries", 1), ("TrimEntries", 2)])
        .flags()
        .summary("What `Split` does with its parts.");

pub(in crate::library) const STRING_COMPARER: TypeDef = TypeDef::class("System.StringComparer")
    .interfaces(&[
        "System.Collections.Generic.IComparer<string>",
        "System.Collections.Generic.IEqualityComparer<string>",
    ])
    .members(&[
        property("static StringComparer Ordinal { get; }", ordinal),
        property("static StringComparer OrdinalIgnoreCase { get; }", ordinal_ignore_case),
        property("static StringComparer InvariantCulture { get; }", ordinal),
        property("static StringComparer InvariantCultureIgnoreCase { get; }", ordinal_ignore_case),
        property("static StringComparer CurrentCulture { get; }", ordinal),
        property("static StringComparer CurrentCultureIgnoreCase { get; }", ordinal_ignore_case),
        method("static StringComparer FromComparison(StringComparison comparisonType)", from_comparison),
        method("static StringComparer Create(CultureInfo culture, bool ignoreCase)", create),
        method("int Compare(object x, object y)", compare_values),
        method("int Compare(string x, string y)", compare_values),
        method("bool Equals(object x, object y)", equals),
        method("bool Equals(string x, string y)", equals),
        method("int GetHashCode(object obj)", get_hash_code),
        method("int GetHashCode(string obj)", get_hash_code),
    ])
    .summary("Compares strings, for sorting and for dictionaries.");

static ID: Known = Known::new("System.StringComparer");

/// A comparer: ordinal, or ordinal after upper-casing.
#[derive(Debug)]
pub(crate) struct StringComparer {
    /// True when case does not matter.
    pub ignore_case: bool,
}

crate::net_object!(
    StringComparer,
    ID,
    fn comparer(&self) -> Option<crate::value::comparer::ComparerKind> {
        use crate::value::comparer::ComparerKind::{Ordinal, OrdinalIgnoreCase};
        Some(if self.ignore_case { OrdinalIgnoreCase } else { Ordinal })
    }
);

fn new(cx: &mut Cx<'_>, ignore_case: bool) -> Result<Value, Throw> {
    let name = if ignore_case { "OrdinalIgnoreCase" } else { "Ordinal" };
    Ok(cx.heap.single(name, ID.id(), StringComparer { ignore_case })?)
}

fn ordinal(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    new(cx, false)
}

fn ordinal_ignore_case(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    new(cx, true)
}

fn from_comparison(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ignore_case = compare::ignores_case(cx, arg(args, 0))?;
    new(cx, ignore_case)
}

fn create(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("culture"));
    }
    new(cx, arg(args, 1) == Value::Bool(true))
}

fn ignores_case(cx: &Cx<'_>, args: &[Value]) -> Result<bool, Throw> {
    cx.heap.native::<StringComparer>(arg(args, 0)).map(|c| c.ignore_case).ok_or(fault("a comparer was expected"))
}

/// `Compare` with the difference that the member of the class gives.
pub(in crate::library) fn compare_values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ignore_case = ignores_case(cx, args)?;
    Ok(Value::Int32(match (arg(args, 1), arg(args, 2)) {
        (Value::String(a), Value::String(b)) => {
            cx.charge(a.len().min(b.len()) / 8)?;
            let (a, b) = (cx.text(a), cx.text(b));
            if ignore_case { compare::difference(a, b, true) } else { compare::ordinal_difference(a, b) }
        }
        (a, b) => behaviour::compare(cx, a, b)? as i32,
    }))
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ignore_case = ignores_case(cx, args)?;
    Ok(Value::Bool(match (arg(args, 1), arg(args, 2)) {
        (Value::String(a), Value::String(b)) if ignore_case => {
            cx.charge(a.len() / 8)?;
            cx.text(a).equals_ignore_case(cx.text(b))
        }
        (a, b) => behaviour::equals(cx, a, b)?,
    }))
}

fn get_hash_code(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ignore_case = ignores_case(cx, args)?;
    match arg(args, 1) {
        Value::Null => Err(cx.throw_argument(Exc::ArgumentNull, "Value cannot be null.", "obj")),
        Value::String(text) if ignore_case => compare::hash_ignoring_case(cx, text),
        other => super::object::get_hash_code(cx, &[other]),
    }
}
