//! A pattern as a program for the matcher: one instruction for each piece of the pattern, so its size is bounded by
//! the pattern's. Repetition counts are numbers in the program, never copies of what is repeated.

use super::class::Class;
use super::syntax::{Anchor, Node};

/// A test of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// This unit.
    Unit(u16),
    /// A unit with this lower case.
    UnitIgnoreCase(u16),
    /// A unit of the class of this number.
    Class(u32),
}

/// How a repetition gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greed {
    /// As many as possible first.
    Greedy,
    /// As few as possible first.
    Lazy,
    /// As many as possible, and no fewer.
    Atomic,
}

/// An instruction. `back` reads to the left.
#[derive(Clone, Copy, Debug)]
pub(super) enum Inst {
    /// One unit.
    One { test: Test, back: bool },
    /// Several given units to the right: a part of [`Program::literals`].
    Literal { from: u32, to: u32 },
    /// One unit again and again.
    RepeatOne { test: Test, least: u32, most: u32, greed: Greed, back: bool },
    /// Go to the first, and to the second when that fails.
    Split { first: u32, second: u32 },
    /// Go on there.
    Jump(u32),
    /// A place.
    Anchor(Anchor),
    /// What a group has.
    Reference { slot: u32, ignore_case: bool, ecma: bool, back: bool },
    /// Remember the position.
    SavePosition(u32),
    /// Return to the position remembered.
    RestorePosition(u32),
    /// The group's value is from the position remembered to here.
    EndCapture { register: u32, slot: Option<u32>, released: Option<u32> },
    /// Begin to count in this register; the next one holds where the last round began.
    BeginLoop(u32),
    /// Another round (the next instruction), or on to `exit`.
    Loop { register: u32, least: u32, most: u32, lazy: bool, exit: u32 },
    /// A round begins.
    Round(u32),
    /// Remember how many ways back there are.
    SaveHeight(u32),
    /// Forget the ways back beyond those.
    Cut(u32),
    /// This way leads nowhere.
    Fail,
    /// Go on, or to `no` when the group has no value.
    IfGroup { slot: u32, no: u32 },
    /// Done.
    Match,
}

/// Where a match can begin.
#[derive(Clone, Debug)]
pub(super) enum Start {
    /// Anywhere.
    Anywhere,
    /// Only at the start of the text.
    Text,
    /// Only where the search begins.
    Scan,
    /// Where these units stand; as bytes as well, when they are ASCII.
    Literal(Vec<u16>, Vec<u8>),
    /// At one of these ASCII units, or at any other unit when true.
    Set(u128, bool),
}

/// A program.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) code: Vec<Inst>,
    pub(super) classes: Vec<Class>,
    pub(super) literals: Vec<u16>,
    pub(super) registers: usize,
    pub(super) slots: usize,
    /// Whether a match depends on what groups hold.
    pub(super) reads_groups: bool,
    pub(super) start: Start,
    /// No match is shorter.
    pub(super) least: usize,
    pub(super) right_to_left: bool,
}

impl Program {
    /// Makes the program of a pattern.
    pub(super) fn new(node: &Node, slots: usize, right_to_left: bool) -> Self {
        let program = Self {
            code: Vec::new(),
            classes: Vec::new(),
            literals: Vec::new(),
            registers: 0,
            slots,
            reads_groups: false,
            start: if right_to_left { Start::Anywhere } else { start_of(node) },
            least: least_length(node),
            right_to_left,
        };
        let mut writer = Writer { program };
        writer.node(node, right_to_left);
        writer.push(Inst::Match);
        writer.program
    }
}

struct Writer {
    program: Program,
}

impl Writer {
    fn here(&self) -> u32 {
        self.program.code.len() as u32
    }

    fn push(&mut self, inst: Inst) -> usize {
        self.program.code.push(inst);
        self.program.code.len() - 1
    }

    fn set(&mut self, at: usize, inst: Inst) {
        if let Some(slot) = self.program.code.get_mut(at) {
            *slot = inst;
        }
    }

    fn register(&mut self) -> u32 {
        self.program.registers += 1;
        self.program.registers as u32 - 1
    }

    fn test(&mut self, node: &Node) -> Option<Test> {
        Some(match node {
            Node::Unit(unit) => Test::Unit(*unit),
            Node::UnitIgnoreCase(unit) => Test::UnitIgnoreCase(*unit),
            Node::Class(class) => {
                let known = self.program.classes.iter().position(|c| c == class);
                Test::Class(known.unwrap_or_else(|| {
                    self.program.classes.push(class.clone());
                    self.program.classes.len() - 1
                }) as u32)
            }
            _ => return None,
        })
    }

