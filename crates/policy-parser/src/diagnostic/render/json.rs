//! Diagnostics as JSON. Written by hand: nine members do not justify a serialiser in a crate without one.

use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::escape::is_invisible;

/// One diagnostic as a JSON object on one line: `code`, `severity`, `message`, `file`, `line`, `column`, `end_line`,
/// `end_column` (the end is exclusive), `notes`.
#[must_use]
pub fn json(diagnostic: &Diagnostic) -> String {
    let start = diagnostic.source.position(diagnostic.span.start);
    let end = diagnostic.source.position(diagnostic.span.end);
    let mut out = String::from("{");
    push_member(&mut out, "code", diagnostic.code);
    push_member(&mut out, "severity", diagnostic.severity.name());
    push_member(&mut out, "message", &diagnostic.headline);
    push_member(&mut out, "file", diagnostic.source.name());
    // Writing to a string cannot fail.
    let _ = write!(out, "\"line\":{},\"column\":{},", start.line, start.column);
    let _ = write!(out, "\"end_line\":{},\"end_column\":{},\"notes\":[", end.line, end.column);
    for (index, note) in diagnostic.notes.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_string(&mut out, note);
    }
    out.push_str("]}");
    out
}

/// Diagnostics as a JSON array, one object a line.
#[must_use]
pub fn json_array(diagnostics: &[Diagnostic]) -> String {
    if diagnostics.is_empty() {
        return "[]\n".to_owned();
    }
    let objects: Vec<String> = diagnostics.iter().map(json).collect();
    format!("[\n{}\n]\n", objects.join(",\n"))
}

/// Appends a member whose value is a string, and a comma.
fn push_member(out: &mut String, name: &str, value: &str) {
    out.push('"');
    out.push_str(name);
    out.push_str("\":");
    push_string(out, value);
    out.push(',');
}

/// Appends a string. Invisible characters are escaped although JSON allows them: the output ends up in terminals.
fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_invisible(character) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}
