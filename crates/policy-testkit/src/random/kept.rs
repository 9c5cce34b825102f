//! Differences that are kept on purpose, and why. Each kind is told by as little as will do: words of the expression and
//! of both answers, all of which must be there, and sometimes a rule.

use serde_json::Value as Json;

use super::against::Example;

struct Kept {
    /// In the expression, any of them; none for every expression.
    expression: &'static [&'static str],
    /// In what .NET answers, any of them.
    theirs: &'static [&'static str],
    /// In what the engine answers, any of them.
    ours: &'static [&'static str],
    /// What else must hold.
    rule: fn(&Json, &Json) -> bool,
    reason: &'static str,
}

/// What is the same in all kinds: nothing is asked.
const ANY: Kept = Kept { expression: &[], theirs: &[], ours: &[], rule: |_, _| true, reason: "" };

/// Types that overloads of .NET 8 have and that are none of policies.
const FOREIGN: [&str; 13] = [
    "ParallelEnumerable.",
    "MemoryExtensions.",
    "Queryable.",
    "CollectionExtensions.",
    "ImmutableArrayExtensions.",
    "Span<",
    "char*'",
    "byte*'",
    "System.Index'",
    "StringNormalizationExtensions.",
    "EncodingExtensions.",
    "'Enumerable.Zip<TFirst, TSecond>(IEnumerable<TFirst>, IEnumerable<TSecond>)'",
    "'Enum.GetName<TEnum>(TEnum)'",
];

