//! Parses JSONPath in Newtonsoft.Json's dialect, which is older than RFC 9535 and differs from it in most corners.
//!
//! The structure is that of the original, since what it accepts is what its steps happen to accept.

use crate::exception::Exc;
use crate::value::text::TextRef;

use super::read::is_white_space;

/// A step of a path.
#[derive(Debug)]
pub(super) enum Filter {
    /// `$` at the start of a path inside a query.
    Root,
    /// `.name`, or `.*` without name.
    Field(Option<Vec<u16>>),
    /// `['a','b']`.
    Fields(Vec<Vec<u16>>),
    /// `[1]`, or `[*]` without index.
    Index(Option<i32>),
    /// `[1,2]`.
    Indexes(Vec<i32>),
    /// `[start:end:step]`.
    Slice(Option<i32>, Option<i32>, Option<i32>),
    /// `..name`, or `..*` without name.
    Scan(Option<Vec<u16>>),
    /// `..['a','b']`.
    ScanFields(Vec<Vec<u16>>),
    /// `[?(…)]`.
    Query(Query),
    /// `..[?(…)]`.
    ScanQuery(Query),
}

/// A condition.
#[derive(Debug)]
pub(super) enum Query {
    /// All must hold.
    And(Vec<Query>),
    /// One must hold.
    Or(Vec<Query>),
    /// Two sides compared.
    Compare(Operator, Side, Option<Side>),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Exists,
    Equals,
    NotEquals,
    Less,
    LessOrEquals,
    Greater,
    GreaterOrEquals,
    Regex,
    StrictEquals,
    StrictNotEquals,
}

/// A side of a comparison.
#[derive(Debug)]
pub(super) enum Side {
    /// A path from the item (`@`) or from the root (`$`).
    Path(Vec<Filter>),
    /// `'text'`, or a regular expression with its slashes.
    Text(Vec<u16>),
    /// An integer.
    Integer(i64),
    /// A real number.
    Real(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
}

/// Why a path cannot be read.
#[derive(Debug)]
pub(super) struct Wrong(pub(super) Exc, pub(super) String);

/// Nesting of queries inside queries that is followed.
const MAX_DEPTH: usize = 100;

/// Parses a path.
pub(super) fn parse(text: TextRef<'_>) -> Result<Vec<Filter>, Wrong> {
    let mut parser = Parser { text: text.units().collect(), at: 0, depth: 0 };
    parser.main()
}

struct Parser {
    text: Vec<u16>,
    at: usize,
    depth: usize,
}

fn json(message: impl Into<String>) -> Wrong {
    Wrong(Exc::Json, message.into())
}

/// Reading past the end is an exception of its own in the original.
fn outside() -> Wrong {
    Wrong(Exc::IndexOutOfRange, Exc::IndexOutOfRange.describe().2.to_owned())
}

fn unit(c: char) -> u16 {
    c as u16
}

impl Parser {
    fn get(&self, at: usize) -> Result<u16, Wrong> {
        self.text.get(at).copied().ok_or_else(outside)
    }

    fn here(&self) -> Result<u16, Wrong> {
        self.get(self.at)
    }

    fn is(&self, c: char) -> Result<bool, Wrong> {
        Ok(self.here()? == unit(c))
    }

    fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    fn spaces(&mut self) {
        while self.text.get(self.at) == Some(&32) {
            self.at += 1;
        }
    }

    fn need_more(&self, message: &str) -> Result<(), Wrong> {
        if self.at_end() { Err(json(message)) } else { Ok(()) }
    }

    fn with_char(&self, message: &str, at: usize) -> Wrong {
        match self.text.get(at) {
            Some(unit) => json(format!("{message}{}", String::from_utf16_lossy(&[*unit]))),
            None => outside(),
        }
    }

    fn part(&self, start: usize, end: usize) -> Vec<u16> {
        self.text.get(start..end).unwrap_or_default().to_vec()
    }

    fn main(&mut self) -> Result<Vec<Filter>, Wrong> {
        let mut filters = Vec::new();
        let mut start = self.at;
        self.spaces();
        if self.at_end() {
            return Ok(filters);
        }
        if self.is('$')? {
            if self.text.len() == 1 {
                return Ok(filters);
            }
            // Otherwise it is a property whose name starts with `$`.
            if matches!(char::from_u32(u32::from(self.get(self.at + 1)?)), Some('.' | '[')) {
                self.at += 1;
                start = self.at;
            }
        }
        if !self.path(&mut filters, start, false)? {
            let last = self.at;
            self.spaces();
            if !self.at_end() {
                return Err(self.with_char("Unexpected character while parsing path: ", last));
            }
        }
        Ok(filters)
    }

