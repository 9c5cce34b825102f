//! Where an embedded expression ends, found by reading just enough of C#: strings, characters and comments, so that a
//! bracket or a quote inside them does not count.

/// Why no end was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScanError {
    /// There is neither `@(` nor `@{` at the start.
    NotAnExpression,
    /// The text ends before the bracket is closed.
    Unterminated,
}

/// One hole of an interpolated string that is being read as code.
struct Hole {
    /// The string around it is verbatim.
    verbatim: bool,
    /// Open braces inside the hole.
    braces: u32,
    /// Open parentheses and square brackets inside the hole.
    others: u32,
}

/// What ended a piece of an interpolated string.
enum Stop {
    /// The closing quote; the offset is after it.
    Quote(usize),
    /// A brace that opens a hole; the offset is after it.
    Hole(usize),
}

/// The offset after the bracket that closes the expression at `start`, where `@(` or `@{` stands. Nested holes are
/// kept on an explicit stack: their depth is the author's choice, the machine's stack is not.
///
/// # Errors
///
/// When no expression starts there, or when it never ends.
pub(crate) fn scan_expression_end(text: &str, start: usize) -> Result<usize, ScanError> {
    let bytes = text.as_bytes();
    let (open, close) = match bytes.get(start..start + 2) {
        Some(b"@(") => (b'(', b')'),
        Some(b"@{") => (b'{', b'}'),
        _ => return Err(ScanError::NotAnExpression),
    };
    let mut holes: Vec<Hole> = Vec::new();
    let mut depth = 0_u32;
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        if let Some((after, verbatim)) = interpolated_start(bytes, at) {
            at = interpolated(bytes, after, verbatim, &mut holes).ok_or(ScanError::Unterminated)?;
            continue;
        }
        if let Some(after) = skip_trivia_or_string(bytes, at) {
            at = after;
            continue;
        }
        at += 1;
        let Some(hole) = holes.last_mut() else {
            if byte == open {
                depth += 1;
            } else if byte == close {
                depth -= 1;
                if depth == 0 {
                    return Ok(at);
                }
            }
            continue;
        };
        if hole_ends(bytes, &mut at, byte, hole)
            && let Some(hole) = holes.pop()
        {
            at = interpolated(bytes, at, hole.verbatim, &mut holes).ok_or(ScanError::Unterminated)?;
        }
    }
    Err(ScanError::Unterminated)
}

/// The offset after the quote of an interpolated string that starts at `at`, and whether it is verbatim.
fn interpolated_start(bytes: &[u8], at: usize) -> Option<(usize, bool)> {
    match (bytes.get(at)?, bytes.get(at + 1)?, bytes.get(at + 2)) {
        (b'$', b'"', _) => Some((at + 2, false)),
        (b'$', b'@', Some(b'"')) | (b'@', b'$', Some(b'"')) => Some((at + 3, true)),
        _ => None,
    }
}

/// Reads on in an interpolated string; a hole that opens is pushed. The offset to go on reading code at.
fn interpolated(bytes: &[u8], at: usize, verbatim: bool, holes: &mut Vec<Hole>) -> Option<usize> {
    match interpolated_text(bytes, at, verbatim)? {
        Stop::Quote(after) => Some(after),
        Stop::Hole(after) => {
            holes.push(Hole { verbatim, braces: 0, others: 0 });
            Some(after)
        }
    }
}

/// Reads the text of an interpolated string up to its closing quote or its next hole.
fn interpolated_text(bytes: &[u8], mut at: usize, verbatim: bool) -> Option<Stop> {
    loop {
        match (*bytes.get(at)?, bytes.get(at + 1)) {
            (b'{', Some(b'{')) => at += 2,
            (b'{', _) => return Some(Stop::Hole(at + 1)),
            (b'\\', _) if !verbatim => at += 2,
            (b'"', Some(b'"')) if verbatim => at += 2,
            (b'"', _) => return Some(Stop::Quote(at + 1)),
            _ => at += 1,
        }
    }
}

