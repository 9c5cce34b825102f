//! Numbers of XPath: how they are written and read.

use crate::library::system::number::format::default_double;

/// `string(number)`: as .NET writes a double, not as XPath wants it.
pub(super) fn text(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let mut text = String::new();
    default_double(number, &mut text);
    text
}

/// `number(text)`.
pub(super) fn of(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.bytes().any(|b| b.is_ascii_digit());
    let read = match digits {
        _ if plain => digits.parse().unwrap_or(f64::NAN),
        // These are words of .NET's numbers.
        _ if digits.eq_ignore_ascii_case("Infinity") => f64::INFINITY,
        _ => f64::NAN,
    };
    if negative { -read } else { read }
}

/// `round(number)`: a half goes up.
pub(super) fn round(number: f64) -> f64 {
    let even = number.round_ties_even();
    if number - even == 0.5 { even + 1.0 } else { even }
}
