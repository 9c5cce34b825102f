//! What begins with a parenthesis.

use super::super::syntax::{Node, Refused};
use super::{Parser, digit, is_word};

impl Parser<'_> {
    /// A group whose opening parenthesis has been read; `None` for options alone.
    pub(super) fn group(&mut self) -> Result<Option<Node>, Refused> {
        let options = self.options;
        if !self.eat('?') {
            if self.options.explicit_capture {
                return self.rest(options, |node| node).map(Some);
            }
            let slot = self.groups.slot(self.next_group);
            self.next_group += 1;
            return self.rest(options, |node| Node::Capture { node: Box::new(node), slot, released: None }).map(Some);
        }
        let look = |negative, behind| move |node| Node::Look { node: Box::new(node), negative, behind };
        match self.next_char() {
            Some(':') => self.rest(options, |node| node),
            Some('=') => self.rest(options, look(false, false)),
            Some('!') => self.rest(options, look(true, false)),
            Some('>') => self.rest(options, |node| Node::Atomic(Box::new(node))),
            Some('<') if self.eat('=') => self.rest(options, look(false, true)),
            Some('<') if self.eat('!') => self.rest(options, look(true, true)),
            Some('<') => self.named('>'),
            Some('\'') => self.named('\''),
            Some('(') => self.condition(),
            None => Err(self.unrecognized()),
            Some(_) => {
                self.at -= 1;
                self.scan_options();
                match self.next_char() {
                    Some(')') => return Ok(None),
                    Some(':') => self.rest(options, |node| node),
                    _ => Err(self.unrecognized()),
                }
            }
        }
        .map(Some)
    }

    fn unrecognized(&self) -> Refused {
        self.error("Unrecognized grouping construct.")
    }

    /// The inside of a group and its closing parenthesis; the options end with it.
    fn rest(&mut self, outer: super::super::syntax::Options, make: impl FnOnce(Node) -> Node) -> Result<Node, Refused> {
        let node = self.choice()?;
        if !self.eat(')') {
            return Err(self.error("Not enough )'s."));
        }
        self.options = outer;
        Ok(make(node))
    }

    /// `imnsx-imnsx`.
    pub(super) fn scan_options(&mut self) {
        let mut on = true;
        while let Some(c) = self.peek_char() {
            let o = &mut self.options;
            match c.to_ascii_lowercase() {
                '-' => on = false,
                '+' => on = true,
                'i' => o.ignore_case = on,
                'm' => o.multiline = on,
                'n' => o.explicit_capture = on,
                's' => o.singleline = on,
                'x' => o.ignore_white = on,
                _ => return,
            }
            self.at += 1;
        }
    }

    /// `(?<name>…)`, `(?<1>…)`, `(?<a-b>…)`, `(?<-b>…)`.
    fn named(&mut self, close: char) -> Result<Node, Refused> {
        let bad_name = "Invalid group name: Group names must begin with a word character.";
        let mut slot = None;
        let mut balances = false;
        match self.peek() {
            None => return Err(self.unrecognized()),
            Some(unit) if digit(unit).is_some() => {
                let number = self.number()? as i32;
                if self.peek().is_some() && self.peek_char() != Some(close) && self.peek_char() != Some('-') {
                    return Err(self.error(bad_name));
                }
                if number == 0 {
                    return Err(self.error("Capture number cannot be zero."));
                }
                slot = self.groups.slot(number);
            }
            Some(unit) if is_word(unit) => {
                let name = self.word();
                slot = self.groups.named(&name);
                if self.peek().is_some() && self.peek_char() != Some(close) && self.peek_char() != Some('-') {
                    return Err(self.error(bad_name));
                }
            }
            Some(45) => balances = true,
            Some(_) => return Err(self.error(bad_name)),
        }
        let mut released = None;
        if (slot.is_some() || balances) && self.eat('-') {
            released = Some(self.released(close)?);
        }
        if !self.eat(close) {
            return Err(self.unrecognized());
        }
        if slot.is_none() && released.is_none() {
            return Err(self.unrecognized());
        }
        self.rest(self.options, |node| Node::Capture { node: Box::new(node), slot, released })
    }

    fn released(&mut self, close: char) -> Result<usize, Refused> {
        let bad_name = "Invalid group name: Group names must begin with a word character.";
        match self.peek() {
            Some(unit) if digit(unit).is_some() => {
                let number = self.number()? as i32;
                let Some(slot) = self.groups.slot(number) else {
                    return Err(self.error(format!("Reference to undefined group number {number}.")));
                };
                if self.peek().is_some() && self.peek_char() != Some(close) {
                    return Err(self.error(bad_name));
                }
                Ok(slot)
            }
            Some(unit) if is_word(unit) => {
                let name = self.word();
                let Some(slot) = self.groups.named(&name) else {
                    return Err(self.error(format!("Reference to undefined group name '{name}'.")));
                };
                if self.peek().is_some() && self.peek_char() != Some(close) {
                    return Err(self.error(bad_name));
                }
                Ok(slot)
            }
            _ => Err(self.error(bad_name)),
        }
    }

    /// `(?(…)yes|no)`; both opening parentheses have been read.
    fn condition(&mut self) -> Result<Node, Refused> {
        let start = self.at;
        let outer = self.options;
        if let Some(slot) = self.condition_group(start)? {
            let (yes, no) = self.yes_and_no()?;
            self.options = outer;
            return Ok(Node::IfGroup(slot, Box::new(yes), Box::new(no)));
        }
        self.at = start;
        if self.peek_char() == Some('?') {
            let why = match (self.char_at(1), self.char_at(2)) {
                (Some('#'), _) => Some("Alternation conditions cannot be comments."),
                (Some('\''), _) => Some("Alternation conditions do not capture and cannot be named."),
                (Some('<'), Some('!' | '=') | None) => None,
                (Some('<'), _) => Some("Alternation conditions do not capture and cannot be named."),
                _ => None,
            };
            if let Some(why) = why {
                self.at -= 1;
                return Err(self.error(why));
            }
            // A group of its own kind, such as a look-around.
            let node = self.group()?;
            let (yes, no) = self.yes_and_no()?;
            self.options = outer;
            return Ok(Node::IfMatch(Box::new(node.unwrap_or(Node::Empty)), Box::new(yes), Box::new(no)));
        }
        let test = self.rest(outer, |node| node)?;
        let (yes, no) = self.yes_and_no()?;
        self.options = outer;
        Ok(Node::IfMatch(Box::new(test), Box::new(yes), Box::new(no)))
    }

    /// `1)` or the name of a group.
    fn condition_group(&mut self, start: usize) -> Result<Option<usize>, Refused> {
        match self.peek() {
            Some(unit) if digit(unit).is_some() => {
                let number = self.number()? as i32;
                if !self.eat(')') {
                    self.at += usize::from(self.peek().is_some());
                    let why = "Conditional alternation is missing a closing parenthesis after the group number";
                    return Err(self.error(format!("{why} {number}.")));
                }
                match self.groups.slot(number) {
                    Some(slot) => Ok(Some(slot)),
                    None => {
                        let why = "Conditional alternation refers to an undefined group number";
                        Err(self.error(format!("{why} {number}.")))
                    }
                }
            }
            Some(unit) if is_word(unit) => {
                let name = self.word();
                match self.groups.named(&name) {
                    Some(slot) if self.eat(')') => Ok(Some(slot)),
                    _ => {
                        self.at = start;
                        Ok(None)
                    }
                }
            }
            _ => Ok(None),
        }
    }

    fn yes_and_no(&mut self) -> Result<(Node, Node), Refused> {
        let mut branches = self.branches()?.into_iter();
        if !self.eat(')') {
            return Err(self.error("Not enough )'s."));
        }
        let (yes, no) = (branches.next().unwrap_or(Node::Empty), branches.next().unwrap_or(Node::Empty));
        if branches.next().is_some() {
            return Err(self.error("Too many | in (?()|)."));
        }
        Ok((yes, no))
    }
}
