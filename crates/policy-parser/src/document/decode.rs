//! From the characters of a file to those they stand for: entities, line ends, white space of attributes.

use super::reader::Reader;
use crate::diagnostic::codes;
use crate::source::{OffsetMap, offset};

/// What is decoded in a range of the text. Line ends are normalised in all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoding {
    /// Text between tags: entities; `]]>` is an error.
    Text,
    /// The value of an attribute: entities, and line breaks and tabs are spaces.
    Attribute,
    /// An expression in escaped form whose line breaks are kept: entities.
    Escaped,
    /// CDATA, and expressions in raw form: nothing.
    Verbatim,
}

/// A decoded text under construction. One is reused for all values of a document.
#[derive(Default)]
pub(super) struct Decoded {
    /// What was decoded so far.
    pub(super) text: String,
    /// Leads back to the text that is read.
    pub(super) map: OffsetMap,
    /// Where a copied byte must come from to continue the last piece of `map`.
    continues_at: Option<usize>,
}

impl Decoded {
    /// Starts over.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.map.clear();
        self.continues_at = None;
    }

    /// Appends a copy of what stands at `from`.
    fn copy(&mut self, text: &str, from: usize) {
        if self.continues_at != Some(from) {
            self.map.copy(offset(self.text.len()), offset(from));
        }
        self.text.push_str(text);
        self.continues_at = Some(from + text.len());
    }

    /// Appends what `from..to` stands for. The piece after it is begun at once: it tells where this one ends.
    fn replace(&mut self, character: char, from: usize, to: usize) {
        self.map.replace(offset(self.text.len()), offset(from));
        self.text.push(character);
        self.map.copy(offset(self.text.len()), offset(to));
        self.continues_at = Some(to);
    }
}

impl Reader<'_> {
    /// Appends what stands in `from..to` to the value under construction.
    pub(super) fn decode(&mut self, from: usize, to: usize, decoding: Decoding) {
        let bytes = self.text.as_bytes();
        let mut at = from;
        while at < to {
            let rest = bytes.get(at..to).unwrap_or_default();
            let length = match decoding {
                Decoding::Verbatim => memchr::memchr(b'\r', rest),
                Decoding::Text | Decoding::Escaped => memchr::memchr2(b'&', b'\r', rest),
                Decoding::Attribute => rest.iter().position(|byte| matches!(byte, b'&' | b'\r' | b'\n' | b'\t')),
            };
            let special = length.map_or(to, |length| at + length);
            if special > at {
                self.value.copy(self.slice(at, special), at);
            }
            at = match bytes.get(special).filter(|_| special < to) {
                None => to,
                Some(b'&') => self.decode_entity(special, to),
                // One line end is one line feed, however the file writes it.
                Some(b'\r') if bytes.get(special + 1) == Some(&b'\n') => special + 1,
                Some(_) => {
                    let blank = if decoding == Decoding::Attribute { " " } else { "\n" };
                    self.value.copy(blank, special);
                    special + 1
                }
            };
        }
    }

    /// Decodes the entity at `start`; the offset after it.
    fn decode_entity(&mut self, start: usize, to: usize) -> usize {
        match entity(self.slice(0, to), start) {
            Entity::Character { character, end } => {
                self.value.replace(character, start, end);
                return end;
            }
            Entity::Unknown { end } => {
                let headline = format!("there is no entity {}", self.quoted(start, end));
                let note =
                    "XML knows `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&apos;`; write other characters themselves";
                self.error_with_note(codes::UNKNOWN_ENTITY, start, end, headline, note);
            }
            Entity::Invalid { end } => {
                let headline = format!("{} is no character that XML allows", self.quoted(start, end));
                self.error(codes::INVALID_CHARACTER_REFERENCE, start, end, headline);
            }
            Entity::None => {
                let note = "write `&amp;`";
                self.error_with_note(codes::BARE_AMPERSAND, start, start + 1, "`&` starts no entity", note);
            }
        }
        self.value.copy("&", start);
        start + 1
    }
}

/// What an ampersand starts. `end` is after the semicolon.
pub(super) enum Entity {
    /// A character.
    Character {
        /// The character.
        character: char,
        /// After the semicolon.
        end: usize,
    },
    /// A name that XML does not define.
    Unknown {
        /// After the semicolon.
        end: usize,
    },
    /// A number that is no character.
    Invalid {
        /// After the semicolon.
        end: usize,
    },
    /// Nothing.
    None,
}

/// The entity at `start`, where an ampersand stands.
pub(super) fn entity(text: &str, start: usize) -> Entity {
    let rest = text.get(start + 1..).unwrap_or_default();
    let numeric = rest.starts_with('#');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b'_' | b'-' | b'.' | b':');
    let length = rest.bytes().position(|byte| !allowed(byte) && byte.is_ascii()).unwrap_or(rest.len());
    let (Some(name), Some(b';')) = (rest.get(..length), rest.as_bytes().get(length)) else { return Entity::None };
    let end = start + 1 + length + 1;
    let character = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "" => return Entity::None,
        _ if numeric => match character_reference(name) {
            Some(character) => character,
            None => return Entity::Invalid { end },
        },
        _ => return Entity::Unknown { end },
    };
    Entity::Character { character, end }
}

/// The character of `#10` or `#xA`, if XML allows it.
fn character_reference(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let number = match digits.strip_prefix('x') {
        Some(hexadecimal) if hexadecimal.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            u32::from_str_radix(hexadecimal, 16).ok()?
        }
        None if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        _ => return None,
    };
    char::from_u32(number).filter(|character| super::characters::is_allowed(*character))
}
