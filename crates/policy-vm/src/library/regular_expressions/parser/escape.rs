//! What follows a backslash.

use super::super::class::{Class, Item, outside_block, property, shorthand};
use super::super::syntax::{Anchor, Node, Refused};
use super::{Parser, digit, is_word};

impl Parser<'_> {
    /// An escape outside a set; the backslash has been read.
    pub(super) fn escape(&mut self) -> Result<Node, Refused> {
        let Some(c) = self.peek_char() else { return Err(self.error("Illegal \\ at end of pattern.")) };
        let ecma = self.options.ecma;
        let anchor = match c {
            'b' | 'B' if ecma => Some(Anchor::EcmaBoundary(c == 'B')),
            'b' | 'B' => Some(Anchor::Boundary(c == 'B')),
            'A' => Some(Anchor::Start),
            'G' => Some(Anchor::ScanStart),
            'Z' => Some(Anchor::EndOrLastLine),
            'z' => Some(Anchor::End),
            _ => None,
        };
        if let Some(anchor) = anchor {
            self.at += 1;
            return Ok(Node::Anchor(anchor));
        }
        if let Some(items) = shorthand(c, ecma) {
            self.at += 1;
            return Ok(Node::Class(Class::new(items, false, false, None)));
        }
        match c {
            'p' | 'P' => {
                let items = self.property_items()?;
                Ok(Node::Class(Class::new(items, false, self.options.ignore_case, None)))
            }
            _ => self.reference_or_unit(),
        }
    }

    /// `\p{…}` with the `p` still to be read.
    pub(super) fn property_items(&mut self) -> Result<Vec<Item>, Refused> {
        let negated = self.next_char() == Some('P');
        let incomplete = self.error("Incomplete \\p{X} character escape.");
        if !self.eat('{') {
            return Err(incomplete);
        }
        let start = self.at;
        while self.peek().is_some_and(|u| is_word(u) || u == u16::from(b'-')) {
            self.at += 1;
        }
        let name = String::from_utf16_lossy(self.text.get(start..self.at).unwrap_or_default());
        if !self.eat('}') {
            return Err(incomplete);
        }
        match (property(&name, negated), negated.then(|| outside_block(&name)).flatten()) {
            (_, Some(outside)) => Ok(outside),
            (Some(item), None) => Ok(vec![item]),
            (None, None) => Err(self.error(format!("Unknown property '{name}'."))),
        }
    }

    fn reference(&self, slot: usize) -> Node {
        Node::Reference(slot, self.options.ignore_case, self.options.ecma)
    }

    fn reference_or_unit(&mut self) -> Result<Node, Refused> {
        let start = self.at;
        match self.peek_char() {
            Some('k') => {
                self.at += 1;
                let close = match self.next_char() {
                    Some('<') => '>',
                    Some('\'') => '\'',
                    _ => {
                        self.at = start;
                        return Err(self.error("Malformed \\k<...> named back reference."));
                    }
                };
                match self.reference_name(close)? {
                    Some(node) => Ok(node),
                    None => {
                        self.at = start;
                        Err(self.error("Malformed \\k<...> named back reference."))
                    }
                }
            }
            Some(open @ ('<' | '\'')) => {
                // An old form of `\k<name>`; without a group of that name the sign is meant.
                self.at += 1;
                let close = if open == '<' { '>' } else { '\'' };
                if let Ok(Some(node)) = self.reference_name(close) {
                    return Ok(node);
                }
                self.at = start;
                let unit = self.unit_escape()?;
                Ok(self.unit(unit))
            }
            Some('1'..='9') => self.numbered_reference(),
            _ => {
                let unit = self.unit_escape()?;
                Ok(self.unit(unit))
            }
        }
    }

    /// `name>` or `1>`; `None` when it is not well formed.
    fn reference_name(&mut self, close: char) -> Result<Option<Node>, Refused> {
        let Some(first) = self.peek() else { return Ok(None) };
        if digit(first).is_some() {
            let number = self.number()? as i32;
            if !self.eat(close) {
                return Ok(None);
            }
            return match self.groups.slot(number) {
                Some(slot) => Ok(Some(self.reference(slot))),
                None => Err(self.error(format!("Reference to undefined group number {number}."))),
            };
        }
        if !is_word(first) {
            return Ok(None);
        }
        let name = self.word();
        if !self.eat(close) {
            return Ok(None);
        }
        match self.groups.named(&name) {
            Some(slot) => Ok(Some(self.reference(slot))),
            None => Err(self.error(format!("Reference to undefined group name '{name}'."))),
        }
    }

    fn numbered_reference(&mut self) -> Result<Node, Refused> {
        let start = self.at;
        if self.options.ecma {
            // The longest number that is a group.
            let (mut best, mut number) = (None, 0i64);
            while let Some(d) = self.peek().and_then(digit) {
                number = number * 10 + d;
                self.at += 1;
                match i32::try_from(number).ok().and_then(|n| self.groups.slot(n)) {
                    Some(slot) => best = Some((self.at, slot)),
                    None if number > i64::from(i32::MAX) => break,
                    None => {}
                }
            }
            if let Some((end, slot)) = best {
                self.at = end;
                return Ok(self.reference(slot));
            }
        } else {
            let number = self.number()?;
            if let Some(slot) = self.groups.slot(number as i32) {
                return Ok(self.reference(slot));
            }
            if number <= 9 {
                return Err(self.error(format!("Reference to undefined group number {number}.")));
            }
        }
        self.at = start;
        let unit = self.unit_escape()?;
        Ok(self.unit(unit))
    }

    /// A word: the name of a group.
    pub(super) fn word(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        String::from_utf16_lossy(self.text.get(start..self.at).unwrap_or_default())
    }

    /// An escape that stands for one unit; the backslash has been read.
    pub(super) fn unit_escape(&mut self) -> Result<u16, Refused> {
        let Some(unit) = self.peek() else { return Err(self.error("Illegal \\ at end of pattern.")) };
        self.at += 1;
        Ok(match u8::try_from(unit).unwrap_or(0) {
            b'0'..=b'7' => {
                self.at -= 1;
                self.octal()
            }
            b'x' => self.hexadecimal(2)?,
            b'u' => self.hexadecimal(4)?,
            b'a' => 7,
            b'b' => 8,
            b'e' => 27,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'v' => 11,
            b'c' => self.control()?,
            _ if is_word(unit) && !self.options.ecma => {
                let c = String::from_utf16_lossy(&[unit]);
                return Err(self.error(format!("Unrecognized escape sequence \\{c}.")));
            }
            _ => unit,
        })
    }

    fn octal(&mut self) -> u16 {
        let mut value = 0u16;
        for _ in 0..3 {
            let Some(unit @ 48..=55) = self.peek() else { break };
            value = value * 8 + (unit - 48);
            self.at += 1;
            // ECMAScript ends the number where it would leave a byte.
            if self.options.ecma && value >= 32 {
                break;
            }
        }
        value & 0xff
    }

    fn hexadecimal(&mut self, count: usize) -> Result<u16, Refused> {
        let digits = self.text.get(self.at..self.at + count);
        let value = digits.and_then(|digits| {
            digits.iter().try_fold(0u16, |n, unit| {
                let d = char::from_u32(u32::from(*unit))?.to_digit(16)?;
                Some(n << 4 | d as u16)
            })
        });
        match value {
            Some(value) => {
                self.at += count;
                Ok(value)
            }
            None => {
                // The digits that are there belong to the place named.
                if self.text.len() >= self.at + count {
                    while self.peek_char().is_some_and(|c| c.is_ascii_hexdigit()) {
                        self.at += 1;
                    }
                    self.at += 1;
                }
                Err(self.error("Insufficient or invalid hexadecimal digits."))
            }
        }
    }

    fn control(&mut self) -> Result<u16, Refused> {
        let Some(c) = self.next_char() else { return Err(self.error("Missing control character.")) };
        match c.to_ascii_uppercase() {
            c @ '@'..='_' => Ok(c as u16 - 64),
            _ => Err(self.error("Unrecognized control character.")),
        }
    }
}
