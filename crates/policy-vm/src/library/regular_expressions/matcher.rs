//! Runs a program over a text: backtracking with an explicit stack of ways back, so that neither the pattern nor the
//! text can exhaust the native stack, and with a count of steps.
//!
//! What registers and groups held before is written to a trail; going back to a choice undoes the trail to its length
//! then. Cutting ways back (atomic groups, look-around) leaves the trail alone, so captures made inside are undone
//! exactly when something before them fails.

use std::cell::RefCell;

use memchr::memmem;

use super::class::{Class, is_boundary_word, is_ecma_word};
use super::program::{Greed, Inst, Program, Start, Test};
use super::syntax::Anchor;
use crate::host::Ambient;
use crate::value::text::{TextRef, lower};

/// Why a match was not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Too many steps, or too much memory for ways back.
    Steps,
    /// The match's own time is over.
    Timeout,
    /// The run's time is over.
    Deadline,
}

/// What a match may use.
pub(super) struct Limits<'a> {
    pub(super) steps: u64,
    pub(super) ambient: &'a dyn Ambient,
    /// By the ambient's clock; `u64::MAX` for none.
    pub(super) timeout_micros: u64,
    /// A timeout too short to be one: it is over where the first place to match at is found.
    pub(super) spent: bool,
    /// The expression's own time and when it is over, as in [`Budget`](crate::cx::Budget).
    pub(super) micros: u64,
    pub(super) deadline_micros: Option<u64>,
}

/// More ways back than this are too many.
const MOST_CHOICES: usize = 1 << 20;
/// A longer trail is too long.
const LONGEST_TRAIL: usize = 1 << 21;
/// Steps between looks at the clock.
const CLOCK_STEPS: u64 = 1 << 14;

/// The values of all groups: for each slot its captures in order, as start and length.
pub(super) type Captures = Vec<Vec<(u32, u32)>>;

/// Searches from `start` on for the first match. Who only wants to know whether there is one asks for no groups, and
/// is given none.
pub(super) fn search(
    program: &Program,
    text: TextRef<'_>,
    start: usize,
    groups: bool,
    limits: &mut Limits<'_>,
) -> Result<Option<Captures>, Stop> {
    let slots = if groups || program.reads_groups { program.slots } else { 0 };
    match text {
        TextRef::Ascii(bytes) => begin(program, bytes, start, slots, limits),
        TextRef::Wide(units) => begin(program, units, start, slots, limits),
    }
}

fn begin<T: Units>(
    program: &Program,
    text: T,
    start: usize,
    slots: usize,
    limits: &mut Limits<'_>,
) -> Result<Option<Captures>, Stop> {
    if slots == 0 && program.straight {
        return Matcher::straight(program, text, start, limits).search();
    }
    Matcher::new(program, text, start, slots, limits).search_and_tidy()
}

thread_local! {
    /// Room for ways back and the trail, from one match of a thread to the next.
    static ROOM: RefCell<(Vec<Choice>, Vec<Undo>)> = RefCell::default();
}

/// A match that needed more gives it back to the system.
const ROOM_KEPT: usize = 1 << 10;

/// A text of bytes or of units.
trait Units: Copy {
    fn length(self) -> usize;
    /// The unit at an index; 0 beyond the end, where nobody asks.
    fn unit(self, at: usize) -> u16;
    /// Where these units stand at or after `from`.
    fn find(self, units: &[u16], bytes: &[u8], from: usize) -> Option<usize>;
    /// The first index at or after `from` of a unit in the set.
    fn find_set(self, ascii: u128, others: bool, from: usize) -> Option<usize>;
}

impl Units for &[u8] {
    #[inline]
    fn length(self) -> usize {
        self.len()
    }
    #[inline]
    fn unit(self, at: usize) -> u16 {
        self.get(at).map_or(0, |b| u16::from(*b))
    }
    fn find(self, _: &[u16], bytes: &[u8], from: usize) -> Option<usize> {
        // Units beyond ASCII are not in this text.
        if bytes.is_empty() { None } else { memmem::find(self.get(from..)?, bytes).map(|at| at + from) }
    }
    fn find_set(self, ascii: u128, _: bool, from: usize) -> Option<usize> {
        self.get(from..)?.iter().position(|b| ascii >> (*b & 127) & 1 != 0).map(|at| at + from)
    }
}