/// Counts a byte of code inside a hole; true when it closes the hole. After a `:` that belongs to no bracket the rest
/// of the hole is a format, in which quotes mean nothing.
fn hole_ends(bytes: &[u8], at: &mut usize, byte: u8, hole: &mut Hole) -> bool {
    match byte {
        b'(' | b'[' => hole.others += 1,
        b')' | b']' => hole.others = hole.others.saturating_sub(1),
        b'{' => hole.braces += 1,
        b'}' if hole.braces == 0 => return true,
        b'}' => hole.braces -= 1,
        b':' if hole.braces == 0 && hole.others == 0 => {
            if bytes.get(*at) == Some(&b':') {
                *at += 1;
                return false;
            }
            let format = bytes.get(*at..).unwrap_or_default();
            let length = memchr::memchr2(b'}', b'"', format).unwrap_or(format.len());
            *at += length;
        }
        _ => {}
    }
    false
}

/// The offset after the comment, string or character literal that starts at `at`, if one does. What never ends leads
/// to the end of the text.
fn skip_trivia_or_string(bytes: &[u8], at: usize) -> Option<usize> {
    let end = bytes.len();
    let rest = |from: usize| bytes.get(from..).unwrap_or_default();
    match (bytes.get(at)?, bytes.get(at + 1)) {
        (b'/', Some(b'/')) => Some(memchr::memchr(b'\n', rest(at)).map_or(end, |length| at + length)),
        (b'/', Some(b'*')) => Some(memchr::memmem::find(rest(at + 2), b"*/").map_or(end, |length| at + length + 4)),
        (b'@', Some(b'"')) => Some(verbatim_end(bytes, at + 2)),
        (b'"', _) => Some(quoted_end(bytes, at + 1, b'"')),
        (b'\'', _) => Some(quoted_end(bytes, at + 1, b'\'')),
        _ => None,
    }
}

/// The offset after the quote that ends a regular string or a character. A line end ends them too: C# allows none in
/// there, and whoever forgot a quote learns more from the compiler's message for that line.
fn quoted_end(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' | b'\r' => return at,
            _ if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The offset after the quote that ends a verbatim string.
fn verbatim_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(length) = memchr::memchr(b'"', bytes.get(at..).unwrap_or_default()) {
        at += length + 1;
        if bytes.get(at) != Some(&b'"') {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expression is all of `text` up to the mark `¦`.
    fn check(text: &str) {
        let expected = text.find('¦').ok_or(ScanError::Unterminated);
        assert_eq!(scan_expression_end(&text.replace('¦', ""), 0), expected, "{text}");
    }

    #[test]
    fn brackets_in_literals_and_comments_do_not_count() {
        check("@(a)¦ b)");
        check("@{ return \"}\"; }¦}");
        check("@(')' + '\"' + \"\\\")\")¦");
        check("@(@\"a\\\" + @\"\"\")\")¦");
        check("@(a /* ) \" */ + 1 // ) it's\n )¦");
        check("@(x => { return (1); })¦");
        check("@(\"https://x\")¦\" y=\")\"");
    }

    #[test]
    fn interpolated_strings() {
        check("@($\"a{b(\"}\")}c)\" + d)¦");
        check("@($\"{{)\" + $@\"{a[\"\"]}\\\")¦");
        check("@($\"{d:hh':'mm}\" + (e))¦");
        check("@($\"{(a ? \":\" : $\"{b}\")}\")¦");
        check("@($@\"c:\\{x}\\\")¦");
        check("@(@$\"\"\"{x}\")¦");
        check("@($\"{global::A.B}\")¦");
    }

    #[test]
    fn what_never_ends() {
        for text in
            ["@(", "@(\"", "@($\"{", "@($\"{a:", "@('", "@(/*", "@(//)", "@{ ( }".trim_end_matches('}'), "@(\"\\"]
        {
            check(text);
        }
        assert_eq!(scan_expression_end("a(", 0), Err(ScanError::NotAnExpression));
        assert_eq!(scan_expression_end("", 0), Err(ScanError::NotAnExpression));
    }
}
