//! UTF-7 (RFC 2152): units outside a few ASCII characters as base64 between `+` and `-`.

use crate::value::text::{TextBuf, TextRef};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn is_direct(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|b| b.is_ascii_alphanumeric() || b"\t\n\r '(),-./:?".contains(&b))
}

fn digit(bits: u32) -> u8 {
    ALPHABET.get((bits & 63) as usize).copied().unwrap_or(b'A')
}

pub(super) fn encode(text: TextRef<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut units = text.units().peekable();
    while let Some(unit) = units.next() {
        if is_direct(unit) {
            out.push((unit & 0x7f) as u8);
            continue;
        }
        if unit == u16::from(b'+') {
            out.extend(b"+-");
            continue;
        }
        out.push(b'+');
        let (mut bits, mut count) = (u32::from(unit), 16);
        loop {
            while count >= 6 {
                count -= 6;
                out.push(digit(bits >> count));
            }
            match units.next_if(|u| !is_direct(*u)) {
                Some(next) => {
                    bits = (bits & ((1 << count) - 1)) << 16 | u32::from(next);
                    count += 16;
                }
                None => break,
            }
        }
        if count > 0 {
            out.push(digit(bits << (6 - count)));
        }
        // .NET always ends the run.
        out.push(b'-');
    }
    out
}

pub(super) fn decode(bytes: &[u8], out: &mut TextBuf) {
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'+' {
            out.push(u16::from(byte));
            continue;
        }
        if rest.next_if_eq(&b'-').is_some() {
            out.push(u16::from(b'+'));
            continue;
        }
        let (mut bits, mut count) = (0u32, 0);
        while let Some(place) = rest.peek().and_then(|b| ALPHABET.iter().position(|a| a == b)) {
            rest.next();
            bits = bits << 6 | u32::try_from(place).unwrap_or(0);
            count += 6;
            if count >= 16 {
                count -= 16;
                out.push((bits >> count & 0xffff) as u16);
                bits &= (1 << count) - 1;
            }
        }
        rest.next_if_eq(&b'-');
    }
}
