//! Numbers of XPath: how they are written and read.

/// `string(number)`: without an exponent, as short as reads back the same.
pub(super) fn text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
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
