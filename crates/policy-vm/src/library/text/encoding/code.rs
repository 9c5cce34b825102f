//! The encodings themselves: text to bytes and back.

use super::{Kind, utf7};
use crate::value::text::{TextBuf, TextRef};

/// What Windows-1252 has at 0x80 to 0x9f; the five unused places are the control characters.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d,
    0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
    0x0153, 0x009d, 0x017e, 0x0178,
];

/// Text to bytes; the unit that cannot be encoded and its index when the encoding throws.
pub(super) fn encode(kind: Kind, text: TextRef<'_>) -> Result<Vec<u8>, (u16, usize)> {
    Ok(match kind {
        Kind::Utf8 => text.to_utf8().into_owned().into_bytes(),
        Kind::Utf8Strict { throws, .. } => {
            if throws && let Some(bad) = first_lone(text) {
                return Err(bad);
            }
            text.to_utf8().into_owned().into_bytes()
        }
        Kind::Ascii => single_bytes(text, |unit| u8::try_from(unit).ok().filter(u8::is_ascii)),
        Kind::Latin1 => single_bytes(text, |unit| u8::try_from(unit).ok()),
        Kind::Windows1252 => single_bytes(text, windows_1252),
        Kind::Utf16 => valid_units(text).flat_map(u16::to_le_bytes).collect(),
        Kind::Utf16Be => valid_units(text).flat_map(u16::to_be_bytes).collect(),
        Kind::Utf32 => text.to_utf8().chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
        Kind::Utf32Be => text.to_utf8().chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(),
        Kind::Utf7 => utf7::encode(text),
    })
}

fn first_lone(text: TextRef<'_>) -> Option<(u16, usize)> {
    let mut at = 0;
    for decoded in char::decode_utf16(text.units()) {
        match decoded {
            Ok(c) => at += c.len_utf16(),
            Err(lone) => return Some((lone.unpaired_surrogate(), at)),
        }
    }
    None
}

/// The units with U+FFFD for lone surrogates.
fn valid_units(text: TextRef<'_>) -> impl Iterator<Item = u16> {
    let decoded = char::decode_utf16(text.units().collect::<Vec<_>>());
    decoded.flat_map(|c| {
        let mut units = [0; 2];
        let count = c.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf16(&mut units).len();
        units.into_iter().take(count)
    })
}

/// One byte a unit, `?` for what has none; both halves of a pair count.
fn single_bytes(text: TextRef<'_>, byte: fn(u16) -> Option<u8>) -> Vec<u8> {
    text.units().map(|unit| byte(unit).unwrap_or(b'?')).collect()
}

fn windows_1252(unit: u16) -> Option<u8> {
    match u8::try_from(unit) {
        Ok(byte) if !(0x80..0xa0).contains(&byte) => Some(byte),
        _ => {
            let place = WINDOWS_1252.iter().position(|u| *u == unit)?;
            u8::try_from(place + 0x80).ok()
        }
    }
}

/// Bytes to text; the bytes that are none and their index when the encoding throws.
pub(super) fn decode(kind: Kind, bytes: &[u8]) -> Result<TextBuf, (String, usize)> {
    let mut out = TextBuf::with_capacity(bytes.len());
    match kind {
        Kind::Utf8Strict { throws: true, .. } => match std::str::from_utf8(bytes) {
            Ok(text) => out.push_str(text),
            Err(error) => {
                let start = error.valid_up_to();
                let length = error.error_len().unwrap_or(bytes.len() - start);
                let bad = bytes.get(start..start + length).unwrap_or_default();
                return Err((bad.iter().map(|b| format!("[{b:02X}]")).collect(), start));
            }
        },
        Kind::Utf8 | Kind::Utf8Strict { .. } => out.push_str(&String::from_utf8_lossy(bytes)),
        Kind::Ascii => bytes.iter().for_each(|b| out.push(if b.is_ascii() { u16::from(*b) } else { u16::from(b'?') })),
        Kind::Latin1 => bytes.iter().for_each(|b| out.push(u16::from(*b))),
        Kind::Windows1252 => bytes.iter().for_each(|b| {
            let place = usize::from(*b).checked_sub(0x80).and_then(|i| WINDOWS_1252.get(i));
            out.push(place.copied().unwrap_or(u16::from(*b)));
        }),
        Kind::Utf16 => decode_utf16(bytes, u16::from_le_bytes, &mut out),
        Kind::Utf16Be => decode_utf16(bytes, u16::from_be_bytes, &mut out),
        Kind::Utf32 => decode_utf32(bytes, u32::from_le_bytes, &mut out),
        Kind::Utf32Be => decode_utf32(bytes, u32::from_be_bytes, &mut out),
        Kind::Utf7 => utf7::decode(bytes, &mut out),
    }
    Ok(out)
}

fn decode_utf32(bytes: &[u8], code: fn([u8; 4]) -> u32, out: &mut TextBuf) {
    for chunk in bytes.chunks(4) {
        let code = <[u8; 4]>::try_from(chunk).ok().map(code);
        let c = code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.push_str(c.encode_utf8(&mut [0; 4]));
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, out: &mut TextBuf) {
    let units = bytes.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok()).map(unit);
    for decoded in char::decode_utf16(units) {
        out.push_str(decoded.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4]));
    }
    if bytes.len() % 2 == 1 {
        out.push(0xfffd);
    }
}