impl Units for &[u16] {
    #[inline]
    fn length(self) -> usize {
        self.len()
    }
    #[inline]
    fn unit(self, at: usize) -> u16 {
        self.get(at).copied().unwrap_or(0)
    }
    fn find(self, units: &[u16], _: &[u8], from: usize) -> Option<usize> {
        self.get(from..)?.windows(units.len()).position(|window| window == units).map(|at| at + from)
    }
    fn find_set(self, ascii: u128, others: bool, from: usize) -> Option<usize> {
        let inside = |u: &u16| if *u < 128 { ascii >> *u & 1 != 0 } else { others };
        self.get(from..)?.iter().position(inside).map(|at| at + from)
    }
}

/// A way back.
#[derive(Clone, Copy)]
struct Choice {
    pc: u32,
    pos: u32,
    trail: u32,
    /// What `extra` means.
    kind: Kind,
    /// A position or a count.
    extra: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Go on at `pc`.
    Plain,
    /// Give one unit back, down to `extra`, and go on at `pc`.
    Give,
    /// Take one unit more by the repetition at `pc`, which has `extra`, and go on behind it.
    Take,
}

/// What was before.
#[derive(Clone, Copy)]
enum Undo {
    Register(u32, usize),
    Captured(u32),
    Released(u32, (u32, u32)),
}

struct Matcher<'a, 'l, T> {
    program: &'a Program,
    text: T,
    scan_start: usize,
    limits: &'a mut Limits<'l>,
    steps_to_clock: u64,
    registers: Vec<usize>,
    captures: Captures,
    choices: Vec<Choice>,
    trail: Vec<Undo>,
    straight: bool,
}

impl<'a, 'l, T: Units> Matcher<'a, 'l, T> {
    fn new(program: &'a Program, text: T, scan_start: usize, slots: usize, limits: &'a mut Limits<'l>) -> Self {
        let (choices, trail) = ROOM.take();
        Self {
            program,
            text,
            scan_start,
            limits,
            steps_to_clock: CLOCK_STEPS,
            registers: vec![0; program.registers],
            captures: vec![Vec::new(); slots],
            choices,
            trail,
            straight: false,
        }
    }

    /// One that goes straight through, and needs no room for that.
    const fn straight(program: &'a Program, text: T, scan_start: usize, limits: &'a mut Limits<'l>) -> Self {
        Self {
            program,
            text,
            scan_start,
            limits,
            steps_to_clock: CLOCK_STEPS,
            registers: Vec::new(),
            captures: Vec::new(),
            choices: Vec::new(),
            trail: Vec::new(),
            straight: true,
        }
    }

    fn search_and_tidy(mut self) -> Result<Option<Captures>, Stop> {
        let found = self.search();
        self.choices.clear();
        self.choices.shrink_to(ROOM_KEPT);
        self.trail.clear();
        self.trail.shrink_to(ROOM_KEPT);
        ROOM.set((self.choices, self.trail));
        found
    }

    fn search(&mut self) -> Result<Option<Captures>, Stop> {
        let mut at = self.scan_start;
        loop {
            let Some(candidate) = self.candidate(at) else { return Ok(None) };
            if self.limits.spent {
                return Err(Stop::Timeout);
            }
            self.steps(1 + (candidate.abs_diff(at) as u64) / 16)?;
            let end = if self.straight { self.run_straight(candidate)? } else { self.run(candidate)? };
            if let Some(end) = end {
                let (first, last) = if end < candidate { (end, candidate) } else { (candidate, end) };
                if let Some(whole) = self.captures.first_mut() {
                    whole.push((first as u32, (last - first) as u32));
                }
                return Ok(Some(std::mem::take(&mut self.captures)));
            }
            at = match self.program.right_to_left {
                true => match candidate.checked_sub(1) {
                    Some(at) => at,
                    None => return Ok(None),
                },
                false => candidate + 1,
            };
        }
    }

    /// The next place at or after `at` where a match can begin.
    fn candidate(&self, at: usize) -> Option<usize> {
        if self.program.right_to_left {
            return (at >= self.program.least).then_some(at);
        }
        if at + self.program.least > self.text.length() {
            return None;
        }
        match &self.program.start {
            Start::Anywhere => Some(at),
            Start::Text => (at == 0).then_some(0),
            Start::Scan => (at == self.scan_start).then_some(at),
            Start::Literal(units, bytes) => self.text.find(units, bytes, at),
            Start::Set(ascii, others) => self.text.find_set(*ascii, *others, at),
        }
    }

    #[inline]
    fn steps(&mut self, count: u64) -> Result<(), Stop> {
        if count > self.limits.steps {
            self.limits.steps = 0;
            return Err(Stop::Steps);
        }
        self.limits.steps -= count;
        if count < self.steps_to_clock {
            self.steps_to_clock -= count;
            return Ok(());
        }
        self.steps_to_clock = CLOCK_STEPS;
        self.look_at_clock()
    }

