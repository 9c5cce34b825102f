//! Paths, literals, ranges, and filters behind them.

use std::rc::Rc;

use super::filters::{self, Filter};
use super::parse::Mistake;
use super::value::Value;

/// Something that has a value.
#[derive(Debug)]
pub(super) enum Expression {
    /// A text, a number, `true`, `nil`, `empty`. Not the value itself, because templates are shared by threads.
    Literal(Literal),
    /// `a.b["c"][0]`.
    Path { root: Box<str>, steps: Vec<Step> },
    /// `(1..n)`.
    Range(Box<Expression>, Box<Expression>),
}

/// A value that is written down.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Nil,
    Empty,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Box<str>),
}

/// A step of a path.
#[derive(Debug)]
pub(super) enum Step {
    Name(Box<str>),
    Index(Expression),
}

/// A value and what filters make of it.
#[derive(Debug)]
pub(super) struct Filtered {
    pub(super) expression: Expression,
    pub(super) filters: Vec<(&'static Filter, Vec<Expression>)>,
}

impl Literal {
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Nil => Value::Nil,
            Self::Empty => Value::Empty,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Float(value) => Value::Float(*value),
            Self::Text(text) => Value::Text(Rc::from(&**text)),
        }
    }
}

/// Greatest nesting of brackets.
const MAX_DEPTH: usize = 32;

/// Reads what stands inside a tag or an output.
#[derive(Debug)]
pub(super) struct Scanner<'t> {
    rest: &'t str,
    /// Where in the template it stands.
    start: usize,
    length: usize,
    depth: usize,
    /// What is probably not meant, but works.
    pub(super) doubts: Vec<Mistake>,
}

impl<'t> Scanner<'t> {
    pub(super) const fn new(text: &'t str, start: usize) -> Self {
        Self { rest: text, start, length: text.len(), depth: 0, doubts: Vec::new() }
    }

    /// A mistake at the place that was come to.
    pub(super) fn mistake(&self, message: impl Into<String>) -> Mistake {
        Mistake::new(self.start + self.length - self.rest.len(), message)
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    pub(super) fn is_done(&mut self) -> bool {
        self.skip();
        self.rest.is_empty()
    }

    /// Nothing may follow.
    pub(super) fn done(&mut self) -> Result<(), Mistake> {
        if self.is_done() {
            Ok(())
        } else {
            Err(self.mistake(format!("`{}` is not expected here", self.rest.trim_end())))
        }
    }

    /// Takes a mark, if it comes next.
    pub(super) fn eat(&mut self, mark: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes a word, if it comes next.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        self.skip();
        let is_it = self.word_length() == word.len() && self.rest.starts_with(word);
        is_it && self.eat(word)
    }

    fn word_length(&self) -> usize {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let begins = self.rest.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if begins { self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len()) } else { 0 }
    }

    /// A name.
    pub(super) fn word(&mut self) -> Option<&'t str> {
        self.skip();
        let (word, rest) = self.rest.split_at_checked(self.word_length()).filter(|(word, _)| !word.is_empty())?;
        self.rest = rest;
        Some(word)
    }

    /// A value with its filters, and nothing behind.
    pub(super) fn filtered(&mut self) -> Result<Filtered, Mistake> {
        let expression = self.expression()?;
        let mut filters = Vec::new();
        while self.eat("|") {
            let place = self.mistake("");
            let name = self.word().ok_or_else(|| self.mistake("the name of a filter is missing"))?;
            let mut arguments = Vec::new();
            if self.eat(":") {
                arguments.push(self.expression()?);
                while self.eat(",") {
                    arguments.push(self.expression()?);
                }
            }
            match filters::find(name) {
                Some(filter) => filters.push((filter, arguments)),
                None => self.doubts.push(Mistake::new(place.at, filters::unknown(name))),
            }
        }
        self.done()?;
        Ok(Filtered { expression, filters })
    }

    /// A value without filters.
    pub(super) fn expression(&mut self) -> Result<Expression, Mistake> {
        self.skip();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.mistake("brackets are nested too deep"));
        }
        let expression = match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => Expression::Literal(Literal::Text(self.quoted(quote)?.into())),
            Some('(') => self.range()?,
            Some(c) if c.is_ascii_digit() || c == '-' => Expression::Literal(self.number()?),
            Some('[') => Expression::Path { root: "".into(), steps: self.steps()? },
            _ => self.path()?,
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn quoted(&mut self, quote: char) -> Result<&'t str, Mistake> {
        let inside = self.rest.get(1..).unwrap_or_default();
        let end = inside.find(quote).ok_or_else(|| self.mistake("the text has no end"))?;
        self.rest = inside.get(end + 1..).unwrap_or_default();
        Ok(inside.get(..end).unwrap_or_default())
    }

    fn number(&mut self) -> Result<Literal, Mistake> {
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let sign = usize::from(self.rest.starts_with('-'));
        let mut length = sign + digits(self.rest.get(sign..).unwrap_or_default());
        let behind = self.rest.get(length..).unwrap_or_default();
        // `1..5` is a range.
        let fraction = behind.strip_prefix('.').map_or(0, digits);
        if fraction > 0 {
            length += 1 + fraction;
        }
        let (text, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        let number = match fraction {
            0 => text.parse().ok().map(Literal::Int),
            _ => text.parse().ok().map(Literal::Float),
        };
        let number = number.ok_or_else(|| self.mistake("this is no number"))?;
        self.rest = rest;
        Ok(number)
    }

    fn range(&mut self) -> Result<Expression, Mistake> {
        self.eat("(");
        let first = self.expression()?;
        if !self.eat("..") {
            return Err(self.mistake("a range is written as (1..5)"));
        }
        let last = self.expression()?;
        if !self.eat(")") {
            return Err(self.mistake("the range has no `)`"));
        }
        Ok(Expression::Range(Box::new(first), Box::new(last)))
    }

    fn path(&mut self) -> Result<Expression, Mistake> {
        let root = self.word().ok_or_else(|| self.mistake("a value is missing"))?;
        let literal = match root {
            "nil" | "null" => Some(Literal::Nil),
            "true" => Some(Literal::Bool(true)),
            "false" => Some(Literal::Bool(false)),
            "empty" | "blank" => Some(Literal::Empty),
            _ => None,
        };
        Ok(match literal {
            Some(literal) => Expression::Literal(literal),
            None => Expression::Path { root: root.into(), steps: self.steps()? },
        })
    }

    fn steps(&mut self) -> Result<Vec<Step>, Mistake> {
        let mut steps = Vec::new();
        loop {
            if self.rest.starts_with('.') && !self.rest.starts_with("..") {
                self.rest = self.rest.get(1..).unwrap_or_default();
                // Names of JSON may begin with a digit.
                let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '@' | '$');
                let length = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
                let (name, rest) = self.rest.split_at_checked(length).unwrap_or(("", self.rest));
                if name.is_empty() {
                    return Err(self.mistake("a name is missing behind the dot"));
                }
                self.rest = rest;
                steps.push(Step::Name(name.into()));
            } else if self.eat("[") {
                steps.push(Step::Index(self.expression()?));
                if !self.eat("]") {
                    return Err(self.mistake("the bracket is not closed"));
                }
            } else {
                return Ok(steps);
            }
        }
    }
}