const KEPT: [Kept; 39] = [
    Kept {
        rule: |theirs, ours| first_code(ours) == "CS0173" && UNTYPED.contains(&first_code(theirs)),
        reason: "the compiler of the record knows the conditional operator of C# 9, which needs no type of its own: it \
                 tells of what the operator stands in; that of C# 7 says CS0173 at once",
        ..ANY
    },
    Kept {
        theirs: &["\"CS8310\""],
        ours: &["\"CS0023\""],
        reason: "the compiler of the record has another code for operators on null; that of C# 7 says CS0023",
        ..ANY
    },
    Kept { ours: &["\"CS8107\""], reason: "the record is of C# 7.3; `default` without a type is not C# 7.0", ..ANY },
    Kept {
        theirs: &FOREIGN,
        rule: |theirs, ours| is_refused(theirs) && is_refused(ours),
        reason: "the compiler names an overload of spans, pointers, queryable or parallel sequences, which policies lack",
        ..ANY
    },
    Kept {
        rule: |theirs, ours| first_code(theirs) == "CS0165" && is_refused(ours),
        reason: "whether variables are assigned is looked at when everything else is right",
        ..ANY
    },
    Kept {
        expression: &["ParseExact("],
        ours: &["from 'string[]' to 'string'"],
        rule: |theirs, ours| is_refused(ours) && !is_refused(theirs),
        reason: "texts become spans there, with which `ParseExact` needs no style",
        ..ANY
    },
    Kept {
        theirs: &["\"CS0121\""],
        rule: |theirs, ours| !is_refused(ours) && (says(theirs, "Span<") || says(theirs, "(char*)")),
        reason: "without the overload of spans or pointers nothing is ambiguous",
        ..ANY
    },
    Kept {
        expression: &["Math.DivRem("],
        theirs: &["\"CS1615\""],
        ours: &["\"CS1501\""],
        reason: "`DivRem` of two numbers, which gives a tuple, is of later versions of .NET",
        ..ANY
    },
    Kept {
        rule: |theirs, ours| {
            let few = first_code(theirs) == "CS1501" && matches!(first_code(ours), "CS7036" | "CS1061");
            let named = matches!(first_code(theirs), "CS1729" | "CS1739") && first_code(ours) == "CS1061";
            few || named && says(theirs, "CompareTo")
        },
        reason: "of several overloads none is named; without those of spans there is one, which is, or there is none",
        ..ANY
    },
    Kept {
        ours: &[
            "from 'char[]' to 'string'",
            "from 'byte[]' to 'string'",
            "'startIndex' of 'BitConverter.",
            "to 'System.IFormatProvider'",
        ],
        rule: |theirs, ours| is_refused(ours) && !is_refused(theirs),
        reason: "arrays become spans there",
        ..ANY
    },
    Kept {
        theirs: &[
            "or more of the two is a method group",
            "target-typed conditional expression",
            "'method group'",
            "'(method group, ",
            "'method'",
            "method group cannot",
            "CS8119",
        ],
        ours: &["\"CS0428\"", "\"CS1660\"", "\"CS1503\""],
        rule: |theirs, ours| is_refused(theirs) && is_refused(ours),
        reason: "a method's name where a value is wanted is CS0428 at the name, whatever is around it",
        ..ANY
    },
    Kept {
        theirs: &["lambda expression", "target-typed conditional expression"],
        ours: &["\"CS1660\"", "\"CS0026\"", "\"CS8115\""],
        rule: |theirs, ours| is_refused(theirs) && is_refused(ours),
        reason: "a lambda where no delegate is wanted is CS1660 at the lambda, whatever is around it",
        ..ANY
    },
    Kept {
        theirs: &["\"CS1941\"", "\"CS1942\"", "\"CS1943\""],
        ours: &["\"CS0411\"", "\"CS0428\"", "\"CS1503\""],
        reason: "a mistake in a clause of a query is told of the call that the clause stands for",
        ..ANY
    },
    Kept {
        expression: &["void"],
        theirs: &["\"CS1547\""],
        ours: &["\"CS1525\""],
        reason: "the record stands around the expression with a `return`, where the compiler has another word for `void`",
        ..ANY
    },
    Kept {
        rule: |theirs, ours| place(theirs) < place(ours) && tells(theirs, first_code(ours)),
        reason: "the compiler goes on around a mistake and tells of what stands there as well; we tell of the mistake",
        ..ANY
    },
    Kept {
        rule: |theirs, ours| place(ours) < place(theirs) && tells(ours, first_code(theirs)),
        reason: "we tell of a mistake and of what stands around it, of which the compiler says nothing then",
        ..ANY
    },
    Kept {
        theirs: &["System.SByte[]"],
        ours: &["System.SByte[]"],
        rule: |theirs, ours| theirs["type"] == ours["type"],
        reason: "the record writes arrays of `sbyte` as bytes",
        ..ANY
    },
    Kept {
        theirs: &["System.Private.CoreLib"],
        ours: &["Invalid cast from"],
        reason: "names of types in messages lack the names of their assemblies",
        ..ANY
    },
    Kept {
        rule: same_but_place,
        reason: "tokens do not remember the line of their text, which Newtonsoft's messages end with",
        ..ANY
    },
    Kept {
        theirs: &["OutOfMemoryException"],
        rule: |_, ours| ours["ok"] == true || is_exception(ours),
        reason: "room is taken when it is used, not when it is asked for",
        ..ANY
    },
    Kept {
        expression: &["EnsureCapacity", "Capacity"],
        reason: "the room of a collection is not rounded up to a prime as .NET's is",
        ..ANY
    },
    Kept {
        expression: &["Cbrt", "cosh", "sinh", "tanh", "Math.", "double.", "float.", "Log", "Pow", "Exp"],
        rule: last_digit,
        reason: "the last digit of roots, logarithms and hyperbolic functions is that of the C library",
        ..ANY
    },
    Kept {
        theirs: &["System.InvalidProgramException", "SocketException"],
        reason: "the runtime of the record fails by itself there",
        ..ANY
    },
    Kept {
        rule: |theirs, ours| {
            let family = |answer: &Json| {
                let ty = answer["error"]["type"].as_str().unwrap_or_default();
                matches!(
                    ty,
                    "System.ArgumentException"
                        | "System.ArgumentNullException"
                        | "System.ArgumentOutOfRangeException"
                        | "System.IndexOutOfRangeException"
                )
            };
            family(theirs) && family(ours) && parameter(theirs) != parameter(ours)
        },
        reason: "of several wrong arguments of one call another is complained of first",
        ..ANY
    },
    Kept {
        theirs: &["\"ok\":true", "Could not create an instance of type", "NullReferenceException", "XmlNodeConverter"],
        ours: &["Cannot deserialize the current JSON", "Error converting value"],
        reason: "of JSON only tokens, simple types, lists and dictionaries are made, no objects of other classes",
        ..ANY
    },
    Kept {
        theirs: &["Unexpected end when reading JSON", "Unexpected token when reading", "Can not convert Array to"],
        ours: &["Cannot deserialize the current JSON", "Error converting value"],
        reason: "of JSON only tokens, simple types, lists and dictionaries are made, no objects of other classes",
        ..ANY
    },
    Kept {
        theirs: &["System.Linq.", "System.Collections.Generic.", "System.Text.RegularExpressions."],
        rule: |theirs, ours| theirs["type"] == "System.String" && ours["type"] == "System.String",
        reason: "the class behind a sequence is .NET's own affair, and so is its name as text",
        ..ANY
    },
    Kept {
        expression: &["IsInfinity(d:", "IsFinite(d:", "IsNaN(d:", "IsNormal(d:", "IsNegative(d:", "IsSubnormal(d:"],
        theirs: &["\"CS1739\""],
        reason: "a parameter of the functions of `float` is called as that of `double` is",
        ..ANY
    },
    Kept {
        expression: &["NonBacktracking"],
        reason: "the engine of regular expressions has a step limit instead of a mode without backtracking",
        ..ANY
    },
    Kept {
        theirs: &["<>f__AnonymousType", "Iterator`", "Iterator>d__"],
        rule: |theirs, ours| is_exception(theirs) && theirs["error"]["type"] == ours["error"]["type"],
        reason: "the names of anonymous types and of the classes behind sequences are the compiler's own affair",
        ..ANY
    },
    Kept {
        theirs: &["globalization-invariant mode"],
        reason: "the record has the invariant culture only; here every culture is that one, whatever it is called",
        ..ANY
    },
    Kept {
        theirs: &["Version=8.0.0.0"],
        ours: &["Invalid cast from"],
        reason: "names of types in messages lack the names of their assemblies",
        ..ANY
    },
    Kept {
        ours: &["because the type requires a JSON object (e.g."],
        rule: |theirs, ours| is_exception(ours) && theirs["error"]["message"] != ours["error"]["message"],
        reason: "of JSON only tokens, simple types, lists and dictionaries are made, no objects of other classes",
        ..ANY
    },
    Kept {
        expression: &["Normalize("],
        rule: |theirs, ours| {
            let texts = [theirs, ours].iter().all(|answer| answer["type"] == "System.String");
            texts || is_exception(theirs) && theirs["error"]["type"] == ours["error"]["type"]
        },
        reason: "without its tables of cultures the runtime of the record normalizes nothing",
        ..ANY
    },
    Kept {
        expression: &["TimeSpan.FromTicks(1)"],
        theirs: &["RegexMatchTimeoutException", "\"ok\":true"],
        ours: &["RegexMatchTimeoutException", "\"ok\":true"],
        rule: |theirs, ours| theirs["ok"] != ours["ok"],
        reason: "less than half a millisecond is over at the first place where a match may begin; which that is, is told \
                 by other means",
    },
    Kept {
        expression: &["float.ReciprocalEstimate(", "float.ReciprocalSqrtEstimate("],
        reason: "an estimate is what the processor of the record makes of it; here it is exact",
        ..ANY
    },
    Kept {
        expression: &["ompare"],
        theirs: &["System.Int32"],
        rule: |theirs, ours| sign(theirs).is_some_and(|sign| sign != 0) && sign(theirs) == sign(ours),
        reason: "of an order only the sign means something, not how far apart two texts are",
        ..ANY
    },
    Kept {
        expression: &[".Sku", ".BaseUrls", ".Units", ".AzureRegion", "SustainabilityInfo"],
        rule: |theirs, _| theirs["ok"] == true,
        reason: "the gateway has no such data of its place; the document of the record has",
        ..ANY
    },
    Kept { rule: another_day, reason: "a time without a date is one of the day on which it is read", ..ANY },
];

