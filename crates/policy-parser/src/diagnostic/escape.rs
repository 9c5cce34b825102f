//! Showing a user's text so that it can be read and does not deceive.

/// Characters quoted at most; a name that is longer is not read anyway.
const LONGEST: usize = 60;

/// True for a character that shows nothing, or makes others show elsewhere: control characters, line separators,
/// marks of direction, joiners and tags.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// `text` in backticks, for a headline: invisible characters are escaped, and what is too long is cut.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len().min(LONGEST) + 2);
    quoted.push('`');
    let mut left = LONGEST;
    for character in text.chars() {
        if left == 0 {
            quoted.push('…');
            break;
        }
        left -= 1;
        if is_invisible(character) {
            quoted.extend(character.escape_default());
        } else {
            quoted.push(character);
        }
    }
    quoted.push('`');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn invisible_characters_are_escaped_and_long_texts_cut() {
        assert_eq!(quoted("a\nb\u{202E}c\0ä"), "`a\\nb\\u{202e}c\\u{0}ä`");
        assert_eq!(quoted(&"x".repeat(61)).chars().count(), 63);
    }
}
