//! Which characters XML allows, in texts and in names.

use super::reader::Reader;
use crate::diagnostic::codes;

/// XML's `Char`: everything but most control characters and two non-characters.
pub(super) fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// XML's `NameStartChar`.
pub(super) fn starts_name(character: char) -> bool {
    match character {
        'a'..='z' | 'A'..='Z' | '_' | ':' => true,
        '\u{C0}'..='\u{2FF}' => !matches!(character, '\u{D7}' | '\u{F7}'),
        '\u{370}'..='\u{1FFF}' => character != '\u{37E}',
        '\u{200C}' | '\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' => true,
        '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' => true,
        '\u{10000}'..='\u{EFFFF}' => true,
        _ => false,
    }
}

/// XML's `NameChar`.
pub(super) fn continues_name(character: char) -> bool {
    starts_name(character)
        || matches!(character, '0'..='9' | '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}' | '\u{2040}')
}

/// White space of XML's markup.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

impl Reader<'_> {
    /// Reports the characters that XML allows nowhere.
    pub(super) fn check_characters(&mut self) {
        let bytes = self.text.as_bytes();
        // A pass without branches over all bytes first: hardly any text has such a character.
        let suspicious = bytes.iter().fold(false, |found, byte| {
            found | ((*byte < 0x20) & (*byte != b'\t') & (*byte != b'\n') & (*byte != b'\r')) | (*byte == 0xEF)
        });
        if !suspicious {
            return;
        }
        for (at, character) in self.text.char_indices().filter(|(_, character)| !is_allowed(*character)) {
            if self.stopped {
                return;
            }
            let headline = format!("the character U+{:04X} is not allowed in XML", u32::from(character));
            self.error(codes::FORBIDDEN_CHARACTER, at, at + character.len_utf8(), headline);
        }
    }
}
