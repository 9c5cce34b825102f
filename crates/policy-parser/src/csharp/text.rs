//! The texts of string and character literals: escapes checked once by the lexer, decoded when a tree needs them.

use super::ast::StringLiteral;

/// An escape sequence as read.
pub(super) struct Escape {
    /// Bytes it takes, backslash included.
    pub(super) length: usize,
    /// What it stands for: a UTF-16 unit or a whole character; `None` for an unrecognized one.
    pub(super) value: Option<u32>,
}

/// Reads the escape sequence at the start of `text`, which begins with a backslash.
pub(super) fn escape(text: &str) -> Escape {
    let bytes = text.as_bytes();
    let simple = |value: u32| Escape { length: 2, value: Some(value) };
    match bytes.get(1) {
        Some(b'\'') => simple(0x27),
        Some(b'"') => simple(0x22),
        Some(b'\\') => simple(0x5C),
        Some(b'0') => simple(0),
        Some(b'a') => simple(7),
        Some(b'b') => simple(8),
        Some(b'f') => simple(12),
        Some(b'n') => simple(10),
        Some(b'r') => simple(13),
        Some(b't') => simple(9),
        Some(b'v') => simple(11),
        Some(b'x') => hex(bytes, 1, 4),
        Some(b'u') => hex(bytes, 4, 4),
        Some(b'U') => hex(bytes, 8, 8),
        // The character after the backslash may be of any length.
        _ => Escape { length: 1 + text.chars().nth(1).map_or(0, char::len_utf8), value: None },
    }
}

fn hex(bytes: &[u8], least: usize, most: usize) -> Escape {
    let digits = bytes.get(2..).unwrap_or_default().iter().take(most).take_while(|byte| byte.is_ascii_hexdigit());
    let mut value = 0_u32;
    let mut count = 0;
    for digit in digits {
        value = value.wrapping_shl(4) | char::from(*digit).to_digit(16).unwrap_or(0);
        count += 1;
    }
    let sound = count >= least && value <= 0x10_FFFF;
    Escape { length: 2 + count, value: sound.then_some(value) }
}

/// Collects text; turns to UTF-16 units at the first lone surrogate.
#[derive(Default)]
pub(super) struct TextBuilder {
    text: String,
    units: Option<Vec<u16>>,
}

impl TextBuilder {
    pub(super) fn push_str(&mut self, text: &str) {
        match &mut self.units {
            Some(units) => units.extend(text.encode_utf16()),
            None => self.text.push_str(text),
        }
    }

    /// Adds what an escape stands for.
    pub(super) fn push_value(&mut self, value: u32) {
        match (char::from_u32(value), &mut self.units) {
            (Some(character), None) => self.text.push(character),
            (Some(character), Some(units)) => units.extend(character.encode_utf16(&mut [0; 2]).iter()),
            (None, units) => {
                let text = &self.text;
                let units = units.get_or_insert_with(|| text.encode_utf16().collect());
                units.push(u16::try_from(value).unwrap_or(0xFFFD));
            }
        }
    }

    pub(super) fn finish(self) -> StringLiteral {
        match self.units {
            None => StringLiteral::Text(self.text.into()),
            // Two surrogates that were escaped one by one may have made a pair.
            Some(units) => match String::from_utf16(&units) {
                Ok(text) => StringLiteral::Text(text.into()),
                Err(_) => StringLiteral::Units(units.into()),
            },
        }
    }
}

/// How the characters of a text are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Writing {
    /// Quotes are doubled and backslashes mean nothing.
    pub(super) verbatim: bool,
    /// Braces are doubled.
    pub(super) interpolated: bool,
}

/// The text that `raw` stands for.
pub(super) fn decode(raw: &str, writing: Writing) -> StringLiteral {
    let special = |byte: u8| match byte {
        b'\\' => !writing.verbatim,
        b'"' => writing.verbatim,
        b'{' | b'}' => writing.interpolated,
        _ => false,
    };
    let mut builder = TextBuilder::default();
    let mut rest = raw;
    while let Some(at) = rest.bytes().position(special) {
        let (before, tail) = rest.split_at(at);
        builder.push_str(before);
        if tail.starts_with('\\') {
            let escape = escape(tail);
            if let Some(value) = escape.value {
                builder.push_value(value);
            }
            rest = tail.get(escape.length..).unwrap_or("");
        } else {
            let (single, after) = tail.split_at(1);
            builder.push_str(single);
            rest = after.strip_prefix(single).unwrap_or(after);
        }
    }
    if rest.len() == raw.len() {
        return StringLiteral::Text(raw.into());
    }
    builder.push_str(rest);
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGULAR: Writing = Writing { verbatim: false, interpolated: false };

    #[test]
    fn surrogates_become_units_only_while_they_are_alone() {
        assert_eq!(decode(r"a\ud83d\ude00", REGULAR), StringLiteral::Text("a\u{1F600}".into()));
        assert_eq!(decode(r"a\ud83db", REGULAR), StringLiteral::Units([0x61, 0xD83D, 0x62].into()));
        assert_eq!(decode(r"\U0001F600", REGULAR), StringLiteral::Text("\u{1F600}".into()));
    }

    #[test]
    fn a_hexadecimal_escape_takes_up_to_four_digits() {
        assert_eq!(decode(r"\x41g\x0041g\x00411", REGULAR), StringLiteral::Text("AgAgA1".into()));
    }

    #[test]
    fn doubled_quotes_and_braces_are_single() {
        let writing = Writing { verbatim: true, interpolated: true };
        assert_eq!(decode(r#"a""b{{c}}\n"#, writing), StringLiteral::Text(r#"a"b{c}\n"#.into()));
    }
}
