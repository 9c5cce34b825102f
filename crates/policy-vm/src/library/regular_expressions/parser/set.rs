//! `[…]`.

use super::super::class::{Class, Item, shorthand};
use super::super::syntax::Refused;
use super::{DEEPEST, Parser};

/// What stands next in a set.
enum Member {
    Unit(u16, bool),
    Items(Vec<Item>, char),
}

impl Parser<'_> {
    /// A set whose opening bracket has been read.
    pub(super) fn set(&mut self) -> Result<Class, Refused> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Refused::TooLarge);
        }
        let negated = self.eat('^');
        let mut items = Vec::new();
        let mut subtracted = None;
        // The first unit of a range whose second one is still to come.
        let mut pending: Option<u16> = None;
        let mut first = true;
        loop {
            if self.peek().is_none() {
                return Err(self.error("Unterminated [] set."));
            }
            if !first && self.peek_char() == Some(']') {
                self.at += 1;
                break;
            }
            match (self.member()?, pending.take()) {
                (Member::Items(_, letter), Some(_)) => {
                    let why = match letter {
                        'p' | 'P' => "Cannot include class \\p in character range.".to_owned(),
                        _ => format!("Cannot include class \\{letter} in character range."),
                    };
                    return Err(self.error(why));
                }
                (Member::Items(more, _), None) => items.extend(more),
                (Member::Unit(91, false), Some(start)) if !first => {
                    // `a-[…]`: the unit before is a member, what follows is taken away.
                    items.push(Item::Range(start, start));
                    subtracted = Some(self.subtraction()?);
                }
                (Member::Unit(unit, _), Some(start)) if start > unit => {
                    return Err(self.error("[x-y] range in reverse order."));
                }
                (Member::Unit(unit, _), Some(start)) => items.push(Item::Range(start, unit)),
                (Member::Unit(unit, _), None) if self.at_range() => {
                    self.at += 1;
                    pending = Some(unit);
                }
                (Member::Unit(45, false), None) if !first && self.peek_char() == Some('[') => {
                    self.at += 1;
                    subtracted = Some(self.subtraction()?);
                }
                (Member::Unit(unit, _), None) => items.push(Item::Range(unit, unit)),
            }
            first = false;
        }
        self.depth -= 1;
        Ok(Class::new(items, negated, self.options.ignore_case, subtracted))
    }

    /// A dash that does not end the set.
    fn at_range(&self) -> bool {
        self.peek_char() == Some('-') && self.char_at(1).is_some_and(|c| c != ']')
    }

    fn subtraction(&mut self) -> Result<Class, Refused> {
        let class = self.set()?;
        if self.peek_char().is_some_and(|c| c != ']') {
            return Err(self.error("A subtraction must be the last element in a character class."));
        }
        Ok(class)
    }

    fn member(&mut self) -> Result<Member, Refused> {
        let unit = self.peek().unwrap_or(0);
        self.at += 1;
        if unit != u16::from(b'\\') {
            return Ok(Member::Unit(unit, false));
        }
        let Some(c) = self.peek_char() else { return Err(self.error("Unterminated [] set.")) };
        if let Some(items) = shorthand(c, self.options.ecma) {
            self.at += 1;
            return Ok(Member::Items(items, c));
        }
        match c {
            'p' | 'P' => Ok(Member::Items(self.property_items()?, c)),
            '-' => {
                self.at += 1;
                Ok(Member::Unit(u16::from(b'-'), true))
            }
            _ => Ok(Member::Unit(self.unit_escape()?, true)),
        }
    }
}
