//! Diagnostics as text with the source line, as one line each, and as JSON.
//!
//! All three show only the user's file, never the text it became when named values were substituted.

use std::fmt::Write as _;

use super::escape::is_invisible;
use super::{Diagnostic, Severity};

mod json;
mod text;

pub use json::{json, json_array};
pub use text::{Colours, text};

impl Severity {
    /// Its name, as all forms show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// `file:line:column: error CODE: headline`, which editors and build servers understand. Without a line end.
#[must_use]
pub fn line(diagnostic: &Diagnostic) -> String {
    let position = diagnostic.source.position(diagnostic.span.start);
    let mut line = String::new();
    push_visible(&mut line, diagnostic.source.name());
    // Writing to a string cannot fail.
    let _ =
        write!(line, ":{}:{}: {} {}: ", position.line, position.column, diagnostic.severity.name(), diagnostic.code);
    push_visible(&mut line, &diagnostic.headline);
    line
}

/// Appends `text` with invisible characters escaped, line ends included.
fn push_visible(target: &mut String, text: &str) {
    for character in text.chars() {
        if is_invisible(character) {
            target.extend(character.escape_default());
        } else {
            target.push(character);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, Span};

    fn sample() -> Diagnostic {
        let source = Source::new("dir/a.xml", "\u{FEFF}<a>\r\n\t<b c=\"日本\" d=\u{202E}>\r\n</a>");
        let text = source.text();
        let start = text.find("d=").map_or(0, |at| at as u32);
        Diagnostic::error("TG9999", &source, Span::new(start, start + 5), "this is `wrong`")
            .with_note("first\nsecond")
            .with_note("\"quoted\"")
    }

    #[test]
    fn one_line() {
        assert_eq!(line(&sample()), "dir/a.xml:2:12: error TG9999: this is `wrong`");
    }

    #[test]
    fn text_points_at_the_culprit_under_tabs_and_wide_characters() {
        let expected = "\
error[TG9999]: this is `wrong`
 --> dir/a.xml:2:12
  |
2 |     <b c=\"日本\" d=\\u{202e}>
  |                 ^^^^^^^^^^
  = note: first
          second
  = note: \"quoted\"
";
        assert_eq!(text(&[sample()], Colours::Never), expected);
    }

    #[test]
    fn text_shows_no_line_that_may_have_a_secret() {
        let source = Source::hidden("keys.toml", "[a]\nkeyy = \"0123\"");
        let rendered = text(&[Diagnostic::error("TG9999", &source, Span::new(4, 8), "wrong")], Colours::Never);
        assert_eq!(rendered, "error[TG9999]: wrong\n --> keys.toml:2:1\n");
    }

    #[test]
    fn text_clips_long_lines() {
        let source = Source::new("a", format!("{}<culprit>{}", "x".repeat(1000), "y".repeat(1000)));
        let rendered = text(&[Diagnostic::warning("TG9999", &source, Span::new(1000, 1009), "long")], Colours::Never);
        assert!(rendered.lines().all(|line| line.chars().count() < 140), "{rendered}");
        let lines: Vec<&str> = rendered.lines().collect();
        assert_eq!(lines[3].find("<culprit>").map(|at| lines[3][..at].chars().count()), lines[4].find("^^^^^^^^^"));
    }

    #[test]
    fn text_of_a_span_over_lines_and_of_the_end() {
        let source = Source::new("a", "<a>\n<b>\n");
        let diagnostics = [(0, 7), (8, 8), (3, 4)]
            .map(|(start, end)| Diagnostic::error("TG9999", &source, Span::new(start, end), "here"));
        let rendered = text(&diagnostics, Colours::Never);
        let carets: Vec<&str> = rendered.lines().filter(|line| line.contains('^')).collect();
        assert_eq!(carets, ["  | ^^^", "  | ^", "  |    ^"]);
    }

    #[test]
    fn colours_are_optional() {
        assert!(text(&[sample()], Colours::Always).contains("\u{1B}[1;31merror[TG9999]\u{1B}[0m"));
        assert!(!text(&[sample()], Colours::Never).contains('\u{1B}'));
    }

    #[test]
    fn json_is_an_object_each() {
        let expected = "{\"code\":\"TG9999\",\"severity\":\"error\",\"message\":\"this is `wrong`\",\
            \"file\":\"dir/a.xml\",\"line\":2,\"column\":12,\"end_line\":2,\"end_column\":15,\
            \"notes\":[\"first\\nsecond\",\"\\\"quoted\\\"\"]}";
        assert_eq!(json(&sample()), expected);
        assert_eq!(json_array(&[]), "[]\n");
        assert_eq!(json_array(&[sample(), sample()]), format!("[\n{expected},\n{expected}\n]\n"));
    }

    #[test]
    fn json_escapes_what_it_must_and_what_deceives() {
        let source = Source::new("a\\b", "");
        let diagnostic = Diagnostic::error("TG9999", &source, Span::default(), "\0\u{202E}\u{E0001}\t日");
        let rendered = json(&diagnostic);
        assert!(rendered.contains(r#""message":"\u0000\u202e\udb40\udc01\t日""#), "{rendered}");
        assert!(rendered.contains(r#""file":"a\\b""#), "{rendered}");
    }
}