/// What is said of places where a conditional operator without a type stands.
const UNTYPED: [&str; 19] = [
    "CS0019", "CS0023", "CS0029", "CS0030", "CS0037", "CS0039", "CS0266", "CS0411", "CS0815", "CS0826", "CS0828",
    "CS1503", "CS1662", "CS1929", "CS1941", "CS1942", "CS1943", "CS1950", "CS8957",
];

fn first_code(answer: &Json) -> &str {
    answer["error"]["codes"][0].as_str().unwrap_or_default()
}

fn says(answer: &Json, words: &str) -> bool {
    answer["error"]["message"].as_str().is_some_and(|message| message.contains(words))
}

fn is_refused(answer: &Json) -> bool {
    answer["error"]["kind"] == "compile"
}

fn is_exception(answer: &Json) -> bool {
    answer["error"]["kind"] == "exception"
}

/// What an exception about an argument ends with: the name of the parameter.
fn parameter(answer: &Json) -> Option<&str> {
    let (_, name) = answer["error"]["message"].as_str()?.split_once("(Parameter '")?;
    name.split_once('\'').map(|(name, _)| name)
}

/// The code is among those of the answer.
fn tells(answer: &Json, code: &str) -> bool {
    !code.is_empty() && answer["error"]["codes"].as_array().is_some_and(|codes| codes.iter().any(|known| known == code))
}