    #[cold]
    fn look_at_clock(&mut self) -> Result<(), Stop> {
        // What has no ways back writes a trail as well: registers of loops, and captures, of which there are no more.
        if self.trail.len() >= LONGEST_TRAIL {
            return Err(Stop::Steps);
        }
        let now = self.limits.ambient.monotonic_micros();
        let end = *self.limits.deadline_micros.get_or_insert(now.saturating_add(self.limits.micros));
        if now > end {
            return Err(Stop::Deadline);
        }
        if now >= self.limits.timeout_micros { Err(Stop::Timeout) } else { Ok(()) }
    }

    fn set_register(&mut self, register: u32, value: usize) {
        if let Some(slot) = self.registers.get_mut(register as usize) {
            self.trail.push(Undo::Register(register, *slot));
            *slot = value;
        }
    }

    fn register(&self, register: u32) -> usize {
        self.registers.get(register as usize).copied().unwrap_or(0)
    }

    fn choose(&mut self, pc: u32, pos: usize, kind: Kind, extra: u32) -> Result<(), Stop> {
        if self.choices.len() >= MOST_CHOICES || self.trail.len() >= LONGEST_TRAIL {
            return Err(Stop::Steps);
        }
        self.choices.push(Choice { pc, pos: pos as u32, trail: self.trail.len() as u32, kind, extra });
        Ok(())
    }

    fn undo_to(&mut self, length: usize) {
        while self.trail.len() > length {
            match self.trail.pop() {
                Some(Undo::Register(register, value)) => {
                    if let Some(slot) = self.registers.get_mut(register as usize) {
                        *slot = value;
                    }
                }
                Some(Undo::Captured(slot)) => {
                    if let Some(values) = self.captures.get_mut(slot as usize) {
                        values.pop();
                    }
                }
                Some(Undo::Released(slot, value)) => {
                    if let Some(values) = self.captures.get_mut(slot as usize) {
                        values.push(value);
                    }
                }
                None => return,
            }
        }
    }

    /// The last way back: where to go on.
    fn back(&mut self) -> Result<Option<(usize, usize)>, Stop> {
        loop {
            let Some(choice) = self.choices.last().copied() else { return Ok(None) };
            self.steps(1)?;
            self.undo_to(choice.trail as usize);
            match choice.kind {
                Kind::Plain => {
                    self.choices.pop();
                    return Ok(Some((choice.pc as usize, choice.pos as usize)));
                }
                Kind::Give => {
                    let pos = if choice.pos > choice.extra { choice.pos - 1 } else { choice.pos + 1 };
                    if pos == choice.extra {
                        self.choices.pop();
                    } else if let Some(last) = self.choices.last_mut() {
                        last.pos = pos;
                    }
                    return Ok(Some((choice.pc as usize, pos as usize)));
                }
                Kind::Take => {
                    self.choices.pop();
                    let Some(Inst::RepeatOne { test, most, back, .. }) = self.program.code.get(choice.pc as usize)
                    else {
                        continue;
                    };
                    if let Some(pos) = self.one(*test, choice.pos as usize, *back) {
                        let count = choice.extra + 1;
                        if count < *most {
                            self.choose(choice.pc, pos, Kind::Take, count)?;
                        }
                        return Ok(Some((choice.pc as usize + 1, pos)));
                    }
                }
            }
        }
    }

    #[inline]
    fn fits(&self, test: Test, unit: u16) -> bool {
        match test {
            Test::Unit(wanted) => unit == wanted,
            Test::UnitIgnoreCase(wanted) => lower(unit) == wanted,
            Test::Class(class) => self.class(class).is_some_and(|class| class.contains(unit)),
        }
    }

