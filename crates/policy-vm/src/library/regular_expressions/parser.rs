//! Reads .NET patterns. What is wrong with one is said in the words of .NET 8, at the same place.

mod escape;
mod group;
mod scan;
mod set;

use super::class::Class;
use super::syntax::{Anchor, Groups, Node, Options, Parsed, Refused};

/// Patterns that are longer are refused.
const LONGEST: usize = 1 << 16;
/// Groups nested deeper are refused.
const DEEPEST: usize = 200;

/// Reads a pattern.
///
/// # Errors
/// When it is none, or too large.
pub(super) fn parse(text: &[u16], options: Options) -> Result<Parsed, Refused> {
    if text.len() > LONGEST {
        return Err(Refused::TooLarge);
    }
    let groups = scan::find_groups(text, options)?;
    let mut parser = Parser { text, at: 0, options, groups, next_group: 1, depth: 0 };
    let node = parser.choice()?;
    if parser.at < text.len() {
        // Only a closing parenthesis ends a choice early.
        parser.at += 1;
        return Err(parser.error("Too many )'s."));
    }
    Ok(Parsed { node, groups: parser.groups })
}

struct Parser<'a> {
    text: &'a [u16],
    at: usize,
    options: Options,
    groups: Groups,
    next_group: i32,
    depth: usize,
}

fn digit(unit: u16) -> Option<i64> {
    char::from_u32(u32::from(unit)).and_then(|c| c.to_digit(10)).map(i64::from)
}

fn is_word(unit: u16) -> bool {
    super::class::is_boundary_word(unit) && !matches!(unit, 0x200c | 0x200d)
}

