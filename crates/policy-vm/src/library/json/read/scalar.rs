//! Strings and numbers: what the reader makes of their text.

use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::{Str, TextBuf};

use super::super::big_integer::BigInteger;
use super::super::{convert, date};
use super::{Fail, Reader, Token, Unit};

impl<U: Unit> Reader<'_, U> {
    pub(super) fn string_value(&mut self, heap: &mut Heap, quote: u8) -> Result<(), Fail> {
        self.at += 1;
        let text = self.string(heap, quote)?;
        let date = if self.dates { date::detect(heap.text(text)) } else { None };
        match date {
            Some(date) => self.scalar(Token::Date, Value::DateTime(date)),
            None => self.scalar(Token::String, Value::String(text)),
        }
        Ok(())
    }

    /// The string whose opening quote has been passed.
    pub(super) fn string(&mut self, heap: &mut Heap, quote: u8) -> Result<Str, Fail> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match U::find_string_end(rest, quote) {
            Some(len) if self.unit(self.at + len) == u16::from(quote) => {
                let start = self.at;
                self.at += len + 1;
                Ok(U::part(heap, self.source, self.text, start, start + len)?)
            }
            Some(_) => self.escaped_string(heap, quote),
            None => Err(self.unterminated(heap, quote)),
        }
    }

    #[cold]
    fn unterminated(&mut self, heap: &Heap, quote: u8) -> Fail {
        self.at = self.text.len();
        self.fail(heap, &format!("Unterminated string. Expected delimiter: {}.", char::from(quote)))
    }

    fn escaped_string(&mut self, heap: &mut Heap, quote: u8) -> Result<Str, Fail> {
        let mut out = TextBuf::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(len) = U::find_string_end(rest, quote) else { return Err(self.unterminated(heap, quote)) };
            out.push_text(U::text(rest.get(..len).unwrap_or_default()));
            self.at += len + 1;
            if self.unit(self.at - 1) == u16::from(quote) {
                return Ok(heap.new_buf(&out)?);
            }
            if !self.has(0) {
                return Err(self.unterminated(heap, quote));
            }
            self.escape(heap, &mut out)?;
        }
    }

    fn escape(&mut self, heap: &Heap, out: &mut TextBuf) -> Result<(), Fail> {
        let unit = self.here();
        self.at += 1;
        out.push(match u8::try_from(unit) {
            Ok(b'b') => 8,
            Ok(b't') => 9,
            Ok(b'n') => 10,
            Ok(b'f') => 12,
            Ok(b'r') => 13,
            Ok(b'\\' | b'"' | b'\'' | b'/') => unit,
            Ok(b'u') => return self.unicode_escape(heap, out),
            _ => {
                let shown = String::from_utf16_lossy(&[u16::from(b'\\'), unit]);
                return Err(self.fail(heap, &format!("Bad JSON escape sequence: {shown}.")));
            }
        });
        Ok(())
    }

    /// Lone surrogates become U+FFFD.
    fn unicode_escape(&mut self, heap: &Heap, out: &mut TextBuf) -> Result<(), Fail> {
        const REPLACEMENT: u16 = 0xfffd;
        let mut unit = self.hex(heap)?;
        if is_low(unit) {
            unit = REPLACEMENT;
        }
        while is_high(unit) {
            if !(self.has(2) && self.here() == u16::from(b'\\') && self.unit(self.at + 1) == u16::from(b'u')) {
                unit = REPLACEMENT;
                break;
            }
            self.at += 2;
            let high = unit;
            unit = self.hex(heap)?;
            out.push(if is_low(unit) { high } else { REPLACEMENT });
        }
        out.push(unit);
        Ok(())
    }

    fn hex(&mut self, heap: &Heap) -> Result<u16, Fail> {
        if !self.has(4) {
            return Err(self.fail(heap, "Unexpected end while parsing Unicode escape sequence."));
        }
        let mut value = 0_u16;
        for i in 0..4 {
            let digit = u8::try_from(self.unit(self.at + i)).ok().and_then(|b| char::from(b).to_digit(16));
            let Some(digit) = digit else {
                let four: Vec<u16> = (0..4).map(|i| self.unit(self.at + i)).collect();
                let shown = String::from_utf16_lossy(&four);
                return Err(self.fail(heap, &format!("Invalid Unicode escape sequence: \\u{shown}.")));
            };
            value = (value << 4) | digit as u16;
        }
        self.at += 4;
        Ok(value)
    }

    pub(super) fn number(&mut self, heap: &mut Heap) -> Result<(), Fail> {
        let (start, _) = self.number_text(heap)?;
        let part = self.text.get(start..self.at).unwrap_or_default();
        self.after_value();
        self.count();
        if let Some(value) = small_integer(part) {
            self.token = Token::Integer;
            self.value = Value::Int64(value);
            return Ok(());
        }
        self.token = Token::Undefined;
        let digits: String = U::text(part).to_utf8().into_owned();
        (self.token, self.value) = self.long_number(heap, &digits)?;
        Ok(())
    }

    fn long_number(&self, heap: &mut Heap, digits: &str) -> Result<(Token, Value), Fail> {
        let invalid = |heap: &Heap| self.fail(heap, &format!("Input string '{digits}' is not a valid number."));
        let rest = digits.strip_prefix('0').unwrap_or_default();
        if !rest.is_empty() && !rest.starts_with(['.', 'e', 'E']) {
            let parsed = match rest.strip_prefix(['x', 'X']) {
                Some(hex) => unsigned(hex, 16),
                None => unsigned(rest, 8),
            };
            return match parsed {
                Some(value) => Ok((Token::Integer, Value::Int64(value.cast_signed()))),
                None => Err(invalid(heap)),
            };
        }
        let unsigned_part = digits.strip_prefix('-').unwrap_or(digits);
        if !unsigned_part.is_empty() && unsigned_part.bytes().all(|b| b.is_ascii_digit()) {
            if let Ok(value) = digits.parse() {
                return Ok((Token::Integer, Value::Int64(value)));
            }
            if digits.len() > 380 {
                return Err(self.fail(heap, &format!("JSON integer {digits} is too large to parse.")));
            }
            let value = heap.new_native(BigInteger::new(digits))?;
            return Ok((Token::Integer, value));
        }
        match convert::parse_double(digits) {
            Some(value) => Ok((Token::Float, Value::Double(value))),
            None => Err(invalid(heap)),
        }
    }
}

/// The integer of at most 18 digits that the text is, if it has no leading zero.
#[inline]
fn small_integer<U: Unit>(part: &[U]) -> Option<i64> {
    let (negative, digits) = match part.split_first() {
        Some((first, rest)) if first.get() == u16::from(b'-') => (true, rest),
        _ => (false, part),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    if !negative && digits.len() > 1 && digits.first().is_some_and(|d| d.get() == u16::from(b'0')) {
        return None;
    }
    let mut value = 0_i64;
    for unit in digits {
        let digit = unit.get().wrapping_sub(u16::from(b'0'));
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

/// `Convert.ToInt64(text, base)` without sign.
fn unsigned(text: &str, radix: u32) -> Option<u64> {
    // Rust would accept a sign.
    if text.starts_with(['+', '-']) { None } else { u64::from_str_radix(text, radix).ok() }
}

fn is_high(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xdc00..0xe000).contains(&unit)
}