    /// Reads steps; true when the text ended with them.
    fn path(&mut self, filters: &mut Vec<Filter>, mut start: usize, query: bool) -> Result<bool, Wrong> {
        let (mut scan, mut after_indexer, mut after_dot) = (false, false, false);
        while let Some(here) = self.text.get(self.at).copied() {
            match char::from_u32(u32::from(here)).unwrap_or('\u{fffd}') {
                open @ ('[' | '(') => {
                    if self.at > start {
                        filters.push(field(self.part(start, self.at), scan));
                        scan = false;
                    }
                    filters.push(self.indexer(open, scan)?);
                    scan = false;
                    self.at += 1;
                    start = self.at;
                    (after_indexer, after_dot) = (true, false);
                }
                ']' | ')' | ' ' => break,
                '.' => {
                    if self.at > start {
                        filters.push(field(self.part(start, self.at), scan));
                        scan = false;
                    }
                    if self.text.get(self.at + 1) == Some(&unit('.')) {
                        scan = true;
                        self.at += 1;
                    }
                    self.at += 1;
                    start = self.at;
                    (after_indexer, after_dot) = (false, true);
                }
                '=' | '<' | '!' | '>' | '|' | '&' if query => break,
                _ if after_indexer => return Err(self.with_char("Unexpected character following indexer: ", self.at)),
                _ => self.at += 1,
            }
        }
        let end = self.at_end();
        if self.at > start {
            let mut name = self.part(start, self.at);
            while name.last().is_some_and(|u| is_white_space(*u)) {
                name.pop();
            }
            filters.push(field(name, scan));
        } else if after_dot && (end || query) {
            return Err(json("Unexpected end while parsing path."));
        }
        Ok(end)
    }

    fn indexer(&mut self, open: char, scan: bool) -> Result<Filter, Wrong> {
        self.at += 1;
        let close = if open == '[' { ']' } else { ')' };
        self.need_more("Path ended with open indexer.")?;
        self.spaces();
        match char::from_u32(u32::from(self.here()?)) {
            Some('\'') => self.quoted_field(close, scan),
            Some('?') => self.query(close, scan),
            _ => self.array_indexer(close),
        }
    }

    fn array_indexer(&mut self, close: char) -> Result<Filter, Wrong> {
        let (mut start, mut end) = (self.at, None);
        let mut indexes: Option<Vec<i32>> = None;
        let mut bounds = [None; 3];
        let mut colons = 0_usize;
        while let Some(here) = self.text.get(self.at).copied() {
            let length = end.unwrap_or(self.at) - start;
            match char::from_u32(u32::from(here)).unwrap_or('\u{fffd}') {
                ' ' => {
                    end = Some(self.at);
                    self.spaces();
                }
                c if c == close => {
                    if indexes.is_none() && colons > 0 {
                        if length > 0 {
                            self.bound(&mut bounds, colons, start, length)?;
                        }
                        let [start, end, step] = bounds;
                        return Ok(Filter::Slice(start, end, step));
                    }
                    let index = self.number(start, length)?;
                    return Ok(match indexes {
                        Some(mut all) => {
                            all.push(index);
                            Filter::Indexes(all)
                        }
                        None => Filter::Index(Some(index)),
                    });
                }
                ',' => {
                    indexes.get_or_insert_default().push(self.number(start, length)?);
                    self.at += 1;
                    self.spaces();
                    (start, end) = (self.at, None);
                }
                '*' => {
                    self.at += 1;
                    self.need_more("Path ended with open indexer.")?;
                    self.spaces();
                    if self.here()? != unit(close) {
                        return Err(json("Unexpected character while parsing path indexer: *"));
                    }
                    return Ok(Filter::Index(None));
                }
                ':' => {
                    if length > 0 {
                        self.bound(&mut bounds, colons, start, length)?;
                    }
                    colons += 1;
                    self.at += 1;
                    self.spaces();
                    (start, end) = (self.at, None);
                }
                c if (!c.is_numeric() && c != '-') || end.is_some() => {
                    return Err(self.with_char("Unexpected character while parsing path indexer: ", self.at));
                }
                _ => self.at += 1,
            }
        }
        Err(json("Path ended with open indexer."))
    }

