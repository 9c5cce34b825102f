//! Compiled patterns, and the ones this thread used last.

use std::cell::RefCell;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::program::Program;
use super::syntax::{Groups, Options, Refused};
use super::{parser, possessive};
use crate::cx::Cx;
use crate::exception::{Exc, Throw, Trap};
use crate::value::text::{TextBuf, TextRef};

/// A compiled pattern; immutable and shared.
#[derive(Debug)]
pub struct Pattern {
    pub(super) text: TextBuf,
    pub(super) options: i64,
    pub(super) program: Program,
    pub(super) groups: Groups,
}

/// Why a pattern could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// The message of the `RegexParseException`.
    Invalid(String),
    /// It is larger or deeper than allowed.
    TooLarge,
}

/// At most this many patterns are kept …
const MOST_PATTERNS: usize = 256;
/// … of at most this many units in all.
const MOST_UNITS: usize = 1 << 18;

impl Pattern {
    /// Compiles a pattern with `RegexOptions` given as their number.
    ///
    /// # Errors
    /// When it is no pattern, or too large.
    pub fn compile(text: TextRef<'_>, options: i64) -> Result<Arc<Self>, PatternError> {
        let units: Vec<u16> = text.units().collect();
        let flags = Options::from_bits(options);
        let parsed = parser::parse(&units, flags).map_err(|refused| match refused {
            Refused::Syntax(what, at) => {
                PatternError::Invalid(format!("Invalid pattern '{}' at offset {at}. {what}", text.to_utf8()))
            }
            Refused::TooLarge => PatternError::TooLarge,
        })?;
        // What is read from right to left is followed by what stands before it: that is left as it is.
        let node = if flags.right_to_left { parsed.node } else { possessive::settle(parsed.node) };
        let program = Program::new(&node, parsed.groups.numbers.len(), flags.right_to_left);
        let mut owned = TextBuf::new();
        owned.push_text(text);
        Ok(Arc::new(Self { text: owned, options, program, groups: parsed.groups }))
    }

    /// The compiled form of a pattern, from those used last or new.
    ///
    /// # Errors
    /// `RegexParseException`; a trap when the pattern is too large.
    pub(super) fn get(cx: &mut Cx<'_>, text: crate::value::text::Str, options: i64) -> Result<Arc<Self>, Throw> {
        // A pattern that is written in a document is found by where it is written.
        let place = cx.heap.literal_place(text).map(|(pool, start)| Place { pool, start, len: text.len, options });
        if let Some(place) = place
            && let Some(pattern) = CACHE.with_borrow(|cache| cache.literals.get(&place).map(Arc::clone))
        {
            return Ok(pattern);
        }
        let key = {
            let mut hasher = FxBuildHasher.build_hasher();
            hasher.write_i64(options);
            cx.text(text).units().for_each(|unit| hasher.write_u16(unit));
            hasher.finish()
        };
        let known = CACHE.with_borrow(|cache| cache.find(key, cx.text(text), options));
        if let Some(pattern) = known {
            CACHE.with_borrow_mut(|cache| cache.place(place, &pattern));
            return Ok(pattern);
        }
        cx.charge(text.len().saturating_mul(8))?;
        match Self::compile(cx.text(text), options) {
            Ok(pattern) => {
                CACHE.with_borrow_mut(|cache| {
                    cache.add(key, &pattern);
                    cache.place(place, &pattern);
                });
                Ok(pattern)
            }
            Err(PatternError::TooLarge) => Err(Trap::Regex.into()),
            Err(PatternError::Invalid(message)) => Err(cx.throw(Exc::RegexParse, message)),
        }
    }
}

/// The patterns a thread used last. A worker serves its requests on one thread, so a cache of its own needs no lock;
/// when it is full it starts anew, which costs a compilation and keeps hostile patterns from staying.
#[derive(Default)]
struct Cache {
    patterns: FxHashMap<u64, Arc<Pattern>>,
    units: usize,
    literals: FxHashMap<Place, Arc<Pattern>>,
}

/// A literal of a program, with options.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    pool: u64,
    start: u32,
    len: u32,
    options: i64,
}

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::new(Cache::default());
}

impl Cache {
    fn find(&self, key: u64, text: TextRef<'_>, options: i64) -> Option<Arc<Pattern>> {
        let pattern = self.patterns.get(&key)?;
        (pattern.options == options && pattern.text.as_text().equals(text)).then(|| Arc::clone(pattern))
    }

    fn add(&mut self, key: u64, pattern: &Arc<Pattern>) {
        let units = pattern.text.len();
        if self.patterns.len() >= MOST_PATTERNS || self.units + units > MOST_UNITS {
            self.patterns.clear();
            self.literals.clear();
            self.units = 0;
        }
        if self.units + units <= MOST_UNITS {
            self.units += units;
            self.patterns.insert(key, Arc::clone(pattern));
        }
    }

    /// Notes where a pattern is written, if it is one that is kept.
    fn place(&mut self, place: Option<Place>, pattern: &Arc<Pattern>) {
        // Another holder: it was not too long to be kept.
        let Some(place) = place.filter(|_| Arc::strong_count(pattern) > 1) else { return };
        if self.literals.len() >= MOST_PATTERNS {
            self.literals.clear();
        }
        self.literals.insert(place, Arc::clone(pattern));
    }
}