    #[inline]
    fn class(&self, class: u32) -> Option<&'a Class> {
        self.program.classes.get(class as usize)
    }

    /// The position behind one unit that fits.
    #[inline]
    fn one(&self, test: Test, pos: usize, back: bool) -> Option<usize> {
        let (at, next) = if back { (pos.checked_sub(1)?, pos - 1) } else { (pos, pos + 1) };
        (at < self.text.length() && self.fits(test, self.text.unit(at))).then_some(next)
    }

    /// How many units in a row fit, at most `most`.
    fn count(&self, test: Test, pos: usize, most: u32, back: bool) -> usize {
        let most = (most as usize).min(if back { pos } else { self.text.length() - pos });
        let unit = |i: usize| self.text.unit(if back { pos - 1 - i } else { pos + i });
        match test {
            Test::Unit(wanted) => (0..most).take_while(|i| unit(*i) == wanted).count(),
            Test::Class(class) => match self.class(class) {
                Some(class) => (0..most).take_while(|i| class.contains(unit(*i))).count(),
                None => 0,
            },
            test @ Test::UnitIgnoreCase(_) => (0..most).take_while(|i| self.fits(test, unit(*i))).count(),
        }
    }

    /// Tries to match at a position; the end of the match.
    fn run(&mut self, start: usize) -> Result<Option<usize>, Stop> {
        self.choices.clear();
        self.undo_to(0);
        let (mut pc, mut pos) = (0, start);
        loop {
            self.steps(1)?;
            let Some(inst) = self.program.code.get(pc).copied() else { return Ok(None) };
            let next = match inst {
                Inst::Match => return Ok(Some(pos)),
                inst => self.step(inst, pc, pos)?,
            };
            (pc, pos) = match next {
                Some(next) => next,
                None => match self.back()? {
                    Some(next) => next,
                    None => return Ok(None),
                },
            };
        }
    }

    /// The same for a program with one way through it, when nobody wants its groups.
    fn run_straight(&mut self, start: usize) -> Result<Option<usize>, Stop> {
        let program = self.program;
        let (mut pos, mut steps) = (start, 0_u64);
        for inst in &program.code {
            steps += 1;
            let next = match *inst {
                Inst::One { test, .. } => self.one(test, pos, false),
                Inst::Literal { from, to } => self.literal(from as usize, to as usize, pos),
                Inst::RepeatOne { test, least, most, .. } => {
                    let count = self.count(test, pos, most, false);
                    steps += count as u64 / 8;
                    (count >= least as usize).then_some(pos + count)
                }
                Inst::Anchor(anchor) => self.holds(anchor, pos).then_some(pos),
                Inst::Match => {
                    self.steps(steps)?;
                    return Ok(Some(pos));
                }
                // Groups, which nobody wants.
                _ => Some(pos),
            };
            let Some(next) = next else { break };
            pos = next;
        }
        self.steps(steps)?;
        Ok(None)
    }

    /// Carries one instruction out: where to go on, or nowhere.
    #[inline]
    fn step(&mut self, inst: Inst, pc: usize, pos: usize) -> Result<Option<(usize, usize)>, Stop> {
        let next = pc + 1;
        Ok(match inst {
            Inst::One { test, back } => self.one(test, pos, back).map(|pos| (next, pos)),
            Inst::Literal { from, to } => self.literal(from as usize, to as usize, pos).map(|pos| (next, pos)),
            Inst::RepeatOne { test, least, most, greed, back } => {
                self.repeat_one(pc, pos, test, (least, most), greed, back)?
            }
            Inst::Split { first, second } => {
                self.choose(second, pos, Kind::Plain, 0)?;
                Some((first as usize, pos))
            }
            Inst::Jump(to) => Some((to as usize, pos)),
            Inst::Anchor(anchor) => self.holds(anchor, pos).then_some((next, pos)),
            Inst::Reference { slot, ignore_case, ecma, back } => {
                self.reference(slot, pos, ignore_case, ecma, back)?.map(|pos| (next, pos))
            }
            Inst::SavePosition(register) => {
                self.set_register(register, pos);
                Some((next, pos))
            }
            Inst::RestorePosition(register) => Some((next, self.register(register))),
            Inst::EndCapture { register, slot, released } => {
                self.end_capture(self.register(register), pos, slot, released).then_some((next, pos))
            }
            Inst::BeginLoop(register) => {
                self.set_register(register, 0);
                self.set_register(register + 1, usize::MAX);
                Some((next, pos))
            }
            Inst::Loop { register, least, most, lazy, exit } => {
                self.repeat(next, pos, register, (least, most), lazy, exit)?
            }
            Inst::Round(register) => {
                let count = self.register(register);
                self.set_register(register, count.saturating_add(1));
                self.set_register(register + 1, pos);
                Some((next, pos))
            }
            Inst::SaveHeight(register) => {
                self.set_register(register, self.choices.len());
                Some((next, pos))
            }
            Inst::Cut(register) => {
                self.choices.truncate(self.register(register));
                Some((next, pos))
            }
            Inst::IfGroup { slot, no } => {
                let has = self.captures.get(slot as usize).is_some_and(|values| !values.is_empty());
                Some((if has { next } else { no as usize }, pos))
            }
            Inst::Fail | Inst::Match => None,
        })
    }

    fn literal(&self, from: usize, to: usize, pos: usize) -> Option<usize> {
        let units = self.program.literals.get(from..to)?;
        let end = pos + units.len();
        if end > self.text.length() {
            return None;
        }
        units.iter().enumerate().all(|(i, unit)| self.text.unit(pos + i) == *unit).then_some(end)
    }

    fn repeat_one(
        &mut self,
        pc: usize,
        pos: usize,
        test: Test,
        (least, most): (u32, u32),
        greed: Greed,
        back: bool,
    ) -> Result<Option<(usize, usize)>, Stop> {
        let wanted = if greed == Greed::Lazy { least } else { most };
        let count = self.count(test, pos, wanted, back);
        self.steps(count as u64 / 8)?;
        if count < least as usize {
            return Ok(None);
        }
        let after = |count: usize| if back { pos - count } else { pos + count };
        match greed {
            Greed::Greedy if count > least as usize => {
                self.choose(pc as u32 + 1, after(count), Kind::Give, after(least as usize) as u32)?;
            }
            Greed::Lazy if least < most => self.choose(pc as u32, after(count), Kind::Take, least)?,
            _ => {}
        }
        Ok(Some((pc + 1, after(count))))
    }

    fn repeat(
        &mut self,
        body: usize,
        pos: usize,
        register: u32,
        (least, most): (u32, u32),
        lazy: bool,
        exit: u32,
    ) -> Result<Option<(usize, usize)>, Stop> {
        let count = self.register(register);
        // A round that took nothing is the last: the next would not differ.
        let empty = count > 0 && self.register(register + 1) == pos;
        if count < least as usize {
            return Ok(Some((body, pos)));
        }
        if empty || (most != u32::MAX && count >= most as usize) {
            return Ok(Some((exit as usize, pos)));
        }
        if lazy {
            self.choose(body as u32, pos, Kind::Plain, 0)?;
            return Ok(Some((exit as usize, pos)));
        }
        self.choose(exit, pos, Kind::Plain, 0)?;
        Ok(Some((body, pos)))
    }

    fn end_capture(&mut self, start: usize, end: usize, slot: Option<u32>, released: Option<u32>) -> bool {
        let (mut start, mut end) = if end < start { (end, start) } else { (start, end) };
        if let Some(released) = released {
            let Some(value) = self.captures.get_mut(released as usize).and_then(Vec::pop) else { return false };
            self.trail.push(Undo::Released(released, value));
            // What is between the value given up and this one is the new value.
            let (first, last) = (value.0 as usize, (value.0 + value.1) as usize);
            if start >= last {
                (start, end) = (last, start);
            } else if end <= first {
                (start, end) = (end, first);
            } else {
                (start, end) = (start.max(first), end.min(last));
            }
        }
        if let Some(slot) = slot
            && let Some(values) = self.captures.get_mut(slot as usize)
        {
            values.push((start as u32, end.saturating_sub(start) as u32));
            self.trail.push(Undo::Captured(slot));
        }
        true
    }

    fn reference(
        &mut self,
        slot: u32,
        pos: usize,
        ignore_case: bool,
        ecma: bool,
        back: bool,
    ) -> Result<Option<usize>, Stop> {
        let Some((start, length)) = self.captures.get(slot as usize).and_then(|values| values.last()).copied() else {
            return Ok(ecma.then_some(pos));
        };
        let (start, length) = (start as usize, length as usize);
        self.steps(length as u64 / 8)?;
        let (from, after) = match back {
            true if pos < length => return Ok(None),
            true => (pos - length, pos - length),
            false if pos + length > self.text.length() => return Ok(None),
            false => (pos, pos + length),
        };
        let equal = (0..length).all(|i| {
            let (a, b) = (self.text.unit(start + i), self.text.unit(from + i));
            a == b || (ignore_case && lower(a) == lower(b))
        });
        Ok(equal.then_some(after))
    }

    fn holds(&self, anchor: Anchor, pos: usize) -> bool {
        const LINE_FEED: u16 = 10;
        let length = self.text.length();
        let around = |is: fn(u16) -> bool| {
            let before = pos > 0 && is(self.text.unit(pos - 1));
            let after = pos < length && is(self.text.unit(pos));
            before != after
        };
        match anchor {
            Anchor::Start => pos == 0,
            Anchor::LineStart => pos == 0 || self.text.unit(pos - 1) == LINE_FEED,
            Anchor::End => pos == length,
            Anchor::EndOrLastLine => pos == length || (pos + 1 == length && self.text.unit(pos) == LINE_FEED),
            Anchor::LineEnd => pos == length || self.text.unit(pos) == LINE_FEED,
            Anchor::ScanStart => pos == self.scan_start,
            Anchor::Boundary(negated) => around(is_boundary_word) != negated,
            Anchor::EcmaBoundary(negated) => around(is_ecma_word) != negated,
        }
    }
}