    fn bound(&self, bounds: &mut [Option<i32>; 3], colons: usize, start: usize, length: usize) -> Result<(), Wrong> {
        let index = self.number(start, length)?;
        if let Some(slot) = bounds.get_mut(colons.min(2)) {
            *slot = Some(index);
        }
        Ok(())
    }

    /// `Convert.ToInt32` of a part of the text.
    fn number(&self, start: usize, length: usize) -> Result<i32, Wrong> {
        if length == 0 {
            return Err(json("Array index expected."));
        }
        let text = String::from_utf16_lossy(&self.part(start, start + length));
        let digits = text.strip_prefix('-').unwrap_or(&text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            let message = format!("The input string '{text}' was not in a correct format.");
            return Err(Wrong(Exc::Format, message));
        }
        let overflow = "Value was either too large or too small for an Int32.";
        text.parse().map_err(|_| Wrong(Exc::Overflow, overflow.to_owned()))
    }

    fn query(&mut self, close: char, scan: bool) -> Result<Filter, Wrong> {
        const MESSAGE: &str = "Unexpected character while parsing path indexer: ";
        self.at += 1;
        self.need_more("Path ended with open indexer.")?;
        if !self.is('(')? {
            return Err(self.with_char(MESSAGE, self.at));
        }
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(json("Path is nested too deeply."));
        }
        let query = self.expression()?;
        self.depth -= 1;
        self.at += 1;
        self.need_more("Path ended with open indexer.")?;
        self.spaces();
        if self.here()? != unit(close) {
            return Err(self.with_char(MESSAGE, self.at));
        }
        Ok(if scan { Filter::ScanQuery(query) } else { Filter::Query(query) })
    }

    /// Conditions joined by `&&` and `||`. A change of operator opens a group inside the present one, which takes all
    /// that follows.
    fn expression(&mut self) -> Result<Query, Wrong> {
        let mut groups: Vec<(bool, Vec<Query>)> = Vec::new();
        while !self.at_end() {
            let left = self.side()?;
            let exists = matches!(char::from_u32(u32::from(self.here()?)), Some(')' | '|' | '&'));
            let (operator, right) =
                if exists { (Operator::Exists, None) } else { (self.operator()?, Some(self.side()?)) };
            let mut condition = Some(Query::Compare(operator, left, right));
            if self.is(')')? {
                return Ok(close_groups(groups, condition));
            }
            for (sign, is_and) in [("&&", true), ("||", false)] {
                if self.text.get(self.at).is_none() {
                    return Err(outside());
                }
                if self.here()? != u16::from(sign.as_bytes().first().copied().unwrap_or_default()) {
                    continue;
                }
                if !self.matches(sign) {
                    return Err(self.with_char("Unexpected character while parsing path query: ", self.at));
                }
                if groups.last().is_none_or(|(and, _)| *and != is_and) {
                    groups.push((is_and, Vec::new()));
                }
                if let Some((_, members)) = groups.last_mut() {
                    members.extend(condition.take());
                }
            }
        }
        Err(json("Path ended with open query."))
    }

    fn side(&mut self) -> Result<Side, Wrong> {
        self.spaces();
        let side = match self.path_side()? {
            Some(filters) => Side::Path(filters),
            None => match self.literal()? {
                Some(literal) => literal,
                None => return Err(self.with_char("Unexpected character while parsing path query: ", self.at)),
            },
        };
        self.spaces();
        self.need_more("Path ended with open query.")?;
        Ok(side)
    }

    fn path_side(&mut self) -> Result<Option<Vec<Filter>>, Wrong> {
        let mut filters = match char::from_u32(u32::from(self.here()?)) {
            Some('$') => vec![Filter::Root],
            Some('@') => Vec::new(),
            _ => return Ok(None),
        };
        self.at += 1;
        if self.path(&mut filters, self.at, true)? {
            return Err(json("Path ended with open query."));
        }
        Ok(Some(filters))
    }

    fn literal(&mut self) -> Result<Option<Side>, Wrong> {
        Ok(match char::from_u32(u32::from(self.here()?)).unwrap_or('\u{fffd}') {
            '\'' => Some(Side::Text(self.quoted()?)),
            '/' => Some(Side::Text(self.regex()?)),
            't' if self.matches("true") => Some(Side::Bool(true)),
            'f' if self.matches("false") => Some(Side::Bool(false)),
            'n' if self.matches("null") => Some(Side::Null),
            c if c.is_numeric() || c == '-' => self.numeric_literal(),
            _ => None,
        })
    }

