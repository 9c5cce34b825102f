//! Two texts as one with marks: `-` was expected, `+` happened.

use similar::{ChangeTag, TextDiff};

use crate::report::Colours;

/// All lines of both texts, indented by four, each with its mark.
pub(crate) fn unified(expected: &str, actual: &str, colours: Colours) -> String {
    let diff = TextDiff::from_lines(expected, actual);
    let mut text = String::new();
    for change in diff.iter_all_changes() {
        let (mark, colour) = match change.tag() {
            ChangeTag::Delete => ('-', "\u{1B}[31m"),
            ChangeTag::Insert => ('+', "\u{1B}[32m"),
            ChangeTag::Equal => (' ', ""),
        };
        let line = change.value().trim_end_matches('\n');
        if colours == Colours::Always && !colour.is_empty() {
            text.push_str(&format!("    {colour}{mark} {line}\u{1B}[0m\n"));
        } else {
            text.push_str(format!("    {mark} {line}").trim_end());
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_colours() {
        assert_eq!(unified("a\nb", "a\nc", Colours::Never), "      a\n    - b\n    + c\n");
        assert!(unified("a", "b", Colours::Always).contains("\u{1B}[31m- a\u{1B}[0m"));
    }
}
