//! The first pass over a pattern: which groups it has. Numbers are given before anything refers to them.

use super::super::syntax::{Groups, Options, Refused};
use super::{Parser, digit, is_word};

/// Finds the groups of a pattern. Unnamed ones are numbered from the left, then the named ones in their order.
pub(super) fn find_groups(text: &[u16], options: Options) -> Result<Groups, Refused> {
    let mut finder = Finder {
        parser: Parser { text, at: 0, options, groups: Groups::default(), next_group: 1, depth: 0 },
        numbers: vec![0],
        names: Vec::new(),
        outer: Vec::new(),
        skip_next: false,
    };
    finder.run()?;
    Ok(finder.finish())
}

struct Finder<'a> {
    parser: Parser<'a>,
    numbers: Vec<i32>,
    names: Vec<String>,
    /// Options outside the groups that are open.
    outer: Vec<Options>,
    /// The next parenthesis is a condition, which does not capture.
    skip_next: bool,
}

impl Finder<'_> {
    fn run(&mut self) -> Result<(), Refused> {
        loop {
            // An unterminated comment is reported by the second pass, which is in the right place to say it.
            let _ = self.parser.skip_blank();
            let Some(c) = self.parser.next_char() else { return Ok(()) };
            match c {
                '\\' => self.parser.at += 1,
                '[' => self.skip_set(),
                ')' => {
                    if let Some(options) = self.outer.pop() {
                        self.parser.options = options;
                    }
                }
                '(' => self.open()?,
                _ => {}
            }
        }
    }

    fn skip_set(&mut self) {
        // A bracket is literal as the first in a set, and a set can be inside another only for subtraction.
        let p = &mut self.parser;
        p.eat('^');
        p.eat(']');
        let mut depth = 1;
        while depth > 0 {
            match p.next_char() {
                None => return,
                Some('\\') => p.at += 1,
                Some(']') => depth -= 1,
                Some('-') if p.peek_char() == Some('[') => {
                    p.at += 1;
                    p.eat('^');
                    p.eat(']');
                    depth += 1;
                }
                Some(_) => {}
            }
        }
    }

    fn open(&mut self) -> Result<(), Refused> {
        self.outer.push(self.parser.options);
        let condition = std::mem::take(&mut self.skip_next);
        if !self.parser.eat('?') {
            if !self.parser.options.explicit_capture && !condition {
                self.note(self.parser.next_group);
                self.parser.next_group += 1;
            }
            return Ok(());
        }
        match self.parser.peek_char() {
            Some('<' | '\'') => self.named(),
            Some('(') => {
                self.skip_next = true;
                Ok(())
            }
            _ => {
                self.parser.scan_options();
                if self.parser.eat(')') {
                    // Options for the rest of the group around.
                    self.outer.pop();
                } else {
                    self.parser.eat(':');
                }
                Ok(())
            }
        }
    }

    fn named(&mut self) -> Result<(), Refused> {
        let p = &mut self.parser;
        p.at += 1;
        match p.peek() {
            Some(unit) if digit(unit).is_some() => {
                let number = p.number()? as i32;
                if number > 0 {
                    self.note(number);
                }
            }
            Some(unit) if is_word(unit) => {
                let name = p.word();
                if !self.names.contains(&name) {
                    self.names.push(name);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn note(&mut self, number: i32) {
        if !self.numbers.contains(&number) {
            self.numbers.push(number);
        }
    }

    fn finish(mut self) -> Groups {
        let mut next = self.parser.next_group;
        let mut all: Vec<(i32, String)> = self.numbers.iter().map(|n| (*n, n.to_string())).collect();
        for name in std::mem::take(&mut self.names) {
            while self.numbers.contains(&next) {
                next += 1;
            }
            self.numbers.push(next);
            all.push((next, name));
        }
        all.sort_by_key(|(number, _)| *number);
        let (numbers, names) = all.into_iter().unzip();
        Groups { numbers, names }
    }
}