    fn node(&mut self, node: &Node, back: bool) {
        if let Some(test) = self.test(node) {
            self.push(Inst::One { test, back });
            return;
        }
        match node {
            Node::Sequence(nodes) if back => nodes.iter().rev().for_each(|node| self.node(node, true)),
            Node::Sequence(nodes) => self.sequence(nodes),
            Node::Choice(nodes) => self.choice(nodes, back),
            Node::Anchor(anchor) => {
                self.push(Inst::Anchor(*anchor));
            }
            Node::Reference(slot, ignore_case, ecma) => {
                self.program.reads_groups = true;
                self.push(Inst::Reference { slot: *slot as u32, ignore_case: *ignore_case, ecma: *ecma, back });
            }
            Node::Repeat { node, least, most, lazy } => self.repeat(node, *least, *most, *lazy, back),
            Node::Capture { node, slot, released } => {
                let register = self.register();
                self.push(Inst::SavePosition(register));
                self.node(node, back);
                let (slot, released) = (slot.map(|s| s as u32), released.map(|s| s as u32));
                self.program.reads_groups |= released.is_some();
                self.push(Inst::EndCapture { register, slot, released });
            }
            Node::Atomic(inner) => self.atomic(inner, back),
            Node::Look { node, negative: false, behind } => {
                let (height, position) = (self.register(), self.register());
                self.push(Inst::SaveHeight(height));
                self.push(Inst::SavePosition(position));
                self.node(node, *behind);
                self.push(Inst::Cut(height));
                self.push(Inst::RestorePosition(position));
            }
            Node::Look { node, negative: true, behind } => {
                let height = self.register();
                self.push(Inst::SaveHeight(height));
                let split = self.push(Inst::Fail);
                self.node(node, *behind);
                self.push(Inst::Cut(height));
                self.push(Inst::Fail);
                let after = self.here();
                self.set(split, Inst::Split { first: split as u32 + 1, second: after });
            }
            Node::IfGroup(slot, yes, no) => {
                self.program.reads_groups = true;
                let test = self.push(Inst::Fail);
                let else_at = self.yes_and_no(yes, no, back);
                self.set(test, Inst::IfGroup { slot: *slot as u32, no: else_at });
            }
            Node::IfMatch(test, yes, no) => {
                let (height, position) = (self.register(), self.register());
                self.push(Inst::SaveHeight(height));
                self.push(Inst::SavePosition(position));
                let split = self.push(Inst::Fail);
                self.node(test, false);
                self.push(Inst::Cut(height));
                self.push(Inst::RestorePosition(position));
                let else_at = self.yes_and_no(yes, no, back);
                self.set(split, Inst::Split { first: split as u32 + 1, second: else_at });
            }
            Node::Empty | Node::Unit(_) | Node::UnitIgnoreCase(_) | Node::Class(_) => {}
        }
    }

    /// Returns where the second begins.
    fn yes_and_no(&mut self, yes: &Node, no: &Node, back: bool) -> u32 {
        self.node(yes, back);
        let jump = self.push(Inst::Fail);
        let else_at = self.here();
        self.node(no, back);
        let end = self.here();
        self.set(jump, Inst::Jump(end));
        else_at
    }

