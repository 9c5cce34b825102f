//! What keeps the parser from hanging and from exhausting the stack, whatever it is given.

/// Guards a loop: every turn must move on.
pub(super) struct Progress(usize);

impl Progress {
    /// A guard for a loop that starts now.
    pub(super) const fn new() -> Self {
        Self(usize::MAX)
    }

    /// True when the position changed since the last turn.
    pub(super) const fn made(&mut self, position: usize) -> bool {
        let made = self.0 != position;
        self.0 = position;
        made
    }
}

/// How many levels of brackets, lambdas, blocks, types … may lie inside each other.
///
/// The parser recurses once a level, and so do those who walk the tree. Real policies stay below 30.
pub const MAX_NESTING: u32 = 200;

/// How high a tree may be, chains such as `a + b + c …`, `a.b().c() …` or `else if` included, which the parser reads
/// without recursion.
///
/// A recursive walk over a tree of this height – its drop, its clone, a binder – fits a stack of 2 MiB as long as it
/// takes less than four kilobytes a level, which code without optimisation can do. Real policies stay below 100.
pub const MAX_HEIGHT: u32 = 500;

/// Bookkeeping of the two limits.
///
/// The height of a tree is only known from its leaves up. `peak` is the height of what has been completed inside the
/// level that is open; a link of a chain puts all that one step further down.
#[derive(Default)]
pub(super) struct Depth {
    level: u32,
    peak: u32,
}

/// What [`Depth::leave`] needs to know of [`Depth::enter`].
#[must_use]
pub(super) struct Level(u32);

impl Depth {
    /// Opens a level; `None` when there are too many.
    pub(super) const fn enter(&mut self) -> Option<Level> {
        if self.level >= MAX_NESTING {
            return None;
        }
        self.level += 1;
        let outer = Level(self.peak);
        self.peak = 0;
        Some(outer)
    }

    /// Closes a level.
    pub(super) fn leave(&mut self, level: &Level) {
        self.level -= 1;
        self.peak = level.0.max(self.peak + 1);
    }

    /// Counts a link of a chain; false when the tree gets too high.
    pub(super) const fn link(&mut self) -> bool {
        self.peak += 1;
        self.level + self.peak < MAX_HEIGHT
    }
}
