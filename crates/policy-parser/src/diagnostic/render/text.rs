//! Diagnostics as text: headline, place, the line of the file with the culprit underlined, notes.

use std::fmt::Write as _;

use super::push_visible;
use crate::diagnostic::escape::is_invisible;
use crate::diagnostic::{Diagnostic, Severity};

/// Columns of a tab. Any number points at the right place, as long as line and carets agree.
const TAB: usize = 4;

/// Characters shown before the culprit in a line that is too long.
const BEFORE: usize = 60;

/// Characters shown of such a line in all.
const SHOWN: usize = 120;

/// Whether terminal colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// Plain text.
    Never,
    /// ANSI escape sequences.
    Always,
}

impl Colours {
    /// Appends `text` in a colour.
    fn paint(self, out: &mut String, sequence: &str, text: &str) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Never => write!(out, "{text}"),
            Self::Always => write!(out, "\u{1B}[{sequence}m{text}\u{1B}[0m"),
        };
    }
}

/// Renders diagnostics one after the other, an empty line between two.
#[must_use]
pub fn text(diagnostics: &[Diagnostic], colours: Colours) -> String {
    let mut out = String::new();
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        push_diagnostic(&mut out, diagnostic, colours);
    }
    out
}

/// Renders one diagnostic.
fn push_diagnostic(out: &mut String, diagnostic: &Diagnostic, colours: Colours) {
    let severity = match diagnostic.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
    };
    colours.paint(out, severity, &format!("{}[{}]", diagnostic.severity.name(), diagnostic.code));
    out.push_str(": ");
    push_visible(out, &diagnostic.headline);
    let position = diagnostic.source.position(diagnostic.span.start);
    let number = position.line.to_string();
    let gutter = " ".repeat(number.len());
    let frame = "1;34";
    out.push('\n');
    colours.paint(out, frame, &format!("{gutter}-->"));
    out.push(' ');
    push_visible(out, diagnostic.source.name());
    match diagnostic.source.text() {
        "" => out.push('\n'),
        _ => drop(writeln!(out, ":{}:{}", position.line, position.column)),
    }
    // Of a file without a text there is no line to show: it is the file itself that is meant.
    if !diagnostic.source.text().is_empty() && diagnostic.source.is_shown() {
        let excerpt = Excerpt::new(diagnostic);
        colours.paint(out, frame, &format!("{gutter} |"));
        out.push('\n');
        colours.paint(out, frame, &format!("{number} |"));
        let _ = writeln!(out, " {}", excerpt.line);
        colours.paint(out, frame, &format!("{gutter} |"));
        let _ = write!(out, " {}", " ".repeat(excerpt.indent));
        colours.paint(out, severity, &"^".repeat(excerpt.carets));
        out.push('\n');
    }
    for note in &diagnostic.notes {
        colours.paint(out, frame, &format!("{gutter} ="));
        out.push_str(" note: ");
        for (index, line) in note.lines().enumerate() {
            if index > 0 {
                let _ = write!(out, "\n{gutter}         ");
            }
            push_visible(out, line);
        }
        out.push('\n');
    }
}

/// The line of the culprit as it is shown.
struct Excerpt {
    line: String,
    /// Columns before the carets.
    indent: usize,
    /// How many there are.
    carets: usize,
}

impl Excerpt {
    /// The first line of a diagnostic's span.
    fn new(diagnostic: &Diagnostic) -> Self {
        let (source, span) = (&diagnostic.source, diagnostic.span);
        let number = source.line_of(span.start);
        let (line, begin) = (source.line(number), source.line_start(number));
        // Bytes, not columns: of a line of a megabyte only what is shown is looked at.
        let within = |at: u32| at.saturating_sub(begin) as usize;
        let (start, end) = (within(span.start), within(span.end));
        let clipped = line.len() > SHOWN * 2;
        let before = line.get(..start).unwrap_or(line);
        let first = match before.char_indices().rev().nth(BEFORE - 1) {
            Some((at, _)) if clipped => at,
            _ => 0,
        };
        let mut excerpt = Self { line: String::new(), indent: 0, carets: 0 };
        let mut width = 0;
        if first > 0 {
            excerpt.line.push('…');
            width += 1;
        }
        excerpt.indent = width;
        let mut characters = line.get(first..).unwrap_or_default().char_indices();
        let shown = if clipped { SHOWN } else { usize::MAX };
        for (index, character) in characters.by_ref().take(shown) {
            width += push_character(&mut excerpt.line, character);
            if first + index < start {
                excerpt.indent = width;
            } else if first + index < end {
                excerpt.carets = width - excerpt.indent;
            }
        }
        if characters.next().is_some() {
            excerpt.line.push('…');
        }
        excerpt.carets = excerpt.carets.max(1);
        excerpt
    }
}

/// Appends a character of a source line; the columns it takes.
fn push_character(line: &mut String, character: char) -> usize {
    if character == '\t' {
        line.push_str(&" ".repeat(TAB));
        TAB
    } else if is_invisible(character) {
        let before = line.len();
        line.extend(character.escape_default());
        line.len() - before
    } else {
        line.push(character);
        columns(character)
    }
}

/// The columns a terminal gives a character: none for marks on the one before, two for East Asian wide characters
/// and emoji. Blocks rather than the exact table, which changes every year and differs between terminals.
fn columns(character: char) -> usize {
    match character {
        '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' => 0,
        '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{303E}' | '\u{3041}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' => 2,
        '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}' => 2,
        '\u{1F300}'..='\u{1F64F}' | '\u{1F680}'..='\u{1F6FF}' | '\u{1F900}'..='\u{1F9FF}' => 2,
        '\u{20000}'..='\u{3FFFD}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, Span};

    /// A document of one line is as long as it likes: what is shown of it, and looked at, is a part around the culprit.
    #[test]
    fn of_a_long_line_a_part_is_shown() {
        let source = Source::new("policy.xml", "<a a=\"x\"/>é".repeat(20_000));
        for at in [0u32, 12, 120_000, 239_988] {
            let excerpt = Excerpt::new(&Diagnostic::error("TG0001", &source, Span::new(at, at + 2), "wrong"));
            assert!(excerpt.line.trim_matches('…').chars().count() <= SHOWN, "{at}: {}", excerpt.line);
            let culprit: String = excerpt.line.chars().skip(excerpt.indent).take(excerpt.carets).collect();
            assert_eq!(culprit, source.text().get(at as usize..at as usize + 2).unwrap_or_default(), "{at}");
            assert_eq!((excerpt.line.starts_with('…'), excerpt.line.ends_with('…')), (at > 12, at < 239_000), "{at}");
        }
    }
}