impl Parser<'_> {
    fn peek(&self) -> Option<u16> {
        self.text.get(self.at).copied()
    }

    /// The next unit as a character, if it is ASCII.
    fn peek_char(&self) -> Option<char> {
        self.char_at(0)
    }

    fn char_at(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).map(|u| u8::try_from(*u).map_or('\u{fffd}', char::from))
    }

    fn next_char(&mut self) -> Option<char> {
        let c = self.peek_char();
        self.at += usize::from(c.is_some());
        c
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek_char() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn error(&self, what: impl Into<String>) -> Refused {
        Refused::Syntax(what.into(), self.at.min(self.text.len()))
    }

    /// Alternatives up to a closing parenthesis or the end.
    fn choice(&mut self) -> Result<Node, Refused> {
        let mut branches = self.branches()?;
        Ok(match (branches.pop(), branches.is_empty()) {
            (Some(only), true) => only,
            (Some(last), false) => {
                branches.push(last);
                Node::Choice(branches)
            }
            (None, _) => Node::Empty,
        })
    }

    fn branches(&mut self) -> Result<Vec<Node>, Refused> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Refused::TooLarge);
        }
        let mut branches = vec![self.sequence()?];
        while self.eat('|') {
            branches.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(branches)
    }

    fn sequence(&mut self) -> Result<Node, Refused> {
        let mut nodes = Vec::new();
        loop {
            self.skip_blank()?;
            match self.peek_char() {
                None | Some('|' | ')') => break,
                Some(_) => {}
            }
            if let Some(atom) = self.atom()? {
                let atom = self.quantified(atom)?;
                nodes.push(atom);
            }
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.pop().unwrap_or(Node::Empty),
            _ => {
                // Reading goes left to right also where matching does not; the program turns it round.
                Node::Sequence(nodes)
            }
        })
    }

    /// White space and comments, where the pattern may have them.
    fn skip_blank(&mut self) -> Result<(), Refused> {
        loop {
            if self.options.ignore_white {
                while matches!(self.peek(), Some(9..=13 | 32 | 0x85 | 0xa0)) {
                    self.at += 1;
                }
                if self.peek_char() == Some('#') {
                    while self.peek().is_some_and(|u| u != 10) {
                        self.at += 1;
                    }
                    continue;
                }
            }
            if self.peek_char() != Some('(') || self.char_at(1) != Some('?') || self.char_at(2) != Some('#') {
                return Ok(());
            }
            while self.peek_char().is_some_and(|c| c != ')') {
                self.at += 1;
            }
            if !self.eat(')') {
                return Err(self.error("Unterminated (?#...) comment."));
            }
        }
    }

    /// One piece; `None` for what only changes options.
    fn atom(&mut self) -> Result<Option<Node>, Refused> {
        let unit = self.peek().unwrap_or(0);
        let Some(c) = self.next_char() else { return Ok(None) };
        Ok(Some(match c {
            '[' => Node::Class(self.set()?),
            '(' => return self.group(),
            '\\' => self.escape()?,
            '^' if self.options.multiline => Node::Anchor(Anchor::LineStart),
            '^' => Node::Anchor(Anchor::Start),
            '$' if self.options.multiline => Node::Anchor(Anchor::LineEnd),
            '$' => Node::Anchor(Anchor::EndOrLastLine),
            '.' if self.options.singleline => Node::Class(Class::any()),
            '.' => Node::Class(Class::not_line_feed()),
            '*' | '+' | '?' => return Err(self.error(format!("Quantifier '{c}' following nothing."))),
            '{' if self.bounds_from(self.at).is_some() => {
                return Err(self.error("Quantifier '{' following nothing."));
            }
            _ => self.unit(unit),
        }))
    }

    /// A unit that stands for itself.
    fn unit(&self, unit: u16) -> Node {
        if !self.options.ignore_case {
            return Node::Unit(unit);
        }
        let low = crate::value::text::lower(unit);
        // Without case the plain comparison is the same and faster.
        if low == unit && crate::value::text::upper(unit) == unit {
            Node::Unit(unit)
        } else {
            Node::UnitIgnoreCase(low)
        }
    }

    /// The end of `{n}`, `{n,}` or `{n,m}` whose first digit is at `from`.
    fn bounds_from(&self, from: usize) -> Option<usize> {
        let is_digit = |at: usize| self.text.get(at).is_some_and(|u| (48..58).contains(u));
        let mut at = from;
        while is_digit(at) {
            at += 1;
        }
        if at == from {
            return None;
        }
        if self.text.get(at) == Some(&u16::from(b',')) {
            at += 1;
            while is_digit(at) {
                at += 1;
            }
        }
        (self.text.get(at) == Some(&u16::from(b'}'))).then_some(at)
    }

    fn at_quantifier(&self) -> bool {
        match self.peek_char() {
            Some('*' | '+' | '?') => true,
            Some('{') => self.bounds_from(self.at + 1).is_some(),
            _ => false,
        }
    }

    fn quantified(&mut self, atom: Node) -> Result<Node, Refused> {
        self.skip_blank()?;
        if !self.at_quantifier() {
            return Ok(atom);
        }
        let (least, most) = match self.next_char() {
            Some('*') => (0, u32::MAX),
            Some('+') => (1, u32::MAX),
            Some('?') => (0, 1),
            _ => self.bounds()?,
        };
        self.skip_blank()?;
        let lazy = self.eat('?');
        if least > most {
            return Err(self.error("Illegal {x,y} with x > y."));
        }
        self.skip_blank()?;
        if self.at_quantifier() {
            let c = self.next_char().unwrap_or('*');
            return Err(self.error(format!("Nested quantifier '{c}'.")));
        }
        Ok(Node::Repeat { node: Box::new(atom), least, most, lazy })
    }

    fn bounds(&mut self) -> Result<(u32, u32), Refused> {
        let least = self.number()?;
        let most = match self.eat(',') {
            false => least,
            true if self.peek_char() == Some('}') => u32::MAX,
            true => self.number()?,
        };
        self.at += 1;
        Ok((least, most))
    }

    /// Decimal digits as a count.
    fn number(&mut self) -> Result<u32, Refused> {
        let mut value = 0i64;
        while let Some(d) = self.peek().and_then(digit) {
            value = value * 10 + d;
            self.at += 1;
            if value > i64::from(i32::MAX) {
                let why = "Quantifier and capture group numbers must be less than or equal to Int32.MaxValue.";
                return Err(self.error(why));
            }
        }
        // The largest count means no limit, as in .NET.
        Ok(if value == i64::from(i32::MAX) { u32::MAX } else { value as u32 })
    }
}

/// `Regex.Unescape`: nothing when there is nothing to change.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn unescape(text: &[u16]) -> Result<Option<Vec<u16>>, (String, usize)> {
    if !text.contains(&u16::from(b'\\')) {
        return Ok(None);
    }
    let options = Options::default();
    let mut parser = Parser { text, at: 0, options, groups: Groups::default(), next_group: 1, depth: 0 };
    let mut plain = Vec::with_capacity(text.len());
    while let Some(unit) = parser.peek() {
        parser.at += 1;
        if unit != u16::from(b'\\') {
            plain.push(unit);
        } else if parser.at < text.len() {
            match parser.unit_escape() {
                Ok(unit) => plain.push(unit),
                Err(Refused::Syntax(what, at)) => return Err((what, at)),
                Err(Refused::TooLarge) => return Err((String::new(), parser.at)),
            }
        }
    }
    Ok(Some(plain))
}
