//! What a pattern says, before it is made a program.

use super::class::Class;

/// `RegexOptions`, taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub(super) struct Options {
    pub(super) ignore_case: bool,
    pub(super) multiline: bool,
    pub(super) explicit_capture: bool,
    pub(super) singleline: bool,
    pub(super) ignore_white: bool,
    pub(super) right_to_left: bool,
    pub(super) ecma: bool,
}

impl Options {
    /// From the enumeration's number.
    pub(super) const fn from_bits(bits: i64) -> Self {
        Self {
            ignore_case: bits & 1 != 0,
            multiline: bits & 2 != 0,
            explicit_capture: bits & 4 != 0,
            singleline: bits & 16 != 0,
            ignore_white: bits & 32 != 0,
            right_to_left: bits & 64 != 0,
            ecma: bits & 256 != 0,
        }
    }
}

/// A place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// `\A`, `^`.
    Start,
    /// `^` with `Multiline`.
    LineStart,
    /// `\z`.
    End,
    /// `\Z`, `$`: also before a last line feed.
    EndOrLastLine,
    /// `$` with `Multiline`.
    LineEnd,
    /// `\G`.
    ScanStart,
    /// `\b`; true for `\B`.
    Boundary(bool),
    /// The same for ECMAScript.
    EcmaBoundary(bool),
}

/// A piece of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Nothing.
    Empty,
    /// One unit.
    Unit(u16),
    /// One unit in any case; it is given in lower case.
    UnitIgnoreCase(u16),
    /// One unit of a class.
    Class(Class),
    /// A place.
    Anchor(Anchor),
    /// `\1`: the group's slot; true to ignore case, true for ECMAScript, where a group without value is empty.
    Reference(usize, bool, bool),
    /// One after the other.
    Sequence(Vec<Node>),
    /// The first that leads to a match.
    Choice(Vec<Node>),
    /// Again and again.
    Repeat {
        /// What.
        node: Box<Node>,
        /// At least.
        least: u32,
        /// At most; `u32::MAX` for no limit.
        most: u32,
        /// As few as possible.
        lazy: bool,
    },
    /// `(…)`, `(?<a-b>…)`: takes a value for `slot`, gives up the last one of `released`.
    Capture {
        /// What.
        node: Box<Node>,
        /// The group that gets a value.
        slot: Option<usize>,
        /// The group that loses its last one.
        released: Option<usize>,
    },
    /// `(?>…)`.
    Atomic(Box<Node>),
    /// `(?=…)`, `(?!…)`, `(?<=…)`, `(?<!…)`.
    Look {
        /// What.
        node: Box<Node>,
        /// Must not match.
        negative: bool,
        /// To the left.
        behind: bool,
    },
    /// `(?(1)yes|no)`.
    IfGroup(usize, Box<Node>, Box<Node>),
    /// `(?(test)yes|no)`.
    IfMatch(Box<Node>, Box<Node>, Box<Node>),
}

/// A pattern that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// What is wrong, and where.
    Syntax(String, usize),
    /// It is larger or deeper than allowed.
    TooLarge,
}

/// A pattern that was read.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) node: Node,
    pub(super) groups: Groups,
}

/// The groups of a pattern in the order of their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    /// Numbers, ascending; the first is 0.
    pub(super) numbers: Vec<i32>,
    /// Their names.
    pub(super) names: Vec<String>,
}

impl Groups {
    /// The slot of a group's number.
    pub(super) fn slot(&self, number: i32) -> Option<usize> {
        self.numbers.binary_search(&number).ok()
    }

    /// The slot of a group's name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }
}
