//! A template taken apart into text, `{{ … }}` and `{% … %}`.

use super::parse::Mistake;

/// A piece of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    Text(&'t str),
    /// What stands between the braces, and where.
    Output(&'t str, usize),
    /// The name of the tag, what follows it, and where the tag stands.
    Tag(&'t str, &'t str, usize),
}

/// Tags whose content is not read, with their ends.
const VERBATIM: &[(&str, &str)] = &[("raw", "endraw"), ("comment", "endcomment")];

pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Mistake> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(open) = next_open(text, at) {
        let piece = Piece::read(text, open)?;
        push_text(&mut tokens, text.get(at..open).unwrap_or_default(), piece.trims_before);
        at = piece.end;
        match piece.token {
            Token::Tag(name, _, _) if VERBATIM.iter().any(|(tag, _)| *tag == name) => {
                let (content, end) = verbatim(text, &piece, name)?;
                if name == "raw" {
                    tokens.push(Token::Text(content));
                }
                at = end;
            }
            token => tokens.push(token),
        }
        if text.get(at..).is_some() && ends_with_dash(text, at) {
            let rest = text.get(at..).unwrap_or_default();
            at += rest.len() - rest.trim_start().len();
        }
    }
    push_text(&mut tokens, text.get(at..).unwrap_or_default(), false);
    Ok(tokens)
}

/// `-%}` or `-}}` in front of `at`.
fn ends_with_dash(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.ends_with("-%}") || before.ends_with("-}}"))
}

fn push_text<'t>(tokens: &mut Vec<Token<'t>>, text: &'t str, trimmed: bool) {
    let text = if trimmed { text.trim_end() } else { text };
    if !text.is_empty() {
        tokens.push(Token::Text(text));
    }
}

fn next_open(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let at = |mark: &str| rest.find(mark).map(|at| from + at);
    match (at("{{"), at("{%")) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// A tag or an output.
struct Piece<'t> {
    token: Token<'t>,
    end: usize,
    trims_before: bool,
}

impl<'t> Piece<'t> {
    fn read(text: &'t str, open: usize) -> Result<Self, Mistake> {
        let rest = text.get(open..).unwrap_or_default();
        let (is_tag, close) = if rest.starts_with("{%") { (true, "%}") } else { (false, "}}") };
        let Some(length) = rest.find(close) else {
            let what = if is_tag { "the tag has no `%}`" } else { "the output has no `}}`" };
            return Err(Mistake::new(open, what));
        };
        let inside = rest.get(2..length).unwrap_or_default();
        let trims_before = inside.starts_with('-');
        let start = open + 2 + usize::from(trims_before);
        let inside = inside.strip_prefix('-').unwrap_or(inside);
        let inside = inside.strip_suffix('-').unwrap_or(inside);
        let token = if is_tag {
            let trimmed = inside.trim();
            let name_end = trimmed.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(trimmed.len());
            let (name, arguments) = trimmed.split_at_checked(name_end).unwrap_or((trimmed, ""));
            if name.is_empty() {
                return Err(Mistake::new(open, "the tag has no name"));
            }
            Token::Tag(name, arguments.trim(), open)
        } else {
            Token::Output(inside, start)
        };
        Ok(Self { token, end: open + length + 2, trims_before })
    }
}

/// The content of a tag that is not read, and where its end tag ends.
fn verbatim<'t>(text: &'t str, piece: &Piece<'t>, name: &str) -> Result<(&'t str, usize), Mistake> {
    let end_name = VERBATIM.iter().find(|(tag, _)| *tag == name).map_or("", |(_, end)| end);
    let mut at = piece.end;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("{%")).map(|found| at + found) {
        let rest = text.get(found + 2..).unwrap_or_default();
        if let Some(length) = rest.find("%}")
            && rest.get(..length).is_some_and(|inside| inside.trim_matches('-').trim() == end_name)
        {
            return Ok((text.get(piece.end..found).unwrap_or_default(), found + 2 + length + 2));
        }
        at = found + 2;
    }
    let Token::Tag(_, _, start) = piece.token else { return Err(Mistake::new(0, "")) };
    Err(Mistake::new(start, format!("the tag '{name}' has no '{end_name}'")))
}

/// A template that is markup has `&lt;` and the like in its tags, where they stand for themselves.
pub(crate) fn unescape_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(open) = next_open(text, at) {
        out.push_str(text.get(at..open).unwrap_or_default());
        let rest = text.get(open..).unwrap_or_default();
        let close = if rest.starts_with("{%") { "%}" } else { "}}" };
        let end = rest.find(close).map_or(rest.len(), |length| length + 2);
        let tag = rest.get(..end).unwrap_or_default();
        let plain = tag.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
        out.push_str(&plain.replace("&amp;", "&"));
        at = open + end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
