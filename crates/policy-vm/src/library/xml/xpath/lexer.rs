//! The words of an XPath.

use super::Bad;
use crate::library::xml::text;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Literal(String),
    /// A name without its prefix, the prefix, and whether `(` or `::` follows it.
    Name {
        prefix: Option<String>,
        local: String,
        calls: bool,
        is_axis: bool,
    },
    /// `*`, or `prefix:*`.
    Star(Option<String>),
    /// Operators and brackets.
    Sign(&'static str),
    /// `$name`.
    Variable,
    End,
}

const SIGNS: [&str; 21] =
    ["..", "::", "//", "!=", "<=", ">=", "(", ")", "[", "]", ".", "@", ",", "/", "|", "+", "-", "=", "<", ">", "*"];

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

fn is_name_start(c: char) -> bool {
    c != ':' && u16::try_from(u32::from(c)).is_ok_and(text::is_name_start)
}

fn is_name(c: char) -> bool {
    c != ':' && u16::try_from(u32::from(c)).is_ok_and(text::is_name_unit)
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn take_while(&mut self, holds: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !holds(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    pub(super) fn next(&mut self) -> Result<Token, Bad> {
        self.space();
        let rest = self.rest();
        let mut chars = rest.chars();
        let Some(first) = chars.next() else { return Ok(Token::End) };
        let second = chars.next();
        match first {
            '"' | '\'' => {
                let inner = rest.get(1..).unwrap_or_default();
                let end = inner.find(first).ok_or(Bad::UnclosedString)?;
                self.at += end + 2;
                Ok(Token::Literal(inner.get(..end).unwrap_or_default().to_owned()))
            }
            '0'..='9' => Ok(self.number()),
            '.' if second.is_some_and(|c| c.is_ascii_digit()) => Ok(self.number()),
            '$' => {
                self.at += 1;
                if !self.rest().starts_with(is_name_start) {
                    return Err(Bad::Token);
                }
                self.take_while(|c| is_name(c) || c == ':');
                Ok(Token::Variable)
            }
            '*' => {
                self.at += 1;
                Ok(Token::Star(None))
            }
            c if is_name_start(c) => Ok(self.name()),
            ':' if second != Some(':') => Err(Bad::Name),
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign)).ok_or(Bad::Token)?;
                self.at += sign.len();
                Ok(Token::Sign(sign))
            }
        }
    }

    fn number(&mut self) -> Token {
        let start = self.at;
        self.take_while(|c| c.is_ascii_digit());
        if self.rest().starts_with('.') {
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Token::Number(text.trim_end_matches('.').parse().unwrap_or(f64::NAN))
    }

    fn name(&mut self) -> Token {
        let mut local = self.take_while(is_name).to_owned();
        let mut prefix = None;
        if let Some(after) = self.rest().strip_prefix(':')
            && !after.starts_with(':')
        {
            if after.starts_with('*') {
                self.at += 2;
                return Token::Star(Some(local));
            }
            if after.starts_with(is_name_start) {
                self.at += 1;
                prefix = Some(std::mem::replace(&mut local, self.take_while(is_name).to_owned()));
            }
        }
        self.space();
        let (calls, is_axis) = (self.rest().starts_with('('), self.rest().starts_with("::"));
        Token::Name { prefix, local, calls, is_axis }
    }
}