    fn sequence(&mut self, nodes: &[Node]) {
        let mut rest = nodes;
        while let Some(first) = rest.first() {
            let units = rest.iter().take_while(|n| matches!(n, Node::Unit(_))).count();
            if units < 2 {
                self.node(first, false);
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let (run, after) = rest.split_at(units);
            let from = self.program.literals.len() as u32;
            self.program
                .literals
                .extend(run.iter().filter_map(|n| if let Node::Unit(u) = n { Some(*u) } else { None }));
            self.push(Inst::Literal { from, to: from + units as u32 });
            rest = after;
        }
    }

    fn choice(&mut self, nodes: &[Node], back: bool) {
        let mut jumps = Vec::new();
        for (i, node) in nodes.iter().enumerate() {
            if i + 1 == nodes.len() {
                self.node(node, back);
                break;
            }
            let split = self.push(Inst::Fail);
            self.node(node, back);
            jumps.push(self.push(Inst::Fail));
            let next = self.here();
            self.set(split, Inst::Split { first: split as u32 + 1, second: next });
        }
        let end = self.here();
        for jump in jumps {
            self.set(jump, Inst::Jump(end));
        }
    }

    fn atomic(&mut self, inner: &Node, back: bool) {
        // One unit repeated needs no ways back to be cut.
        if let Node::Repeat { node, least, most, lazy: false } = inner
            && let Some(test) = self.test(node)
        {
            self.push(Inst::RepeatOne { test, least: *least, most: *most, greed: Greed::Atomic, back });
            return;
        }
        let height = self.register();
        self.push(Inst::SaveHeight(height));
        self.node(inner, back);
        self.push(Inst::Cut(height));
    }

    fn repeat(&mut self, node: &Node, least: u32, most: u32, lazy: bool, back: bool) {
        if let Some(test) = self.test(node) {
            let greed = if lazy { Greed::Lazy } else { Greed::Greedy };
            self.push(Inst::RepeatOne { test, least, most, greed, back });
            return;
        }
        if (least, most) == (1, 1) {
            return self.node(node, back);
        }
        let register = self.register();
        self.register();
        self.push(Inst::BeginLoop(register));
        let at = self.push(Inst::Fail);
        self.push(Inst::Round(register));
        self.node(node, back);
        self.push(Inst::Jump(at as u32));
        let exit = self.here();
        self.set(at, Inst::Loop { register, least, most, lazy, exit });
    }
}

/// The least number of units that a node takes to match.
fn least_length(node: &Node) -> usize {
    match node {
        Node::Unit(_) | Node::UnitIgnoreCase(_) | Node::Class(_) => 1,
        Node::Sequence(nodes) => nodes.iter().fold(0, |sum: usize, n| sum.saturating_add(least_length(n))),
        Node::Choice(nodes) => nodes.iter().map(least_length).min().unwrap_or(0),
        Node::Repeat { node, least, .. } => least_length(node).saturating_mul(*least as usize),
        Node::Capture { node, .. } | Node::Atomic(node) => least_length(node),
        Node::IfGroup(_, yes, no) | Node::IfMatch(_, yes, no) => least_length(yes).min(least_length(no)),
        Node::Empty | Node::Anchor(_) | Node::Reference(..) | Node::Look { .. } => 0,
    }
}

fn start_of(node: &Node) -> Start {
    match leading_anchor(node) {
        Some(Anchor::Start) => return Start::Text,
        Some(Anchor::ScanStart) => return Start::Scan,
        _ => {}
    }
    let mut units = Vec::new();
    leading_units(node, &mut units);
    if units.len() > 1 {
        let bytes: Option<Vec<u8>> = units.iter().map(|u| u8::try_from(*u).ok().filter(u8::is_ascii)).collect();
        return Start::Literal(units, bytes.unwrap_or_default());
    }
    let mut first = First { ascii: 0, others: false };
    if first.add(node) {
        return Start::Anywhere;
    }
    Start::Set(first.ascii, first.others)
}

fn leading_anchor(node: &Node) -> Option<Anchor> {
    match node {
        Node::Anchor(anchor) => Some(*anchor),
        Node::Sequence(nodes) => leading_anchor(nodes.first()?),
        Node::Capture { node, .. } | Node::Atomic(node) => leading_anchor(node),
        _ => None,
    }
}

/// Collects the units that every match begins with; false when what follows them is something else.
fn leading_units(node: &Node, units: &mut Vec<u16>) -> bool {
    match node {
        Node::Unit(unit) => {
            units.push(*unit);
            true
        }
        Node::Sequence(nodes) => nodes.iter().all(|node| leading_units(node, units)),
        Node::Capture { node, .. } | Node::Atomic(node) => leading_units(node, units),
        Node::Empty => true,
        _ => false,
    }
}

/// The units that a match can begin with.
struct First {
    ascii: u128,
    others: bool,
}

impl First {
    fn everything(&mut self) {
        self.ascii = u128::MAX;
        self.others = true;
    }

    /// Adds what a node can begin with; true when it can be empty.
    fn add(&mut self, node: &Node) -> bool {
        match node {
            Node::Unit(unit) if *unit < 128 => self.ascii |= 1 << unit,
            Node::UnitIgnoreCase(unit) if *unit < 128 => {
                self.ascii |= 1 << unit | 1 << crate::value::text::upper(*unit);
                // The Kelvin sign is a `k`.
                self.others |= *unit == u16::from(b'k');
            }
            Node::Unit(_) => self.others = true,
            // The lower case of some other letter can be ASCII, and the other way round.
            Node::UnitIgnoreCase(_) => self.everything(),
            Node::Class(class) => {
                self.ascii |= class.ascii();
                self.others |= class.beyond_ascii();
            }
            Node::Sequence(nodes) => return nodes.iter().all(|node| self.add(node)),
            Node::Choice(nodes) => return nodes.iter().fold(false, |empty, node| self.add(node) | empty),
            Node::Repeat { node, least, .. } => return self.add(node) || *least == 0,
            Node::Capture { node, .. } | Node::Atomic(node) => return self.add(node),
            Node::Empty | Node::Anchor(_) | Node::Look { .. } => return true,
            Node::Reference(..) | Node::IfGroup(..) | Node::IfMatch(..) => {
                self.everything();
                return true;
            }
        }
        false
    }
}
