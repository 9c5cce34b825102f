//! Headings and fenced blocks of a Markdown text; everything else is prose.

use std::ops::Range;

use super::Malformed;

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The words after the opening fence.
    pub info: String,
    /// Line of the opening fence, from 1.
    pub line: u32,
    /// The lines between the fences in the page's text, line ends included.
    pub range: Range<usize>,
    /// Those lines.
    pub text: String,
}

impl Fence {
    /// The text without its last line end.
    #[must_use]
    pub fn content(&self) -> &str {
        let text = self.text.strip_suffix('\n').unwrap_or(&self.text);
        text.strip_suffix('\r').unwrap_or(text)
    }

    /// The page's line of a byte of the text.
    #[must_use]
    pub fn line_of(&self, at: usize) -> u32 {
        let before = self.text.get(..at).unwrap_or(&self.text);
        self.line + 1 + u32::try_from(before.matches('\n').count()).unwrap_or(0)
    }
}

/// What matters of a Markdown text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A heading with its text and line.
    Heading(String, u32),
    /// A fenced block.
    Block(Fence),
}

/// Finds headings and fenced blocks, up to a block that is not closed.
pub(super) fn pieces(text: &str) -> (Vec<Piece>, Option<Malformed>) {
    let mut pieces = Vec::new();
    let mut lines = Lines { text, at: 0, number: 0 };
    while let Some((line, _)) = lines.next() {
        if let Some(opening) = Opening::of(line) {
            match block(&mut lines, text, &opening) {
                Ok(fence) => pieces.push(Piece::Block(fence)),
                Err(open) => return (pieces, Some(open)),
            }
        } else if let Some(heading) = heading(line) {
            pieces.push(Piece::Heading(heading.to_owned(), lines.number));
        }
    }
    (pieces, None)
}

fn block(lines: &mut Lines<'_>, text: &str, opening: &Opening<'_>) -> Result<Fence, Malformed> {
    let (line, start) = (lines.number, lines.at);
    while let Some((current, at)) = lines.next() {
        if opening.closed_by(current) {
            let info = opening.info.to_owned();
            return Ok(Fence {
                info,
                line,
                range: start..at,
                text: text.get(start..at).unwrap_or_default().to_owned(),
            });
        }
    }
    Err(Malformed::new(line, "this block is not closed"))
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with([' ', '\t'])).then(|| text.trim())
}

/// An opening fence: at least three backticks or tildes in the first column.
struct Opening<'t> {
    mark: char,
    length: usize,
    info: &'t str,
}

impl<'t> Opening<'t> {
    fn of(line: &'t str) -> Option<Self> {
        let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let info = line.trim_start_matches(mark);
        let length = line.len() - info.len();
        (length >= 3 && !info.contains('`')).then(|| Self { mark, length, info: info.trim() })
    }

    fn closed_by(&self, line: &str) -> bool {
        let rest = line.trim_start_matches(self.mark);
        line.len() - rest.len() >= self.length && rest.trim().is_empty()
    }
}

struct Lines<'t> {
    text: &'t str,
    at: usize,
    number: u32,
}

impl<'t> Lines<'t> {
    /// The next line without its line end, and where it starts.
    fn next(&mut self) -> Option<(&'t str, usize)> {
        let start = self.at;
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        let line = rest.split_inclusive('\n').next()?;
        self.at += line.len();
        self.number += 1;
        Some((line.trim_end_matches(['\n', '\r']), start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_blocks_with_their_lines() {
        let text = "# A\nprose\n```xml inbound\n# no heading\n```\n## Case: b\n````text\n```\n````\n";
        let (pieces, _) = pieces(text);
        let Piece::Block(xml) = &pieces[1] else { panic!("{pieces:?}") };
        assert_eq!((xml.info.as_str(), xml.line, xml.content()), ("xml inbound", 3, "# no heading"));
        assert_eq!(&text[xml.range.clone()], "# no heading\n");
        assert_eq!(xml.line_of(0), 4);
        assert_eq!(pieces[2], Piece::Heading("Case: b".to_owned(), 6));
        let Piece::Block(nested) = &pieces[3] else { panic!("{pieces:?}") };
        assert_eq!(nested.content(), "```");
    }

    #[test]
    fn an_open_block_is_named_by_its_first_line() {
        assert_eq!(pieces("a\n```xml\n<a/>\n").1.unwrap().line, 2);
    }
}