    fn numeric_literal(&mut self) -> Option<Side> {
        let start = self.at;
        self.at += 1;
        while !matches!(self.text.get(self.at)?, 0x20 | 0x29) {
            self.at += 1;
        }
        let text = String::from_utf16_lossy(&self.part(start, self.at));
        let text = text.trim();
        if text.contains(['.', 'e', 'E']) {
            return super::convert::parse_double(text).map(Side::Real);
        }
        text.parse().ok().map(Side::Integer)
    }

    fn quoted(&mut self) -> Result<Vec<u16>, Wrong> {
        let mut out = Vec::new();
        self.at += 1;
        while let Some(here) = self.text.get(self.at).copied() {
            self.at += 1;
            if here == unit('\'') {
                return Ok(out);
            }
            if here != unit('\\') || self.at_end() {
                out.push(here);
                continue;
            }
            let escaped = self.here()?;
            out.push(match char::from_u32(u32::from(escaped)) {
                Some('b') => 8,
                Some('t') => 9,
                Some('n') => 10,
                Some('f') => 12,
                Some('r') => 13,
                Some('\\' | '"' | '\'' | '/') => escaped,
                _ => return Err(self.with_char("Unknown escape character: \\", self.at)),
            });
            self.at += 1;
        }
        Err(json("Path ended with an open string."))
    }

    fn regex(&mut self) -> Result<Vec<u16>, Wrong> {
        let start = self.at;
        self.at += 1;
        while let Some(here) = self.text.get(self.at).copied() {
            if here == unit('\\') && self.at + 1 < self.text.len() {
                self.at += 2;
            } else if here == unit('/') {
                self.at += 1;
                let letter = |u: &u16| char::from_u32(u32::from(*u)).is_some_and(char::is_alphabetic);
                while self.text.get(self.at).is_some_and(letter) {
                    self.at += 1;
                }
                return Ok(self.part(start, self.at));
            } else {
                self.at += 1;
            }
        }
        Err(json("Path ended with an open regex."))
    }

    fn matches(&mut self, word: &str) -> bool {
        let found = self.text.get(self.at..self.at + word.len());
        let same = found.is_some_and(|f| f.iter().copied().eq(word.encode_utf16()));
        if same {
            self.at += word.len();
        }
        same
    }

    fn operator(&mut self) -> Result<Operator, Wrong> {
        const OPERATORS: [(&str, Operator); 10] = [
            ("===", Operator::StrictEquals),
            ("==", Operator::Equals),
            ("=~", Operator::Regex),
            ("!==", Operator::StrictNotEquals),
            ("!=", Operator::NotEquals),
            ("<>", Operator::NotEquals),
            ("<=", Operator::LessOrEquals),
            ("<", Operator::Less),
            (">=", Operator::GreaterOrEquals),
            (">", Operator::Greater),
        ];
        if self.at + 1 >= self.text.len() {
            return Err(json("Path ended with open query."));
        }
        let found = OPERATORS.iter().find(|(sign, _)| self.matches(sign));
        found.map(|(_, operator)| *operator).ok_or_else(|| json("Could not read query operator."))
    }

    fn quoted_field(&mut self, close: char, scan: bool) -> Result<Filter, Wrong> {
        let mut fields = Vec::new();
        while !self.at_end() {
            let name = self.quoted()?;
            self.spaces();
            self.need_more("Path ended with open indexer.")?;
            let here = self.here()?;
            if here == unit(close) {
                if fields.is_empty() {
                    return Ok(if scan { Filter::Scan(Some(name)) } else { Filter::Field(Some(name)) });
                }
                fields.push(name);
                return Ok(if scan { Filter::ScanFields(fields) } else { Filter::Fields(fields) });
            }
            if here != unit(',') {
                return Err(self.with_char("Unexpected character while parsing path indexer: ", self.at));
            }
            self.at += 1;
            self.spaces();
            fields.push(name);
        }
        Err(json("Path ended with open indexer."))
    }
}

fn field(name: Vec<u16>, scan: bool) -> Filter {
    let name = if name == [unit('*')] { None } else { Some(name) };
    if scan { Filter::Scan(name) } else { Filter::Field(name) }
}

/// Puts each group into the one before it: they were opened from the outside in.
fn close_groups(groups: Vec<(bool, Vec<Query>)>, last: Option<Query>) -> Query {
    let mut inner = last;
    for (and, mut members) in groups.into_iter().rev() {
        members.extend(inner);
        inner = Some(if and { Query::And(members) } else { Query::Or(members) });
    }
    inner.unwrap_or(Query::And(Vec::new()))
}
