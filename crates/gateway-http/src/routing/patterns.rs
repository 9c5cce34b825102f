//! Segments of a template that mix text and parameters: `report-{year}.{format}`.
//!
//! Patterns are kept by the texts they begin and end with, so that one node may have any number of them.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

use super::operations::Captured;

/// Patterns whose texts have the same lengths.
#[derive(Debug)]
pub(super) struct Group {
    /// Length of all text together.
    text: usize,
    prefix: usize,
    suffix: usize,
    by_ends: FxHashMap<u64, Vec<(Pattern, u32)>>,
}

/// Text and parameters in turn. Begins and ends with text, which may be empty.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    literals: Vec<String>,
}

/// The node behind a pattern; `next` when it is a new one. Groups with the most text come first.
pub(super) fn child(groups: &mut Vec<Group>, literals: &[String], next: u32) -> u32 {
    let (Some(first), Some(last)) = (literals.first(), literals.last()) else { return next };
    let (text, prefix, suffix) = (literals.iter().map(String::len).sum::<usize>(), first.len(), last.len());
    let of_group = |group: &Group| (group.text, group.prefix, group.suffix);
    let at = match groups.binary_search_by(|group| (text, prefix, suffix).cmp(&of_group(group))) {
        Ok(at) => at,
        Err(at) => {
            groups.insert(at, Group { text, prefix, suffix, by_ends: FxHashMap::default() });
            at
        }
    };
    let Some(group) = groups.get_mut(at) else { return next };
    let same = group.by_ends.entry(hash(first.as_bytes(), last.as_bytes())).or_default();
    if let Some((_, found)) = same.iter().find(|(pattern, _)| pattern.literals == literals) {
        return *found;
    }
    same.push((Pattern { literals: literals.to_vec() }, next));
    next
}

impl Group {
    /// Those that begin and end as the segment does, with the nodes behind them.
    pub(super) fn candidates(&self, segment: &str) -> &[(Pattern, u32)] {
        let bytes = segment.as_bytes();
        let ends = || {
            let suffix = bytes.len().checked_sub(self.suffix).filter(|_| bytes.len() > self.text)?;
            self.by_ends.get(&hash(bytes.get(..self.prefix)?, bytes.get(suffix..)?))
        };
        ends().map(Vec::as_slice).unwrap_or_default()
    }
}

fn hash(prefix: &[u8], suffix: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(prefix);
    hasher.write_u8(b'/');
    hasher.write(suffix);
    hasher.finish()
}

impl Pattern {
    /// Takes a segment apart: text as early as possible, every parameter at least one character. `start` is where in the
    /// path the segment begins.
    pub(super) fn capture(&self, segment: &str, start: usize, captured: &mut Captured) -> bool {
        let Some((first, others)) = self.literals.split_first() else { return false };
        let Some(mut rest) = segment.strip_prefix(first.as_str()) else { return false };
        let mut at = first.len();
        for (index, literal) in others.iter().enumerate() {
            let length = if index + 1 == others.len() {
                match rest.strip_suffix(literal.as_str()) {
                    Some(value) => value.len(),
                    None => return false,
                }
            } else {
                // A parameter is not empty, so its text is looked for behind the first character.
                let skip = rest.chars().next().map_or(1, char::len_utf8);
                match rest.get(skip..).and_then(|tail| tail.find(literal.as_str())) {
                    Some(found) => skip + found,
                    None => return false,
                }
            };
            if length == 0 {
                return false;
            }
            captured.push(start + at..start + at + length);
            at += length + literal.len();
            rest = rest.get(length + literal.len()..).unwrap_or_default();
        }
        true
    }
}
