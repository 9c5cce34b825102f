//! Repetitions that never need to give back what they took.
//!
//! `[a-z]+/` takes letters up to the slash; that fewer letters could be followed by a slash is impossible. Such a
//! repetition leaves no way back (.NET does likewise): a search that fails has less to try, and none of its results
//! differ.

use super::class::Class;
use super::syntax::{Anchor, Node};
use crate::value::text::upper;

/// What can stand where a piece ends, for the rest of the pattern to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Units {
    ascii: u128,
    /// Any unit beyond ASCII.
    others: bool,
    /// The pattern may end here whatever stands here.
    ends: bool,
}

impl Units {
    const ANY: Self = Self { ascii: u128::MAX, others: true, ends: true };
    const NONE: Self = Self { ascii: 0, others: false, ends: false };
    const END: Self = Self { ends: true, ..Self::NONE };

    fn and(self, more: Self) -> Self {
        Self { ascii: self.ascii | more.ascii, others: self.others || more.others, ends: self.ends || more.ends }
    }

    const fn disjoint(self, other: Self) -> bool {
        self.ascii & other.ascii == 0 && !(self.others && other.others)
    }
}

/// The pattern with ways back left out where they lead nowhere; read from left to right.
pub(super) fn settle(pattern: Node) -> Node {
    settled(pattern, Units::END)
}

fn settled(node: Node, after: Units) -> Node {
    match node {
        Node::Repeat { node, least, most, lazy } => match units_of(&node) {
            Some(taken) if !lazy && taken.disjoint(after) => {
                Node::Atomic(Box::new(Node::Repeat { node, least, most, lazy }))
            }
            Some(_) => Node::Repeat { node, least, most, lazy },
            None => {
                let again = first(&node, after).and(after);
                Node::Repeat { node: Box::new(settled(*node, again)), least, most, lazy }
            }
        },
        Node::Sequence(nodes) => {
            let mut after = after;
            let mut done: Vec<Node> = Vec::with_capacity(nodes.len());
            for node in nodes.into_iter().rev() {
                let before = first(&node, after);
                done.push(settled(node, after));
                after = before;
            }
            done.reverse();
            Node::Sequence(done)
        }
        Node::Choice(nodes) => Node::Choice(nodes.into_iter().map(|node| settled(node, after)).collect()),
        Node::Capture { node, slot, released: None } => {
            Node::Capture { node: Box::new(settled(*node, after)), slot, released: None }
        }
        Node::Atomic(node) => Node::Atomic(Box::new(settled(*node, after))),
        other => other,
    }
}

/// What can stand where a piece begins that `after` follows.
fn first(node: &Node, after: Units) -> Units {
    if let Some(units) = units_of(node) {
        return units;
    }
    match node {
        Node::Empty => after,
        Node::Anchor(Anchor::End) => Units::NONE,
        Node::Anchor(Anchor::EndOrLastLine | Anchor::LineEnd) => Units { ascii: 1 << b'\n', ..Units::NONE },
        // What only looks does not matter to what must take a unit. If nothing must, fewer units may please it more.
        Node::Anchor(_) | Node::Look { .. } if !after.ends => after,
        Node::Sequence(nodes) => nodes.iter().rev().fold(after, |after, node| first(node, after)),
        Node::Choice(nodes) => nodes.iter().fold(Units::NONE, |all, node| all.and(first(node, after))),
        Node::Repeat { node, least, .. } => {
            let once = first(node, after);
            if *least == 0 { once.and(after) } else { once }
        }
        Node::Capture { node, released: None, .. } | Node::Atomic(node) => first(node, after),
        _ => Units::ANY,
    }
}

/// The units that a piece of one unit takes.
fn units_of(node: &Node) -> Option<Units> {
    let bit = |unit: u16| if unit < 128 { 1 << unit } else { 0 };
    Some(match node {
        Node::Unit(unit) => Units { ascii: bit(*unit), others: *unit >= 128, ends: false },
        Node::UnitIgnoreCase(unit) if *unit < 128 => {
            // The Kelvin sign is a `k`.
            Units { ascii: bit(*unit) | bit(upper(*unit)), others: *unit == u16::from(b'k'), ends: false }
        }
        // The lower case of some other letter can be ASCII, and the other way round.
        Node::UnitIgnoreCase(_) => Units { ends: false, ..Units::ANY },
        Node::Class(class) => of_class(class),
        _ => return None,
    })
}

const fn of_class(class: &Class) -> Units {
    Units { ascii: class.ascii(), others: class.beyond_ascii(), ends: false }
}

#[cfg(test)]
mod tests {
    use super::super::parser::parse;
    use super::super::syntax::Options;
    use super::*;

    /// The repetitions of a pattern, in order: true for those that never give back.
    fn repetitions(node: &Node, atomic: bool, found: &mut Vec<bool>) {
        match node {
            Node::Repeat { node: inner, .. } => {
                if units_of(inner).is_some() {
                    found.push(atomic);
                }
                repetitions(inner, false, found);
            }
            Node::Atomic(inner) => repetitions(inner, true, found),
            Node::Capture { node, .. } | Node::Look { node, .. } => repetitions(node, false, found),
            Node::Sequence(nodes) | Node::Choice(nodes) => {
                nodes.iter().for_each(|node| repetitions(node, false, found));
            }
            _ => {}
        }
    }

    fn settled(pattern: &str) -> Vec<bool> {
        let units: Vec<u16> = pattern.encode_utf16().collect();
        let node = settle(parse(&units, Options::from_bits(0)).unwrap().node);
        let mut found = Vec::new();
        repetitions(&node, false, &mut found);
        found
    }

    #[test]
    fn what_follows_decides() {
        assert_eq!(settled("^/bc/[a-z]+/[0-9]+$"), [true, true]);
        assert_eq!(settled("a+a"), [false]);
        assert_eq!(settled("a+"), [true]);
        assert_eq!(settled("a+?b"), [false]);
        assert_eq!(settled("(a+)(b*)(c|d)"), [true, true]);
        assert_eq!(settled("(a+)(b*)(c|a)"), [false, true]);
        assert_eq!(settled("(a+b)*a"), [true]);
        assert_eq!(settled("(ba+)*b"), [true]);
        assert_eq!(settled("(a+b?)*c"), [false, true]);
    }

    #[test]
    fn a_test_at_the_end_may_be_pleased_with_less() {
        assert_eq!(settled("[a-]+\\b"), [false]);
        assert_eq!(settled("[a-]+(?=x)"), [false]);
        assert_eq!(settled("[a-]+\\bx"), [true]);
        assert_eq!(settled("[^x]+$"), [false]);
        assert_eq!(settled("[^x]+\\z"), [true]);
        assert_eq!(settled("(a+)b\\1+c"), [true]);
        assert_eq!(settled("(a+)\\1"), [false]);
    }
}