/// Line and column of what is told first.
fn place(answer: &Json) -> (u64, u64) {
    let of = |name: &str| answer["error"][name].as_u64().unwrap_or_default();
    (of("line"), of("column"))
}

/// The messages differ only in `, line 1, position 5`.
fn same_but_place(theirs: &Json, ours: &Json) -> bool {
    let message = |answer: &Json| {
        let text = answer["error"]["message"].as_str().unwrap_or_default();
        text.split_once(", line ")
            .map_or_else(|| text.trim_end_matches('.').to_owned(), |(before, _)| before.to_owned())
    };
    let same_type = theirs["error"]["type"] == ours["error"]["type"];
    same_type && is_exception(theirs) && is_exception(ours) && message(theirs) == message(ours)
}

/// Two numbers that differ in the last place or the one before.
fn last_digit(theirs: &Json, ours: &Json) -> bool {
    let number = |answer: &Json| answer["value"].as_str().and_then(|text| text.parse::<f64>().ok());
    match (number(theirs), number(ours)) {
        (Some(a), Some(b)) if theirs["type"] == "System.Single" => {
            (a - b).abs() <= a.abs() * 4.0 * f64::from(f32::EPSILON)
        }
        (Some(a), Some(b)) => (a - b).abs() <= a.abs() * 4.0 * f64::EPSILON,
        _ => false,
    }
}

/// The sign of a number.
fn sign(answer: &Json) -> Option<i64> {
    Some(answer["value"].as_str()?.parse::<i64>().ok()?.signum())
}

/// Two dates that have the same time of day, the one of the day of the record, the other of that of the engine's clock.
fn another_day(theirs: &Json, ours: &Json) -> bool {
    if !ours["value"].as_str().is_some_and(|text| text.starts_with("2026-01-05T")) {
        return false;
    }
    let time = |answer: &Json| {
        let dated = answer["type"].as_str().is_some_and(|ty| ty.starts_with("System.DateTime"));
        answer["value"]
            .as_str()
            .filter(|_| dated)
            .and_then(|text| text.split_once('T'))
            .map(|(_, time)| time.to_owned())
    };
    time(theirs).is_some() && time(theirs) == time(ours)
}

/// Why the two may differ here.
pub(super) fn reason(example: &Example) -> Option<&'static str> {
    let (theirs, ours) = (example.theirs.to_string(), example.ours.to_string());
    let any = |words: &[&str], text: &str| words.is_empty() || words.iter().any(|word| text.contains(word));
    let holds = |kept: &&Kept| {
        any(kept.expression, &example.expression)
            && any(kept.theirs, &theirs)
            && any(kept.ours, &ours)
            && (kept.rule)(&example.theirs, &example.ours)
    };
    KEPT.iter().find(holds).map(|kept| kept.reason)
}
