//! Percent-encoding of URIs.

use crate::value::text::{TextBuf, TextRef};

/// RFC 3986 `unreserved`.
pub(super) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// RFC 3986 `reserved`.
pub(super) fn is_reserved(byte: u8) -> bool {
    b":/?#[]@!$&'()*+,;=".contains(&byte)
}

fn push_percent(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |n: u8| DIGITS.get(usize::from(n)).copied().unwrap_or(b'0');
    out.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
}

/// Every byte of the UTF-8 text that `keep` does not hold for as `%XX`.
pub(super) fn escape(text: TextRef<'_>, keep: fn(u8) -> bool) -> Vec<u8> {
    let text = text.to_utf8();
    let mut out = Vec::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if keep(byte) {
            out.push(byte);
        } else {
            push_percent(byte, &mut out);
        }
    }
    out
}

/// The value of `%XX` at the front.
pub(super) fn percent(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = bytes else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

/// Decodes `%XX` where it makes valid UTF-8 of characters that `decode` holds for; all else stays as it is.
pub(super) fn unescape(text: &str, decode: impl Fn(char) -> bool) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(c) = text.get(at..).and_then(|t| t.chars().next()) else { break };
        let Some(first) = percent(rest) else {
            out.push(c);
            at += c.len_utf8();
            continue;
        };
        let length = match first {
            0..=0x7f => 1,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 0,
        };
        let sequence: Option<Vec<u8>> = (0..length).map(|i| bytes.get(at + 3 * i..).and_then(percent)).collect();
        let decoded = sequence.filter(|s| !s.is_empty()).and_then(|s| String::from_utf8(s).ok());
        match decoded.filter(|text| text.chars().all(&decode)) {
            Some(character) => {
                out.push_str(&character);
                at += 3 * length;
            }
            None => {
                out.push_str(text.get(at..at + 3).unwrap_or_default());
                at += 3;
            }
        }
    }
    out
}

/// A part of a URI in its escaped form: what needs it is encoded, what was encoded without need is decoded.
pub(super) fn canonical(part: &str) -> String {
    let bytes = part.as_bytes();
    let mut out = Vec::with_capacity(part.len());
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        match (percent(rest), rest.first()) {
            (Some(byte), _) if is_unreserved(byte) => {
                out.push(byte);
                at += 3;
            }
            (Some(_), _) => {
                out.extend(rest.iter().take(3));
                at += 3;
            }
            (None, Some(byte)) => {
                if is_unreserved(*byte) || is_reserved(*byte) {
                    out.push(*byte);
                } else {
                    push_percent(*byte, &mut out);
                }
                at += 1;
            }
            (None, None) => break,
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// As `Uri.ToString` shows an escaped part: everything decoded but reserved characters, `%` and controls.
pub(super) fn displayed(part: &str) -> String {
    unescape(part, |c| {
        let reserved = u8::try_from(c).is_ok_and(|b| is_reserved(b) || b == b'%' || b == b'\\');
        !reserved && !c.is_control()
    })
}

/// `Uri.UnescapeDataString`.
pub(super) fn unescape_data(text: TextRef<'_>) -> TextBuf {
    match text {
        TextRef::Wide(units) if String::from_utf16(units).is_err() => {
            // Lone surrogates stand as they are, between texts that can be decoded.
            let mut out = TextBuf::new();
            for part in units.chunk_by(|a, b| is_lone(*a) == is_lone(*b)) {
                match String::from_utf16(part) {
                    Ok(plain) => out.push_str(&unescape(&plain, |_| true)),
                    Err(_) => part.iter().for_each(|u| out.push(*u)),
                }
            }
            out
        }
        text => TextBuf::from(unescape(&text.to_utf8(), |_| true).as_str()),
    }
}

fn is_lone(unit: u16) -> bool {
    (0xd800..0xe000).contains(&unit)
}
